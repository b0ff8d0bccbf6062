import { once } from 'node:events';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, expect, test } from '@jest/globals';
import { afterTests, PASSWORD, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { Keys } from '@foyer/keys';
import { Collections } from '@foyer/settings';
import { Identities, oidcConnections } from '@foyer/signon';
import { PATCH, personAt, type Provider, provider } from './provider.js';

let world: World;
let acme: TestTenant;
let port: number;
let team: Provider;
let globex: Provider;

beforeAll(async () => {
  world = await World.start();
  port = ((world.app.getHttpServer() as Server).address() as AddressInfo).port;
  acme = await world.tenant('acme');
  const ana = await (await acme.customer('Ana')).of('Globex', 'company_admin');
  await acme.owns('acme.example');
  await acme.owns('customers.example', await acme.companyId('Globex'));
  team = await provider(acme.owner, { audience: 'team', roles: [{ group: 'Desk', role: 'agent' }] });
  globex = await provider(ana, { companyId: await acme.companyId('Globex') });
});

/** A page's open stream: when it began, and how long after something it has ended. */
async function stream(visitor: Visitor, path: string) {
  const headers = { Host: visitor.host, Cookie: `session=${visitor.cookie('session')}`, Accept: 'text/event-stream' };
  const sent = request({ host: '127.0.0.1', port, path, headers }).on('error', () => undefined);
  sent.end();
  afterTests(() => Promise.resolve(void sent.destroy()));
  const [answer] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
  await once(answer, 'data');
  answer.resume();
  return { status: answer.statusCode, ended: once(answer, 'end').then(() => Date.now()) };
}
const off = { schemas: [PATCH], Operations: [{ op: 'Replace', path: 'active', value: 'False' }] };

test('18: whoever is deprovisioned in the team is out within a second: pages, open streams, and the keys they made', async () => {
  const mara = await acme.agent('Mara');
  const browser = await mara.browser();
  const [actor, owner] = [await mara.actor(), await acme.owner.actor()];
  const draft = { name: 'ERP', scopes: ['people:read'], companyId: null, addresses: [], days: 30 };
  const { id: keyId, key } = await acme.inside(() => world.get(Keys).create(owner, draft));
  await acme.change(() => sql`update ${table('api_key')} set created_by_id = ${actor.id} where id = ${keyId}`);
  const asked = () => acme.visitor().get('/api/v1/people', { Authorization: `Bearer ${key}` });
  expect((await asked()).status).toBe(200);
  const { id } = await team.user('mara@acme.example');
  const open = await stream(browser, '/console/tickets/live');
  expect([open.status, (await browser.get('/console/tickets')).status]).toEqual([200, 200]);
  const since = Date.now();
  expect((await team.ask('patch', `/Users/${id}`, off)).status).toBe(200);
  expect((await open.ended) - since).toBeLessThan(5_000);
  expect((await browser.get('/console/tickets')).status).toBe(303);
  expect((await asked()).status).toBe(401);
  expect((await personAt(acme, 'mara@acme.example'))!.status).toBe('deactivated');
  // Back again, with what they were.
  await team.patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'True' });
  expect(await personAt(acme, 'mara@acme.example')).toMatchObject({ status: 'active', teamRole: 'agent' });
  await mara.browser();
  const names = (await acme.published()).map(({ name, by }) => `${name} ${by}`);
  for (const name of [
    'provisioning.added',
    'provisioning.deprovisioned',
    'person.deactivated',
    'key.revoked',
    'person.reactivated',
  ])
    expect(names).toContain(`${name} Test`);
});

test('whoever is also elsewhere only leaves this company; whoever is nowhere else is shut out', async () => {
  const [ulf, una] = [await (await acme.customer('Ulf')).of('Globex'), await (await acme.customer('Una')).of('Globex')];
  await una.of('Initech');
  const ticket = await ulf.opens('Open page');
  const browsers = [await ulf.browser(), await una.browser()] as const;
  const ids = [(await globex.user('ulf@customers.example')).id, (await globex.user('una@customers.example')).id];
  const open = await stream(browsers[0], `/tickets/TKT-00${ticket.number}/live`);
  const since = Date.now();
  for (const id of ids) expect((await globex.ask('patch', `/Users/${id}`, off)).status).toBe(200);
  expect((await open.ended) - since).toBeLessThan(5_000);
  for (const browser of browsers) expect((await browser.get('/tickets')).status).toBe(303);
  expect(await personAt(acme, 'ulf@customers.example')).toMatchObject({ status: 'deactivated', places: {} });
  expect(await personAt(acme, 'una@customers.example')).toMatchObject({
    status: 'active',
    places: { Initech: 'user' },
  });
  expect((await (await una.browser()).get('/tickets')).status).toBe(200);
  expect(await refusedByTheirs('una@customers.example')).toBe('deactivated');
  for (const id of ids) await globex.patch(`/Users/${id}`, { op: 'replace', value: { active: true } });
  expect(await refusedByTheirs('una@customers.example')).toBeUndefined();
  expect((await personAt(acme, 'ulf@customers.example'))!.places).toEqual({ Globex: 'user' });
  expect((await personAt(acme, 'una@customers.example'))!.places).toEqual({ Globex: 'user', Initech: 'user' });
});

