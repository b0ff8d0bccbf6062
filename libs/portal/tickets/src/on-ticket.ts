import { NotFound } from '@foyer/access';
import { parseTicketNumber } from './ticket-number.js';

/** A ticket's number in an address; what is none leads nowhere. */
export function ticketNumberAt(text: string): number {
  const number = parseTicketNumber(text);
  if (number === null) throw new NotFound();
  return number;
}

/** What handlers about one ticket ask: `:number` of the address. */
export const onTicket = { params: { number: ticketNumberAt } };
