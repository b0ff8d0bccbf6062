import { Injectable } from '@nestjs/common';
import { holds } from '@foyer/access';
import { Database, join, rows, sql, type Sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import { type Priority, saidCategory, type SaidCategory, type TicketStatus } from '@foyer/requests';
import { type ListOrder, type TicketFilter, ticketsWhere, UNDONE_SQL, type ViewFilter } from './ticket-filter.js';
import { SHOWN_AT } from './ticket-sides.js';

/** Counts of views stop here: beyond it, nobody counts. */
export const COUNTED = 1000;
const EVERYTHING = 10_000;
export interface TicketRow {
  id: string;
  number: number;
  subject: string;
  status: TicketStatus;
  statusId: string | null;
  priority: Priority;
  tags: string[];
  snoozedUntil: string | null;
  dueAt: string | null;
  updatedAt: string;
  createdAt: string;
  category: SaidCategory | null;
  requester: string;
  company: string | null;
  assignee: string | null;
  /** What was written last, for the team: its first letters, and whether the reader has not seen it. */
  last?: { kind: 'reply' | 'note'; text: string; markdown: boolean; unread: boolean } | null;
}
export interface TicketPage {
  rows: TicketRow[];
  next: string | null;
  previous: string | null;
}

const CURSOR = /^([<>])(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00|infinity)~([0-9a-f-]{36})$/;
/** The last touched first; for customers, what last changed before their eyes. */
type Order = ListOrder | 'shown';
/** What is due at no time comes last, as if it were due at the end of time. */
const ORDERS = {
  touched: { by: sql`t.updated_at`, descending: true },
  shown: { by: SHOWN_AT, descending: true },
  oldest: { by: sql`t.created_at`, descending: false },
  newest: { by: sql`t.created_at`, descending: true },
  due: { by: sql`coalesce(t.due_at, 'infinity'::timestamptz)`, descending: false },
} as const satisfies Record<Order, { by: Sql; descending: boolean }>;

/**
 * Lists of tickets, limited to what the actor may read. One statement a page: which they are is found first, from an
 * index alone where one holds all that is asked, and only those are read whole.
 */
@Injectable()
export class TicketList {
  constructor(private readonly database: Database) {}

  async page(actor: PortalActor, filter: TicketFilter): Promise<TicketPage> {
    const [, direction, at, id] = CURSOR.exec(filter.cursor ?? '') ?? [];
    const backwards = direction === '>';
    const ofTeam = holds(actor.ability, 'read', 'Note');
    const { by, descending } = ORDERS[filter.order ?? (ofTeam ? 'touched' : 'shown')];
    const changed = ORDERS[ofTeam ? 'touched' : 'shown'].by;
    const falling = descending !== backwards;
    const where = ticketsWhere(actor, filter);
    if (at)
      where.push(
        falling
          ? sql`(${by}, t.id) < (${at}::timestamptz, ${id}::uuid)`
          : sql`(${by}, t.id) > (${at}::timestamptz, ${id}::uuid)`,
      );
    const order = falling ? sql`${by} desc, t.id desc` : sql`${by}, t.id`;
    const found = await this.database.read((em) =>
      rows<TicketRow & { place: string }>(
        em,
        sql`select t.id, t.number::int, t.subject, t.status, t.status_id as "statusId", t.priority, to_json(t.tags) as tags, t.snoozed_until as "snoozedUntil", t.due_at as "dueAt", (${changed} at time zone 'UTC')::text || '+00' as "updatedAt", t.created_at as "createdAt",
                   case when isfinite(${by}) then (${by} at time zone 'UTC')::text || '+00' else 'infinity' end as place,
                   ${ofTeam ? lastWritten(actor) : sql`null::json`} as last,
                   ${saidCategory('c')} as category, r.name as requester, o.name as company, a.name as assignee
              from (select t.id from ${table('ticket')} t where ${join(where, ' and ')} order by ${order} limit ${filter.limit + 1}) found
              join ${table('ticket')} t on t.id = found.id
              join ${table('person')} r on r.id = t.requester_id
              left join ${table('person')} a on a.id = t.assignee_id
              left join ${table('company')} o on o.id = t.company_id
              left join ${table('ticket_category')} c on c.id = t.category_id
             order by ${order}`,
      ),
    );
    const more = found.length > filter.limit;
    const page = backwards ? found.slice(0, filter.limit).reverse() : found.slice(0, filter.limit);
    const cursor = (row: (typeof found)[number] | undefined, sign: string) =>
      row ? `${sign}${row.place}~${row.id}` : null;
    return {
      rows: page,
      next: backwards || more ? cursor(page.at(-1), '<') : null,
      previous: backwards ? (more ? cursor(page[0], '>') : null) : at ? cursor(page[0], '>') : null,
    };
  }

  /** All that a filter finds, up to `EVERYTHING`: a spreadsheet's worth, page by page. */
  async everything(actor: PortalActor, filter: ViewFilter): Promise<TicketRow[]> {
    const tickets: TicketRow[] = [];
    let cursor: string | null = null;
    do {
      const page: TicketPage = await this.page(actor, { ...filter, cursor, limit: 1000 });
      tickets.push(...page.rows);
      cursor = page.next;
    } while (cursor !== null && tickets.length < EVERYTHING);
    return tickets.slice(0, EVERYTHING);
  }

  /** How many tickets the actor may see, or of those that a filter finds up to `COUNTED`. */
  async count(actor: PortalActor, filter?: ViewFilter): Promise<number> {
    const where = join(ticketsWhere(actor, filter ?? {}), ' and ');
    const limit = filter ? COUNTED : null;
    const [row] = await this.database.read((em) =>
      rows<{ count: number }>(
        em,
        sql`select count(*)::int as count from (select 1 from ${table('ticket')} t where ${where} limit ${limit}) x`,
      ),
    );
    return row!.count;
  }
}

/** As much of a message as one line of a list can show. */
const SNIPPET = 160;

/** Seen is what was there when the reader last had the ticket open, and all from before they came. */
const lastWritten = ({ id }: PortalActor): Sql => sql`(
  select json_build_object('kind', m.kind, 'text', left(m.body, ${SNIPPET}), 'markdown', m.format = 'markdown',
           'unread', ${UNDONE_SQL} and m.author_id is distinct from ${id} and m.created_at > coalesce(
             (select s.seen_at from ${table('ticket_seen')} s where s.person_id = ${id} and s.ticket_id = t.id),
             (select p.created_at from ${table('person')} p where p.id = ${id})))
    from ${table('ticket_message')} m where m.ticket_id = t.id and m.kind <> 'event'
   order by m.created_at desc, m.id desc limit 1)`;

/** `999+` beyond what is counted. */
export const countText = (count: number): string => (count >= COUNTED ? `${COUNTED - 1}+` : String(count));
