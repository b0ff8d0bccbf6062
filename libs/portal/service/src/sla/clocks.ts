import type { BusinessHours } from '@foyer/hours';
import type { Priority, TicketStatus } from '@foyer/requests';
import { Stopwatch } from './stopwatch.js';

export const CLOCK_KINDS = ['first_response', 'next_response', 'resolution'] as const;
export type ClockKind = (typeof CLOCK_KINDS)[number];

/** What a ticket's history says that clocks go by. Instants in ms; in order, two at one instant as they followed. */
export type Fact =
  | { at: number; what: 'opened'; priority: Priority; status: TicketStatus }
  | { at: number; what: 'message'; by: 'customer' | 'team' }
  | { at: number; what: 'status'; to: TicketStatus }
  | { at: number; what: 'priority'; to: Priority };

export interface Targets {
  /** In minutes of open time; null for no promise. */
  targets: Record<Priority, Record<ClockKind, number | null>>;
  /** Statuses in which the time to a solution does not run. */
  pauseOn: readonly TicketStatus[];
  /** Before the target, in minutes of open time or percent of the target; null for never. */
  warn: { before: number; unit: 'minutes' | 'percent' } | null;
}

export interface Clock {
  kind: ClockKind;
  startedAt: number;
  target: number | null;
  dueAt: number | null;
  warnAt: number | null;
  pausedAt: number | null;
  /** Open time left in ms; less than nothing when overdue. */
  remaining: number | null;
  metAt: number | null;
  warnedAt: number | null;
  breachedAt: number | null;
}

const MINUTE = 60_000;
const isOver = (status: TicketStatus) => status === 'solved' || status === 'closed';

/**
 * What was promised for a ticket and how it stands at `now`: nothing but the policy, the hours and the history decide.
 *
 * First response: from the opening to the first public word of the team. Next response: from the first unanswered word of the
 * customer to the team's. Both end when the ticket is solved, and neither pauses. Resolution: from the opening until solved,
 * less the time in `pauseOn`. After a reopening the resolution goes on where it stopped, and so does a first response that
 * nobody has given yet. Another priority changes the target, not what has passed.
 */
export function clocksOf(policy: Targets, hours: BusinessHours, facts: readonly Fact[], now: number): Clock[] {
  const opened = facts.find((fact) => fact.what === 'opened');
  if (!opened || opened.at > now) return [];
  let { priority } = opened;
  let answered = false;
  const watches = new Map<ClockKind, Stopwatch>();
  const start = (kind: ClockKind, at: number) => {
    const { target, lead } = aimOf(policy, priority, kind);
    watches.set(kind, new Stopwatch(hours, at, target, lead));
  };
  start('first_response', opened.at);
  start('resolution', opened.at);
  const become = (status: TicketStatus, at: number) => {
    const resolution = watches.get('resolution')!;
    if (isOver(status)) {
      for (const watch of watches.values()) watch.stop(at);
      return;
    }
    if (!answered) watches.get('first_response')!.resume(at);
    if (!policy.pauseOn.includes(status)) resolution.resume(at);
    else if (resolution.metAt !== null) {
      resolution.resume(at);
      resolution.pause(at);
    } else resolution.pause(at);
  };
  become(opened.status, opened.at);

  for (const fact of facts) {
    if (fact === opened || fact.at > now) continue;
    for (const watch of watches.values()) watch.pass(fact.at);
    if (fact.what === 'status') become(fact.to, fact.at);
    if (fact.what === 'priority') {
      priority = fact.to;
      for (const [kind, watch] of watches) {
        const { target, lead } = aimOf(policy, priority, kind);
        watch.aim(target, lead);
      }
    }
    if (fact.what !== 'message') continue;
    const next = watches.get('next_response');
    if (fact.by === 'team') {
      answered = true;
      watches.get('first_response')!.stop(fact.at);
      next?.stop(fact.at);
    } else if (answered && (!next || next.metAt !== null)) start('next_response', fact.at);
  }
  for (const watch of watches.values()) watch.pass(now, true);
  return [...watches].flatMap(([kind, watch]) =>
    watch.target === null && watch.breachedAt === null ? [] : [clock(kind, watch)],
  );
}

function clock(kind: ClockKind, watch: Stopwatch): Clock {
  const { startedAt, target, dueAt, warnAt, pausedAt, metAt, warnedAt, breachedAt } = watch;
  const remaining = target === null ? null : target - watch.elapsed;
  return { kind, startedAt, target, dueAt, warnAt, pausedAt, remaining, metAt, warnedAt, breachedAt };
}

function aimOf({ targets, warn }: Targets, priority: Priority, kind: ClockKind) {
  const minutes = targets[priority][kind];
  if (minutes === null) return { target: null, lead: null };
  const target = minutes * MINUTE;
  if (!warn) return { target, lead: null };
  const lead = warn.unit === 'percent' ? Math.round((target * warn.before) / 100) : warn.before * MINUTE;
  // A warning at the very start warns of nothing: half of the time at the most.
  return { target, lead: Math.min(lead, Math.round(target / 2)) };
}
