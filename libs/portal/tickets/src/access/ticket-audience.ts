import { Injectable } from '@nestjs/common';
import { Abilities, allowed, holds, why } from '@foyer/access';
import { ALPHABETICAL, Database, rows, sql, table } from '@foyer/database';
import { AT_DESK, PortalPrincipals } from '@foyer/identity';
import type { Reader } from '@foyer/notify';
import type { TicketView } from '../ticket-detail.js';

export interface Onlooker {
  id: string;
  name: string;
  team: boolean;
  company: string | null;
  /** In the team, else in the company. */
  role: string | null;
  /** Message key of the rule by which they see it. */
  why: string;
  replies: boolean;
}
/** What rules ask of a ticket. */
export type RuledTicket = Pick<
  TicketView,
  'id' | 'requesterId' | 'companyId' | 'watcherIds' | 'assigneeId' | 'groupId'
>;
const MOST = 300;

/** What a notice about a ticket is about. */
export type AboutTicket = { ticketId: string };
/**
 * As whom somebody gets a mail: whoever reads the ticket, the team behind it, those of it who have nothing to do with the
 * ticket yet, or whoever decides about it.
 */
type MailReader = 'reader' | 'colleague' | 'bystander' | 'approver';

/**
 * Who can see a ticket, and why: everybody it could concern is asked by the very rules that decide, so the list cannot
 * say otherwise than the pages do.
 */
@Injectable()
export class TicketAudience {
  constructor(
    private readonly database: Database,
    private readonly principals: PortalPrincipals,
    private readonly abilities: Abilities,
  ) {}

  /** Those of the people who may see the ticket, as for mails about it; one statement. */
  async among(ids: string[], ticket: RuledTicket): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const grantees = await this.principals.grantees(ids);
    const readers = grantees.filter(({ grants }) => allowed(this.abilities.of(grants), 'read', 'Ticket', ticket));
    return new Set(readers.map(({ id }) => id));
  }

  /** The rule of every notice about a ticket: who of the readers may know of it, at the address that it goes to. */
  async mayKnow(readers: Reader[], { ticketId }: AboutTicket, as: MailReader = 'reader'): Promise<Reader[]> {
    if (!ticketId) return [];
    const [ticket] = await this.database.read((em) =>
      rows<RuledTicket & { answersTo: string | null }>(
        em,
        sql`select id, requester_id as "requesterId", company_id as "companyId", to_json(watcher_ids) as "watcherIds",
                   assignee_id as "assigneeId", group_id as "groupId", answers_to as "answersTo" from ${table('ticket')} where id = ${ticketId}`,
      ),
    );
    const atDesk = as === 'colleague' || as === 'bystander';
    const ids = readers.flatMap(({ id }) => id ?? []);
    if (!ticket || ids.length === 0) return [];
    const people = await this.principals.grantees(ids, atDesk ? AT_DESK : {});
    const knowing = people.flatMap(({ id, grants, ticketMails: wish }) => {
      const ability = this.abilities.of(grants);
      if (as === 'approver') return allowed(ability, 'approve', 'Ticket', ticket) ? id : [];
      if (!allowed(ability, 'read', 'Ticket', ticket)) return [];
      const mine = !grants.team || ticket.requesterId === id;
      if (!mine && (wish === 'none' || (as === 'bystander' && wish !== 'all'))) return [];
      return as === 'reader' || holds(ability, 'read', 'Note') ? id : [];
    });
    return readers.filter(
      ({ id, address, email }) =>
        id !== null &&
        knowing.includes(id) &&
        (address === email || (id === ticket.requesterId && address === ticket.answersTo)),
    );
  }

  async of(ticket: RuledTicket): Promise<Onlooker[]> {
    const people = await this.database.read((em) =>
      rows<{ id: string }>(
        em,
        sql`with recursive up as (
              select c.id, c.parent_id, c.partner_ids from ${table('company')} c where c.id = ${ticket.companyId}
              union select c.id, c.parent_id, c.partner_ids from ${table('company')} c join up on c.id = up.parent_id)
            select p.id from ${table('person')} p
             where p.status = 'active' and (
                   p.team_role is not null or p.id = ${ticket.requesterId} or p.id = any(${ticket.watcherIds}::uuid[])
                   or exists (select from ${table('membership')} m where m.person_id = p.id
                                 and (m.company_id in (select id from up) or m.company_id = any(select unnest(partner_ids) from up where up.id = ${ticket.companyId}))))
             order by (p.team_role is not null), p.name ${ALPHABETICAL} limit ${MOST}`,
      ),
    );
    const grantees = await this.principals.grantees(people.map(({ id }) => id));
    return grantees.flatMap(({ id, name, grants, places }) => {
      const ability = this.abilities.of(grants);
      if (!allowed(ability, 'read', 'Ticket', ticket)) return [];
      const place = places.find((one) => one.id === ticket.companyId) ?? places[0];
      return {
        ...{ id, name, team: grants.team !== null },
        company: grants.team ? null : (place?.name ?? null),
        role: grants.team?.role ?? place?.role ?? null,
        why: why(ability, 'read', 'Ticket', ticket)!,
        replies: allowed(ability, 'reply', 'Ticket', ticket),
      };
    });
  }
}
