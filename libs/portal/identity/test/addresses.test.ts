import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { request as ask, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import request from 'supertest';
import { afterTests, PASSWORD, type TestPerson, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { signInSettings, SignInRules } from '@foyer/identity';
import { Keys } from '@foyer/keys';
import { Settings } from '@foyer/settings';

const INSIDE = '203.0.113.7';
const OUTSIDE = '198.51.100.9';
const OFFICE = ['203.0.113.0/24 # Office', '2001:db8::/32'];
const OPEN = { team: [] as string[], customers: [] as string[], api: [] as string[] };
const PAGE = '/console/settings/sign-in';

let world: World;
let acme: TestTenant;
let owner: Visitor;
let ana: TestPerson;
beforeAll(async () => {
  world = await World.start({ TRUST_PROXY: 'loopback' });
  acme = await world.tenant('acme');
  owner = (await acme.owner.browser()).moveTo(INSIDE);
  ana = await acme.customer('Ana');
});
const allow = (lists: Partial<typeof OPEN>) =>
  acme.inside(() => world.get(Settings).apply(signInSettings, { addresses: { ...OPEN, ...lists } }));
beforeEach(() => allow({}));
const STANDING = {
  ...{ 'team-methods': ['password'], 'team-idle': '24', 'team-absolute': '14' },
  ...{ 'customers-methods': ['password'], 'customers-idle': '72', 'customers-absolute': '30' },
  shortest: '10',
};
const save = async (lists: Record<string, string>) => {
  await owner.get(PAGE);
  return owner.post(PAGE, { ...STANDING, ...lists });
};
const statuses = async (browser: Visitor, ...paths: string[]) => {
  const all = [];
  for (const path of paths) all.push((await browser.get(path)).status);
  return all;
};

test('a session holds where its audience may be: outside it is refused, back inside it goes on', async () => {
  const mara = (await (await acme.agent('Mara')).browser()).moveTo(INSIDE);
  const customer = (await ana.browser()).moveTo(OUTSIDE);
  await allow({ team: OFFICE });
  expect(await statuses(mara, '/console/tickets')).toEqual([200]);
  const refused = await mara.moveTo(OUTSIDE).get('/console/tickets');
  expect([refused.status, refused.text.includes(OUTSIDE), refused.text.includes('Mara')]).toEqual([403, true, false]);
  expect((await mara.post('/console/account/profile', { name: 'Moved' })).status).toBe(403);
  // An address that is IPv4 on a socket of both kinds, one of IPv6, and one that is none.
  expect(await statuses(mara.moveTo('::ffff:203.0.113.9'), '/console/tickets')).toEqual([200]);
  expect(await statuses(mara.moveTo('2001:db8:1::5'), '/console/tickets')).toEqual([200]);
  expect(await statuses(mara.moveTo('2001:db9::5'), '/console/tickets')).toEqual([403]);
  expect(await statuses(mara.moveTo(INSIDE), '/console/tickets')).toEqual([200]);
  // Customers have a list of their own, and what is for everybody stays open to all.
  expect(await statuses(customer, '/account')).toEqual([200]);
  await allow({ customers: OFFICE });
  expect(await statuses(customer, '/account', '/', '/tickets')).toEqual([403, 200, 403]);
  expect(await statuses(mara.moveTo(OUTSIDE), '/console/tickets')).toEqual([200]);
  expect(await statuses(customer.moveTo(INSIDE), '/account')).toEqual([200]);
});

test('a forged X-Forwarded-For changes nothing: only what the trusted proxy adds counts', async () => {
  const mara = await (await acme.agent('Mara')).browser();
  await allow({ team: OFFICE });
  expect(await statuses(mara.moveTo(`${INSIDE}, ${OUTSIDE}`), '/console/tickets')).toEqual([403]);
  expect(await statuses(mara.moveTo(`${OUTSIDE}, ${INSIDE}`), '/console/tickets')).toEqual([200]);
  world.app.set('trust proxy', false);
  const { status, text } = await mara.moveTo(INSIDE).get('/console/tickets');
  world.app.set('trust proxy', ['loopback']);
  expect([status, text.includes('127.0.0.1'), text.includes(INSIDE)]).toEqual([403, true, false]);
});

test('a page where people sign in says so before anybody types, the same whoever has an account', async () => {
  await allow({ team: OFFICE, customers: OFFICE });
  for (const [path, known] of [
    ['/sign-in', ana.email],
    ['/console/sign-in', acme.owner.email],
  ] as const) {
    const page = await acme.visitor().moveTo(OUTSIDE).get(path);
    expect([page.status, page.text.includes(OUTSIDE), page.text.includes('name="password"')]).toEqual([
      ...[403, true, false],
    ]);
    const answers = [];
    for (const [email, password] of [
      [known, PASSWORD],
      [known, 'not-the-password-1'],
      ['nobody@customers.example', PASSWORD],
    ] as const) {
      const browser = acme.visitor().moveTo(OUTSIDE);
      const { status, text } = await browser.signIn(email, password, path);
      answers.push([status, text.replaceAll(email, '…').replace(/value="[\w-]{43,}"/g, '')]);
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
    expect((await acme.visitor().moveTo(INSIDE).signIn(known, PASSWORD, path)).status).toBe(303);
  }
});

test('whatever way somebody comes, the door asks where from', async () => {
  await allow({ team: OFFICE });
  // The customers' page, which is open, lets nobody of the team in.
  const browser = acme.visitor().moveTo(OUTSIDE);
  expect((await browser.signIn(acme.owner.email, PASSWORD)).status).toBe(403);
  expect(browser.cookie('session')).toBeUndefined();
});

test('an open stream ends when its address is left out', async () => {
  const server = world.app.getHttpServer() as Server;
  const ticket = await ana.opens('Live');
  const mara = await (await acme.agent('Mara')).browser();
  const sent = ask({
    ...{ host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    path: `/console/tickets/TKT-00${ticket.number}/live`,
    headers: { Host: mara.host, Cookie: `session=${mara.cookie('session')}`, 'X-Forwarded-For': OUTSIDE },
  }).end();
  afterTests(() => Promise.resolve(void sent.destroy()));
  const [answer] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  const ended = once(answer.resume(), 'end');
  await allow({ team: OFFICE });
  const customer = await ana.browser();
  await customer.get(`/tickets/TKT-00${ticket.number}`);
  await customer.post(`/tickets/TKT-00${ticket.number}/replies`, { body: 'still there?' });
  await ended;
});

test('no key of the portal opens from elsewhere, whatever its own list says', async () => {
  const draft = { name: 'ERP', scopes: ['tickets:read'], companyId: null, days: 30 };
  const actor = await acme.owner.actor();
  const [own, any] = await acme.inside(async () => [
    (await world.get(Keys).create(actor, { ...draft, addresses: [`${OUTSIDE} # ERP`, INSIDE] })).key,
    (await world.get(Keys).create(actor, { ...draft, addresses: [] })).key,
  ]);
  const from = async (key: string, address: string) =>
    (
      await request(world.app.getHttpServer() as Server)
        .get('/api/v1/tickets')
        .set({ Host: acme.visitor().host, Authorization: `Bearer ${key}`, 'X-Forwarded-For': address })
    ).status;
  expect([await from(own!, OUTSIDE), await from(any!, OUTSIDE), await from(own!, '192.0.2.1')]).toEqual([
    200, 200, 403,
  ]);
  await allow({ api: OFFICE });
  expect([await from(own!, OUTSIDE), await from(any!, OUTSIDE), await from(own!, INSIDE)]).toEqual([403, 403, 200]);
});

test('whoever saves a list is told when it leaves them out, and what is no address is named', async () => {
  const typed = { 'team-addresses': '192.0.2.0/24', 'api-addresses': '203.0.113.0/24' };
  const out = await save(typed);
  expect([out.status, out.text.includes('id="team-addresses-error"'), out.text.includes(INSIDE)]).toEqual([
    ...[422, true, true],
  ]);
  expect(await acme.inside(() => world.get(SignInRules).addresses())).toEqual(OPEN);
  const wrong = await save({ 'customers-addresses': '203.0.113.0/24\noffice.example' });
  expect([wrong.status, wrong.text.includes('“office.example” is not an IP address')]).toEqual([422, true]);
  expect((await save({ ...typed, 'team-addresses': '203.0.113.77/24 # Office\n# home' })).status).toBe(303);
  expect(await acme.inside(() => world.get(SignInRules).addresses())).toEqual({
    ...{ team: ['203.0.113.0/24 # Office', '# home'], customers: [], api: ['203.0.113.0/24'] },
  });
  expect((await owner.get(PAGE)).text).toContain('203.0.113.0/24 # Office');
});
