import { z } from 'zod';
import type { PortalActor } from '@foyer/identity';
import { PRIORITIES, TICKET_STATUSES } from '@foyer/requests';
import type { TicketValues } from './ticket.entity.js';

export const QUESTION_MAX = 1_000;
const id = z.uuid();
const tags = z.array(z.string().trim().min(1).max(50)).max(20).default([]);

/** One thing that rules, macros and bulk changes do to a ticket. */
export const ticketAction = z.discriminatedUnion('do', [
  z.object({ do: z.literal('status'), to: z.enum(TICKET_STATUSES), statusId: id.nullable().default(null) }),
  z.object({ do: z.literal('priority'), to: z.enum(PRIORITIES) }),
  z.object({ do: z.literal('category'), to: id.nullable() }),
  z.object({ do: z.literal('type'), to: id.nullable() }),
  /** `me` is whoever acts. */
  z.object({ do: z.literal('assign'), to: z.union([id, z.literal('me')]).nullable() }),
  z.object({ do: z.literal('group'), to: id.nullable() }),
  z.object({ do: z.literal('tag'), add: tags, remove: tags }),
  z.object({ do: z.literal('reply'), text: z.string().trim().min(1).max(20_000) }),
  z.object({ do: z.literal('note'), text: z.string().trim().min(1).max(20_000) }),
  z.object({ do: z.literal('watch'), personId: id }),
  /** Asks the customer's company; the ticket is on hold until it has decided. */
  z.object({
    do: z.literal('approval'),
    of: z.literal('company-admins').default('company-admins'),
    question: z.string().trim().max(QUESTION_MAX).default(''),
  }),
]);
export type TicketAction = z.output<typeof ticketAction>;

export const ticketActions = z.array(ticketAction).max(20);

type Setting = Exclude<TicketAction, { do: 'tag' | 'reply' | 'note' | 'watch' | 'approval' }>;

/** What an action sets. */
export function valuesOf(action: Setting, actor: PortalActor): TicketValues {
  switch (action.do) {
    case 'status':
      return { status: action.to, statusId: action.statusId };
    case 'priority':
      return { priority: action.to };
    case 'category':
      return { categoryId: action.to };
    case 'type':
      return { typeId: action.to };
    case 'group':
      return { groupId: action.to };
    case 'assign':
      // A program is nobody to whom something could be given.
      if (action.to === 'me' && actor.kind === 'key') return {};
      return { assigneeId: action.to === 'me' ? actor.id : action.to };
  }
}
