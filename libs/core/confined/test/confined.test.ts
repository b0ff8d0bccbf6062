import { expect, test } from '@jest/globals';
import { Confined, Overloaded, Overrun } from '@foyer/confined';

const work = new Confined<string | Uint8Array, unknown>(new URL('./odd-jobs.ts', import.meta.url), {
  ...{ seconds: 10, atOnce: 1, waiting: 2, megabytes: 64 },
});

test('what is done comes back, also bytes, and what goes wrong in its words', async () => {
  expect(await work.run('hello')).toBe('HELLO');
  expect(await work.run(Buffer.from([0, 255]))).toEqual(new Uint8Array([0, 255]));
  await expect(work.run('fail')).rejects.toThrow('No such thing');
  expect(await work.run('and on')).toBe('AND ON');
});

test.each(['spin', 'die', 'hoard'])('a job that would %s is stopped, and the next one is done', async (job) => {
  const brief = new Confined<string, unknown>(new URL('./odd-jobs.ts', import.meta.url), {
    ...{ seconds: 3, atOnce: 1, waiting: 2, megabytes: 64 },
  });
  const stopped = brief.run(job);
  const next = brief.run('next');
  await expect(stopped).rejects.toThrow(Overrun);
  expect(await next).toBe('NEXT');
});

test('more than may wait is turned away at once', async () => {
  const all = await Promise.allSettled(['a', 'b', 'c', 'd'].map((job) => work.run(job)));
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
  expect((all[3] as PromiseRejectedResult).reason).toBeInstanceOf(Overloaded);
});
