import { type Sql, sql, verbatim } from '@foyer/database';

/** When something last changed on the ticket `t` that customers see. */
export const SHOWN_AT = sql`coalesce(t.shown_at, t.created_at)`;

/**
 * Whether a message was written for the team's side, as it was then; by what its author is now, where a former version of the
 * product wrote it. The arguments are aliases of message, author and ticket.
 */
export function saidByTeam(message: string, author: string, ticket: string): Sql {
  const [m, p, t] = [verbatim(message), verbatim(author), verbatim(ticket)];
  return sql`coalesce(${m}.by_team, ${m}.author_id is null or (${p}.team_role is not null and ${p}.id <> ${t}.requester_id))`;
}
