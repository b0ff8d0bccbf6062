import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { seal, unseal } from '@foyer/credentials';
import {
  apart,
  Database,
  DoneBefore,
  Once,
  once,
  PlatformDatabase,
  rows,
  type Sql,
  sql,
  tableOf,
} from '@foyer/database';
import { currentTenantOrNull } from '@foyer/tenancy';
import { isSafe } from './csrf.js';
import { OtherView } from './other-view.js';
import type { FoyerRequest } from './request.js';
import { SeeOther, seeOther } from './see-other.js';

/** How often it is asked what became of the first of several equal posts. */
const ASKED_EVERY_MS = 50;
const ASKED_AT_MOST = 200;
/** An attempt that has written nothing by then has died with its process, or comes too late. */
const GIVEN_UP_SECONDS = 60;

const OVERTAKEN = Symbol('overtaken');
const PURPOSE = 'sent-form';
const SENT_BEFORE = 'web.flash.sent-before';

/** Two clicks are one deed, and its words answer both. Later, what it did may have been changed: then they would be false. */
const ONE_DEED_SECONDS = 5;

interface Kept {
  done: boolean;
  now: boolean;
  answer: SeeOther | { page: string } | null;
}

/**
 * What was sent once exists once. The token of a page's forms differs from page to page, so the same token with the same
 * words at the same address is the same form sent again: impatience, a reload, a network that tries twice. It leads where
 * the first one led and does nothing, and says so once the words of the first may be true no longer. A form that was refused, or
 * that answers somebody signed in with a page, may be sent as often as one likes, unless that page shows what was made (`showMade`).
 */
@Injectable()
export class SentForms {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly platform: PlatformDatabase,
  ) {}

  async once(req: FoyerRequest, handle: () => Promise<unknown>): Promise<unknown> {
    const key = keyOf(req);
    if (!key) return handle();
    if (!currentTenantOrNull()) await this.forget();
    const what = new Once(key, schemaNow());
    for (let time = 0; time < ASKED_AT_MOST; time += 1) {
      if (await this.begin(what)) {
        const answer = await this.answered(what, handle, req);
        if (answer === OVERTAKEN) break;
        return answer;
      }
      const [earlier] = await this.beside<Kept>(
        sql`select done, answer, sent_at > now() - ${ONE_DEED_SECONDS} * interval '1 second' as now
              from ${sentForm()} where key = ${key}`,
      );
      // Whoever waited for the first one was there when it was done.
      const answer = earlier?.answer && this.givenAgain(earlier.answer, earlier.now || time > 0, req);
      if (answer) return answer;
      await wait(ASKED_EVERY_MS);
    }
    return seeOther(cameFrom(req), SENT_BEFORE, 'info');
  }

  /** Nobody sends a page's form again after days. */
  async forget(): Promise<void> {
    await this.beside(sql`delete from ${sentForm()} where sent_at < now() - interval '2 days'`);
  }

  private async begin({ key, attempt }: Once): Promise<boolean> {
    const begun = await this.beside(
      sql`insert into ${sentForm()} as f (key, attempt) values (${key}, ${attempt})
          on conflict (key) do update set attempt = excluded.attempt, sent_at = now()
            where not f.done and f.sent_at < now() - ${GIVEN_UP_SECONDS} * interval '1 second'
          returning 1 as begun`,
    );
    return begun.length > 0;
  }

  /** Where it led is worth less than what it did: that it cannot be kept is no reason to say that nothing was done. */
  private async answered(what: Once, handle: () => Promise<unknown>, req: FoyerRequest): Promise<unknown> {
    const { key, attempt } = what;
    let answer: unknown;
    try {
      return (answer = await once(what, handle));
    } catch (error) {
      if (error instanceof DoneBefore) return OVERTAKEN;
      throw error;
    } finally {
      const kept = this.worthKeeping(answer, req, what.done);
      const statement = kept
        ? sql`update ${sentForm()} set done = true, answer = ${JSON.stringify(kept)}::jsonb where key = ${key}`
        : sql`delete from ${sentForm()} where key = ${key} and attempt = ${attempt}`;
      await this.beside(statement).catch(() => undefined);
    }
  }

  /** A guest gets pages where others are led somewhere; they may hold a key, so nobody else can read them. */
  private worthKeeping(answer: unknown, req: FoyerRequest, done: boolean): Kept['answer'] {
    if (answer instanceof SeeOther) return answer;
    if (!(answer instanceof OtherView) || answer.status !== 200) return null;
    if (!answer.kept && (req.foyer.principal?.session || !done)) return null;
    return { page: seal(this.config.secretKey, purposeOf(req), JSON.stringify(answer)) };
  }

  private givenAgain(
    answer: NonNullable<Kept['answer']>,
    now: boolean,
    req: FoyerRequest,
  ): SeeOther | OtherView | null {
    if (!('page' in answer))
      return now ? new SeeOther(answer.location, answer.flash) : seeOther(answer.location, SENT_BEFORE, 'info');
    const { template, view } = JSON.parse(
      unseal(this.config.secretKey, purposeOf(req), answer.page) ?? '{}',
    ) as Partial<OtherView>;
    return template ? new OtherView(template, view ?? {}) : null;
  }

  private beside<Row>(statement: Sql): Promise<Row[]> {
    const database = currentTenantOrNull() ? this.database : this.platform;
    return apart(() => database.write((em) => rows<Row>(em, statement)));
  }
}

/** The platform's own forms, of staff and of those who sign up, are kept beside its other tables. */
const schemaNow = (): string => currentTenantOrNull()?.schema ?? 'platform';
const sentForm = (): Sql => tableOf(schemaNow(), 'sent_form');

/** The token is kept nowhere, so that a page opens only for whoever sends its form again. */
const purposeOf = ({ body }: FoyerRequest): string =>
  `${PURPOSE} ${String((body as Record<string, unknown>)['_csrf'])}`;

/** A guest is told apart by the token of the form alone. */
function keyOf(req: FoyerRequest): Buffer | null {
  const { machine, principal, url } = req.foyer;
  if (isSafe(req.method) || machine) return null;
  const files = (req.uploads ?? []).map(({ field, name, size }) => [field, name, size]);
  return createHash('sha256')
    .update(JSON.stringify([principal?.session?.id ?? null, url, req.body, files]))
    .digest();
}

/** The page the form stood on. */
function cameFrom(req: FoyerRequest): string {
  const referer = URL.parse(req.get('referer') ?? '');
  if (referer && referer.host === req.get('host')) return referer.pathname + referer.search;
  return req.foyer.url.startsWith('/console/') ? '/console' : '/';
}
