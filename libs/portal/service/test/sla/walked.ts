import type { BusinessHours } from '@foyer/hours';
import type { Priority, TicketStatus } from '@foyer/requests';
import type { ClockKind, Fact, Targets } from '@foyer/service';

export const MINUTE = 60_000;
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Whether the sign on the door says open, from the clock on the wall. */
function openAt({ timeZone, week, holidays }: BusinessHours) {
  const wall = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, hourCycle: 'h23', weekday: 'short' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  });
  const known = new Map<number, boolean>();
  const look = (at: number) => {
    const [, day, month, date, year, hour, minute] = /^(\w+), (\d+)\/(\d+)\/(\d+), (\d+):(\d+)$/.exec(wall.format(at))!;
    if (holidays.some((holiday) => holiday.date === `${year}-${month}-${date}`)) return false;
    const now = Number(hour) * 60 + Number(minute);
    return week[DAYS.indexOf(day!)]!.some(([from, to]) => from <= now && now < to);
  };
  return (at: number) => {
    if (!known.has(at)) known.set(at, look(at));
    return known.get(at)!;
  };
}

interface Walked {
  startedAt: number;
  elapsed: number;
  paused: number | null;
  met: number | null;
  warned: number | null;
  breached: number | null;
  target: number | null;
  warning: number | null;
}
/** How a clock must stand at the end. `dueAt` is unknown when it lies beyond where the walk looks. */
export interface WalkedClock extends Walked {
  dueAt: number | null | 'later';
}

/** The same promises as a person with a stopwatch would keep them: minute after minute, with the history at the elbow. */
export function walk(
  policy: Targets,
  hours: BusinessHours,
  facts: Fact[],
  now: number,
  lookAhead: number,
): Map<ClockKind, WalkedClock> {
  const open = openAt(hours);
  const clocks = new Map<ClockKind, Walked>();
  let priority: Priority = 'normal';
  let status: TicketStatus = 'open';
  let silent = true;
  const target = (kind: ClockKind) => policy.targets[priority][kind];
  const aim = (kind: ClockKind, clock: Walked) => {
    clock.target = target(kind);
    clock.warning = null;
    if (clock.target === null || !policy.warn) return;
    const { before, unit } = policy.warn;
    clock.warning =
      clock.target - Math.min(unit === 'minutes' ? before : (clock.target * before) / 100, clock.target / 2);
  };
  const begin = (kind: ClockKind, at: number) => {
    const clock = {
      startedAt: at,
      elapsed: 0,
      paused: null,
      met: null,
      warned: null,
      breached: null,
      target: 0,
      warning: 0,
    };
    aim(kind, clock);
    clocks.set(kind, clock);
  };
  const runs = (clock: Walked) => clock.paused === null && clock.met === null;
  const look = (clock: Walked, at: number) => {
    if (clock.warning !== null && clock.elapsed >= clock.warning) clock.warned ??= at;
    if (clock.target !== null && clock.elapsed >= clock.target) clock.breached ??= at;
  };

  let index = 0;
  for (let at = facts[0]!.at; at <= now; at += MINUTE) {
    for (; index < facts.length && facts[index]!.at === at; index++) {
      const fact = facts[index]!;
      if (fact.what === 'opened') {
        ({ priority, status } = fact);
        begin('first_response', at);
        begin('resolution', at);
      } else if (fact.what === 'priority') {
        priority = fact.to;
        for (const [kind, clock] of clocks) aim(kind, clock);
      } else if (fact.what === 'status') status = fact.to;
      else if (fact.by === 'team') {
        silent = false;
        for (const [kind, clock] of clocks) if (kind !== 'resolution') clock.met ??= at;
      } else if (!silent && clocks.get('next_response')?.met !== null) {
        begin('next_response', at);
      }
      if (fact.what !== 'opened' && fact.what !== 'status') continue;
      const over = status === 'solved' || status === 'closed';
      const resolution = clocks.get('resolution')!;
      if (over) for (const clock of clocks.values()) clock.met ??= at;
      else {
        const pauses = policy.pauseOn.includes(status);
        if (!pauses) resolution.paused = null;
        else if (resolution.met !== null || resolution.paused === null) resolution.paused = at;
        resolution.met = null;
        if (silent) clocks.get('first_response')!.met = null;
      }
    }
    for (const clock of clocks.values()) {
      if (!runs(clock)) continue;
      look(clock, at);
      if (at < now && open(at)) clock.elapsed++;
    }
  }
  return new Map(
    [...clocks].map(([kind, clock]) => [kind, { ...clock, dueAt: due(clock, now, now + lookAhead, open) }]),
  );
}

/** When the target would be reached if nothing else happened. */
function due(clock: Walked, now: number, until: number, open: (at: number) => boolean): number | null | 'later' {
  if (clock.breached !== null) return clock.breached;
  if (clock.target === null || clock.paused !== null) return null;
  let { elapsed } = clock;
  for (let at = now; at < until; at += MINUTE) {
    if (elapsed >= clock.target) return at;
    if (open(at)) elapsed++;
  }
  return 'later';
}
