import { sql, table } from '@foyer/database';
import { TicketPart } from '@foyer/tickets';

/** A promise as a ticket's page reads it, in ISO times. */
export interface ShownClock {
  kind: string;
  policyId: string;
  startedAt: string;
  dueAt: string | null;
  warnAt: string | null;
  pausedAt: string | null;
  remainingSeconds: number | null;
  metAt: string | null;
  warnedAt: string | null;
  breachedAt: string | null;
}

export const clockPart = new TicketPart<ShownClock[]>(
  'clocks',
  (ticket) => sql`
    (select coalesce(json_agg(json_build_object('kind', q.kind, 'policyId', q.policy_id, 'startedAt', q.started_at, 'dueAt', q.due_at, 'warnAt', q.warn_at, 'pausedAt', q.paused_at,
              'remainingSeconds', q.remaining_seconds, 'metAt', q.met_at, 'warnedAt', q.warned_at, 'breachedAt', q.breached_at) order by q.kind), '[]')
       from ${table('ticket_clock')} q where q.ticket_id = ${ticket})`,
);
