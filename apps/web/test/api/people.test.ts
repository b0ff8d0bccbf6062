import { expect, test } from '@jest/globals';
import { Invitations } from '@foyer/identity';
import { Keys } from '@foyer/keys';
import { Mail } from '@foyer/mail';
import { Database } from '@foyer/database';
import { acme, ana, companyId, everything, keyFor, personId, program, ute, world } from './programs.js';

const secretTo = async (email: string) => {
  const { data } = await acme.inside(() =>
    world.get(Database).read((em) => em.findOneOrFail(Mail, { toAddress: email }, { orderBy: { createdAt: 'desc' } })),
  );
  return new URL(String(data!['url'])).searchParams.get('token')!;
};
const peek = (secret: string) => acme.inside(() => world.get(Invitations).peek(secret));

test('a company’s key finds its company’s people, and of them what their company’s page says', async () => {
  const api = program(acme, (await keyFor(['people:read'], 'Globex')).key);
  await (await (await acme.customer('Both')).of('Globex')).of('Umbrella');
  const { body } = await api.get('people');
  expect(body.data.map(({ name }: { name: string }) => name).sort()).toEqual(['Ana', 'Both']);
  expect(Object.keys(body.data[0]).sort()).toEqual([
    ...['companies', 'created_at', 'email', 'id', 'last_seen_at', 'name', 'team_role'],
  ]);
  expect(JSON.stringify(body)).not.toContain('Umbrella');
  expect((await api.get('people?q=ana')).body.data).toMatchObject([{ name: 'Ana', companies: [{ name: 'Globex' }] }]);
  expect((await api.get('people?kind=team')).body.data).toEqual([]);
  expect((await api.get('people?state=active')).status).toBe(403);
  expect((await api.get(`people?company_id=${await companyId('Umbrella')}`)).body.data.length).toBe(1);
  const one = async (who: typeof ana) => (await api.get(`people/${await personId(who)}`)).status;
  expect([await one(ana), await one(ute), await one(acme.owner)]).toEqual([200, 404, 404]);
  const all = (await everything.get(`people/${await personId(ana)}`)).body;
  expect(all).toMatchObject({ phone: null, state: 'active', locale: null });
});

test('a key invites into its company, sees what is open, and takes it back', async () => {
  const { id, key } = await keyFor(['people:write'], 'Globex');
  const api = program(acme, key);
  const at = `companies/${await companyId('Globex')}/invitations`;
  const elsewhere = `companies/${await companyId('Umbrella')}/invitations`;
  const twice = { person_id: await personId(ana) };
  const again = await everything.post(`companies/${await companyId('Globex')}/members`, twice);
  expect([again.status, again.body.errors[0].pointer]).toEqual([422, '/person_id']);
  expect((await api.post(elsewhere, { email: 'x@globex.example' })).status).toBe(404);
  expect((await api.get(elsewhere)).status).toBe(404);
  expect((await api.post(at, { email: 'new@globex.example', role: 'king' })).body.errors[0].pointer).toBe('/role');
  expect((await api.post(at, { email: 'new@globex.example', name: 'Nora' })).status).toBe(204);
  const first = await secretTo('new@globex.example');
  expect(await peek(first)).toMatchObject({ inviter: 'ERP', company: 'Globex', team: false });
  expect((await api.post(at, { email: 'new@globex.example' })).status).toBe(204);
  expect(await peek(first)).toBeNull();
  const { data } = (await api.get(at)).body as { data: { id: string }[] };
  expect(data).toMatchObject([{ email: 'new@globex.example', role: 'user', expires_at: expect.any(String) }]);
  expect((await api.delete(`${at}/${data[0]!.id}`)).status).toBe(204);
  expect((await api.get(at)).body.data).toEqual([]);
  await api.post(at, { email: 'late@globex.example' });
  const late = await secretTo('late@globex.example');
  expect(await peek(late)).not.toBeNull();
  await acme.inside(async () => world.get(Keys).revoke(await acme.owner.actor(), id));
  expect(await peek(late)).toBeNull();
});

test('the team is a scope’s of its own, which gives nobody more than the key may do', async () => {
  const people = program(acme, (await keyFor(['people:write'])).key);
  expect((await people.post('team/invitations', { email: 'a@acme.example', role: 'agent' })).body.code).toBe(
    'scope-missing',
  );
  const team = program(acme, (await keyFor(['team:write', 'people:read'])).key);
  expect((await team.post('team/invitations', { email: 'a@acme.example', role: 'admin' })).status).toBe(403);
  expect((await everything.post('team/invitations', { email: 'a@acme.example', role: 'owner' })).status).toBe(403);
  expect((await everything.post('team/invitations', { email: 'a@acme.example', role: 'agent' })).status).toBe(204);
  const { data } = (await everything.get('team/invitations')).body as { data: { id: string }[] };
  expect(data).toMatchObject([{ email: 'a@acme.example', role: 'agent' }]);
  expect((await everything.delete(`team/invitations/${data[0]!.id}`)).status).toBe(204);

  const nils = await acme.agent('Nils');
  const id = await personId(nils);
  expect((await team.patch(`team/${id}`, { role: 'viewer' }, '*')).status).toBe(403);
  const { headers } = await everything.get(`people/${id}`);
  const changed = await everything.patch(`team/${id}`, { role: 'viewer' }, headers['etag']);
  expect([changed.status, changed.body.team_role]).toEqual([200, 'viewer']);
  expect((await everything.patch(`team/${id}`, { role: 'agent' }, headers['etag'])).status).toBe(412);
  expect((await everything.delete(`team/${await personId(acme.owner)}`)).status).toBe(403);
  expect((await everything.delete(`team/${id}`)).status).toBe(204);
  expect((await everything.get(`people/${id}`)).body.team_role).toBeNull();
});

test('whom a key adds is invited where it says so', async () => {
  const draft = { name: 'Mona', email: 'mona@globex.example', company_id: await companyId('Globex'), invite: true };
  expect((await everything.post('people', draft)).status).toBe(201);
  expect(await peek(await secretTo('mona@globex.example'))).toMatchObject({ email: 'mona@globex.example' });
});

test('two programs at once make no two companies of one domain, and no circle of branches', async () => {
  const twins = await Promise.all(
    ['Twin one', 'Twin two'].map((name) => everything.post('companies', { name, domain: 'twins.example' })),
  );
  expect(twins.map(({ status }) => status).sort()).toEqual([201, 422]);
  const [a, b] = [await companyId('Globex'), await companyId('Umbrella')];
  const both = await Promise.all([
    everything.patch(`companies/${a}`, { parent_id: b }, '*'),
    everything.patch(`companies/${b}`, { parent_id: a }, '*'),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 422]);
});
