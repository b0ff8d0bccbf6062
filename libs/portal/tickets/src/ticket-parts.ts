import type { Sql } from '@foyer/database';
import { Slot } from '@foyer/slots';

/**
 * What a module above keeps beside a ticket. `select` is a subquery that gives it as JSON, `ticket` the column with the ticket's id: it is
 * read with the ticket's page, in the same statement, and found in it by `partOf`.
 */
export class TicketPart<Read> {
  // Tells the compiler of which shape it is.
  declare private readonly read: Read;

  constructor(
    readonly name: string,
    readonly select: (ticket: Sql) => Sql,
  ) {}
}
export const ticketParts = new Slot<TicketPart<unknown>>('ticket.parts');

export const partOf = <Read>({ parts }: { parts: Record<string, unknown> }, { name }: TicketPart<Read>): Read =>
  parts[name] as Read;
