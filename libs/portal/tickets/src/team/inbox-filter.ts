import { z } from 'zod';
import { field } from '@foyer/web';
import type { PortalActor } from '@foyer/identity';
import { PRIORITIES, tagOf } from '@foyer/requests';
import { type Conditions, ticketConditions, type TicketTest } from '../conditions/ticket-conditions.js';
import { LIST_ORDERS, UNDONE, type ViewFilter } from '../ticket-filter.js';
import { statusIn, statusWritten } from '../ticket-forms.js';
import { type SavedView, STANDARD_VIEWS, standardFilter, type StandardView } from '../views/ticket-views.js';

const orNone = z
  .union([z.literal('none'), z.uuid()])
  .nullable()
  .catch(null);
const id = z.uuid().nullable().catch(null);

/** The inbox in its address: a view, and filters upon it. */
export const inboxFilters = z.object({
  q: field.search,
  view: z.union([z.enum(STANDARD_VIEWS), z.uuid()]).catch('inbox'),
  status: statusWritten.nullable().catch(null),
  assignee: orNone,
  priority: z.enum(PRIORITIES).nullable().catch(null),
  group: id,
  type: id,
  tag: z.string().trim().min(1).max(50).transform(tagOf).nullable().catch(null),
  company: id,
  requester: id,
  sort: z.enum(LIST_ORDERS).nullable().catch(null),
  cursor: field.cursor.nullable().catch(null),
  bulk: id,
});
export type InboxAsked = z.output<typeof inboxFilters>;

export function inboxFilter(asked: Partial<InboxAsked>, actor: PortalActor, saved?: SavedView): ViewFilter {
  const { q, view = 'inbox', status, assignee, priority, group, type, tag, company, requester, sort } = asked;
  const standard = (STANDARD_VIEWS as readonly string[]).includes(view) ? (view as StandardView) : 'inbox';
  return {
    ...(saved ? { ...savedFilter(saved.conditions), order: saved.order } : standardFilter(standard, actor)),
    ...(status ? { statuses: [statusIn(status).status], statusId: statusIn(status).statusId } : {}),
    ...(assignee ? { assignee } : {}),
    ...(sort ? { order: sort } : {}),
    ...{ priority, groupId: group, typeId: type, tag, companyId: company, requesterId: requester },
    search: q || saved?.search || null,
  };
}

/** A view of all that is undone is told to the list as such, for which it has an index of its own. */
function savedFilter({ match, tests }: Conditions): ViewFilter {
  const undone =
    match === 'all'
      ? tests.find((test) => test.field === 'status' && test.operator === 'is' && sameSet(test.value, UNDONE))
      : undefined;
  return undone
    ? { statuses: UNDONE, conditions: { match, tests: tests.filter((test) => test !== undone) } }
    : { conditions: { match, tests } };
}

const sameSet = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && other.every((value) => one.includes(value));

/** The same as conditions, to be kept as a view. Assigned to the reader is kept as "me", so that a shared view is each one's own. */
export function conditionsAsked(asked: InboxAsked, actor: PortalActor, saved?: SavedView): Conditions {
  const { statuses, statusId, assignee, priority, groupId, typeId, tag, companyId, requesterId } = inboxFilter(
    asked,
    actor,
    saved,
  );
  const is = (field: string, value: string | null | undefined): TicketTest[] =>
    value ? [{ field, operator: 'is', value: [value] }] : [];
  const tests: TicketTest[] = [
    ...(saved?.conditions.match === 'all' ? saved.conditions.tests : []),
    ...(statuses && !saved
      ? [{ field: 'status', operator: 'is', value: statuses.map((kind) => (statusId ? `${kind}:${statusId}` : kind)) }]
      : []),
    ...(assignee === 'none'
      ? [{ field: 'assigneeId', operator: 'is-empty', value: [] }]
      : is('assigneeId', assignee === actor.id ? 'me' : assignee)),
    ...is('priority', priority),
    ...is('groupId', groupId),
    ...is('typeId', typeId),
    ...is('companyId', companyId),
    ...is('requesterId', requesterId),
    ...(tag ? [{ field: 'tags', operator: 'has', value: [tag] }] : []),
  ];
  return ticketConditions.parse({ match: 'all', tests });
}
