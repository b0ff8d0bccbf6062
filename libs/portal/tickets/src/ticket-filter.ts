import { accessible, holds } from '@foyer/access';
import { condition, join, sql, type Sql, table, verbatim, wordsQuery } from '@foyer/database';
import { folded } from '@foyer/i18n';
import type { PortalActor } from '@foyer/identity';
import { type Priority, tagOf, type TicketStatus } from '@foyer/requests';
import { type Conditions, conditionsSql } from './conditions/ticket-conditions.js';

export interface TicketFilter {
  scope?: 'mine' | 'company' | 'all';
  statuses?: readonly TicketStatus[] | null;
  /** One of the operator's own. */
  statusId?: string | null;
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
export type ListOrder = (typeof LIST_ORDERS)[number];
export type ViewFilter = Omit<TicketFilter, 'limit' | 'cursor'>;
export const UNDONE: readonly TicketStatus[] = ['open', 'pending', 'on_hold'];

/** Written as in the partial indexes over what is not done, so that the planner sees that they fit. */
export const UNDONE_SQL = sql`t.status in ('open', 'pending', 'on_hold')`;
const isUndone = (statuses: readonly TicketStatus[]): boolean =>
  statuses.length === UNDONE.length && UNDONE.every((status) => statuses.includes(status));

/** The condition that a list, a count of it and a change to all of it share. */
export function ticketsWhere(actor: PortalActor, filter: ViewFilter): Sql[] {
  const { scope = 'all', action = 'read', statuses, assignee, search, conditions, tag } = filter;
  const where = [condition(accessible(actor.ability, action, 'Ticket', 't'))];
  if (filter.reader) where.push(condition(accessible(filter.reader.ability, 'read', 'Ticket', 't')));
  if (scope === 'mine') where.push(sql`t.requester_id = ${actor.id}`);
  if (scope === 'company') where.push(sql`t.company_id = ${actor.companyId}`);
  if (statuses?.every((status) => UNDONE.includes(status))) where.push(UNDONE_SQL);
  if (statuses && !isUndone(statuses)) where.push(sql`t.status = any(${statuses})`);
  if (assignee) where.push(assignee === 'none' ? sql`t.assignee_id is null` : sql`t.assignee_id = ${assignee}`);
  const equal = {
    status_id: filter.statusId,
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
