import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { InvalidField } from '@foyer/access';
import { type Limit, Limits } from '@foyer/credentials';
import { Database, rows, type Sql, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import { Maintenance } from '@foyer/tenants';

export type DraftContent = Record<string, string | string[]>;

/** A text and the window it is of; `at` is its version as well. */
interface BesideDraft {
  tab: string;
  content: DraftContent;
  at: string;
}
/** As a form shows it: the text it is filled with, and what other windows keep at the same place. */
export interface ShownDraft {
  content: DraftContent;
  updatedAt: string;
  beside: { content: DraftContent; at: string }[];
}
/** A request that was begun and whose type is offered no longer: it waits at its own place for a form to take it over. */
export interface OrphanDraft {
  place: string;
  content: DraftContent;
  updatedAt: string;
}
export interface KeptDraft {
  version: string;
  /** How many other texts are kept for the same place. */
  beside: number;
}
/** Which window it is, which nobody knows without a script, and which version of the draft it goes on from. */
interface DraftMark {
  tab: string;
  version: string;
}

const MAX_DRAFTS = 20;
const MAX_BESIDE = 3;
const DAYS = 60;
/** Of one draft as JSON: a long description and its answers. */
const MAX_CHARACTERS = 60_000;
const KEPT: Limit = { name: 'draft', points: 1_200, seconds: 3_600 };
/** `new:<type>`, `open:<type>` in the console, `reply:` and `note:` with the ticket's number. */
const PLACE = /^(?:new|open|reply|note):[A-Za-z0-9-]{1,40}$/;
const NOT_KEPT = /^_|password|token|^(?:place|draft|again|seen|type)$/;

function markOf({ _tab: tab, _version: version }: DraftContent): DraftMark | null {
  if (typeof tab !== 'string' && typeof version !== 'string') return null;
  return {
    tab: typeof tab === 'string' && /^[\w-]{1,40}$/.test(tab) ? tab : '',
    version: typeof version === 'string' ? version.slice(0, 40) : '',
  };
}

/** Whether a form with this mark wrote a text, or was filled from it. */
const isFrom = (mark: DraftMark | null, { tab, at }: { tab: string; at: string }): boolean =>
  !!mark && ((tab !== '' && tab === mark.tab) || at === mark.version);

/** What people have typed and not sent yet, each for themselves alone. */
@Injectable()
export class Drafts implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly limits: Limits,
    private readonly maintenance: Maintenance,
  ) {}

  onModuleInit(): void {
    this.maintenance.register('tickets.drafts', () => this.forgetOld());
  }

  /**
   * Keeps the content of the form at this place. Where another window has kept its own there meanwhile, that is kept beside.
   * Says what its version is now, for the next time.
   */
  async keep(actor: PortalActor, place: string, typed: DraftContent): Promise<KeptDraft> {
    if (!actor.id || !PLACE.test(place)) throw new InvalidField('place', 'web.form.wrong');
    await this.limits.count(KEPT, actor.id);
    const content = Object.fromEntries(Object.entries(typed).filter(([name]) => !NOT_KEPT.test(name)));
    if (JSON.stringify(content).length > MAX_CHARACTERS) throw new InvalidField('place', 'tickets.draft.too-long');
    const mark = markOf(typed);
    return this.database.write(async (em) => {
      const before = await this.locked(em, actor, place);
      const beside = (before?.beside ?? []).filter((one) => !isFrom(mark, one));
      const displaced =
        before && mark && !isFrom(mark, before) && JSON.stringify(before.content) !== JSON.stringify(content);
      if (displaced) beside.push({ tab: before.tab, content: before.content, at: before.at });
      const [kept] = await rows<{ version: string }>(
        em,
        sql`insert into ${table('ticket_draft')} (person_id, place, content, tab, beside)
            values (${actor.id}, ${place}, ${JSON.stringify(content)}::jsonb, ${mark?.tab ?? ''}, ${JSON.stringify(beside.slice(-MAX_BESIDE))}::jsonb)
            on conflict (person_id, place) do update set content = excluded.content, tab = excluded.tab, beside = excluded.beside, updated_at = now()
            returning to_json(updated_at)#>>'{}' as version`,
      );
      await rows(
        em,
        sql`delete from ${table('ticket_draft')} d where d.person_id = ${actor.id} and d.place not in (
              select place from ${table('ticket_draft')} k where k.person_id = ${actor.id} order by k.updated_at desc limit ${MAX_DRAFTS})`,
      );
      await this.takenOver(actor, place, typed);
      return { version: kept!.version, beside: beside.length };
    });
  }

  /**
   * Forgets what the form that was sent had kept and what it had been filled from, whichever window that was of; what it never
   * showed stays, and takes its place.
   */
  async discard(actor: PortalActor, place: string, sent: DraftContent = {}): Promise<void> {
    await this.database.write(async (em) => {
      await this.takenOver(actor, place, sent);
      const mark = markOf(sent);
      const draft = await this.locked(em, actor, place);
      if (!draft) return;
      const others = draft.beside.filter((one) => !isFrom(mark, one));
      const left = !mark || isFrom(mark, draft) ? others.pop() : draft;
      await rows(
        em,
        left
          ? sql`update ${table('ticket_draft')} set content = ${JSON.stringify(left.content)}::jsonb, tab = ${left.tab}, beside = ${JSON.stringify(others)}::jsonb, updated_at = ${left.at}::timestamptz
                 where person_id = ${actor.id} and place = ${place}`
          : sql`delete from ${table('ticket_draft')} where person_id = ${actor.id} and place = ${place}`,
      );
    });
  }

  /** What a form was filled with from another place is from now on at its own alone. */
  private async takenOver(actor: PortalActor, place: string, { _from: from }: DraftContent): Promise<void> {
    if (typeof from === 'string' && from !== place && PLACE.test(from)) await this.discard(actor, from);
  }

  private async locked(em: SqlEntityManager, actor: PortalActor, place: string) {
    // Two windows that begin at once follow one another as well.
    await rows(em, sql`select 1 from ${table('person')} where id = ${actor.id} for no key update`);
    const [draft] = await rows<BesideDraft & { beside: BesideDraft[] }>(
      em,
      sql`select d.content, d.tab, d.beside, to_json(d.updated_at)#>>'{}' as at
            from ${draftsOf(actor)} and d.place = ${place}`,
    );
    return draft;
  }

  /** Requests begun and not sent, the latest first. */
  unfinished(actor: PortalActor): Promise<{ place: string; subject: string; updatedAt: string }[]> {
    return this.database.read((em) =>
      rows(
        em,
        sql`select d.place, coalesce(d.content->>'subject', '') as subject, d.updated_at as "updatedAt"
              from ${draftsOf(actor)} and d.place like 'new:%' order by d.updated_at desc limit ${MAX_DRAFTS}`,
      ),
    );
  }

  private forgetOld(): Promise<unknown> {
    return this.database.write((em) =>
      rows(em, sql`delete from ${table('ticket_draft')} where updated_at < now() - make_interval(days => ${DAYS})`),
    );
  }
}

