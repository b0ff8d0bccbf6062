import { rows, sql, table } from '@foyer/database';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import type { Clock, ClockKind } from './clocks.js';

/** A clock as it is kept: what lists, pages and reports read. */
export interface ClockRow {
  kind: ClockKind;
  policyId: string;
  startedAt: Date;
  dueAt: Date | null;
  warnAt: Date | null;
  pausedAt: Date | null;
  remainingSeconds: number | null;
  metAt: Date | null;
  warnedAt: Date | null;
  breachedAt: Date | null;
}

export async function clockRows(em: SqlEntityManager, ticketId: string): Promise<ClockRow[]> {
  const found = await rows<Record<string, unknown>>(
    em,
    sql`select kind, policy_id as "policyId", started_at as "startedAt", due_at as "dueAt", warn_at as "warnAt", paused_at as "pausedAt",
               remaining_seconds::float8 as "remainingSeconds", met_at as "metAt", warned_at as "warnedAt", breached_at as "breachedAt"
          from ${table('ticket_clock')} where ticket_id = ${ticketId}
         order by array_position(array['first_response', 'next_response', 'resolution'], kind)`,
  );
  return found.map((row) => {
    const dates = Object.entries(row).map(([name, value]) => [
      name,
      /At$/.test(name) && value !== null ? new Date(value as string) : value,
    ]);
    return Object.fromEntries(dates) as unknown as ClockRow;
  });
}

/** What was warned of or missed stays so for as long as the clock is the same one. */
export async function keep(em: SqlEntityManager, ticketId: string, policyId: string, clock: Clock): Promise<void> {
  const date = (ms: number | null) => (ms === null ? null : new Date(ms));
  const remaining = clock.remaining === null ? null : Math.round(clock.remaining / 1000);
  await rows(
    em,
    sql`insert into ${table('ticket_clock')} as c
               (ticket_id, kind, policy_id, started_at, due_at, warn_at, paused_at, remaining_seconds, met_at, warned_at, breached_at)
        values (${ticketId}, ${clock.kind}, ${policyId}, ${date(clock.startedAt)}, ${date(clock.dueAt)}, ${date(clock.warnAt)},
                ${date(clock.pausedAt)}, ${remaining}, ${date(clock.metAt)}, ${date(clock.warnedAt)}, ${date(clock.breachedAt)})
            on conflict (ticket_id, kind) do update
           set policy_id = excluded.policy_id, started_at = excluded.started_at, due_at = excluded.due_at, warn_at = excluded.warn_at,
               paused_at = excluded.paused_at, remaining_seconds = excluded.remaining_seconds, met_at = excluded.met_at,
               warned_at = case when c.started_at = excluded.started_at then coalesce(c.warned_at, excluded.warned_at) else excluded.warned_at end,
               breached_at = case when c.started_at = excluded.started_at then coalesce(c.breached_at, excluded.breached_at) else excluded.breached_at end`,
  );
}

export async function forgetOthers(em: SqlEntityManager, ticketId: string, kinds: readonly ClockKind[]): Promise<void> {
  await rows(
    em,
    sql`delete from ${table('ticket_clock')} where ticket_id = ${ticketId} and not kind = any(${kinds}::text[])`,
  );
}
