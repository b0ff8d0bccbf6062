import type { Server } from 'node:http';
import { beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { NotInPlan } from '@foyer/entitlements';
import { Seats } from '@foyer/identity';
import { Keys } from '@foyer/keys';

const DRAFT = { name: 'ERP', scopes: ['tickets:write', 'people:read'], companyId: null, addresses: [], days: 30 };
let world: World;
let acme: TestTenant;
let kim: string;

const makes = async (name: string) => {
  const actor = await (await acme.agent(name, 'admin')).actor();
  return acme.inside(() => world.get(Keys).create(actor, DRAFT));
};
const asks = (key: string, method: 'get' | 'post', path: string, body?: object) => {
  const server = request(world.app.getHttpServer() as Server);
  return server[method](`/api/v1${path}`)
    .set({ Host: acme.host, Authorization: `Bearer ${key}`, 'Idempotency-Key': crypto.randomUUID() })
    .send(body);
};
const reads = async (key: string) => (await asks(key, 'get', '/tickets')).status;
const opens = async (key: string) => {
  const [ana] = await acme.query<{ id: string }>(() => sql`select id from ${table('person')} where name = 'Ana'`);
  const draft = { subject: 'Lamp', description: 'Is out', requester_id: ana!.id };
  const { status, body } = await asks(key, 'post', '/tickets', draft);
  return [status, (body as { code?: string }).code];
};

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  await acme.customer('Ana');
  kim = (await makes('Kim')).key;
});

test('a plan without the API makes no keys; those that are there read, and change nothing', async () => {
  expect(await opens(kim)).toEqual([201, undefined]);
  await acme.isEntitledTo({ features: [] });
  await expect(makes('Lou')).rejects.toThrow(NotInPlan);
  expect([await reads(kim), await opens(kim)]).toEqual([200, [403, 'not-in-plan']]);
  const owner = await acme.owner.browser();
  await owner.get('/console/settings/api-keys/new');
  const told = await owner.post('/console/settings/api-keys', { name: 'ERP', scopes: 'tickets:read', days: '30' });
  expect(told.text.includes('Your plan does not include the API.')).toBe(true);
  expect(told.text.includes('href="/console/settings/plan"')).toBe(true);
  await acme.isEntitledTo({});
  expect(await opens(kim)).toEqual([201, undefined]);
});

test('programs are told the same as people, by the code of the problem', async () => {
  const owner = await acme.owner.actor();
  const draft = { ...DRAFT, scopes: ['team:write', 'settings:write', 'people:write', 'tickets:write', 'surveys:read'] };
  const { key } = await acme.inside(() => world.get(Keys).create(owner, draft));
  const does = async (path: string, body: object) => {
    const sent = await asks(key, 'post', path, body);
    return [sent.status, (sent.body as { code?: string }).code];
  };
  const invites = () => does('/team/invitations', { name: 'Noor', email: 'noor@acme.example', role: 'agent' });
  await acme.isEntitledTo({ limits: { agents: 1 } });
  expect(await invites()).toEqual([409, 'entitlements.limit.agents']);
  await acme.isEntitledTo({});
  await acme.isRestricted();
  expect(await invites()).toEqual([403, 'entitlements.restricted']);
  expect(await does('/ticket-groups', { name: 'Workshop' })).toEqual([403, 'entitlements.restricted']);
  expect(await opens(kim)).toEqual([201, undefined]);
  await acme.isActive();
});

test('the key of somebody the plan has no place for reads, and changes nothing', async () => {
  const settle = () => acme.inside(() => world.get(Seats).settle());
  await acme.isEntitledTo({ limits: { agents: 1 } });
  await settle();
  expect([await reads(kim), await opens(kim)]).toEqual([200, [403, 'maker-frozen']]);
  await acme.isEntitledTo({});
  await settle();
  expect(await opens(kim)).toEqual([201, undefined]);
});
