/// <reference lib="esnext.temporal" />
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addBusinessTime, ALWAYS, type BusinessHours, type Opening } from '@foyer/hours';
import { PRIORITIES, TICKET_STATUSES } from '@foyer/requests';
import { CLOCK_KINDS, type ClockKind, clocksOf, type Fact, type Targets, withMerged } from '@foyer/service';
import { MINUTE, walk } from './walked.js';

const DAY = 1440 * MINUTE;
const LOOK_AHEAD = 3 * DAY;
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Africa/Casablanca',
  'UTC',
];

const hoursIn = (timeZone: string, at: number) =>
  fc
    .record({
      from: fc.constantFrom(0, 60, 150, 540),
      length: fc.constantFrom(60, 195, 480, 1440),
      days: fc.constantFrom(5, 6, 7),
      holiday: fc.option(fc.integer({ min: 0, max: 4 })),
    })
    .map(({ from, length, days, holiday }): BusinessHours => ({
      timeZone,
      week: Array.from({ length: 7 }, (_, day): Opening[] =>
        day < days ? [[from, Math.min(1440, from + length)]] : [],
      ),
      holidays:
        holiday === null ? [] : [{ date: new Date(at + holiday * DAY).toISOString().slice(0, 10), name: 'Off' }],
    }));

/** Even, so that half of it is a whole minute too: the reference walks in minutes. */
const minutes = fc.option(
  fc.integer({ min: 1, max: 900 }).map((half) => half * 2),
  { freq: 6 },
);
const targets = fc.record({ first_response: minutes, next_response: minutes, resolution: minutes });
const policies = fc.record({
  targets: fc.record({ low: targets, normal: targets, high: targets, urgent: targets }),
  pauseOn: fc.subarray(['pending', 'on_hold'] as const),
  warn: fc.option(
    fc.oneof(
      fc.record({ before: fc.integer({ min: 1, max: 120 }), unit: fc.constant('minutes' as const) }),
      fc.record({ before: fc.constant(50), unit: fc.constant('percent' as const) }),
    ),
  ),
});

const doings = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(0, 1, 5) },
      { weight: 3, arbitrary: fc.integer({ min: 0, max: 1500 }) },
    ),
    fc.oneof(
      fc.record({ what: fc.constant('message' as const), by: fc.constantFrom('customer' as const, 'team' as const) }),
      fc.record({ what: fc.constant('status' as const), to: fc.constantFrom(...TICKET_STATUSES) }),
      fc.record({ what: fc.constant('priority' as const), to: fc.constantFrom(...PRIORITIES) }),
    ),
  ),
  { maxLength: 12 },
);

/** A ticket's life around a change of the clocks. */
const lives = fc.constantFrom(...ZONES).chain((timeZone) =>
  fc
    .record({
      year: fc.integer({ min: 2015, max: 2029 }),
      autumn: fc.boolean(),
      before: fc.integer({ min: 0, max: 2880 }),
      priority: fc.constantFrom(...PRIORITIES),
      doings,
      rest: fc.integer({ min: 0, max: 1500 }),
    })
    .chain(({ year, autumn, before, priority, doings, rest }) => {
      const january = Temporal.ZonedDateTime.from({ year, month: 1, day: 1, timeZone });
      const spring = january.getTimeZoneTransition('next');
      const change = (autumn && spring?.getTimeZoneTransition('next')) || spring;
      const opened = (change ?? january).epochMilliseconds - before * MINUTE;
      let at = opened;
      const facts: Fact[] = [{ at, what: 'opened', priority, status: 'open' }];
      for (const [later, doing] of doings) facts.push({ at: (at += later * MINUTE), ...doing });
      const now = at + rest * MINUTE;
      return fc.tuple(hoursIn(timeZone, opened), policies).map(([hours, policy]) => ({ hours, policy, facts, now }));
    }),
);

const iso = (ms: number | null) => ms && new Date(ms).toISOString();

