import { z } from 'zod';
import type { Actor } from '@foyer/access';
import type { StoredFile } from '@foyer/files';
import type { Visit } from '@foyer/web';
import type { Scope } from './scopes.js';

export type Shape = z.ZodObject | undefined;
export type Read<S extends Shape> = S extends z.ZodObject ? z.output<S> : Record<string, never>;

/** What an operation is asked: all there is to know of a request. */
export interface Call<Who extends Actor = Actor, Params = unknown, Query = unknown, Body = unknown> {
  actor: Who;
  keyId: string;
  params: Params;
  query: Query;
  body: Body;
  /** Where the page of a list begins that is asked for, as the list itself calls it. */
  place: string | null;
  /** In which language, and for whose clocks, texts are made. */
  visit: Visit;
}

/** One thing that a key can do. */
export interface Operation {
  /** `listTickets` */
  readonly id: string;
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** Below `/api/v1`, such as `/tickets/{number}/replies`. */
  readonly path: string;
  readonly scope: Scope;
  /** The section of the portal that it belongs to. */
  readonly feature?: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject | undefined;
  readonly query?: z.ZodObject | undefined;
  readonly body?: z.ZodObject | undefined;
  /** Null: it answers 204 without words. */
  readonly output: z.ZodType | null;
  /** JSON, unless said otherwise. */
  readonly type?: string;
  /** It takes a file in place of a body, or gives one in place of JSON. */
  readonly file?: 'taken' | 'given';
  /** What programs call otherwise than the verb, by the verb's name for it: a fault is told at the field that was sent. */
  readonly called?: Record<string, string>;
  readonly status: number;
  readonly example?: unknown;
  /** What is to be changed, as it is now, locked: its ETag must be the one that `If-Match` names. */
  readonly current?: (call: Call<never>) => Promise<unknown>;
  readonly handle: (call: Call<never>) => Promise<unknown>;
}

/** A file that was sent, and may be kept. */
export interface Sent {
  keep: () => Promise<StoredFile>;
}

export interface Told<P extends Shape, Q extends Shape, B extends Shape, O extends z.ZodType | null> {
  id: string;
  scope: Scope;
  feature?: string;
  summary: string;
  description?: string;
  params?: P;
  query?: Q;
  body?: B;
  output: O;
  type?: string;
  called?: Record<string, string>;
  status?: number;
  example?: unknown;
}
export type Answer<O> = O extends z.ZodType ? z.input<O> : unknown;
export type Handler<Who extends Actor, P extends Shape, Q extends Shape, B extends Shape, O> = (
  call: Call<Who, Read<P>, Read<Q>, Read<B>>,
) => Promise<Answer<O>>;

/** The words in which a module whose actors are of one kind declares its operations. */
export function operationsBy<Who extends Actor>() {
  const declare =
    (method: Operation['method'], usual: number) =>
    <P extends Shape, Q extends Shape, B extends Shape, O extends z.ZodType | null>(
      path: string,
      told: Told<P, Q, B, O>,
      handle: Handler<Who, P, Q, B, O>,
    ): Operation => ({
      ...{ method, path, handle: handle as Operation['handle'] },
      ...told,
      status: told.status ?? (told.output === null ? 204 : usual),
    });
  /** A change to what somebody else may be changing: `current` tells, and locks, what it is now, and is the answer where there is one. */
  const declareChange =
    (method: Operation['method']) =>
    <P extends Shape, B extends Shape, O extends z.ZodType>(
      path: string,
      told: Told<P, undefined, B, O>,
      current: Handler<Who, P, undefined, B, O>,
      change: Handler<Who, P, undefined, B, null>,
    ): Operation => ({
      ...{ method, path, current: current as Operation['current'] & {}, handle: change as Operation['handle'] },
      ...told,
      status: method === 'delete' ? 204 : 200,
    });
  return {
    get: declare('get', 200),
    post: declare('post', 201),
    /** A file, `file` of a multipart/form-data; it has been checked, and is kept as the key's own. */
    upload: <O extends z.ZodType>(
      path: string,
      told: Told<undefined, undefined, undefined, O>,
      handle: (call: Call<Who> & Sent) => Promise<Answer<O>>,
    ): Operation => ({
      method: 'post',
      path,
      file: 'taken',
      status: 201,
      ...told,
      handle: handle as unknown as Operation['handle'],
    }),
    file: <P extends Shape>(
      path: string,
      told: Omit<Told<P, undefined, undefined, null>, 'output'>,
      handle: (call: Call<Who, Read<P>>) => Promise<StoredFile>,
    ): Operation => ({
      ...{ method: 'get', path, file: 'given', status: 200, output: null, handle: handle as Operation['handle'] },
      ...told,
    }),
    /** What no two people edit at once, or where the last one is right. */
    remove: declare('delete', 204),
    change: declareChange('patch'),
    removeAsSeen: declareChange('delete'),
  };
}

/** Where a list goes on, and how much of it is wanted. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(100).default(25).describe('How many at most.'),
  cursor: z.string().max(500).optional().describe('`next_cursor` of the page before.'),
};
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    data: z.array(item),
    next_cursor: z.string().nullable().describe('For the next page; null on the last one.'),
    has_more: z.boolean(),
  });
/** A page of a list; `next` is its own name of the place where the next one begins. */
export const paged = <T>(data: T[], next: string | null) => ({ data, next_cursor: next, has_more: next !== null });

const inUtc = (at: Date | string): string => (at instanceof Date ? at : new Date(at)).toISOString();
/** A moment, in UTC as RFC 3339 has it, from however a row tells it. */
export const instant = z.union([z.date(), z.string()]).transform(inUtc).pipe(z.iso.datetime());
/** What time alone moves, without anybody's doing; it does not count for ETags. */
export const clocks = z.registry();
/** A moment that is asked for. */
export const moment = z.iso.datetime({ offset: true });
