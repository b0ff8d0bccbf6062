import type { BusinessHours } from '@foyer/hours';

export const MINUTE = 60_000;
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const clocks = new Map<string, Intl.DateTimeFormat>();

/** What the clock on the wall of that zone shows. */
function wall(timeZone: string, at: number) {
  let clock = clocks.get(timeZone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
    clocks.set(timeZone, clock);
  }
  const [, weekday, month, day, year, hour, minute] = /^(\w+), (\d+)\/(\d+)\/(\d+), (\d+):(\d+)$/.exec(
    clock.format(at),
  )!;
  return {
    weekday: DAYS.indexOf(weekday!),
    date: `${year}-${month}-${day}`,
    minute: Number(hour) * 60 + Number(minute),
  };
}

/** Slow and obviously right: look at the wall, look at the sign on the door. */
export function openOnTheWall(hours: BusinessHours, at: number): boolean {
  const { weekday, date, minute } = wall(hours.timeZone, at);
  const holiday = hours.holidays.some((day) => (day.yearly ? day.date.slice(5) === date.slice(5) : day.date === date));
  return !holiday && hours.week[weekday]!.some(([from, to]) => from <= minute && minute < to);
}

/** Minute by minute from `a` to `b`. */
export function minutesOpen(hours: BusinessHours, a: number, b: number): number {
  let count = 0;
  for (let at = a; at < b; at += MINUTE) if (openOnTheWall(hours, at)) count++;
  return count;
}

/** The end of the nth open minute, if it comes before `until`. */
export function afterMinutes(hours: BusinessHours, start: number, minutes: number, until: number): number | null {
  let left = minutes;
  for (let at = start; at < until; at += MINUTE) if (openOnTheWall(hours, at) && --left === 0) return at + MINUTE;
  return null;
}
