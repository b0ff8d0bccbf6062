import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { StoredFile } from '@foyer/files';
import { Database, rows, sql, table } from '@foyer/database';
import { currentTenant } from '@foyer/tenancy';
import { Problem } from '@foyer/web';

export interface Given {
  status: number;
  body: unknown;
  headers: Record<string, string>;
  /** In place of a body. */
  file?: StoredFile;
}
interface Kept extends Given {
  print: string;
}
const KEY = /^[\x21-\x7e]{1,200}$/;

/**
 * What a key asked for once happens once, however often its request comes: the answer is kept among the other things that
 * were sent (`sent_form`, for two days) in the transaction of what was done, so that one never is without the other. What
 * was refused is not kept.
 */
@Injectable()
export class OnceOnly {
  constructor(private readonly database: Database) {}

  /** @throws Problem 400 without a key, 409 while the first is at it, 422 for another request */
  async do(
    by: { keyId: string; route: string; key: string | undefined; asked: unknown },
    handle: () => Promise<Given>,
  ): Promise<Given & { replayed: boolean }> {
    if (!by.key || !KEY.test(by.key)) throw new Problem(400, 'idempotency-missing');
    const key = hash(['api', by.keyId, by.route, by.key]);
    const print = hash([by.asked]).toString('base64url');
    return this.database.write(async (em) => {
      const [turn] = await rows<{ mine: boolean }>(
        em,
        sql`select pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended(${`${currentTenant().schema} ${key.toString('hex')}`}, 0)) as mine`,
      );
      if (!turn!.mine) throw new Problem(409, 'idempotency-busy', { headers: { 'Retry-After': '1' } });
      const [kept] = await rows<{ answer: Kept }>(em, sql`select answer from ${table('sent_form')} where key = ${key}`);
      if (kept && kept.answer.print !== print) throw new Problem(422, 'idempotency-other');
      if (kept) return { ...kept.answer, replayed: true };
      const given = await handle();
      await em.flush();
      await rows(
        em,
        sql`insert into ${table('sent_form')} (key, attempt, done, answer)
            values (${key}, ${randomUUID()}, true, ${JSON.stringify({ ...given, print })}::jsonb)`,
      );
      return { ...given, replayed: false };
    });
  }
}

const hash = (parts: unknown[]): Buffer => createHash('sha256').update(JSON.stringify(parts)).digest();
