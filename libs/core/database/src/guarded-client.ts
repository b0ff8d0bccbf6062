import type { Socket } from 'node:net';
import { SteadyClient } from './steady-client.js';

type Observer = (sql: string, values: readonly unknown[]) => void;
const observers = new Set<Observer>();

/** Calls `observer` with every statement the application sends, until the returned function is called. For tests and the bench. */
export function observeSql(observer: Observer): () => void {
  observers.add(observer);
  return () => observers.delete(observer);
}

const NOTHING_HAPPENED = { command: '', rowCount: null, rows: [], fields: [] };
const BEGIN = /^(?:begin|start transaction(?: isolation level [a-z ]+)?(?: read (?:only|write))?)$/;
/** What the application ever says. Whoever logs in as it may take on any tenant's role, so nothing else may ask for one. */
const ORDINARY = /^\s*(?:select|with|insert|update|delete|merge|savepoint|release|rollback|commit)\b/i;
const SET_LOCAL_ROLE = /^set local role "[a-z][a-z0-9_]{0,62}"$/;

/**
 * The only client through which the application speaks to PostgreSQL.
 *
 * It forces the extended protocol, in which the server refuses a second statement in one message: an injected
 * `'; set role …'` fails instead of leaving the tenant (MikroORM inlines the parameters of raw queries, which would
 * otherwise travel by the simple protocol). The one message with two statements is made here, of two fixed shapes:
 * the begin of a transaction waits for the role that always follows it, and both for the first statement, with which they
 * go in one round trip of a client that has a `pipeline`. When the role is refused, so is that statement: the server runs nothing in a transaction that has
 * failed. No other statement can change the role: `SET`, `RESET`, `DO` and the like are not sent at all.
 */
export class GuardedClient extends SteadyClient {
  /** What the next statement has to be preceded by: a begin, alone or with its role. */
  #opening: string | null = null;

  // @ts-expect-error pg's overloads cannot be restated by a subclass; every call form is passed on
  override query(config: unknown, values?: unknown, callback?: unknown): unknown {
    if (typeof config === 'string' && callback === undefined && typeof values !== 'function') {
      return this.#text(config, values as unknown[] | undefined);
    }
    if (config && typeof config === 'object' && !('submit' in config)) {
      const { text } = config as { text: string };
      observe(text);
      if (!ORDINARY.test(text)) throw new Error('permission denied: the application does not send such statements');
      return this.#afterOpening(() =>
        super.query({ ...config, queryMode: 'extended' } as never, values as never, callback as never),
      );
    }
    return this.#afterOpening(() => super.query(config as never, values as never, callback as never));
  }

  async #text(text: string, values?: unknown[]): Promise<unknown> {
    observe(text, values);
    if (BEGIN.test(text)) {
      this.#opening = text;
      return NOTHING_HAPPENED;
    }
    if (this.#opening !== null) {
      if (text === 'commit' || text === 'rollback') {
        this.#opening = null;
        return NOTHING_HAPPENED;
      }
      if (SET_LOCAL_ROLE.test(text) && BEGIN.test(this.#opening)) {
        this.#opening += `; ${text}`;
        return NOTHING_HAPPENED;
      }
    }
    if (text === 'commit') return super.query(text); // one small message instead of five
    // A rollback fails only on a connection that is gone, and then there is nothing to roll back. Kysely gives a
    // connection back to the pool only after a rollback that worked: a rejection here would lose its place for ever.
    if (text === 'rollback') return super.query(text).catch(() => NOTHING_HAPPENED);
    if (!ORDINARY.test(text))
      throw new Error(`permission denied: the application does not send "${text.trim().split(/\s/, 1)[0]}"`);
    return this.#afterOpening(() => super.query({ text, values, queryMode: 'extended' } as never));
  }

  /** Sends what was held back and the statement in one packet. */
  #afterOpening(send: () => unknown): unknown {
    const opening = this.#opening;
    if (opening === null) return send();
    this.#opening = null;
    const { stream } = (this as unknown as { connection: { stream: Socket } }).connection;
    stream.cork();
    try {
      const opened = super.query(opening) as unknown as Promise<unknown>;
      const sent = Promise.resolve(send());
      // Why the transaction could not be opened tells more than that the statement found none.
      return Promise.allSettled([opened, sent]).then(() => opened.then(() => sent));
    } finally {
      stream.uncork();
    }
  }
}

function observe(sql: string, values: readonly unknown[] = []): void {
  for (const observer of observers) observer(sql, values);
}