test('whoever is sent away and brought back is what they were by hand, and keeps their name', async () => {
  const boss = await (await acme.customer('Bo Hansen')).of('Globex', 'company_admin');
  const { id } = await globex.user(boss.email);
  await globex.patch(`/Users/${id}`, { op: 'replace', path: 'emails', value: [{ value: 'bo.h@customers.example' }] });
  expect(await personAt(acme, 'bo.h@customers.example')).toMatchObject({ name: 'Bo Hansen' });
  const told = await acme.query<{ to: string; template: string }>(
    () =>
      sql`select to_address as "to", template from ${table('mail')} where template = 'identity/email/email-changed'`,
  );
  expect(told.map(({ to }) => to)).toEqual([boss.email]);
  await globex.patch(`/Users/${id}`, { op: 'replace', value: { active: false } });
  expect((await personAt(acme, 'bo.h@customers.example'))!.places).toEqual({});
  await globex.patch(`/Users/${id}`, { op: 'replace', value: { active: true } });
  expect((await personAt(acme, 'bo.h@customers.example'))!.places).toEqual({ Globex: 'company_admin' });
  expect((await globex.ask('delete', `/Users/${id}`)).status).toBe(204);
  await globex.user('bo.h@customers.example', { displayName: 'Bo Anew' });
  expect(await personAt(acme, 'bo.h@customers.example')).toMatchObject({
    ...{ name: 'Bo Anew', places: { Globex: 'company_admin' } },
  });
});

test('whoever has moved on to another company is none of its business, whatever it was told', async () => {
  const una = await acme.customer('Mo Vero');
  await una.of('Globex');
  const { id } = await globex.user(una.email);
  await una.of('Initech');
  await acme.change(() => sql`update ${table('person')} set email = 'mo@initech.example' where email = ${una.email} returning id`); // prettier-ignore
  await acme.change(() => sql`delete from ${table('membership')} where company_id = ${globex.directory.companyId} and person_id = (select id from ${table('person')} where email = 'mo@initech.example') returning person_id`); // prettier-ignore
  const browser = acme.visitor();
  await browser.signIn('mo@initech.example', PASSWORD);
  await globex.ask('patch', `/Users/${id}`, {
    ...{ schemas: [PATCH], Operations: [{ op: 'replace', path: 'displayName', value: 'Evil' }] },
  });
  expect((await globex.ask('patch', `/Users/${id}`, off)).status).toBe(200);
  expect((await browser.get('/tickets')).status).toBe(200);
  const on = { schemas: [PATCH], Operations: [{ op: 'replace', value: { active: true } }] };
  expect((await globex.ask('patch', `/Users/${id}`, on)).status).toBe(400);
  expect(await personAt(acme, 'mo@initech.example')).toMatchObject({
    ...{ name: 'Mo Vero', status: 'active', places: { Initech: 'user' } },
  });
});

test('whom a colleague has let in again, a directory can send away again', async () => {
  const { id } = await globex.user('again@customers.example', { displayName: 'Agnes' });
  expect((await globex.ask('patch', `/Users/${id}`, off)).status).toBe(200);
  const { id: person } = (await personAt(acme, 'again@customers.example'))!;
  const owner = await acme.owner.browser();
  expect((await owner.post(`/console/people/${person}/activation`)).status).toBe(303);
  expect((await personAt(acme, 'again@customers.example'))!.status).toBe('active');
  expect((await globex.ask('patch', `/Users/${id}`, off)).status).toBe(200);
  expect(await personAt(acme, 'again@customers.example')).toMatchObject({ status: 'deactivated', places: {} });
});

test('a directory moves no owner to another address, whose mailbox would then open the portal', async () => {
  const { id } = await team.user('owner@acme.example');
  const moved = await team.ask('patch', `/Users/${id}`, {
    ...{ schemas: [PATCH], Operations: [{ op: 'replace', path: 'emails', value: [{ value: 'mine@acme.example' }] }] },
  });
  expect([moved.status, (await personAt(acme, 'mine@acme.example')) === null]).toEqual([409, true]);
});

/** What a connection of the same company says of whoever has this address; undefined: come in. */
async function refusedByTheirs(email: string): Promise<string | undefined> {
  const owner = await acme.owner.actor();
  const connection = {
    ...{
      name: 'ID',
      companyId: globex.directory.companyId,
      audience: 'customers' as const,
      issuer: 'https://id.example',
    },
    ...{ clientId: 'x', clientSecret: 'x', scope: '', emailAttribute: '', nameAttribute: '', groupsAttribute: '' },
    ...{ trustsAddresses: false, makesAccounts: true, roles: [], groupsRule: false, countsAsSecondFactor: false },
    ...{ enforced: false, keeperId: null, enabled: true, blocked: false },
  };
  return acme.inside(async () => {
    const item = await world.get(Collections).add(owner, oidcConnections, connection);
    const claims = { subject: email, email, emailVerified: true, name: null, groups: [], attributes: {} };
    return (await world.get(Identities).judge({ ...item, kind: 'oidc' }, claims)).refused?.reason;
  });
}

test('whom the team has taken in since keeps that', async () => {
  const { id } = await globex.user('taken@customers.example');
  await acme.change(
    () => sql`update ${table('person')} set team_role = 'agent' where email = 'taken@customers.example'`,
  );
  await globex.patch(`/Users/${id}`, {
    op: 'replace',
    value: { active: false, displayName: 'Not the company’s to say' },
  });
  expect(await personAt(acme, 'taken@customers.example')).toMatchObject({
    status: 'active',
    teamRole: 'agent',
    places: {},
    name: 'taken',
  });
});
