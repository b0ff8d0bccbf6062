import { Injectable } from '@nestjs/common';
import { accessible, holds } from '@foyer/access';
import {
  ALPHABETICAL,
  condition,
  Database,
  join,
  rows,
  sql,
  type Sql,
  table,
  verbatim,
  wordsQuery,
} from '@foyer/database';
import { folded } from '@foyer/i18n';
import type { PortalActor } from '@foyer/identity';
import { Agents, type Priority, saidCategory, type SaidCategory, tagOf, type TicketStatus } from '@foyer/requests';
import { type Conditions, conditionsSql } from './conditions/ticket-conditions.js';
import { SHOWN_AT } from './ticket-sides.js';

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
export interface TicketFilter {
  scope?: 'mine' | 'company' | 'all';
  statuses?: readonly TicketStatus[] | null;
  /** Only those that are laid aside, or none of them. */
  snoozed?: boolean;
  /** An agent's id, or tickets of nobody. */
  assignee?: string | 'none' | null;
  companyId?: string | null;
  requesterId?: string | null;
  groupId?: string | null;
  typeId?: string | null;
  priority?: Priority | null;
  tag?: string | null;
  /** The last touched first, unless said otherwise. */
  order?: ListOrder;
  conditions?: Conditions | null;
  /** What the actor wants to do with them; reading, unless said otherwise. */
  action?: 'read' | 'export';
  search?: string | null;
  number?: number | null;
  /** Only what this one may read as well. */
  reader?: PortalActor;
  /** Place in the list, from the page before. */
  cursor?: string | null;
  limit: number;
}
export const LIST_ORDERS = ['touched', 'oldest', 'newest', 'due'] as const;
/** The last touched first; for customers, what last changed before their eyes. */
type Order = ListOrder | 'shown';
export type ListOrder = (typeof LIST_ORDERS)[number];
export type ViewFilter = Omit<TicketFilter, 'limit' | 'cursor'>;
/** Counts of views stop here: beyond it, nobody counts. */
export const COUNTED = 1000;
const EVERYTHING = 10_000;
export const UNDONE: readonly TicketStatus[] = ['open', 'pending', 'on_hold'];

export interface TicketPage {
  rows: TicketRow[];
  next: string | null;
  previous: string | null;
}

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

const CURSOR = /^([<>])(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00|infinity)~([0-9a-f-]{36})$/;
/** What is due at no time comes last, as if it were due at the end of time. */
const ORDERS = {
  touched: { by: sql`t.updated_at`, descending: true },
  shown: { by: SHOWN_AT, descending: true },
  oldest: { by: sql`t.created_at`, descending: false },
  newest: { by: sql`t.created_at`, descending: true },
  due: { by: sql`coalesce(t.due_at, 'infinity'::timestamptz)`, descending: false },
} as const satisfies Record<Order, { by: Sql; descending: boolean }>;

/** Lists of tickets, limited to what the actor may read. One statement a page. */
@Injectable()
export class TicketList {
  constructor(
    private readonly database: Database,
    private readonly agents: Agents,
  ) {}

  async page(actor: PortalActor, filter: TicketFilter): Promise<TicketPage> {
    const [, direction, at, id] = CURSOR.exec(filter.cursor ?? '') ?? [];
    const backwards = direction === '>';
    const ofTeam = holds(actor.ability, 'read', 'Note');
    const { by, descending } = ORDERS[filter.order ?? (ofTeam ? 'touched' : 'shown')];
    const changed = ORDERS[ofTeam ? 'touched' : 'shown'].by;
    const falling = descending !== backwards;
    const where = this.where(actor, filter);
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
              from (select t.id, t.number, t.subject, t.status, t.status_id, t.priority, t.tags, t.snoozed_until, t.due_at, t.updated_at, t.shown_at, t.created_at, t.category_id, t.requester_id, t.assignee_id, t.company_id
                      from ${table('ticket')} t where ${join(where, ' and ')} order by ${order} limit ${filter.limit + 1}) t
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
    const where = join(this.where(actor, filter ?? {}), ' and ');
    const limit = filter ? COUNTED : null;
    const [row] = await this.database.read((em) =>
      rows<{ count: number }>(
        em,
        sql`select count(*)::int as count from (select 1 from ${table('ticket')} t where ${where} limit ${limit}) x`,
      ),
    );
    return row!.count;
  }

