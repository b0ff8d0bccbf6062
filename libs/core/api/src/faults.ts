import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { type Fault, Problem } from '@foyer/web';

/** What a schema makes of a part of the request; what nobody asked for is a fault, not left out. @throws Problem */
export function read(schema: z.ZodObject | undefined, given: unknown, part: 'body' | 'query'): unknown {
  const result = (schema ?? z.object({})).strict().safeParse(given);
  if (result.success) return result.data;
  throw new Problem(part === 'body' ? 422 : 400, 'invalid', {
    errors: result.error.issues.flatMap((issue) => faultsOf(issue, part)),
  });
}

function faultsOf(issue: z.core.$ZodIssue, part: 'body' | 'query'): Fault[] {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys : [];
  const places = unknown.length > 0 ? unknown.map((key) => [...issue.path, key]) : [issue.path];
  return places.map((path) => ({
    ...(part === 'body' ? { pointer: pointerTo(path) } : { parameter: String(path[0] ?? '') }),
    code: issue.code,
    message: issue.message,
  }));
}

/** RFC 6901 */
const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** A verb speaks of fields as forms call them; programs have sent `company_id` for `company`. */
export function atSentField(error: unknown, body: z.ZodObject | undefined): unknown {
  if (!(error instanceof InvalidField) || !body) return error;
  const name = error.field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  // The id first: of `status` and `status_id` only the second can name what is not there.
  const sent = [`${name}_id`, name, `${name}_ids`, `${name.replace(/s$/, '')}_ids`].find((one) => one in body.shape);
  return sent ? new InvalidField(sent, error.code, error.values) : error;
}
