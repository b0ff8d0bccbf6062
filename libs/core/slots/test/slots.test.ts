import { expect, test } from '@jest/globals';
import { piecesOf, Slot, Slots } from '../src/index.js';

test('a slot holds what was put there, in its order, and nothing of another slot that is called the same', () => {
  const slots = new Slots();
  const [lamps, others] = [new Slot<string>('lamps'), new Slot<string>('lamps')];
  slots.fill(lamps, 20, 'b', 'c');
  slots.fill(lamps, 10, 'a');
  slots.fill(lamps, 20, 'd');
  expect(slots.of(lamps)).toEqual(['a', 'b', 'c', 'd']);
  expect(slots.of(others)).toEqual([]);
});

test('panels with nothing to show take no place, the others stand in their order', async () => {
  const panel = (place: 'head' | 'main', shows: boolean, template: string) => ({ place, shows, template });
  const panels = [panel('main', true, 'a'), panel('head', false, 'b'), panel('main', true, 'c')];
  const pieces = await piecesOf(panels, async ({ shows, template }) => (shows ? { template, view: {} } : null));
  expect(pieces).toEqual({
    main: [
      { template: 'a', view: {} },
      { template: 'c', view: {} },
    ],
  });
});
