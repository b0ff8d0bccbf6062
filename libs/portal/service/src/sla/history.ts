import { rows, sql, table } from '@foyer/database';
import type { Priority, Ticket, TicketStatus } from '@foyer/tickets';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Fact } from './clocks.js';

interface Line {
  at: number;
  kind: 'reply' | 'event';
  type: string | null;
  from: string | null;
  to: string | null;
  byTeam: boolean | null;
}

/**
 * What was written and what happened in a ticket, wherever merges have taken it since. What a rule wrote by itself answers
 * nobody, so it is left out.
 */
export async function historyOf(em: SqlEntityManager, ticket: Ticket): Promise<Fact[]> {
  const lines = await rows<Line>(
    em,
    sql`select floor(extract(epoch from m.created_at) * 1000)::float8 as at, m.kind, m.data->>'type' as type,
               m.data->>'from' as "from", m.data->>'to' as "to",
               case when m.kind = 'reply' and p.id is not null then p.team_role is not null and p.id <> t.requester_id end as "byTeam"
          from ${table('ticket')} t
          join ${table('ticket_message')} m on (m.ticket_id = t.id and m.origin_id is null) or m.origin_id = t.id
          left join ${table('person')} p on p.id = m.author_id
         where t.id = ${ticket.id} and (m.kind = 'reply' or (m.kind = 'event' and m.data->>'type' in ('status', 'priority')))
         order by m.created_at, m.id`,
  );
  const at = ticket.createdAt.getTime();
  const first = (type: string) => lines.find((line) => line.type === type);
  const opened: Fact = {
    at,
    what: 'opened',
    priority: (first('priority')?.from ?? ticket.priority) as Priority,
    status: statusAtFirst(ticket, first('status')),
  };
  const facts = lines.flatMap((line, index): Fact[] => {
    const when = Math.max(at, line.at);
    if (line.type === 'status') return [{ at: when, what: 'status', to: line.to as TicketStatus }];
    if (line.type === 'priority') return [{ at: when, what: 'priority', to: line.to as Priority }];
    // The first words are the question itself, whoever typed it.
    if (line.byTeam === null || index === lines.findIndex(({ kind }) => kind === 'reply')) return [];
    return [{ at: when, what: 'message', by: line.byTeam ? 'team' : 'customer' }];
  });
  if (!first('status') && ticket.solvedAt)
    facts.push({ at: ticket.solvedAt.getTime(), what: 'status', to: ticket.status });
  return [opened, ...facts.sort((a, b) => a.at - b.at)];
}

/** What came into the system with its status, from elsewhere, was open before it was solved. */
function statusAtFirst({ status, solvedAt }: Ticket, change: Line | undefined): TicketStatus {
  return (change?.from as TicketStatus | undefined) ?? (solvedAt ? 'open' : status);
}
