import { Injectable } from '@nestjs/common';
import { accessible } from '@foyer/access';
import { ALPHABETICAL, condition, Database, join, rows, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import { Agents, saidCategory, type SaidCategory } from '@foyer/requests';
import { ticketsWhere, type ViewFilter } from '../ticket-filter.js';
import { COUNTED, type TicketRow } from '../ticket-list.js';

type Option = { value: string; label: string };
export interface Surroundings {
  counts: Record<string, number>;
  agents: Option[];
  companies: Option[];
}
export interface Beside {
  customer: { phone: string | null; since: string };
  agents: Option[];
  categories: SaidCategory[];
  others: TicketRow[];
}

/** What the team sees around a list of tickets and beside one. */
@Injectable()
export class TicketSurroundings {
  constructor(
    private readonly database: Database,
    private readonly agents: Agents,
  ) {}

  /**
   * What stands around the inbox: how much each view holds, up to `COUNTED`, and whom one can filter by. One statement.
   */
  async surroundings(actor: PortalActor, views: { name: string; filter: ViewFilter }[]): Promise<Surroundings> {
    const mayKnow = condition(accessible(actor.ability, 'read', 'Company', 'c'));
    const count = ({ name, filter }: (typeof views)[number]) =>
      sql`${name}::text, (select count(*) from (select 1 from ${table('ticket')} t where ${join(ticketsWhere(actor, filter), ' and ')} limit ${COUNTED}) x)`;
    const agents = await this.agents.options();
    const [row] = await this.database.read((em) =>
      rows<Surroundings>(
        em,
        sql`select json_build_object(${join(views.map(count), ', ')}) as counts,
                   ${agents} as agents,
                   (select coalesce(json_agg(json_build_object('value', c.id, 'label', c.name) order by c.name ${ALPHABETICAL}), '[]')
                      from (select c.id, c.name from ${table('company')} c where ${mayKnow} order by c.name ${ALPHABETICAL} limit 200) c) as companies`,
      ),
    );
    return row!;
  }

  /** What stands beside a ticket for the team: the customer, their latest other tickets, and what the form offers. One statement. */
  async beside(actor: PortalActor, ticket: { id: string; requesterId: string }): Promise<Beside> {
    const may = condition(accessible(actor.ability, 'read', 'Ticket', 't'));
    const agents = await this.agents.options();
    const [row] = await this.database.read((em) =>
      rows<Beside>(
        em,
        sql`select json_build_object('phone', p.phone, 'since', p.created_at) as customer, ${agents} as agents,
                   (select coalesce(json_agg(${saidCategory('c')} order by c.position, c.name ${ALPHABETICAL}), '[]') from ${table('ticket_category')} c) as categories,
                   (select coalesce(json_agg(o order by o."updatedAt" desc), '[]') from (
                      select t.id, t.number, t.subject, t.status, t.status_id as "statusId", t.priority, t.tags, t.snoozed_until as "snoozedUntil", t.due_at as "dueAt", t.updated_at as "updatedAt" from ${table('ticket')} t
                       where t.requester_id = p.id and t.id <> ${ticket.id} and ${may} order by t.updated_at desc limit 5) o) as others
              from ${table('person')} p where p.id = ${ticket.requesterId}`,
      ),
    );
    return row!;
  }

  /** The tags of what was touched last, the most used first. */
  async tags(actor: PortalActor): Promise<string[]> {
    const may = condition(accessible(actor.ability, 'read', 'Ticket', 't'));
    const found = await this.database.read((em) =>
      rows<{ tag: string }>(
        em,
        sql`select tag from (select t.tags from ${table('ticket')} t where t.tags <> '{}' and ${may} order by t.updated_at desc limit 2000) t, unnest(t.tags) tag
             group by tag order by count(*) desc, tag limit 100`,
      ),
    );
    return found.map(({ tag }) => tag);
  }
}