test('clocks stand as somebody with a stopwatch would have them, minute by minute', () => {
  fc.assert(
    fc.property(lives, ({ hours, policy, facts, now }) => {
      const walked = walk(policy, hours, facts, now, LOOK_AHEAD);
      const clocks = new Map(clocksOf(policy, hours, facts, now).map((clock) => [clock.kind, clock]));
      for (const kind of CLOCK_KINDS) {
        const expected = walked.get(kind);
        const clock = clocks.get(kind);
        if (!expected || (expected.target === null && expected.breached === null)) {
          expect(clock).toBeUndefined();
          continue;
        }
        expect({
          startedAt: iso(clock!.startedAt),
          pausedAt: iso(clock!.pausedAt),
          metAt: iso(clock!.metAt),
          warnedAt: iso(clock!.warnedAt),
          breachedAt: iso(clock!.breachedAt),
          remaining: clock!.remaining === null ? null : clock!.remaining / MINUTE,
        }).toEqual({
          startedAt: iso(expected.startedAt),
          pausedAt: iso(expected.paused),
          metAt: iso(expected.met),
          warnedAt: iso(expected.warned),
          breachedAt: iso(expected.breached),
          remaining: expected.target === null ? null : expected.target - expected.elapsed,
        });
        if (expected.met !== null) continue;
        if (expected.dueAt === 'later') expect(clock!.dueAt === null || clock!.dueAt >= now + LOOK_AHEAD).toBe(true);
        else expect(iso(clock!.dueAt)).toBe(iso(expected.dueAt));
      }
    }),
    { numRuns: 600 },
  );
}, 100_000);

test('looking in between changes nothing: what was broken then is broken now', () => {
  fc.assert(
    fc.property(lives, fc.double({ min: 0, max: 1, noNaN: true }), ({ hours, policy, facts, now }, part) => {
      const then = Math.floor(facts[0]!.at + (now - facts[0]!.at) * part);
      const later = clocksOf(policy, hours, facts, now);
      for (const { kind, startedAt, breachedAt, warnedAt, metAt, dueAt } of clocksOf(policy, hours, facts, then)) {
        const same = later.find((clock) => clock.kind === kind && clock.startedAt === startedAt);
        const silent = facts.every(({ at }) => at <= then);
        if (metAt !== null && silent && same) expect(same).toMatchObject({ metAt, dueAt });
        // What somebody did in the very millisecond of the look came in time.
        if (breachedAt !== null && breachedAt < then && same) expect(same.breachedAt).toBe(breachedAt);
        if (warnedAt !== null && warnedAt < then && same) expect(same.warnedAt).toBe(warnedAt);
      }
    }),
    { numRuns: 600 },
  );
});

