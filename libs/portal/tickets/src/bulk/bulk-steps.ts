import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { rows, sql, table } from '@foyer/database';
import type { TicketValues } from '../ticket.entity.js';
import type { Priority, TicketStatus } from '@foyer/requests';

/** What a change to many can set. */
export interface BulkState {
  status: TicketStatus;
  statusId: string | null;
  priority: Priority;
  categoryId: string | null;
  typeId: string | null;
  assigneeId: string | null;
  groupId: string | null;
  tags: string[];
}
/** One ticket of a change: what it was, and what it was then. */
export interface BulkStep {
  number: number;
  before: BulkState;
  after: BulkState;
}
export const BULK_PROPERTIES = ['status', 'priority', 'category', 'type', 'assignee', 'group'] as const;
export type BulkProperty = (typeof BULK_PROPERTIES)[number];

/** Each property with what it is made of: an operator's own status is a kind and a name. */
const PARTS: Record<BulkProperty, readonly Exclude<keyof BulkState, 'tags'>[]> = {
  status: ['status', 'statusId'],
  priority: ['priority'],
  category: ['categoryId'],
  type: ['typeId'],
  assignee: ['assigneeId'],
  group: ['groupId'],
};

/** How a ticket stands, locked until the enclosing write is over. */
export async function stateOf(em: SqlEntityManager, number: number): Promise<BulkState | null> {
  await em.flush();
  const [state] = await rows<BulkState>(
    em,
    sql`select status, status_id as "statusId", priority, category_id as "categoryId", type_id as "typeId",
               assignee_id as "assigneeId", group_id as "groupId", to_json(tags) as tags
          from ${table('ticket')} where number = ${number} for update`,
  );
  return state ?? null;
}

/**
 * What has to be set to be as it was before, and what somebody else has changed `since`, which stays. A tag is put back
 * or taken away where that is still to do.
 */
export function wayBack(before: BulkState, after: BulkState, now: BulkState) {
  const same = (property: BulkProperty, one: BulkState, other: BulkState) =>
    PARTS[property].every((part) => one[part] === other[part]);
  const changed = BULK_PROPERTIES.filter((property) => !same(property, before, after));
  const back = changed.filter((property) => same(property, now, after));
  const values: TicketValues = Object.fromEntries(
    back.flatMap((property) => PARTS[property].map((part) => [part, before[part]])),
  );
  const tags = {
    add: before.tags.filter((tag) => !after.tags.includes(tag) && !now.tags.includes(tag)),
    remove: after.tags.filter((tag) => !before.tags.includes(tag) && now.tags.includes(tag)),
  };
  const since = changed.filter((property) => !same(property, now, after) && !same(property, now, before));
  return { values, tags, since };
}
