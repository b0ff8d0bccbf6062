import { setTimeout as sleep } from 'node:timers/promises';
import { Lifeline, waitBefore } from '../src/index.js';

/** A server that can be away, and counts who knocks. */
function server() {
  const state = { away: false, knocks: 0, atOnce: 0, most: 0, returns: 0 };
  const lifeline = new Lifeline({
    open: async () => {
      state.knocks += 1;
      state.most = Math.max(state.most, (state.atOnce += 1));
      await sleep(5);
      state.atOnce -= 1;
      if (!state.away) return;
      lifeline.lost(); // as a refused connection, which both ends and rejects
      throw new Error('refused');
    },
    onReturn: () => (state.returns += 1),
  });
  return { state, lifeline };
}
async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !condition(); tries += 1) await sleep(20);
}

test('however often a loss is told, there is one attempt at a time, and fewer the longer it lasts', async () => {
  const { state, lifeline } = server();
  await lifeline.open();
  state.away = true;
  const shouting = setInterval(() => lifeline.lost(), 1);
  await until(() => state.knocks >= 5);
  clearInterval(shouting);
  expect(state.most).toBe(1);
  expect(state.returns).toBe(0);
  state.away = false;
  await until(() => state.returns > 0);
  expect(state.returns).toBe(1);
  lifeline.close();
});

test('the waits grow from a quarter of a second to four seconds', () => {
  const waits = Array.from({ length: 20 }, (_, n) => waitBefore(n + 1));
  expect(waits[0]).toBeLessThanOrEqual(250);
  expect(Math.max(...waits)).toBeLessThanOrEqual(4_000);
  for (const [n, wait] of waits.entries()) expect(wait).toBeGreaterThanOrEqual(Math.min(250 * 2 ** n, 4_000) * 0.7);
});

test('a first connection that fails is told to whoever asked for it; a closed line is not opened again', async () => {
  const { state, lifeline } = server();
  state.away = true;
  await expect(lifeline.open()).rejects.toThrow('refused');
  lifeline.close();
  lifeline.lost();
  await sleep(400);
  expect(state.knocks).toBe(1);
});
