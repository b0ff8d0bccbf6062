import { beforeAll, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { Frozen, LimitReached, Usage } from '@foyer/entitlements';
import { Settings } from '../src/index.js';
import { admin } from './portal.js';

let world: World;
let acme: TestTenant;
let guest: Visitor;

const change = (locales: string[]) =>
  acme.inside(() => world.get(Settings).change(admin, 'general', { locales: locales as never }));
const offered = async () => {
  const links = (await guest.get('/')).text.matchAll(/[?&](?:amp;)?lang=([a-z]{2})/g);
  return [...new Set([...links].map(([, code]) => code))].sort();
};
const frozen = () => acme.inside(() => world.get(Frozen).of('languages')!.items());
const kept = (...ids: string[]) => acme.inside(() => world.get(Frozen).of('languages')!.keep(admin, ids));

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  guest = acme.visitor();
  await change(['en', 'de', 'fr']);
});

test('no more are added than the plan holds, however many ask at once', async () => {
  await acme.isEntitledTo({ limits: { languages: 4 } });
  const all = await Promise.allSettled(
    Array.from({ length: 50 }, (_, index) => change(['en', 'de', 'fr', ...(index % 2 ? ['es'] : ['es', 'ar'])])),
  );
  const refused = all.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  expect(refused.length).toBeGreaterThanOrEqual(25);
  expect(refused.every((error) => error instanceof LimitReached)).toBe(true);
  const usage = (await acme.inside(() => world.get(Usage).all())).find(({ limit }) => limit === 'languages');
  expect(usage).toMatchObject({ used: 4, most: 4 });
});

test('it is said in the form, with the way up, and the former order stays', async () => {
  const owner = await acme.owner.browser();
  await owner.get('/console/settings/general');
  const values = { name: 'Acme', defaultLocale: 'en', timeZone: 'UTC' };
  const told = await owner.post('/console/settings/general', { ...values, locales: ['ar', 'de', 'en', 'es', 'fr'] });
  expect(told.text.includes('Your plan holds 4 languages.')).toBe(true);
  expect(told.text.includes('href="/console/settings/plan"')).toBe(true);
});

test('beyond a smaller plan those chosen last are not offered; the main one always is', async () => {
  await acme.isEntitledTo({ limits: { languages: 2 } });
  expect(await offered()).toEqual(['de', 'en']);
  expect((await frozen()).filter((one) => one.isFrozen).map(({ id }) => id)).toEqual(['fr', 'es']);
  await kept('es');
  expect(await offered()).toEqual(['en', 'es']);
  await expect(kept('es', 'fr')).rejects.toThrow(LimitReached);
  // Taking one away is always possible, and the next takes its place.
  await change(['en', 'de', 'fr']);
  expect(await offered()).toEqual(['de', 'en']);
});

test('a larger plan shows them again', async () => {
  await acme.isEntitledTo({});
  expect(await offered()).toEqual(['de', 'en', 'fr']);
  expect((await frozen()).some((one) => one.isFrozen)).toBe(false);
});
