import { expect, test } from '@jest/globals';
import { isOver } from '../src/long-over.js';

const DAY = 86_400_000;

test.each([
  ['open', null, false],
  ['pending', null, false],
  ['solved', 1, false],
  ['solved', 29, false],
  ['solved', 31, true],
  ['closed', 1, true],
] as const)('%s, %s days after it was solved: over is %s', (status, days, over) => {
  const now = Date.UTC(2026, 10, 21);
  expect(isOver({ status, solvedAt: days === null ? null : new Date(now - days * DAY) }, now)).toBe(over);
});
