import { Injectable } from '@nestjs/common';
import { allowed } from '@foyer/access';
import { ALPHABETICAL, Database, rows, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import { saidCategory, type SaidCategory } from '@foyer/requests';
import { type OrphanDraft, orphanDraftOf, type ShownDraft, shownDraftOf } from './drafts.js';

export interface Surroundings {
  categories: SaidCategory[];
  draft: ShownDraft | null;
  /** Of a type that is offered no longer. */
  orphan: OrphanDraft | null;
  /** People for whom the actor may ask, by company. */
  colleagues: { personId: string; name: string; companyId: string }[];
}

const MOST_COLLEAGUES = 500;

/** What a new request's page needs from the database, in one statement. */
@Injectable()
export class RequestSurroundings {
  constructor(private readonly database: Database) {}

  async read(actor: PortalActor, place: string, offered: readonly string[] | null = null): Promise<Surroundings> {
    const companies = actor.companies.filter(({ id }) => mayAskFor(actor, id)).map(({ id }) => id);
    const [row] = await this.database.read((em) =>
      rows<Surroundings>(
        em,
        sql`select (select coalesce(json_agg(${saidCategory('c')} order by c.position, c.name ${ALPHABETICAL}), '[]')
                      from ${table('ticket_category')} c where c.archived_at is null) as categories,
                   ${shownDraftOf(actor, place)} as draft,
                   ${offered ? orphanDraftOf(actor, offered) : sql`null`} as orphan,
                   (select coalesce(json_agg(json_build_object('personId', m.person_id, 'name', m.name, 'companyId', m.company_id) order by m.name ${ALPHABETICAL}), '[]')
                      from (select m.person_id, m.company_id, p.name from ${table('membership')} m join ${table('person')} p on p.id = m.person_id
                             where m.company_id = any(${companies}::uuid[]) and p.status = 'active' and p.id <> ${actor.id}
                             order by p.name ${ALPHABETICAL} limit ${MOST_COLLEAGUES}) m) as colleagues`,
      ),
    );
    return row!;
  }
}

const mayAskFor = ({ ability }: PortalActor, companyId: string): boolean =>
  allowed(ability, 'open-for', 'Ticket', { companyId });
