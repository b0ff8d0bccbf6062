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
  /** See `Filters`. */
  readonly query?: z.ZodObject;
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
  (A extends { form: z.ZodType } ? { form: FormState<z.output<A['form']>> } : unknown) &
  (A extends { uploads: string } ? { uploads: Upload[] } : unknown);

// In a box, the query's schema first: the tests that walk all lists look for it there.
const asked = createParamDecorator(
  ([query, { params = {}, form, uploads }]: [z.ZodObject | undefined, Asks], context: ExecutionContext) => {
    const http = context.switchToHttp();
    const req = http.getRequest<FoyerRequest>();
    const { principal, cookies } = req.foyer;
    if (!principal) throw new Error('The gate has not let this request in');
    const given = Object.entries(params).map(([name, read]) => [name, read(String(req.params[name]))] as const);
    return {
      ...Object.fromEntries(given),
      actor: principal.actor,
      visit: new Visit(req, http.getResponse<FoyerResponse>(), cookies!),
      ...(query && { query: filtersOf(req, query) }),
      ...(form && { form: FormState.parse(req, form) }),
      ...(uploads && { uploads: (req.uploads ?? []).filter(({ field }) => field === uploads) }),
    };
  },
);

/** On the one argument of a handler, which is `Asked` of the same. */
export const Ask = ({ query, ...others }: Asks): ParameterDecorator => asked([query, others]);

/** A part of an address that is an id. */
export function id(text: string): string {
  if (!/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) throw new BadRequestException();
  return text;
}

/** Of a controller, to what a verb does, and the message that says so afterwards. */
type Posted<A extends Asks, Who extends Actor, Controller> = [
  verb: (controller: Controller, asked: Asked<A, Who>) => Promise<unknown>,
  flash: string,
];

/** Posts that only call a verb, say so and lead back, by their paths. */
export function Posts<A extends Asks, Who extends Actor, Controller>(
  asks: A,
  back: (asked: Asked<A, Who>) => string,
  table: Record<string, Posted<A, Who, Controller>>,
) {
  return ({ prototype }: { prototype: object }): void => {
    for (const [path, [verb, flash]] of Object.entries(table)) {
      const value = async function (this: Controller, given: Asked<A, Who>) {
        await verb(this, given);
        return seeOther(back(given), flash);
      };
      const descriptor = { value, configurable: true };
      Object.defineProperty(prototype, `post ${path}`, descriptor);
      Ask(asks)(prototype, `post ${path}`, 0);
      Post(path)(prototype, `post ${path}`, descriptor);
    }
  };
}
