import { expect, test } from '@jest/globals';
import { PASSWORD, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { SignIns } from '@foyer/identity';
import { countryOf, deviceIn } from '../src/where-from.js';

const world = await World.start();
const acme = await world.tenant('acme');
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0';

test('a person’s sign-ins are told with what was shown, device and country, also those that failed, to them and to who manages people', async () => {
  const ana = await acme.customer('Ana');
  const browser = acme.visitor();
  await browser.get('/sign-in');
  for (const password of ['not-the-password-1', PASSWORD])
    await browser.post('/sign-in', { email: ana.email, password }, { 'User-Agent': FIREFOX });
  await acme.change(() => sql`update ${table('sign_in')} set ip = '8.8.8.8' where true`);
  const id = (await ana.actor()).id!;
  const owner = await acme.owner.browser();
  for (const { text } of [await browser.get('/account'), await owner.get(`/console/people/${id}`)]) {
    const part = /aria-labelledby="sign-ins"[^]*?<\/section>/.exec(text)![0];
    expect(part.match(/Firefox on Windows/g)).toHaveLength(2);
    expect([part.includes('Wrong password'), part.includes('United States'), part.includes('8.8.8.8')]).toEqual([
      true,
      true,
      true,
    ]);
  }
  const agent = await (await acme.agent('Mara')).browser();
  expect((await agent.get(`/console/people/${id}`)).text).not.toContain('aria-labelledby="sign-ins"');
});

test('of an address that nobody has nothing is kept, and after ninety days nothing of anybody', async () => {
  const before = await acme.query(() => sql`select id from ${table('sign_in')}`);
  await acme.visitor().signIn('nobody@customers.example', PASSWORD);
  expect(await acme.query(() => sql`select id from ${table('sign_in')}`)).toHaveLength(before.length);
  const [first] = before as { id: string }[];
  await acme.change(() => sql`update ${table('sign_in')} set at = now() - interval '91 days' where id = ${first!.id}`);
  await acme.inside(() => world.get(SignIns).sweep());
  expect(await acme.query(() => sql`select id from ${table('sign_in')}`)).toHaveLength(before.length - 1);
});

test('addresses and devices that are none have no name', () => {
  const t = (key: string) => key;
  expect(['127.0.0.1', '::1', 'x', '', '8.8.8.8', '2001:4860:4860::8888'].map(countryOf)).toEqual([
    ...[null, null, null, null],
    ...['US', 'US'],
  ]);
  for (const agent of [null, '', 'x', '\u0000', 'Mozilla/5.0'])
    expect(deviceIn(agent, { t } as never).device).toBe('identity.account.unknown-device');
});
