import { type BusinessHours, openFrom } from './business-hours.js';

/**
 * When `ms` of open time will have passed since `start`; null when the hours never open for that long. With nothing to add it
 * is `start` itself, open or not.
 */
export function addBusinessTime(hours: BusinessHours, start: number, ms: number): number | null {
  if (ms <= 0) return start;
  let left = ms;
  for (const [from, to] of openFrom(hours, start)) {
    if (left <= to - from) return from + left;
    left -= to - from;
  }
  return null;
}

/** Open time from `a` to `b` in ms; 0 when `b` is not later. */
export function businessTimeBetween(hours: BusinessHours, a: number, b: number): number {
  let sum = 0;
  if (b <= a) return sum;
  for (const [from, to] of openFrom(hours, a)) {
    if (from >= b) break;
    sum += Math.min(to, b) - from;
  }
  return sum;
}
