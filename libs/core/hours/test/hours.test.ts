import { describe, expect, test } from '@jest/globals';
import { effort } from '@foyer/app-cli/testing/effort';
import fc from 'fast-check';
import {
  addBusinessTime,
  ALWAYS,
  type BusinessHours,
  businessTimeBetween,
  isOpen,
  nextOpening,
  type Opening,
} from '@foyer/hours';
import { moments } from './any-hours.js';
import { afterMinutes, MINUTE, minutesOpen, openOnTheWall } from './reference.js';

const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = (iso: string) => Date.parse(iso);
const iso = (ms: number | null) => ms && new Date(ms).toISOString();

const nineToFive = (timeZone: string, holidays: BusinessHours['holidays'] = []): BusinessHours => ({
  timeZone,
  week: Array.from({ length: 7 }, (_, day): Opening[] => (day < 5 ? [[540, 1020]] : [])),
  holidays,
});
const nights = (timeZone: string): BusinessHours => ({
  timeZone,
  week: Array.from({ length: 7 }, (): Opening[] => [[0, 300]]),
  holidays: [],
});

describe('like the clock on the wall, walked minute by minute', () => {
  test('open or not', () => {
    fc.assert(
      fc.property(moments, fc.integer({ min: 0, max: 3000 }), ({ hours, at }, later) => {
        const moment = at + later * MINUTE;
        expect(isOpen(hours, moment)).toBe(openOnTheWall(hours, moment));
      }),
      { numRuns: 2000 },
    );
  });

  test('open time between two instants', () => {
    fc.assert(
      fc.property(moments, fc.integer({ min: 0, max: 5000 }), ({ hours, at }, minutes) => {
        const until = at + minutes * MINUTE;
        expect(businessTimeBetween(hours, at, until) / MINUTE).toBe(minutesOpen(hours, at, until));
      }),
      { numRuns: 400 },
    );
  });

  test('an instant some open time later', () => {
    fc.assert(
      fc.property(moments, fc.integer({ min: 1, max: 3000 }), ({ hours, at }, minutes) => {
        const until = at + 5 * DAY;
        const expected = afterMinutes(hours, at, minutes, until);
        const actual = addBusinessTime(hours, at, minutes * MINUTE);
        if (expected === null) expect(actual === null || actual > until).toBe(true);
        else expect(iso(actual)).toBe(iso(expected));
      }),
      { numRuns: 400 },
    );
  });

  test('the next opening', () => {
    fc.assert(
      fc.property(moments, ({ hours, at }) => {
        const opens = nextOpening(hours, at);
        for (let moment = at; moment < Math.min(opens ?? Infinity, at + 2 * DAY); moment += MINUTE)
          expect(openOnTheWall(hours, moment)).toBe(false);
        if (opens !== null) expect(openOnTheWall(hours, opens)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

test('time adds up, to the millisecond, and adding undoes measuring', () => {
  const later = fc.integer({ min: 0, max: 40 * DAY });
  fc.assert(
    fc.property(moments, later, later, fc.integer({ min: 1, max: 30 * DAY }), ({ hours, at }, b, c, ms) => {
      const whole = businessTimeBetween(hours, at, at + b + c);
      expect(businessTimeBetween(hours, at, at + b) + businessTimeBetween(hours, at + b, at + b + c)).toBe(whole);
      const end = addBusinessTime(hours, at, ms);
      if (end === null) return;
      expect(businessTimeBetween(hours, at, end)).toBe(ms);
      expect(businessTimeBetween(hours, at, end - 1)).toBe(ms - 1);
    }),
    { numRuns: 1000 },
  );
});

describe('by hand', () => {
  test('over a weekend', () => {
    const hours = nineToFive('Europe/Berlin');
    expect(iso(addBusinessTime(hours, at('2026-11-20T15:00Z'), 4 * HOUR))).toBe('2026-11-23T11:00:00.000Z');
  });

  test('an hour that does not exist is not worked, one that comes twice is worked twice', () => {
    const hours = nights('Europe/Berlin');
    expect(businessTimeBetween(hours, at('2026-03-28T23:00Z'), at('2026-03-29T22:00Z'))).toBe(4 * HOUR);
    expect(businessTimeBetween(hours, at('2026-10-24T22:00Z'), at('2026-10-25T23:00Z'))).toBe(6 * HOUR);
  });

  test('half an hour on Lord Howe Island', () => {
    const hours = nights('Australia/Lord_Howe');
    expect(businessTimeBetween(hours, at('2026-10-03T13:30Z'), at('2026-10-04T13:00Z'))).toBe(4.5 * HOUR);
    expect(businessTimeBetween(hours, at('2026-04-04T13:00Z'), at('2026-04-05T13:30Z'))).toBe(5.5 * HOUR);
  });

  test('the Friday that Samoa left out', () => {
    // Thursday 29 December 2011, then Saturday the 31st.
    const hours = nineToFive('Pacific/Apia');
    expect(iso(addBusinessTime(hours, at('2011-12-30T02:00Z'), 2 * HOUR))).toBe('2012-01-01T20:00:00.000Z');
  });

  test('holidays, one of every year and one of this', () => {
    const hours = nineToFive('Europe/Berlin', [
      { date: '2001-12-25', name: 'Christmas', yearly: true },
      { date: '2026-12-24', name: 'Closed' },
    ]);
    expect(isOpen(hours, at('2026-12-25T10:00Z'))).toBe(false);
    expect(iso(nextOpening(hours, at('2026-12-24T03:00Z')))).toBe('2026-12-28T08:00:00.000Z');
    expect(isOpen(hours, at('2027-12-24T10:00Z'))).toBe(true);
  });

  test('weeks of holidays', () => {
    const holidays = Array.from({ length: 21 }, (_, day) => ({
      date: new Date(at('2026-08-03') + day * DAY).toISOString().slice(0, 10),
      name: 'Works holidays',
    }));
    const hours = nineToFive('Europe/Paris', holidays);
    expect(iso(addBusinessTime(hours, at('2026-07-31T14:00Z'), 2 * HOUR))).toBe('2026-08-24T08:00:00.000Z');
  });

  test('always, and never', () => {
    expect(addBusinessTime(ALWAYS, at('2026-03-29T00:30Z'), 48 * HOUR)).toBe(at('2026-03-31T00:30Z'));
    const never = { ...ALWAYS, week: ALWAYS.week.map(() => []) };
    expect(addBusinessTime(never, 0, 1)).toBeNull();
    expect(nextOpening(never, 0)).toBeNull();
    expect(businessTimeBetween(never, 0, 100 * DAY)).toBe(0);
  });

  test('a year every day closed by holidays', () => {
    const holidays = Array.from({ length: 366 }, (_, day) => ({
      date: new Date(at('2024-01-01') + day * DAY).toISOString().slice(0, 10),
      name: 'Closed',
      yearly: true,
    }));
    expect(nextOpening({ ...ALWAYS, holidays }, at('2026-01-01'))).toBeNull();
  });

  test('openings that overlap count once, and nothing added is nothing waited', () => {
    const hours: BusinessHours = {
      ...ALWAYS,
      week: ALWAYS.week.map((): Opening[] => [
        [60, 120],
        [90, 180],
        [180, 240],
      ]),
    };
    expect(businessTimeBetween(hours, at('2026-01-01'), at('2026-01-02'))).toBe(3 * HOUR);
    expect(addBusinessTime(hours, at('2026-01-01'), 0)).toBe(at('2026-01-01'));
  });
});

test('fast: a thousand due dates of three weeks in well under a second', async () => {
  const hours = nineToFive('America/New_York', [{ date: '2026-12-25', name: 'Christmas', yearly: true }]);
  const seconds = await effort(() => {
    for (let index = 0; index < 1000; index++) addBusinessTime(hours, at('2026-01-01') + index * 8 * HOUR, 120 * HOUR);
  });
  expect(seconds).toBeLessThan(1);
});
