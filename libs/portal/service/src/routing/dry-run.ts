import { Injectable } from '@nestjs/common';
import { Database } from '@foyer/database';
import { statusName } from '@foyer/requests';
import { type Conditions, matches, Ticket, ticketNumber } from '@foyer/tickets';

const TRIED = 25;

/** Which of the latest tickets conditions would have been met by. For those who set up the portal, who see all tickets. */
@Injectable()
export class DryRun {
  constructor(private readonly database: Database) {}

  async of(conditions: Conditions, locale: string) {
    const latest = await this.database.read((em) => em.find(Ticket, {}, { orderBy: { number: 'desc' }, limit: TRIED }));
    const tickets = latest.map((ticket) => ({
      number: ticketNumber(Number(ticket.number)),
      href: `/console/tickets/${ticketNumber(Number(ticket.number))}`,
      subject: ticket.subject,
      status: ticket.status,
      statusLabel: statusName(locale, ticket.status, ticket.statusId, '/console'),
      fits: matches(conditions, ticket),
    }));
    return { tickets, all: tickets.length, fitting: tickets.filter(({ fits }) => fits).length };
  }
}
