import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { robot, type Ticket, ticketNumber, Tickets } from '@foyer/tickets';

/** After so long nobody remembers what a solved ticket was about. */
const SOLVED_FOR_GOOD_MS = 30 * 86_400_000;

/** What somebody answers long afterwards is a matter of its own, which knows what it follows. */
@Injectable()
export class FollowUps {
  constructor(
    private readonly database: Database,
    private readonly tickets: Tickets,
  ) {}

  isOver({ status, solvedAt }: Ticket): boolean {
    if (status === 'closed') return true;
    return status === 'solved' && solvedAt !== null && Date.now() - solvedAt.getTime() > SOLVED_FOR_GOOD_MS;
  }

  async link(ticket: Ticket, before: Ticket): Promise<void> {
    await this.database.write((em) =>
      rows(
        em,
        sql`insert into ${table('ticket_link')} (ticket_id, other_id, kind) values (${ticket.id}, ${before.id}, 'follow-up') on conflict do nothing`,
      ),
    );
    const told = { type: 'follow-up' as const, from: null, to: before.id, toName: ticketNumber(before.number) };
    await this.tickets.tell(robot('mail'), ticket.id, told);
  }
}
