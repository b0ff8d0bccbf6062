import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { rows, sql, tableOf } from './sql.js';

/** One attempt at something to be done once in this schema. */
export class Once {
  readonly attempt = randomUUID();
  /** Whether something has been written, or is being written. */
  done = false;
  constructor(
    readonly key: Buffer,
    readonly schema: string,
  ) {}
}
const asked = new AsyncLocalStorage<Once | null>();

/** Another attempt has taken this one's place, and may have done it. */
export class DoneBefore extends Error {
  constructor() {
    super('This was done before');
  }
}

/**
 * Runs `fn` so that what it writes is written once: its first write transaction says in `sent_form` that it is done, so that
 * is said exactly if it is. @throws DoneBefore from that transaction when the attempt no longer counts
 */
export const once = <T>(what: Once, fn: () => T): T => asked.run(what, fn);

/** Runs `fn` free of it: what is done beside a request is not what was asked for. */
export const regardless = <T>(fn: () => T): T => asked.run(null, fn);

/** Notes in this transaction that the ambient attempt is doing it. Returns how to take that back when it rolls back. */
export async function note(em: SqlEntityManager, schema: string): Promise<() => void> {
  const what = asked.getStore();
  if (!what || what.done || what.schema !== schema) return () => undefined;
  what.done = true;
  const undo = () => void (what.done = false);
  try {
    const noted = await rows(
      em,
      sql`update ${tableOf(schema, 'sent_form')} set done = true where key = ${what.key} and attempt = ${what.attempt} returning 1 as noted`,
    );
    if (noted.length === 0) throw new DoneBefore();
  } catch (error) {
    undo();
    throw error;
  }
  return undo;
}
