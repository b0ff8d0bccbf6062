import { Injectable } from '@nestjs/common';
import { Merges, robot, type Ticket } from '@foyer/tickets';

/** After so long nobody remembers what a solved ticket was about. */
const SOLVED_FOR_GOOD_MS = 30 * 86_400_000;

/** What somebody answers long afterwards is a matter of its own, which knows what it follows. */
@Injectable()
export class FollowUps {
  constructor(private readonly merges: Merges) {}

  isOver({ status, solvedAt }: Ticket): boolean {
    if (status === 'closed') return true;
    return status === 'solved' && solvedAt !== null && Date.now() - solvedAt.getTime() > SOLVED_FOR_GOOD_MS;
  }

  async link(ticket: Ticket, before: Ticket): Promise<void> {
    await this.merges.goesOn(robot('mail'), ticket, before);
  }
}
