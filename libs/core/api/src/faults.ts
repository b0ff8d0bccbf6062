import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import type { Operation } from './operation.js';
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

/** Of a body, a field that nobody asks for. */
export const unknownAt = (path: readonly string[]): Fault => ({
  ...{ pointer: pointerTo(path), code: 'unrecognized_keys', message: `Unrecognized key: "${path.at(-1)}"` },
});

/**
 * A verb speaks of fields as forms call them, with a hyphen for what belongs together; programs have sent `company_id` for
 * `company`, and `{ defaults: { group_id } }` for `defaults-groupId`.
 */
export function atSentField(error: unknown, { body, query, called = {} }: Operation): unknown {
  if (!(error instanceof InvalidField)) return error;
  const { field, code, values } = error;
  const sent =
    body &&
    sentPath(
      body,
      [called[field] ?? field].flatMap((name) => name.split('-')),
    );
  if (sent) return new InvalidField(pointerTo(sent).slice(1), code, values);
  const isAsked = query && field in query.shape;
  return isAsked ? new Problem(422, 'invalid', { errors: [{ parameter: field, code, message: code }] }) : error;
}

function sentPath(schema: z.ZodType, [control, ...below]: string[]): string[] | null {
  if (control === undefined) return [];
  const { type, innerType, element, valueType } = schema.def as z.ZodType['def'] &
    Record<string, z.ZodType | undefined>;
  if (innerType) return sentPath(innerType, [control, ...below]);
  const name = control.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const { shape = {} } = schema as Partial<z.ZodObject>;
  // The id first: of `status` and `status_id` only the second can name what is not there.
  const sent =
    type === 'object'
      ? [`${name}_id`, name, `${name}_ids`, `${name.replace(/s$/, '')}_ids`].find((one) => one in shape)
      : (element ?? valueType) && control;
  if (sent === undefined) return null;
  const rest = sentPath((shape as Record<string, z.ZodType>)[sent] ?? (element ?? valueType)!, below);
  return rest && [sent, ...rest];
}
