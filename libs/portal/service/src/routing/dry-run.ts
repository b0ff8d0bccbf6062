import { Injectable } from '@nestjs/common';
import { accessible } from '@foyer/access';
import { condition, Database, rows, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import { statusName } from '@foyer/requests';
import { type Conditions, matches, Ticket, ticketNumber } from '@foyer/tickets';

const TRIED = 25;

/** Which of the latest tickets that somebody may read conditions would have been met by. Who sets up the portal need not see tickets. */
@Injectable()
export class DryRun {
  constructor(private readonly database: Database) {}

  async of({ ability }: PortalActor, conditions: Conditions, locale: string) {
    const may = condition(accessible(ability, 'read', 'Ticket', 't'));
    const latest = await this.database.read(async (em) => {
      const newest = sql`select t.id from ${table('ticket')} t where ${may} order by t.number desc limit ${TRIED}`;
      const ids = (await rows<{ id: string }>(em, newest)).map(({ id }) => id);
      return em.find(Ticket, { id: { $in: ids } }, { orderBy: { number: 'desc' } });
    });
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
