import { AsyncLocalStorage } from 'node:async_hooks';

/** Who set something off, as an event notes it. */
export interface Doer {
  kind: 'guest' | 'person' | 'staff' | 'job' | 'key';
  id: string | null;
  name: string;
}
/** Why something happens. Ambient, because it decides nothing: it is only noted. */
export interface Cause {
  actor: Doer | null;
  /** Of the HTTP request, as in `X-Request-Id` and the log. */
  request: string | null;
  /** The event whose subscriber does it. */
  after: string | null;
}
/** What an event is stamped with; a subscriber gets it beside the event. */
export interface Stamp extends Cause {
  id: string;
  at: string;
  /** Of the shape of the event, `@EventName(name, version)`. */
  version: number;
}

const causes = new AsyncLocalStorage<Cause>();
const UNKNOWN: Cause = { actor: null, request: null, after: null };

export function withCause<T>(cause: Partial<Cause>, fn: () => T): T {
  return causes.run({ ...UNKNOWN, ...cause }, fn);
}

/** Says who it is that asks, as soon as that is known, for the request or job at hand. */
export function causedBy({ kind, id, name }: Doer): void {
  const cause = causes.getStore();
  if (cause) cause.actor = { kind, id, name };
}

export const currentCause = (): Cause => causes.getStore() ?? UNKNOWN;
