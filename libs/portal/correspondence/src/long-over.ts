import type { Ticket } from '@foyer/tickets';

/** After so long nobody remembers what a solved ticket was about. */
const SOLVED_FOR_GOOD_MS = 30 * 86_400_000;

/** What somebody answers long afterwards is a matter of its own, which knows what it follows. */
export function isOver({ status, solvedAt }: Pick<Ticket, 'status' | 'solvedAt'>, now = Date.now()): boolean {
  return (
    status === 'closed' || (status === 'solved' && solvedAt !== null && now - solvedAt.getTime() > SOLVED_FOR_GOOD_MS)
  );
}
