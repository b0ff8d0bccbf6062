import { stretchAt } from './zone.js';

/** From and to in minutes of the local day; to is not part of it, and 1440 is midnight. */
export type Opening = readonly [from: number, to: number];
export interface Holiday {
  /** `2026-12-24`; with `yearly`, the year does not count. */
  date: string;
  name: string;
  yearly?: boolean;
}
export interface BusinessHours {
  timeZone: string;
  /** Seven days, Monday first. */
  week: readonly (readonly Opening[])[];
  holidays: readonly Holiday[];
}

const MINUTE = 60_000;
const DAY = 86_400_000;
const MONDAY = 4; // 5 January 1970
/** Nothing opens later than this after what was asked: the hours never open again. */
const HORIZON = 100 * 366 * DAY;

/** 24/7. */
export const ALWAYS: BusinessHours = {
  timeZone: 'UTC',
  week: Array.from({ length: 7 }, (): Opening[] => [[0, 1440]]),
  holidays: [],
};

/** Whether the wall clock shows a time within an opening of a day that is no holiday. */
export function isOpen(hours: BusinessHours, at: number): boolean {
  const local = at + stretchAt(hours.timeZone, at).offset;
  const day = Math.floor(local / DAY);
  const minute = (local - day * DAY) / MINUTE;
  return openingsOf(plan(hours), day).some(([from, to]) => from <= minute && minute < to);
}

/** `at` itself while open; otherwise when it opens next; null when it never does. */
export function nextOpening(hours: BusinessHours, at: number): number | null {
  for (const [from, to] of openFrom(hours, at)) if (to > at) return Math.max(from, at);
  return null;
}

/**
 * The times in which the hours are open from an instant on, one after the other. Between two changes of the clock local time
 * runs straight, so that days are plain numbers there; what a change cuts in two comes in two pieces.
 */
export function* openFrom(hours: BusinessHours, start: number): Generator<[from: number, to: number]> {
  const planned = plan(hours);
  if (planned.never) return;
  let stretch = stretchAt(hours.timeZone, start);
  for (let at = start; at < start + HORIZON; at = stretch.until, stretch = stretchAt(hours.timeZone, at)) {
    const { until, offset } = stretch;
    for (let day = Math.floor((at + offset) / DAY); day * DAY - offset < until; day++) {
      const midnight = day * DAY - offset;
      if (midnight > start + HORIZON) return;
      for (const [opens, closes] of openingsOf(planned, day)) {
        const from = Math.max(at, midnight + opens * MINUTE);
        const to = Math.min(until, midnight + closes * MINUTE);
        if (from < to) yield [from, to];
      }
    }
  }
}

interface Plan {
  week: Opening[][];
  dates: Set<number>;
  /** Month and day as `month * 100 + day`, counted from 0 and 1. */
  yearly: Set<number>;
  never: boolean;
}
const plans = new WeakMap<BusinessHours, Plan>();

function plan(hours: BusinessHours): Plan {
  let found = plans.get(hours);
  if (!found) plans.set(hours, (found = planned(hours)));
  return found;
}

function planned({ week, holidays }: BusinessHours): Plan {
  const days = Array.from({ length: 7 }, (_, day) => merged(week[day] ?? []));
  return {
    week: days,
    dates: new Set(holidays.filter(({ yearly }) => !yearly).map(({ date }) => Date.parse(`${date}T00:00Z`) / DAY)),
    yearly: new Set(
      holidays.filter(({ yearly }) => yearly).map(({ date }) => monthAndDay(Date.parse(`${date}T00:00Z`))),
    ),
    never: days.every((day) => day.length === 0),
  };
}

/** In order, and what overlaps or touches as one: no minute counts twice. */
function merged(openings: readonly Opening[]): Opening[] {
  const out: [number, number][] = [];
  for (const [from, to] of [...openings].sort(([a], [b]) => a - b)) {
    const last = out.at(-1);
    if (from >= to) continue;
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else out.push([from, to]);
  }
  return out;
}

const CLOSED: readonly Opening[] = [];

function openingsOf({ week, dates, yearly }: Plan, day: number): readonly Opening[] {
  if (dates.has(day) || (yearly.size > 0 && yearly.has(monthAndDay(day * DAY)))) return CLOSED;
  return week[(((day - MONDAY) % 7) + 7) % 7]!;
}

function monthAndDay(ms: number): number {
  const date = new Date(ms);
  return date.getUTCMonth() * 100 + date.getUTCDate();
}
