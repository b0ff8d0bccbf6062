import type { Visit } from '@foyer/web';
import { ticketNumber } from '../ticket-number.js';
import type { BulkChange } from './bulk-changes.js';

const NAMED = 20;

/** What became of a change to many, in words: how many were changed, which were not and why, and the way back. */
export function bulkOutcome(visit: Visit, { id, status, changed, left }: BulkChange) {
  const undone = status === 'undone';
  const reasons = left.map(({ number, code, values, since }) => {
    const properties = since.map((property) => visit.t(`tickets.field.${property}`)).join(', ');
    return { number, text: since.length > 0 ? visit.t(code, { properties }) : visit.t(code, values) };
  });
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
