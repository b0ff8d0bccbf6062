import type { Visit } from '@foyer/web';
import { PRIORITIES, TICKET_STATUSES, type TicketStatus } from './ticket.entity.js';
import type { TicketRow } from './ticket-list.js';
import { ticketNumber } from './ticket-number.js';
import type { ThreadMessage, TicketView } from './ticket-page.js';

type Labels = Pick<Visit, 't'>;

export const statusLabel = (visit: Labels, status: string): string => visit.t(`tickets.status.${status}`);
export const priorityLabel = (visit: Labels, priority: string): string => visit.t(`tickets.priority.${priority}`);
export const statusOptions = (visit: Labels, statuses: readonly TicketStatus[] = TICKET_STATUSES) =>
  statuses.map((value) => ({ value, label: statusLabel(visit, value) }));
export const priorityOptions = (visit: Labels) => PRIORITIES.map((value) => ({ value, label: priorityLabel(visit, value) }));

/** A ticket as lists show it. `base` is '' for customers and '/console' for the team. */
export function rowView(visit: Labels, base: string, row: TicketRow) {
  const number = ticketNumber(row.number);
  return {
    href: `${base}/tickets/${number}`,
    number,
    subject: row.subject,
    status: row.status,
    statusLabel: statusLabel(visit, row.status),
    priority: row.priority,
    priorityLabel: priorityLabel(visit, row.priority),
    category: row.category,
    requester: row.requester,
    company: row.company,
    assignee: row.assignee,
    updatedAt: row.updatedAt,
  };
}

export function ticketView(visit: Labels, ticket: TicketView) {
  const { subject, status, priority, category, company, requester, assignee, createdAt, updatedAt } = ticket;
  return {
    number: ticketNumber(ticket.number),
    ...{ subject, status, priority, category, company, requester, assignee, createdAt, updatedAt },
    statusLabel: statusLabel(visit, status),
    priorityLabel: priorityLabel(visit, priority),
  };
}

/** The thread as people read it: messages with their files, happenings with names and labels. */
export function entryViews(visit: Labels, base: string, ticket: TicketView, readerId: string | null) {
  const at = `${base}/tickets/${ticketNumber(ticket.number)}/attachments`;
  return ticket.messages.map((message) => {
    const { id, kind, createdAt, author, body } = message;
    if (kind === 'event') return { id, kind, by: author, at: createdAt, ...happeningView(visit, message) };
    return {
      id,
      kind: kind === 'note' ? 'note' : message.byTeam ? 'team' : 'customer',
      author,
      at: createdAt,
      body,
      mine: message.authorId !== null && message.authorId === readerId,
      attachments: message.attachments.map(({ id: fileId, name, size, type }) => ({ name, size, href: `${at}/${fileId}`, image: type.startsWith('image/') })),
    };
  });
}

function happeningView(visit: Labels, { data }: ThreadMessage) {
  const { type, from, to, fromName, toName } = data!;
  if (type === 'status') return { type, from: from && statusLabel(visit, from), to: to && statusLabel(visit, to) };
  if (type === 'priority') return { type, from: from && priorityLabel(visit, from), to: to && priorityLabel(visit, to) };
  return { type, from: fromName, to: toName };
}
