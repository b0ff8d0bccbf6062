import type { Visit } from '@foyer/web';
import { PRIORITIES, TICKET_STATUSES, type TicketStatus } from './ticket.entity.js';
import type { TicketRow } from './ticket-list.js';
import { ticketNumber } from './ticket-number.js';
import type { ThreadMessage, TicketView } from './ticket-page.js';
import { priorityName } from './requests/priorities.js';
import { statusName } from './requests/statuses.js';

type Labels = Pick<Visit, 't' | 'locale'>;

/** Where pages are: '' for customers, '/console' for the team. A status reads differently from either side. */
export type Base = '' | '/console';

export const statusLabel = (
  { locale }: Pick<Visit, 'locale'>,
  status: string,
  base: Base = '/console',
  statusId: string | null = null,
): string => statusName(locale, status, statusId, base);
export const priorityLabel = ({ locale }: Pick<Visit, 'locale'>, priority: string): string =>
  priorityName(locale, priority);
export const statusOptions = (
  visit: Labels,
  statuses: readonly TicketStatus[] = TICKET_STATUSES,
  base: Base = '/console',
) => statuses.map((value) => ({ value, label: statusLabel(visit, value, base) }));
export const priorityOptions = (visit: Labels) =>
  PRIORITIES.map((value) => ({ value, label: priorityLabel(visit, value) }));

/** A ticket as lists show it. */
export function rowView(visit: Labels, base: Base, row: TicketRow) {
  const number = ticketNumber(row.number);
  return {
    href: `${base}/tickets/${number}`,
    number,
    subject: row.subject,
    status: row.status,
    statusLabel: statusLabel(visit, row.status, base),
    priority: row.priority,
    priorityLabel: priorityLabel(visit, row.priority),
    category: row.category,
    requester: row.requester,
    company: row.company,
    assignee: row.assignee,
    updatedAt: row.updatedAt,
  };
}

export function ticketView(visit: Labels, base: Base, ticket: TicketView) {
  const { subject, status, priority, category, company, requester, assignee, createdAt, updatedAt } = ticket;
  return {
    number: ticketNumber(ticket.number),
    ...{ subject, status, priority, category, company, requester, assignee, createdAt, updatedAt },
    statusLabel: statusLabel(visit, status, base),
    priorityLabel: priorityLabel(visit, priority),
  };
}

/** The thread as people read it: messages with their files, happenings with names and labels. */
export function entryViews(visit: Labels, base: Base, ticket: TicketView, readerId: string | null) {
  const at = `${base}/tickets/${ticketNumber(ticket.number)}/attachments`;
  return ticket.messages.map((message) => {
    const { id, kind, createdAt, author, body } = message;
    if (kind === 'event') return { id, kind, by: author, at: createdAt, ...happeningView(visit, base, message) };
    return {
      id,
      kind: kind === 'note' ? 'note' : message.byTeam ? 'team' : 'customer',
      author,
      at: createdAt,
      body,
      mine: message.authorId !== null && message.authorId === readerId,
      attachments: message.attachments.map(({ id: fileId, name, size, type }) => ({
        name,
        size,
        href: `${at}/${fileId}`,
        image: type.startsWith('image/'),
      })),
    };
  });
}

function happeningView(visit: Labels, base: Base, { data }: ThreadMessage) {
  const { type, from, to, fromName, toName } = data!;
  if (type === 'status')
    return { type, from: from && statusLabel(visit, from, base), to: to && statusLabel(visit, to, base) };
  if (type === 'priority')
    return { type, from: from && priorityLabel(visit, from), to: to && priorityLabel(visit, to) };
  return { type, from: fromName, to: toName };
}