/** The only way to a draft: through the person whose it is. */
export const draftsOf = (actor: PortalActor): Sql => sql`${table('ticket_draft')} d where d.person_id = ${actor.id}`;

/** A `ShownDraft`, as JSON in a larger statement. */
export const shownDraftOf = (actor: PortalActor, place: string): Sql =>
  sql`(select json_build_object('content', d.content, 'updatedAt', d.updated_at, 'beside', d.beside) from ${draftsOf(actor)} and d.place = ${place})`;

/** The latest request whose type is not among the places offered: an `OrphanDraft`, as JSON in a larger statement. */
export const orphanDraftOf = (actor: PortalActor, offered: readonly string[]): Sql =>
  sql`(select json_build_object('place', d.place, 'content', d.content, 'updatedAt', d.updated_at) from ${draftsOf(actor)}
          and d.place like 'new:%' and d.place <> all(${offered}::text[]) order by d.updated_at desc limit 1)`;

/** What a form needs to keep its draft: the version it goes on from, and what other windows keep of the same text. */
export const draftView = (draft: ShownDraft | null) => ({
  version: draft?.updatedAt ?? '',
  beside: (draft?.beside ?? []).map(({ content, at }) => ({
    at,
    text: [content['subject'], content['description'], content['body']].filter(Boolean).join('\n\n'),
  })),
});
