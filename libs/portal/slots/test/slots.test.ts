import { expect, test } from '@jest/globals';
import { Slot, Slots } from '../src/index.js';

test('a slot holds what was put there, in its order, and nothing of another slot that is called the same', () => {
  const slots = new Slots();
  const [lamps, others] = [new Slot<string>('lamps'), new Slot<string>('lamps')];
  slots.fill(lamps, 20, 'b', 'c');
  slots.fill(lamps, 10, 'a');
  slots.fill(lamps, 20, 'd');
  expect(slots.of(lamps)).toEqual(['a', 'b', 'c', 'd']);
  expect(slots.of(others)).toEqual([]);
});
