import { z } from 'zod';
import { holds, InvalidField, NotFound, Refused } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { PRIORITIES, TICKET_STATUSES } from '@foyer/requests';
import { field } from '@foyer/web';
import { inboxFilter } from '../team/inbox-filter.js';
import type { ViewFilter } from '../ticket-filter.js';
import type { TicketViews } from '../views/ticket-views.js';

/** By what programs find tickets, to read them, to take them away or to change all of them. */
export const listFilters = z.object({
  q: field.search.describe('Number, or beginnings of words of subject and thread.'),
  status: z.enum(TICKET_STATUSES).optional(),
  status_id: z.uuid().optional().describe('One of the operator’s own: see ticket-statuses.'),
  priority: z.enum(PRIORITIES).optional(),
  company_id: z.uuid().optional(),
  requester_id: z.uuid().optional(),
  assignee_id: z.union([z.uuid(), z.literal('none')]).optional(),
  type_id: z.uuid().optional(),
  group_id: z.uuid().optional().describe('For keys of the whole portal.'),
  tag: z.string().max(50).optional().describe('For keys of the whole portal.'),
  view_id: z.uuid().optional().describe('What a view of ticket-views finds. For keys of the whole portal.'),
});
type Filters = z.output<typeof listFilters>;

/** @throws Refused where a customer's key names what is the team's · InvalidField for a view that is not there */
export async function filterAsked(
  actor: PortalActor,
  { view_id, ...asked }: Filters,
  views: TicketViews,
): Promise<ViewFilter> {
  if (view_id === undefined) return filterOf(actor, asked);
  mustBeOfTeam(actor);
  const saved = await views.find(actor, view_id).catch((error: unknown) => {
    throw error instanceof NotFound ? new InvalidField('view_id', 'web.form.choice') : error;
  });
  const own = Object.entries(filterOf(actor, asked)).filter(([, value]) => value !== null);
  return { ...inboxFilter({ view: saved.id }, actor, saved), ...Object.fromEntries(own) };
}

export const isOfTeam = ({ ability }: PortalActor): boolean => holds(ability, 'read', 'Note');

/** By what customers do not see, they find nothing either. */
export function mustBeOfTeam(actor: PortalActor): void {
  if (!isOfTeam(actor)) throw new Refused();
}

function filterOf(actor: PortalActor, { q, status, tag, ...asked }: Omit<Filters, 'view_id'>): ViewFilter {
  if (tag !== undefined || asked.group_id !== undefined) mustBeOfTeam(actor);
  return {
    ...{ search: q || null, statuses: status ? [status] : null, tag: tag ?? null, priority: asked.priority ?? null },
    statusId: asked.status_id ?? null,
    ...{ companyId: asked.company_id ?? null, requesterId: asked.requester_id ?? null },
    ...{ assignee: asked.assignee_id ?? null, typeId: asked.type_id ?? null, groupId: asked.group_id ?? null },
  };
}
