import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { apart, Database, DoneBefore, Once, once, rows, type Sql, sql, table } from '@foyer/database';
import { currentTenantOrNull } from '@foyer/tenancy';
import { isSafe } from './csrf.js';
import type { FoyerRequest } from './request.js';
import { SeeOther, seeOther } from './see-other.js';

/** How often it is asked what became of the first of several equal posts. */
const ASKED_EVERY_MS = 50;
const ASKED_AT_MOST = 200;
/** An attempt that has written nothing by then has died with its process, or comes too late. */
const GIVEN_UP_SECONDS = 60;

const OVERTAKEN = Symbol('overtaken');

interface Kept {
  done: boolean;
  answer: SeeOther | null;
}

/**
 * What was sent once exists once. The token of a page's forms differs from page to page, so the same token with the same
 * words at the same address is the same form sent again: impatience, a reload, a network that tries twice. It leads where
 * the first one led and does nothing. A form that was refused, or that answers with a page, may be sent as often as one likes.
 */
@Injectable()
export class SentForms {
  constructor(private readonly database: Database) {}

  async once(req: FoyerRequest, handle: () => Promise<unknown>): Promise<unknown> {
    const key = keyOf(req);
    const schema = currentTenantOrNull()?.schema;
    if (!key || !schema) return handle();
    const what = new Once(key, schema);
    for (let time = 0; time < ASKED_AT_MOST; time += 1) {
      if (await this.begin(what)) {
        const answer = await this.answered(what, handle);
        if (answer === OVERTAKEN) break;
        return answer;
      }
      const [earlier] = await this.beside<Kept>(sql`select done, answer from ${table('sent_form')} where key = ${key}`);
      if (earlier?.answer) return new SeeOther(earlier.answer.location, earlier.answer.flash);
      await wait(ASKED_EVERY_MS);
    }
    return seeOther(cameFrom(req), 'web.flash.sent-before', 'info');
  }

  /** Nobody sends a page's form again after days. */
  async forget(): Promise<void> {
    await this.beside(sql`delete from ${table('sent_form')} where sent_at < now() - interval '2 days'`);
  }

  private async begin({ key, attempt }: Once): Promise<boolean> {
    const begun = await this.beside(
      sql`insert into ${table('sent_form')} as f (key, attempt) values (${key}, ${attempt})
          on conflict (key) do update set attempt = excluded.attempt, sent_at = now()
            where not f.done and f.sent_at < now() - ${GIVEN_UP_SECONDS} * interval '1 second'
          returning 1 as begun`,
    );
    return begun.length > 0;
  }

  /** Where it led is worth less than what it did: that it cannot be kept is no reason to say that nothing was done. */
  private async answered(what: Once, handle: () => Promise<unknown>): Promise<unknown> {
    const { key, attempt } = what;
    let answer: unknown;
    try {
      return (answer = await once(what, handle));
    } catch (error) {
      if (error instanceof DoneBefore) return OVERTAKEN;
      throw error;
    } finally {
      const statement =
        answer instanceof SeeOther
          ? sql`update ${table('sent_form')} set done = true, answer = ${JSON.stringify(answer)}::jsonb where key = ${key}`
          : sql`delete from ${table('sent_form')} where key = ${key} and attempt = ${attempt}`;
      await this.beside(statement).catch(() => undefined);
    }
  }

  private beside<Row>(statement: Sql): Promise<Row[]> {
    return apart(() => this.database.write((em) => rows<Row>(em, statement)));
  }
}

/** Null for what is no form of somebody who is signed in: guests' forms are each good for one thing already, by a link's token. */
function keyOf(req: FoyerRequest): Buffer | null {
  const { machine, principal, url } = req.foyer;
  if (isSafe(req.method) || machine || !principal?.session) return null;
  const files = (req.uploads ?? []).map(({ field, name, size }) => [field, name, size]);
  return createHash('sha256')
    .update(JSON.stringify([principal.session.id, url, req.body, files]))
    .digest();
}

/** The page the form stood on. */
function cameFrom(req: FoyerRequest): string {
  const referer = URL.parse(req.get('referer') ?? '');
  if (referer && referer.host === req.get('host')) return referer.pathname + referer.search;
  return req.foyer.url.startsWith('/console/') ? '/console' : '/';
}
