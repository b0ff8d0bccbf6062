import { beforeAll, expect, test } from '@jest/globals';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import { type Given, OnceOnly } from '../src/once-only.js';

let once: OnceOnly;
let acme: TestTenant;
const given: Given = { status: 201, body: { id: 'x' }, headers: {} };
const by = (key: string) => ({ keyId: 'k', route: 'open', key, asked: {} });

beforeAll(async () => {
  const world = await World.start();
  acme = await world.tenant('acme');
  once = world.get(OnceOnly);
});

test('while the first is at it, the second is told so; afterwards it gets the same answer', async () => {
  let [finish, begun] = [(): void => undefined, (): void => undefined];
  const isBegun = new Promise<void>((resolve) => (begun = resolve));
  const isFinished = new Promise<void>((resolve) => (finish = resolve));
  const never = () => Promise.reject(new Error('done twice'));
  const first = acme.inside(() =>
    once.do(by('one'), async () => {
      begun();
      await isFinished;
      return given;
    }),
  );
  await isBegun;
  await expect(acme.inside(() => once.do(by('one'), never))).rejects.toMatchObject({ code: 'idempotency-busy' });
  await expect(acme.inside(() => once.do(by('two'), () => Promise.resolve(given)))).resolves.toMatchObject(given);
  finish();
  expect(await first).toMatchObject({ ...given, replayed: false });
  expect(await acme.inside(() => once.do(by('one'), never))).toMatchObject({ ...given, replayed: true });
});

test('what fails leaves nothing, so that it can be asked for again', async () => {
  const fails = () => Promise.reject(new Error('no'));
  await expect(acme.inside(() => once.do(by('three'), fails))).rejects.toThrow('no');
  expect(await acme.inside(() => once.do(by('three'), () => Promise.resolve(given)))).toMatchObject({
    replayed: false,
  });
});
