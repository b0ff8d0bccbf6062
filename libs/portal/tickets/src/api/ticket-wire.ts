import { z } from 'zod';
import { clocks, declareScope, instant } from '@foyer/api';
import { PRIORITIES, TICKET_STATUSES } from '@foyer/requests';
import { MAX_FILES } from '../attachments.js';
import { APPROVAL_STATES } from '../ticket.entity.js';
import { parseTicketNumber } from '../ticket-number.js';

export const ticketsRead = declareScope({
  ...{ name: 'tickets:read', label: 'tickets.api-scope.tickets-read', order: 10, ofCompany: true },
  capabilities: ['tickets.view', 'tickets.export'],
});
export const ticketsWrite = declareScope({
  ...{ name: 'tickets:write', label: 'tickets.api-scope.tickets-write', order: 11, ofCompany: true },
  capabilities: [
    ...['tickets.view', 'tickets.export', 'tickets.reply', 'tickets.note', 'tickets.update', 'tickets.close'],
    ...['tickets.merge', 'tickets.share', 'tickets.open-for'],
  ],
});

/** `TKT-007`, `tkt-7` and `7` are one ticket. */
export const numberInBody = z
  .string()
  .max(24)
  .transform((text) => parseTicketNumber(/^\d/.test(text) ? `tkt-${text}` : text))
  .refine((found) => found !== null)
  .transform((found) => found!)
  .describe('`TKT-007` or `7`.');
export const ticketParams = z.object({ number: numberInBody });

/** Of files that were sent to `/uploads` before. */
export const attachmentIds = z
  .array(z.uuid())
  .max(MAX_FILES)
  .default([])
  .describe('Ids of uploads of this key that are not used yet.');
/** What operations on one ticket have in common, also those of modules above. */
export const onTicketByKey = { feature: 'tickets', scope: ticketsWrite, params: ticketParams };
export const onTicketReadByKey = { ...onTicketByKey, scope: ticketsRead };

export const answer = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);
const OF_TEAM = 'For keys of the whole portal.';
export const person = z.object({ id: z.uuid(), name: z.string() });

/** A ticket as programs know it. What is the team's is left out for keys of a company. */
export const ticket = z
  .object({
    id: z.uuid(),
    number: z.string(),
    subject: z.string(),
    status: z.enum(TICKET_STATUSES),
    status_id: z.uuid().nullable().describe('The operator’s own name for the status: see ticket-statuses.'),
    priority: z.enum(PRIORITIES),
    type_id: z.uuid().nullable(),
    category_id: z.uuid().nullable(),
    requester: person,
    company: person.nullable(),
    assignee: person.nullable(),
    approval: z.enum(APPROVAL_STATES),
    source: z.string(),
    fields: z.record(z.string(), answer).describe('Answers to the request type’s own fields, by the field’s id.'),
    created_at: instant,
    updated_at: instant,
    solved_at: instant.nullable(),
    merged_into: z.string().nullable(),
    group_id: z.uuid().nullable().optional().describe(OF_TEAM),
    tags: z.array(z.string()).optional().describe(OF_TEAM),
    due_at: instant
      .nullable()
      .optional()
      .describe(`${OF_TEAM} Moved by clocks, and no part of the ETag.`)
      .register(clocks),
    snoozed_until: instant.nullable().optional().describe(OF_TEAM),
  })
  .meta({ id: 'Ticket' });
export type TicketRecord = z.input<typeof ticket>;

export const message = z
  .object({
    id: z.uuid(),
    kind: z.enum(['reply', 'note', 'event']),
    body: z.string(),
    format: z.string(),
    author: z.object({ id: z.uuid().nullable(), name: z.string() }).nullable(),
    by_team: z.boolean(),
    created_at: instant,
    attachments: z.array(z.object({ id: z.uuid(), name: z.string(), size: z.number(), type: z.string() })),
    event: z
      .object({ type: z.string(), from: z.string().nullable(), to: z.string().nullable() })
      .nullable()
      .describe('What happened, where it is an event.'),
  })
  .meta({ id: 'Message' });

export const EXAMPLE = {
  ...{ id: '0199c2f4-7d3e-7a11-9c5e-2f6f0e1b4a70', number: 'TKT-007', subject: 'The lamp flickers' },
  ...{ status: 'open', status_id: null, priority: 'normal', type_id: null, category_id: null },
  requester: { id: '0199c2f4-7d3e-7a11-9c5e-2f6f0e1b4a77', name: 'Ana Lima' },
  company: { id: '0199c2f4-7d3e-7a11-9c5e-2f6f0e1b4a78', name: 'Globex' },
  ...{ assignee: null, approval: 'none', source: 'api', fields: {}, merged_into: null, solved_at: null },
  ...{ created_at: '2026-11-30T09:00:00.000Z', updated_at: '2026-11-30T09:00:00.000Z' },
};
