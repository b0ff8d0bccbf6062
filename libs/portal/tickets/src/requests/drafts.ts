import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InvalidField } from '@foyer/access';
import { type Limit, Limits } from '@foyer/credentials';
import { Database, rows, type Sql, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import { Chores } from '@foyer/tenants';

export type DraftContent = Record<string, string | string[]>;
export interface Draft {
  place: string;
  content: DraftContent;
  updatedAt: string;
}

const MAX_DRAFTS = 20;
const DAYS = 60;
/** Of one draft as JSON: a long description and its answers. */
const MAX_CHARACTERS = 60_000;
const KEPT: Limit = { name: 'draft', points: 1_200, seconds: 3_600 };
/** `new:<type>`, `open:<type>` in the console, `reply:` and `note:` with the ticket's number. */
const PLACE = /^(?:new|open|reply|note):[A-Za-z0-9-]{1,40}$/;
const NOT_KEPT = /^_|password|token|^(?:place|draft|again|seen|type)$/;

/** What people have typed and not sent yet, each for themselves alone. */
@Injectable()
export class Drafts implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly limits: Limits,
    private readonly chores: Chores,
  ) {}

  onModuleInit(): void {
    this.chores.register('tickets.drafts', () => this.forgetOld());
  }

  /** Keeps the content of the form at this place; what was there before is gone. */
  async keep(actor: PortalActor, place: string, typed: DraftContent): Promise<void> {
    if (!actor.id || !PLACE.test(place)) throw new InvalidField('place', 'web.form.wrong');
    await this.limits.count(KEPT, actor.id);
    const content = Object.fromEntries(Object.entries(typed).filter(([name]) => !NOT_KEPT.test(name)));
    if (JSON.stringify(content).length > MAX_CHARACTERS) throw new InvalidField('place', 'tickets.draft.too-long');
    await this.database.write(async (em) => {
      await rows(
        em,
        sql`insert into ${table('ticket_draft')} (person_id, place, content) values (${actor.id}, ${place}, ${JSON.stringify(content)}::jsonb)
            on conflict (person_id, place) do update set content = excluded.content, updated_at = now()`,
      );
      await rows(
        em,
        sql`delete from ${table('ticket_draft')} d where d.person_id = ${actor.id} and d.place not in (
              select place from ${table('ticket_draft')} k where k.person_id = ${actor.id} order by k.updated_at desc limit ${MAX_DRAFTS})`,
      );
    });
  }

  async find(actor: PortalActor, place: string): Promise<Draft | null> {
    const [draft] = await this.database.read((em) =>
      rows<Draft>(
        em,
        sql`select place, content, updated_at as "updatedAt" from ${draftsOf(actor)} and d.place = ${place}`,
      ),
    );
    return draft ?? null;
  }

  async discard(actor: PortalActor, place: string): Promise<void> {
    await this.database.write((em) =>
      rows(em, sql`delete from ${table('ticket_draft')} where person_id = ${actor.id} and place = ${place}`),
    );
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
