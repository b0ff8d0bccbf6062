import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { eventsPage } from '../events-page.mjs';

test('deploy/events.md is what the code says (npm run events)', () => {
  const kept = readFileSync(new URL('../../../deploy/events.md', import.meta.url), 'utf8');
  expect(kept).toBe(eventsPage());
  expect(kept).toContain('## `ticket.opened`');
});

test('every event says in a sentence what happened', () => {
  const silent = eventsPage().matchAll(/^## `([\w.-]+)`\n\nVersion \d+ · `[^`]+`$/gm);
  expect([...silent].map(([, name]) => name)).toEqual([]);
});
