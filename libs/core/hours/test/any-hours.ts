/// <reference lib="esnext.temporal" />
import fc from 'fast-check';
import type { BusinessHours, Opening } from '@foyer/hours';
import { MINUTE } from './reference.js';

const DAY = 1440 * MINUTE;

/** Zones whose clocks do odd things: half an hour, before midnight, in Ramadan, over the date line, not at all. */
export const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Africa/Casablanca',
  'America/Havana',
  'America/Sao_Paulo',
  'Asia/Beirut',
  'America/Asuncion',
  'Antarctica/Troll',
];

const opening = fc
  .tuple(fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 1, max: 1440 }))
  .map(([a, b]): Opening => (a < b ? [a, b] : [b, Math.max(a, b + 1)]));
const week = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.array(opening, { maxLength: 3 }), { minLength: 7, maxLength: 7 }) },
  { weight: 1, arbitrary: fc.constant(Array.from({ length: 7 }, (): Opening[] => [[0, 1440]])) },
);

/** An instant on a whole minute, most of them within two days of a change of that zone's clocks. */
export const instantNear = (timeZone: string) =>
  fc
    .tuple(fc.integer({ min: 2005, max: 2030 }), fc.integer({ min: -2880, max: 1440 }), fc.boolean())
    .map(([year, minutes, second]) => {
      const january = Temporal.ZonedDateTime.from({ year, month: 1, day: 1, timeZone });
      const first = january.getTimeZoneTransition('next');
      const change = (second && first?.getTimeZoneTransition('next')) || first;
      return (change ?? january).epochMilliseconds + minutes * MINUTE;
    });

/** Hours of any week in any zone, an instant, and holidays around it. */
export const moments = fc.constantFrom(...ZONES).chain((timeZone) =>
  fc
    .tuple(
      week,
      instantNear(timeZone),
      fc.array(fc.tuple(fc.integer({ min: -1, max: 6 }), fc.boolean()), { maxLength: 3 }),
    )
    .map(([week, at, days]) => {
      const holidays = days.map(([day, yearly]) => ({
        date: new Date(at + day * DAY).toISOString().slice(0, 10),
        name: 'Holiday',
        yearly,
      }));
      return { hours: { timeZone, week, holidays } satisfies BusinessHours, at };
    }),
);