  /**
   * What stands around the inbox: how much each view holds, up to `COUNTED`, and whom one can filter by. One statement.
   */
  async surroundings(actor: PortalActor, views: { name: string; filter: ViewFilter }[]): Promise<Surroundings> {
    const mayKnow = condition(accessible(actor.ability, 'read', 'Company', 'c'));
    const count = ({ name, filter }: (typeof views)[number]) =>
      sql`${name}::text, (select count(*) from (select 1 from ${table('ticket')} t where ${join(this.where(actor, filter), ' and ')} limit ${COUNTED}) x)`;
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

  /** The condition that a list, a count of it and a change to all of it share. */
  where(actor: PortalActor, filter: Omit<TicketFilter, 'limit' | 'cursor'>): Sql[] {
    const { scope = 'all', action = 'read', statuses, assignee, search, conditions, tag } = filter;
    const where = [condition(accessible(actor.ability, action, 'Ticket', 't'))];
    if (filter.reader) where.push(condition(accessible(filter.reader.ability, 'read', 'Ticket', 't')));
    if (scope === 'mine') where.push(sql`t.requester_id = ${actor.id}`);
    if (scope === 'company') where.push(sql`t.company_id = ${actor.companyId}`);
    if (statuses?.every((status) => UNDONE.includes(status))) where.push(UNDONE_SQL);
    if (statuses && !isUndone(statuses)) where.push(sql`t.status = any(${statuses})`);
    if (assignee) where.push(assignee === 'none' ? sql`t.assignee_id is null` : sql`t.assignee_id = ${assignee}`);
    const equal = {
      company_id: filter.companyId,
      requester_id: filter.requesterId,
      group_id: filter.groupId,
      type_id: filter.typeId,
      priority: filter.priority,
    };
    for (const [column, value] of Object.entries(equal))
      if (value) where.push(sql`${verbatim(`t.${column}`)} = ${value}`);
    if (filter.snoozed !== undefined)
      where.push(
        filter.snoozed ? sql`t.snoozed_until > now()` : sql`(t.snoozed_until is null or t.snoozed_until <= now())`,
      );
    if (tag) where.push(sql`t.tags @> array[${tag}]::text[]`);
    if (conditions) where.push(conditionsSql(conditions, 't', actor.id));
    if (search) where.push(found(actor, search));
    if (filter.number != null) where.push(sql`t.number = ${filter.number}`);
    return where;
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

/** Written as in the partial indexes over what is not done, so that the planner sees that they fit. */
const UNDONE_SQL = sql`t.status in ('open', 'pending', 'on_hold')`;
const isUndone = (statuses: readonly TicketStatus[]): boolean =>
  statuses.length === UNDONE.length && UNDONE.every((status) => statuses.includes(status));

/** `999+` beyond what is counted. */
export const countText = (count: number): string => (count >= COUNTED ? `${COUNTED - 1}+` : String(count));

/** Of people, or companies, that are called so. */
const MOST_NAMESAKES = 500;

/** By number, or by the words of subject and thread, each from its beginning; notes, and who asks for which company, only for those who may read them. */
function found({ ability, teamRole }: PortalActor, search: string): Sql {
  const number = numberIn(search);
  const query = wordsQuery(search.replace(SUBJECT_OF_A_MAIL, ''));
  if (!query) return number === null ? sql`false` : sql`t.number = ${number}`;
  const anyOf = [sql`t.words @@ to_tsquery('simple', ${query})`];
  if (holds(ability, 'read', 'Note')) anyOf.push(sql`t.note_words @@ to_tsquery('simple', ${query})`);
  if (teamRole !== null)
    anyOf.push(
      sql`t.requester_id = any(array(select p.id from ${table('person')} p where p.words @@ to_tsquery('simple', ${query}) limit ${MOST_NAMESAKES}))`,
    );
  if (teamRole !== null)
    anyOf.push(
      sql`t.company_id = any(array(select o.id from ${table('company')} o where o.words @@ to_tsquery('simple', ${query}) limit ${MOST_NAMESAKES}))`,
    );
  if (teamRole !== null) anyOf.push(sql`t.tags && ${[tagOf(search)]}::text[]`);
  if (number !== null) anyOf.push(sql`t.number = ${number}`);
  return sql`(${join(anyOf, ' or ')})`;
}

/** What mail programs and our own mails put before a subject: `Re: [TKT-102] `. */
const SUBJECT_OF_A_MAIL = /^(?:\s*(?:re|aw|antw|fwd?|wg|tr|rv|sv|رد)\s*:)*\s*(?:\[\s*(TKT-\d+)\s*\])?/iu;

/** `#TKT-102`, `tkt 102`, `#019`, `102`, `TKT-١٠٢` and the subject of a mail about it mean a ticket's number. */
export function numberIn(search: string): number | null {
  const text = folded(SUBJECT_OF_A_MAIL.exec(search)?.[1] ?? search).trim();
  const digits = /^(?:#\s*)?(?:tkt[\s_\u2010-\u2015-]*)?0*([1-9]\d{0,14})$/.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}