describe('another ticket that is merged into it', () => {
  const merges = fc.array(fc.record({ part: fc.double({ min: 0, max: 1, noNaN: true }), waiting: fc.boolean() }), {
    maxLength: 3,
  });

  test('changes nothing of what was before, and starts the next response at the merge or not at all', () => {
    fc.assert(
      fc.property(lives, merges, ({ hours, policy, facts, now }, parts) => {
        const opened = facts[0]!.at;
        const merged = parts
          .map(({ part, waiting }) => ({ at: opened + Math.floor(((now - opened) * part) / MINUTE) * MINUTE, waiting }))
          .sort((a, b) => a.at - b.at);
        const joined = withMerged(facts, merged);
        expect(joined.filter((fact) => facts.includes(fact))).toEqual(facts);
        expect(joined.length - facts.length).toBeLessThanOrEqual(merged.filter(({ waiting }) => waiting).length);
        const first = merged.find(({ waiting }) => waiting);
        const until = (first?.at ?? now + 1) - 1;
        expect(clocksOf(policy, hours, joined, until)).toEqual(clocksOf(policy, hours, facts, until));
        const before = clocksOf(policy, hours, facts, now);
        for (const clock of clocksOf(policy, hours, joined, now)) {
          const known = before.find(({ kind, startedAt }) => kind === clock.kind && startedAt === clock.startedAt);
          if (clock.kind !== 'next_response') expect(clock).toEqual(known);
          else if (!known)
            expect([...merged.map(({ at }) => at), ...facts.map(({ at }) => at)]).toContain(clock.startedAt);
        }
        // The reference knows nothing of merges, only that a customer spoke.
        const walked = walk(policy, hours, joined, now, LOOK_AHEAD).get('next_response');
        const next = clocksOf(policy, hours, joined, now).find(({ kind }) => kind === 'next_response');
        if (next) expect([iso(next.startedAt), iso(next.metAt)]).toEqual([iso(walked!.startedAt), iso(walked!.met)]);
      }),
      { numRuns: 400 },
    );
  }, 100_000);

  test('asks nothing of a ticket that is solved, nor when its own question was answered', () => {
    const facts: Fact[] = [
      { at: 0, what: 'opened', priority: 'normal', status: 'open' },
      { at: 10, what: 'message', by: 'team' },
      { at: 20, what: 'status', to: 'solved' },
      { at: 40, what: 'status', to: 'open' },
    ];
    expect(withMerged(facts, [{ at: 30, waiting: true }])).toEqual(facts);
    expect(withMerged(facts, [{ at: 50, waiting: false }])).toEqual(facts);
    expect(withMerged(facts, [{ at: 50, waiting: true }]).at(-1)).toEqual({ at: 50, what: 'message', by: 'customer' });
  });
});

