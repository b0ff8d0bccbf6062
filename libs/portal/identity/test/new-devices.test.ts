import { beforeAll, expect, test } from '@jest/globals';
import { PASSWORD, type TestPerson, type TestTenant, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';

const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0';
const LATER = FIREFOX.replaceAll('143', '150');
const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
const [NETHERLANDS, ALSO_THERE, AMERICA] = ['193.0.6.139', '193.0.19.25', '8.8.8.8'];

let world: World;
let acme: TestTenant;
let ana: TestPerson;
beforeAll(async () => {
  world = await World.startWithWorker({ TRUST_PROXY: 'loopback' });
  acme = await world.tenant('acme');
  ana = await acme.customer('Ana');
});

const comes = async (email: string, address: string, userAgent: string, path = '/sign-in') => {
  const browser = acme.visitor().moveTo(address, userAgent);
  expect((await browser.signIn(email, PASSWORD, path)).status).toBe(303);
  return browser;
};
const told = async (email: string) => {
  await world.calm();
  return world.mails.mails.filter(
    ({ to, subject }) => [to].flat()[0]?.value[0]?.address === email && subject === 'New sign-in to your account',
  );
};
const isIn = async (browser: { get(path: string): Promise<{ status: number }> }) =>
  (await browser.get('/account')).status === 200;

test('a device that the account was never used on is told of, with when and where, and nothing else is', async () => {
  await acme.change(
    () => sql`update ${table('person')} set time_zone = 'Asia/Tokyo' where email = ${ana.email} returning id`,
  );
  const first = await comes(ana.email, NETHERLANDS!, FIREFOX);
  // The browser that was here, wherever it is; another version, another address of the country.
  await first.moveTo(AMERICA!, SAFARI).get('/sign-in');
  await first.post('/sign-out');
  await first.signIn(ana.email, PASSWORD);
  await comes(ana.email, ALSO_THERE!, LATER);
  expect(await told(ana.email)).toHaveLength(0);

  await comes(ana.email, AMERICA!, FIREFOX);
  await comes(ana.email, AMERICA!, FIREFOX);
  const [mail, ...more] = await told(ana.email);
  expect(more).toHaveLength(0);
  for (const words of ['Firefox on Windows', 'United States', AMERICA!, 'GMT+9']) expect(mail!.text).toContain(words);
});

test('“this was not me” ends every session, once, and leads to another password', async () => {
  const { email } = await acme.customer('Bea');
  const mine = await comes(email, NETHERLANDS!, FIREFOX);
  const theirs = await comes(email, NETHERLANDS!, SAFARI);
  const link = new URL(await world.mails.linkTo(email, '/sign-in/not-me'));
  const token = link.searchParams.get('token')!;
  const browser = acme.visitor();
  // Programs that look through mails only open it.
  expect((await browser.get(`${link.pathname}${link.search}`)).status).toBe(200);
  expect([await isIn(mine), await isIn(theirs)]).toEqual([true, true]);
  const done = await browser.post('/sign-in/not-me', { token });
  expect([done.status, await isIn(mine), await isIn(theirs)]).toEqual([303, false, false]);
  const reset = new URL(done.headers['location']!, 'http://x');
  expect([reset.pathname, (await browser.get(done.headers['location']!)).status]).toEqual(['/reset', 200]);
  const chosen = { token: reset.searchParams.get('token')!, password: 'another-lantern-orchard' };
  expect((await browser.post('/reset', chosen)).status).toBe(303);
  expect((await acme.visitor().post('/sign-in/not-me', { token })).status).toBe(410);
  for (const odd of ['', 'x', 'a'.repeat(50)])
    expect((await acme.visitor().post('/sign-in/not-me', { token: odd })).status).toBe(410);
});

test('customers can switch it off for themselves, nobody of the team can', async () => {
  const { email } = await acme.customer('Cal');
  const mara = await acme.agent('Mara');
  const [cal, agent] = [
    await comes(email, NETHERLANDS!, FIREFOX),
    await comes(mara.email, NETHERLANDS!, FIREFOX, '/console/sign-in'),
  ];
  expect((await cal.get('/account')).text).toContain('action="/account/new-devices"');
  expect((await agent.get('/console/account')).text).not.toContain('new-devices');
  expect((await cal.post('/account/new-devices')).status).toBe(303);
  expect((await agent.post('/account/new-devices')).status).toBe(404);
  await comes(email, AMERICA!, SAFARI);
  await comes(mara.email, AMERICA!, SAFARI, '/console/sign-in');
  expect([(await told(email)).length, (await told(mara.email)).length]).toEqual([0, 1]);
  await cal.get('/account');
  await cal.post('/account/new-devices', { wanted: '1' });
  await comes(email, '1.1.1.1', SAFARI);
  expect(await told(email)).toHaveLength(1);
});
