import { BadRequestException, createParamDecorator, type ExecutionContext, Post } from '@nestjs/common';
import type { z } from 'zod';
import type { Actor } from '@foyer/access';
import { filtersOf, FormState } from './form.js';
import type { FoyerRequest, FoyerResponse, Upload } from './request.js';
import { seeOther } from './see-other.js';
import { Visit } from './visit.js';

/** What a handler needs of a request beside who asks. */
export interface Asks {
  /** Parts of the address, by their names in the path. A reader refuses what leads nowhere. */
  readonly params?: Readonly<Record<string, (text: string) => unknown>>;
  /**
   * The query string, by a schema whose fields say by `.catch()` what they are when they are not given. What is given and wrong
   * is told (400): a list that silently leaves a filter out would be taken for what was asked for.
   */
  readonly query?: z.ZodObject;
  /** Parts of the query string that mean nothing when they are wrong, such as the token of a link. */
  readonly given?: readonly string[];
  readonly form?: z.ZodType;
  /** The field in which files come. */
  readonly uploads?: string;
}

type Params<A extends Asks> = {
  [Name in keyof A['params']]: A['params'][Name] extends (text: string) => infer R ? R : never;
};
/** The one argument of a handler: who asks, in which language, for what, and with what. */
export type Asked<A extends Asks = object, Who extends Actor = Actor> = { actor: Who; visit: Visit } & Params<A> &
  (A extends { query: z.ZodType } ? { query: z.output<A['query']> } : unknown) &
  (A extends { given: readonly (infer Name extends string)[] } ? Record<Name, string | null> : unknown) &
  (A extends { form: z.ZodType } ? { form: FormState<z.output<A['form']>> } : unknown) &
  (A extends { uploads: string } ? { uploads: Upload[] } : unknown);

// In a box, since Nest takes an argument that can `transform`, as a schema can, for a pipe; the query's schema first, for the
// tests that walk all lists.
const asked = createParamDecorator(
  ([query, { params = {}, given = [], form, uploads }]: [z.ZodObject | undefined, Asks], context: ExecutionContext) => {
    const http = context.switchToHttp();
    const req = http.getRequest<FoyerRequest>();
    const { principal, cookies } = req.foyer;
    if (!principal) throw new Error('The gate has not let this request in');
    const text = (value: unknown) => (typeof value === 'string' ? value : null);
    return {
      ...Object.fromEntries(Object.entries(params).map(([name, read]) => [name, read(String(req.params[name]))])),
      ...Object.fromEntries(given.map((name) => [name, text(req.query[name])])),
      actor: principal.actor,
      visit: new Visit(req, http.getResponse<FoyerResponse>(), cookies!),
      ...(query && { query: filtersOf(req, query) }),
      ...(form && { form: FormState.parse(req, form) }),
      ...(uploads && { uploads: (req.uploads ?? []).filter(({ field }) => field === uploads) }),
    };
  },
);

/** On the one argument of a handler, which is `Asked` of the same. */
export const Ask = ({ query, ...others }: Asks = {}): ParameterDecorator => asked([query, others]);

/** A part of an address that is an id. */
export function id(text: string): string {
  if (!/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) throw new BadRequestException();
  return text;
}

/** Of a controller, to what a verb does, and the message that says so afterwards where the page does not show it anyway. */
type Posted<A extends Asks, Who extends Actor, Controller> = [
  verb: (controller: Controller, asked: Asked<A, Who>) => Promise<unknown>,
  flash?: string,
];

/** Posts that only call a verb, say so and lead back, by their paths. */
export function Posts<A extends Asks, Who extends Actor, Controller>(
  asks: A,
  back: (asked: Asked<A, Who>, controller: Controller) => string,
  table: Record<string, Posted<A, Who, Controller>>,
): ClassDecorator {
  return (controller): void => {
    const prototype = controller.prototype as object;
    for (const [path, [verb, flash]] of Object.entries(table)) {
      const value = async function (this: Controller, given: Asked<A, Who>) {
        await verb(this, given);
        return seeOther(back(given, this), flash);
      };
      const descriptor = { value, configurable: true };
      Object.defineProperty(prototype, `post ${path}`, descriptor);
      Ask(asks)(prototype, `post ${path}`, 0);
      Post(path)(prototype, `post ${path}`, descriptor);
    }
  };
}