describe('by hand', () => {
  const at = (iso: string) => Date.parse(iso);
  const berlin: BusinessHours = {
    timeZone: 'Europe/Berlin',
    week: Array.from({ length: 7 }, (_, day): Opening[] => (day < 5 ? [[540, 1020]] : [])),
    holidays: [{ date: '2026-12-25', name: 'Christmas' }],
  };
  const each = { first_response: 240, next_response: 60, resolution: 960 };
  const policy: Targets = {
    targets: { low: each, normal: each, high: each, urgent: { ...each, first_response: 30 } },
    pauseOn: ['pending'],
    warn: { before: 60, unit: 'minutes' },
  };
  const opened = (iso: string): Fact => ({ at: at(iso), what: 'opened', priority: 'normal', status: 'open' });
  const look = (kind: ClockKind, facts: Fact[], now: string, hours = berlin) =>
    clocksOf(policy, hours, facts, at(now)).find((clock) => clock.kind === kind)!;

  test('a first answer due over a weekend, warned an hour before, late by one', () => {
    const facts = [opened('2026-11-20T15:00Z')];
    const clock = look('first_response', facts, '2026-11-20T15:30Z');
    expect(iso(clock.dueAt)).toBe('2026-11-23T11:00:00.000Z');
    expect(iso(clock.warnAt)).toBe('2026-11-23T10:00:00.000Z');
    expect(clock.remaining).toBe(210 * MINUTE);
    const late = look('first_response', facts, '2026-11-23T12:00Z');
    expect(iso(late.breachedAt)).toBe('2026-11-23T11:00:00.000Z');
    expect(late.remaining).toBe(-60 * MINUTE);
  });

  test('an answer at the last instant is in time', () => {
    const facts: Fact[] = [opened('2026-11-23T08:00Z'), { at: at('2026-11-23T12:00Z'), what: 'message', by: 'team' }];
    const clock = look('first_response', facts, '2026-11-30T00:00Z');
    expect([iso(clock.metAt), clock.breachedAt]).toEqual(['2026-11-23T12:00:00.000Z', null]);
  });

  test('waiting for the customer does not count, and a reopening after a month goes on where it stopped', () => {
    const facts: Fact[] = [
      opened('2026-11-02T08:00Z'),
      { at: at('2026-11-02T10:00Z'), what: 'message', by: 'team' },
      { at: at('2026-11-02T10:00Z'), what: 'status', to: 'pending' },
      { at: at('2026-11-04T08:00Z'), what: 'message', by: 'customer' },
      { at: at('2026-11-04T08:00Z'), what: 'status', to: 'open' },
      { at: at('2026-11-04T12:00Z'), what: 'status', to: 'solved' },
      { at: at('2026-12-07T08:00Z'), what: 'message', by: 'customer' },
      { at: at('2026-12-07T08:00Z'), what: 'status', to: 'open' },
    ];
    expect(look('resolution', facts.slice(0, 3), '2026-11-03T08:00Z')).toMatchObject({
      dueAt: null,
      remaining: 840 * MINUTE,
    });
    const clock = look('resolution', facts, '2026-12-07T08:00Z');
    expect(clock.remaining).toBe((960 - 120 - 240) * MINUTE);
    expect(iso(clock.dueAt)).toBe('2026-12-08T10:00:00.000Z');
    const next = look('next_response', facts, '2026-12-07T08:00Z');
    expect([iso(next.startedAt), iso(next.dueAt)]).toEqual(['2026-12-07T08:00:00.000Z', '2026-12-07T09:00:00.000Z']);
  });

  test('a higher priority shortens what is left; what it makes late is late from then', () => {
    const facts: Fact[] = [
      opened('2026-11-23T08:00Z'),
      { at: at('2026-11-23T09:00Z'), what: 'priority', to: 'urgent' },
    ];
    expect(iso(look('first_response', facts, '2026-11-23T09:30Z').breachedAt)).toBe('2026-11-23T09:00:00.000Z');
  });

  test('words of the customer before the first answer do not put it off', () => {
    const facts: Fact[] = [
      opened('2026-11-23T08:00Z'),
      { at: at('2026-11-23T11:00Z'), what: 'message', by: 'customer' },
    ];
    expect(iso(look('first_response', facts, '2026-11-23T11:00Z').dueAt)).toBe('2026-11-23T12:00:00.000Z');
    expect(look('next_response', facts, '2026-11-23T11:00Z')).toBeUndefined();
  });

  test('solved by the customer and opened again: the first answer is still owed, and late only by the time it was open', () => {
    const facts: Fact[] = [
      opened('2026-11-23T08:00Z'),
      { at: at('2026-11-23T10:00Z'), what: 'status', to: 'solved' },
      { at: at('2026-11-24T08:00Z'), what: 'message', by: 'customer' },
      { at: at('2026-11-24T08:00Z'), what: 'status', to: 'open' },
    ];
    const clock = look('first_response', facts, '2026-11-24T08:00Z');
    expect([clock.metAt, iso(clock.dueAt)]).toEqual([null, '2026-11-24T10:00:00.000Z']);
    expect(look('next_response', facts, '2026-11-24T08:00Z')).toBeUndefined();
    const answer: Fact = { at: at('2026-11-24T09:00Z'), what: 'message', by: 'team' };
    expect(look('first_response', [...facts, answer], '2026-11-24T12:00Z')).toMatchObject({
      metAt: answer.at,
      breachedAt: null,
    });
  });

  test('over Christmas, and through the night the clocks go back', () => {
    expect(iso(look('first_response', [opened('2026-12-24T14:00Z')], '2026-12-24T14:00Z').dueAt)).toBe(
      '2026-12-28T10:00:00.000Z',
    );
    const night = { ...ALWAYS, timeZone: 'Europe/Berlin' };
    const clock = look('first_response', [opened('2026-10-24T23:00Z')], '2026-10-24T23:00Z', night);
    expect(clock.dueAt).toBe(addBusinessTime(night, at('2026-10-24T23:00Z'), 240 * MINUTE));
  });

  test('where nobody ever is, nothing is due', () => {
    const never = { ...berlin, week: berlin.week.map(() => []) };
    expect(look('first_response', [opened('2026-11-20T15:00Z')], '2027-11-20T15:30Z', never)).toMatchObject({
      dueAt: null,
      breachedAt: null,
    });
  });
});
