import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Bill, GRACE_DAYS, standing } from '@foyer/tenants';

const NOW = new Date('2026-11-15T12:00:00Z');
const DAY = 86_400_000;
const inDays = (days: number) => new Date(NOW.getTime() + days * DAY);
const bill = (state: Bill['state'], days = -1): Bill => ({ state, since: inDays(days).toISOString() });

test.each<[string, Parameters<typeof standing>[0], string, string]>([
  ['a trial', { heldReason: null, trialEndsAt: inDays(3), bill: null }, 'trialing', 'trial'],
  ['a trial that is over', { heldReason: null, trialEndsAt: inDays(-1), bill: null }, 'restricted', 'trial-over'],
  ['a trial long over', { heldReason: null, trialEndsAt: inDays(-GRACE_DAYS), bill: null }, 'suspended', 'trial-over'],
  ['a plan that was given', { heldReason: null, trialEndsAt: null, bill: null }, 'active', 'free'],
  ['who pays within the trial', { heldReason: null, trialEndsAt: inDays(3), bill: bill('paying') }, 'active', 'paying'],
  ['who pays after it', { heldReason: null, trialEndsAt: inDays(-90), bill: bill('paying') }, 'active', 'paying'],
  ['a first failure', { heldReason: null, trialEndsAt: inDays(-90), bill: bill('late') }, 'past_due', 'late'],
  ['many failures', { heldReason: null, trialEndsAt: inDays(-90), bill: bill('very-late') }, 'restricted', 'very-late'],
  [
    'what was asked for to the last',
    { heldReason: null, trialEndsAt: null, bill: bill('given-up') },
    'suspended',
    'given-up',
  ],
  ['a pause', { heldReason: null, trialEndsAt: null, bill: bill('paused') }, 'restricted', 'paused'],
  [
    'the end of what was paid for',
    { heldReason: null, trialEndsAt: inDays(-90), bill: bill('ended') },
    'restricted',
    'ended',
  ],
  [
    'long after it',
    { heldReason: null, trialEndsAt: inDays(-90), bill: bill('ended', -GRACE_DAYS) },
    'suspended',
    'ended',
  ],
  ['an end within the trial', { heldReason: null, trialEndsAt: inDays(2), bill: bill('ended') }, 'trialing', 'trial'],
  [
    'a given plan that was bought and ended',
    { heldReason: null, trialEndsAt: null, bill: bill('ended') },
    'restricted',
    'ended',
  ],
  [
    'suspended by staff, though it pays',
    { heldReason: 'abuse', trialEndsAt: null, bill: bill('paying') },
    'suspended',
    'held',
  ],
])('%s', (_, facts, status, reason) => {
  expect(standing(facts, NOW)).toMatchObject({ status, reason });
});

test('what time alone changes, changes exactly when it was said to', () => {
  const facts = fc.record({
    heldReason: fc.constant(null),
    trialEndsAt: fc.option(fc.integer({ min: -40, max: 40 }).map(inDays)),
    bill: fc.option(
      fc.record({
        state: fc.constantFrom('paying', 'late', 'very-late', 'paused', 'given-up', 'ended'),
        since: fc.integer({ min: -40, max: 0 }).map((days) => inDays(days).toISOString()),
      }),
    ),
  });
  fc.assert(
    fc.property(facts, fc.integer({ min: 0, max: 60 * 24 }), (what, hours) => {
      const now = standing(what as Parameters<typeof standing>[0], NOW);
      const later = new Date(NOW.getTime() + hours * 3_600_000);
      const then = standing(what as Parameters<typeof standing>[0], later);
      const moved = now.until !== null && later >= now.until;
      expect(then.status !== now.status).toBe(moved);
    }),
  );
});
