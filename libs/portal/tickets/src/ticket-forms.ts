import { z } from 'zod';
import { field } from '@foyer/web';
import { PRIORITIES, TICKET_STATUSES } from './ticket.entity.js';

export const SUBJECT_MAX = 200;
export const BODY_MAX = 20_000;
/** What a team's reply may leave the ticket in; the first is what it does by itself. */
export const NEXT_STATUSES = ['pending', 'open', 'on_hold', 'solved'] as const;

const body = z.string().trim().min(1).max(BODY_MAX);

export const newTicketForm = z.object({
  subject: field.text(SUBJECT_MAX),
  description: body,
  category: field.optionalId,
  priority: z.enum(PRIORITIES).default('normal'),
  company: field.optionalId,
});
export const messageForm = z.object({ body });
export const teamReplyForm = z.object({ body, status: z.enum(NEXT_STATUSES).default('pending') });
export const propertiesForm = z.object({
  status: z.enum(TICKET_STATUSES),
  priority: z.enum(PRIORITIES),
  assignee: field.optionalId,
  category: field.optionalId,
});
export const bulkForm = z.object({
  ticket: z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat().slice(0, 100)),
  status: z.union([z.literal(''), z.enum(TICKET_STATUSES)]).optional(),
  assignee: field.optionalId,
});
