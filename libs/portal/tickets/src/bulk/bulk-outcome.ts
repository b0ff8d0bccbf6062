import type { Visit } from '@foyer/web';
import { ticketNumber } from '../ticket-number.js';
import type { BulkChange, LeftTicket } from './bulk-changes.js';

const NAMED = 20;

/** Why it was left as it is, in the reader's words. */
export function reasonText(visit: Visit, { code, values, since }: LeftTicket): string {
  if (since.length === 0) return visit.t(code, values);
  return visit.t(code, { properties: since.map((property) => visit.t(`tickets.field.${property}`)).join(', ') });
}

/** What became of a change to many, in words: how many were changed, which were not and why, and the way back. */
export function bulkOutcome(visit: Visit, { id, status, changed, left }: BulkChange) {
  const undone = status === 'undone';
  const reasons = left.map((one) => ({ number: one.number, text: reasonText(visit, one) }));
  return {
    text: visit.t(undone ? 'tickets.bulk.undone' : 'tickets.bulk.changed', { count: changed }),
    undo: status === 'done' && changed > 0 ? `/console/tickets/bulk/${id}/undoing` : null,
    left: [...new Set(reasons.map(({ text }) => text))].map((text) => {
      const tickets = reasons.filter((one) => one.text === text).map(({ number }) => ticketNumber(number));
      return {
        text,
        tickets: tickets.slice(0, NAMED).map((number) => ({ number, href: `/console/tickets/${number}` })),
        more: Math.max(0, tickets.length - NAMED) || null,
      };
    }),
  };
}
