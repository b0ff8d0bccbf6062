export type Interval = 'day' | 'week' | 'month' | 'year';

/** How often something recurs. */
export interface Cadence {
  interval: Interval;
  interval_count: number;
}

export const HOUR = 3_600;
export const DAY = 24 * HOUR;

/** The moment `steps` intervals after the anchor; the day is kept, or the month's last where there is none. */
export function intervalsAfter(anchor: number, { interval, interval_count: count }: Cadence, steps: number): number {
  if (interval === 'day' || interval === 'week') return anchor + steps * count * DAY * (interval === 'week' ? 7 : 1);
  const months = steps * count * (interval === 'year' ? 12 : 1);
  const at = new Date(anchor * 1_000);
  const day = at.getUTCDate();
  const moved = new Date(at);
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  const last = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate();
  moved.setUTCDate(Math.min(day, last));
  return Math.floor(moved.getTime() / 1_000);
}

/** The first boundary of periods after a moment. */
export function nextBoundary(anchor: number, cadence: Cadence, after: number): number {
  const longest =
    { day: DAY, week: 7 * DAY, month: 31 * DAY, year: 366 * DAY }[cadence.interval] * cadence.interval_count;
  let steps = Math.floor((after - anchor) / longest) - 1;
  while (intervalsAfter(anchor, cadence, steps) <= after) steps += 1;
  return intervalsAfter(anchor, cadence, steps);
}

export const sameCadence = (a: Cadence, b: Cadence): boolean =>
  a.interval === b.interval && a.interval_count === b.interval_count;
