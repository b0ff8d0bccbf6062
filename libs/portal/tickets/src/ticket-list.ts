import { Injectable } from '@nestjs/common';
import { accessible } from '@foyer/access';
import { condition, Database, join, rows, type Sql, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import type { Priority, TicketStatus } from './ticket.entity.js';
import { parseTicketNumber } from './ticket-number.js';

export interface TicketRow {
  id: string;
  number: number;
  subject: string;
  status: TicketStatus;
  priority: Priority;
  updatedAt: string;
  createdAt: string;
  category: string | null;
  requester: string;
  company: string | null;
  assignee: string | null;
}
export interface TicketFilter {
  scope?: 'mine' | 'company' | 'all';
  statuses?: readonly TicketStatus[] | null;
  /** An agent's id, or tickets of nobody. */
  assignee?: string | 'none' | null;
  companyId?: string | null;
  search?: string | null;
  /** Place in the list, from the page before. */
  cursor?: string | null;
  limit: number;
}
export interface TicketPage {
  rows: TicketRow[];
  next: string | null;
  previous: string | null;
}

const CURSOR = /^([<>])(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00)~([0-9a-f-]{36})$/;

/** Lists of tickets, the last touched first, limited to what the actor may read. One statement a page. */
@Injectable()
export class TicketList {
  constructor(private readonly database: Database) {}

  async page(actor: PortalActor, filter: TicketFilter): Promise<TicketPage> {
    const [, direction, at, id] = CURSOR.exec(filter.cursor ?? '') ?? [];
    const backwards = direction === '>';
    const where = this.where(actor, filter);
    if (at) where.push(backwards ? sql`(t.updated_at, t.id) > (${at}::timestamptz, ${id}::uuid)` : sql`(t.updated_at, t.id) < (${at}::timestamptz, ${id}::uuid)`);
    const order = backwards ? sql`t.updated_at, t.id` : sql`t.updated_at desc, t.id desc`;
    const found = await this.database.read((em) =>
      rows<TicketRow>(
        em,
        sql`select t.id, t.number::int, t.subject, t.status, t.priority, (t.updated_at at time zone 'UTC')::text || '+00' as "updatedAt", t.created_at as "createdAt",
                   c.name as category, r.name as requester, o.name as company, a.name as assignee
              from (select * from ${table('ticket')} t where ${join(where, ' and ')} order by ${order} limit ${filter.limit + 1}) t
              join ${table('person')} r on r.id = t.requester_id
              left join ${table('person')} a on a.id = t.assignee_id
              left join ${table('company')} o on o.id = t.company_id
              left join ${table('ticket_category')} c on c.id = t.category_id
             order by ${order}`,
      ),
    );
    const more = found.length > filter.limit;
    const page = backwards ? found.slice(0, filter.limit).reverse() : found.slice(0, filter.limit);
    const cursor = (row: TicketRow | undefined, sign: string) => (row ? `${sign}${row.updatedAt}~${row.id}` : null);
    return {
      rows: page,
      next: backwards || more ? cursor(page.at(-1), '<') : null,
      previous: backwards ? (more ? cursor(page[0], '>') : null) : at ? cursor(page[0], '>') : null,
    };
  }

  /** How many tickets each status, and each of the agent's usual views, holds. */
  async counts(actor: PortalActor, filter: Pick<TicketFilter, 'scope' | 'companyId'>): Promise<Record<string, number>> {
    const where = this.where(actor, filter);
    const [row] = await this.database.read((em) =>
      rows<Record<string, number>>(
        em,
        sql`select count(*)::int as all, count(*) filter (where t.status = 'open')::int as open,
                   count(*) filter (where t.status = 'pending')::int as pending,
                   count(*) filter (where t.status = 'on_hold')::int as on_hold,
                   count(*) filter (where t.status = 'solved')::int as solved,
                   count(*) filter (where t.status = 'closed')::int as closed,
                   count(*) filter (where t.assignee_id = ${actor.id} and t.status in ('open', 'pending', 'on_hold'))::int as mine,
                   count(*) filter (where t.assignee_id is null and t.status in ('open', 'pending', 'on_hold'))::int as unassigned
              from ${table('ticket')} t where ${join(where, ' and ')}`,
      ),
    );
    return row!;
  }

  private where(actor: PortalActor, { scope = 'all', statuses, assignee, companyId, search }: Partial<TicketFilter>): Sql[] {
    const where = [condition(accessible(actor.ability, 'read', 'Ticket', 't'))];
    if (scope === 'mine') where.push(sql`t.requester_id = ${actor.id}`);
    if (scope === 'company') where.push(sql`t.company_id = any(${actor.companies.map(({ id }) => id)})`);
    if (statuses) where.push(sql`t.status = any(${statuses})`);
    if (assignee) where.push(assignee === 'none' ? sql`t.assignee_id is null` : sql`t.assignee_id = ${assignee}`);
    if (companyId) where.push(sql`t.company_id = ${companyId}`);
    if (search) where.push(found(search));
    return where;
  }
}

function found(search: string): Sql {
  const number = parseTicketNumber(search) ?? (/^[1-9]\d{0,14}$/.test(search) ? Number(search) : null);
  const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
  return number === null ? sql`t.subject ilike ${pattern}` : sql`(t.number = ${number} or t.subject ilike ${pattern})`;
}
