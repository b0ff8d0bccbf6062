import { rows, type Sql, sql, table } from '@foyer/database';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Priority, TicketStatus } from '@foyer/requests';
import { saidByTeam, type Ticket } from '@foyer/tickets';
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
               case when m.kind = 'reply' and p.id is not null then ${saidByTeam('m', 'p', 't')} end as "byTeam"
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
  return withMerged([opened, ...facts.sort((a, b) => a.at - b.at)], await mergedInto(em, ticket));
}

/** Another ticket that was merged into this one: when, and whether its customer was waiting for a word at that time. */
export interface Merged {
  at: number;
  waiting: boolean;
}

/**
 * From the merge on, this ticket answers for the other one's open question. Before it the other's own clocks ran, and end
 * with it; so no promise of this ticket is found broken for a time in which nobody had given it. What is merged into a
 * ticket that is solved is solved with it.
 */
export function withMerged(facts: readonly Fact[], merged: readonly Merged[]): Fact[] {
  const [opened] = facts;
  if (!opened) return [];
  const statusAt = (at: number) =>
    facts.reduce<TicketStatus>(
      (status, fact) =>
        fact.at > at ? status : fact.what === 'status' ? fact.to : fact.what === 'opened' ? fact.status : status,
      'open',
    );
  const asked = merged
    .filter(({ waiting, at }) => waiting && at >= opened.at && !['solved', 'closed'].includes(statusAt(at)))
    .map(({ at }): Fact => ({ at, what: 'message', by: 'customer' }));
  return [...facts, ...asked].sort((a, b) => a.at - b.at);
}

interface Member {
  id: string;
  intoId: string;
  /** When it was merged. */
  at: number;
  /** The last words of its customer and of the team, written in it. */
  asked: number | null;
  answered: number | null;
}

async function mergedInto(em: SqlEntityManager, ticket: Ticket): Promise<Merged[]> {
  const ms = (of: Sql) => sql`floor(extract(epoch from ${of}) * 1000)::float8`;
  const byTeam = saidByTeam('m', 'p', 'f');
  const family = await rows<Member>(
    em,
    sql`with recursive family as (
          select id, merged_into_id, requester_id from ${table('ticket')} where merged_into_id = ${ticket.id}
          union select c.id, c.merged_into_id, c.requester_id from ${table('ticket')} c join family f on c.merged_into_id = f.id)
        select f.id, f.merged_into_id as "intoId",
               (select ${ms(sql`max(e.created_at)`)} from ${table('ticket_message')} e
                 where e.ticket_id = f.id and e.kind = 'event' and e.data->>'type' = 'merged') as at,
               ${ms(sql`max(m.created_at) filter (where not ${byTeam})`)} as asked, ${ms(sql`max(m.created_at) filter (where ${byTeam})`)} as answered
          from family f
          left join (${table('ticket_message')} m join ${table('person')} p on p.id = m.author_id)
            on m.origin_id = f.id and m.ticket_id = ${ticket.id} and m.kind = 'reply'
         group by f.id, f.merged_into_id`,
  );
  const into = (id: string) => family.filter(({ intoId }) => intoId === id);
  // What came into it by a merge of its own was asked there at that merge.
  const waits = ({ id, asked, answered }: Member): boolean =>
    Math.max(asked ?? -Infinity, ...into(id).flatMap((one) => (waits(one) ? [one.at] : []))) > (answered ?? -Infinity);
  return into(ticket.id).map((one) => ({ at: one.at, waiting: waits(one) }));
}

/** What came into the system with its status, from elsewhere, was open before it was solved. */
function statusAtFirst({ status, solvedAt }: Ticket, change: Line | undefined): TicketStatus {
  return (change?.from as TicketStatus | undefined) ?? (solvedAt ? 'open' : status);
}
