import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { KeyRing, Keys } from '@foyer/keys';
import { Collections } from '@foyer/settings';
import { directories } from '@foyer/provisioning';
import { GROUP, PATCH, personAt, Provider, provider, USER } from './provider.js';

let world: World;
let acme: TestTenant;
let globex: Provider;
let initech: Provider;
let team: Provider;
let bolt: Provider;

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  const other = await world.tenant('bolt');
  const ana = await (await acme.customer('Ana')).of('Globex', 'company_admin');
  const ini = await (await acme.customer('Ini')).of('Initech', 'company_admin');
  for (const [company, domain] of [
    ['Globex', 'globex.example'],
    ['Initech', 'initech.example'],
  ] as const)
    await acme.owns(domain, await acme.companyId(company));
  await acme.owns('acme.example');
  await other.owns('bolt.example');
  globex = await provider(ana, { companyId: await acme.companyId('Globex') });
  initech = await provider(ini, { companyId: await acme.companyId('Initech') });
  team = await provider(acme.owner, { audience: 'team', roles: [{ group: 'Desk', role: 'agent' }] });
  bolt = await provider(other.owner, { audience: 'team' });
});

test('each token sees and changes its own people and groups alone', async () => {
  const all = { globex, initech, team, bolt };
  const domains = { globex: 'globex.example', initech: 'initech.example', team: 'acme.example', bolt: 'bolt.example' };
  const made: Record<string, { user: string; group: string }> = {};
  for (const [name, one] of Object.entries(all)) {
    const { id: user } = await one.user(`mona@${domains[name as keyof typeof domains]}`);
    made[name] = { user, group: (await one.group('Same name', user)).id };
  }
  const wrong: unknown[] = [];
  for (const [name, one] of Object.entries(all))
    for (const [other, { user, group }] of Object.entries(made)) {
      if (other === name) continue;
      const body = { schemas: [USER], userName: `mona@${domains[name as keyof typeof domains]}`, displayName: 'x' };
      const op = { schemas: [PATCH], Operations: [{ op: 'replace', path: 'displayName', value: 'Taken over' }] };
      for (const at of [`/Users/${user}`, `/Groups/${group}`])
        for (const answer of [
          await one.get(at),
          await one.ask('put', at, body),
          await one.ask('patch', at, op),
          await one.ask('delete', at),
        ])
          if (answer.status !== 404) wrong.push([name, other, at, answer.status]);
      const strange = await one.ask('post', '/Groups', {
        schemas: [GROUP],
        displayName: 'Strangers',
        members: [{ value: user }],
      });
      if (strange.status !== 400) wrong.push([name, other, 'members', strange.status]);
      for (const path of ['/Users', '/Groups'])
        if ((await one.found(path, `id eq "${user}" or id eq "${group}"`)).length > 0) wrong.push([name, other, path]);
    }
  expect(wrong).toEqual([]);
  for (const [name, one] of Object.entries(all))
    expect([name, (await one.get('/Users')).body.totalResults]).toEqual([name, 1]);
  const [{ ids }] = (await acme.query<{ ids: number }>(() => sql`select count(distinct directory_id)::int as ids from ${table('provisioned')}`)) as [{ ids: number }]; // prettier-ignore
  expect(ids).toBe(3);
});

describe('whom a directory reaches', () => {
  test('nobody of a domain that its owner has not claimed', async () => {
    for (const address of [
      'x@initech.example',
      'x@acme.example',
      'x@gmail.com',
      'x@sub.globex.example',
      'globex.example',
      'x',
    ]) {
      const { status, body } = await globex.ask('post', '/Users', { schemas: [USER], userName: address });
      expect([address, status, body.scimType]).toEqual([address, 400, 'invalidValue']);
    }
    const { id } = await globex.user('rob@globex.example');
    const op = { op: 'replace', path: 'emails', value: [{ value: 'ini@initech.example', primary: true }] };
    expect((await globex.ask('patch', `/Users/${id}`, { schemas: [PATCH], Operations: [op] })).status).toBe(400);
    expect((await personAt(acme, 'rob@globex.example'))!.places).toEqual({ Globex: 'user' });
  });

  test('nobody of the team, unless it is the team’s; whoever else has the address is linked', async () => {
    await acme.change(
      () => sql`update ${table('person')} set email = 'boss@globex.example' where email = 'owner@acme.example'`,
    );
    const { status, body } = await globex.ask('post', '/Users', { schemas: [USER], userName: 'boss@globex.example' });
    expect([status, body.scimType]).toEqual([409, 'uniqueness']);
    await acme.change(
      () => sql`update ${table('person')} set email = 'owner@acme.example' where email = 'boss@globex.example'`,
    );
    await acme.change(
      () => sql`update ${table('person')} set email = 'ana@globex.example', phone = '1' where name = 'Ana'`,
    );
    await globex.user('ANA@globex.example', {
      displayName: 'Somebody else',
      phoneNumbers: [{ value: '2' }],
      timezone: 'Europe/Paris',
    });
    // What they have said themselves stays, and so does what they may.
    expect(await personAt(acme, 'ana@globex.example')).toMatchObject({
      ...{ name: 'Ana', phone: '1', timeZone: 'Europe/Paris', places: { Globex: 'company_admin' } },
    });
  });

  test('nobody whom the team has shut out', async () => {
    const { id } = await globex.user('shut@globex.example');
    await acme.change(
      () => sql`update ${table('person')} set status = 'deactivated' where email = 'shut@globex.example'`,
    );
    await globex.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false });
    const op = { schemas: [PATCH], Operations: [{ op: 'replace', path: 'active', value: true }] };
    expect((await globex.ask('patch', `/Users/${id}`, op)).status).toBe(409);
    expect((await globex.ask('delete', `/Users/${id}`)).status).toBe(204);
    expect((await globex.ask('post', '/Users', { schemas: [USER], userName: 'shut@globex.example' })).status).toBe(409);
    expect((await personAt(acme, 'shut@globex.example'))!.status).toBe('deactivated');
  });

  test('roles of the team follow groups, and are never the owner’s', async () => {
    const { id } = await team.user('desk@acme.example');
    expect((await personAt(acme, 'desk@acme.example'))!.teamRole).toBeNull();
    const { id: group } = await team.group('Desk', id);
    expect((await personAt(acme, 'desk@acme.example'))!.teamRole).toBe('agent');
    await team.patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${id}"]` });
    expect((await personAt(acme, 'desk@acme.example'))!.teamRole).toBeNull();
    const actor = await acme.owner.actor();
    const set = (roles: object[], more = {}) =>
      acme.inside(() =>
        world
          .get(Collections)
          .replace(actor, directories, team.directory.id, { ...team.directory, roles, ...more } as never),
      );
    await expect(set([{ group: 'Desk', role: 'owner' }])).rejects.toThrow('signon.connection.no-owner');
    await acme.change(() => sql`update ${table('person')} set team_role = 'admin' where email = 'desk@acme.example'`);
    await team.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: id }] });
    expect((await personAt(acme, 'desk@acme.example'))!.teamRole).toBe('admin');
    const { id: owner } = await team.user('owner@acme.example');
    await team.patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: owner }] });
    expect((await personAt(acme, 'owner@acme.example'))!.teamRole).toBe('owner');
  });

  test('a group is the same in whatever capitals it is typed', async () => {
    const loud = await provider(acme.owner, { audience: 'team', roles: [{ group: 'DESK two', role: 'agent' }] });
    const { id } = await loud.user('loud@acme.example');
    const { id: group } = await loud.group('Desk Two', id);
    expect((await personAt(acme, 'loud@acme.example'))!.teamRole).toBe('agent');
    await loud.patch(`/Groups/${group}`, { op: 'remove', path: 'members' });
    expect((await personAt(acme, 'loud@acme.example'))!.teamRole).toBeNull();
  });

  test('the last owner, and who keeps the password, stay', async () => {
    const [{ id }] = (await team.get(`/Users?filter=${encodeURIComponent('userName eq "owner@acme.example"')}`)).body
      .Resources as [{ id: string }];
    const { status, body } = await team.ask('delete', `/Users/${id}`);
    expect([status, body.detail]).toEqual([409, expect.stringContaining('at least one owner')]);
    expect(await personAt(acme, 'owner@acme.example')).toMatchObject({ status: 'active', teamRole: 'owner' });
  });
});

test('nobody comes in whom the plan has no place for, and the directory is told so in words', async () => {
  await acme.isEntitledTo({ limits: { agents: 1, customers: 1 } });
  const full = await globex.ask('post', '/Users', { schemas: [USER], userName: 'full@globex.example', active: true });
  expect([full.status, full.body.detail]).toEqual([403, expect.stringContaining('Your plan holds 1 customer.')]);
  const { id } = await team.user('full@acme.example');
  const { body: found } = await team.get('/Groups?filter=displayName eq "Desk"');
  const [group] = (found as { Resources: { id: string }[] }).Resources;
  const add = { schemas: [PATCH], Operations: [{ op: 'add', path: 'members', value: [{ value: id }] }] };
  const desk = await team.ask('patch', `/Groups/${group!.id}`, add);
  expect([desk.status, desk.body.detail]).toEqual([403, expect.stringContaining('Your plan holds 1 team member.')]);
  expect(await personAt(acme, 'full@acme.example')).toMatchObject({ teamRole: null });
  await acme.isEntitledTo({});
});

test('fifty at once with one name leave one', async () => {
  const bodies = Array.from({ length: 50 }, () => ({
    schemas: [USER],
    userName: 'crowd@globex.example',
    active: true,
  }));
  const statuses = (await Promise.all(bodies.map((body) => globex.ask('post', '/Users', body)))).map(
    ({ status }) => status,
  );
  expect(statuses.sort()).toEqual([201, ...Array<number>(49).fill(409)]);
});

describe('tokens', () => {
  test('none, wrong, revoked, of programs, of a suspended portal: no way in', async () => {
    const as = (token: string) => new Provider(acme, globex.directory, token).get('/Users');
    const actor = await acme.owner.actor();
    const draft = { name: 'ERP', scopes: ['people:read'], companyId: null, addresses: [], days: 30 };
    const { key } = await acme.inside(() => world.get(Keys).create(actor, draft));
    for (const token of ['', 'x', key, bolt.token, `${globex.token}x`]) {
      const { status, body, headers } = await as(token);
      expect([token, status, body.status, headers['www-authenticate']]).toEqual([token, 401, '401', 'Bearer']);
    }
    const fresh = await provider(acme.owner);
    const [row] = await acme.inside(() => world.get(KeyRing).ofDirectory(fresh.directory.id));
    await acme.inside(() => world.get(KeyRing).revoke(actor, row!.id));
    expect((await fresh.get('/Users')).status).toBe(401);
    // It opens nothing of the API.
    const page = await acme.visitor().get('/api/v1/people', { Authorization: `Bearer ${globex.token}` });
    expect(page.status).toBe(403);
    // Of a suspended portal none is asked who it is.
    const sleepy = await world.tenant('sleepy');
    const sleeping = await provider(sleepy.owner, { audience: 'team' });
    const staff = await world.staff();
    await staff.get('/');
    await staff.post(`/tenants/${sleepy.tenant.id}/suspension`, { reason: 'Unpaid for months', confirmed: '1' });
    const late = await sleepy.visitor().get('/scim/v2/Users', { Authorization: `Bearer ${sleeping.token}` });
    expect(late.status).toBe(503);
  });

  test('switched off or blocked, a directory is told so', async () => {
    const one = await provider(await (await acme.customer('Ida')).of('Ides', 'company_admin'), {
      companyId: await acme.companyId('Ides'),
    });
    const actor = await acme.owner.actor();
    for (const off of [{ enabled: false }, { blocked: true }]) {
      const item = { ...one.directory, ...off };
      await acme.inside(() => world.get(Collections).replace(actor, directories, one.directory.id, item as never));
      expect((await one.get('/Users')).status).toBe(403);
    }
    await acme.inside(() => world.get(Collections).remove(actor, directories, one.directory.id));
    expect((await one.get('/Users')).status).toBe(401);
  });
});

describe('odd requests', () => {
  test('are told what is wrong, in the format of SCIM', async () => {
    const deep = `{"schemas":["${USER}"],"userName":${'['.repeat(3000)}${']'.repeat(3000)}}`;
    const cases: [string, string, unknown, number][] = [
      ['post', '/Users', '{', 400],
      ['post', '/Users', '[]', 400],
      ['post', '/Users', '"x"', 400],
      ['post', '/Users', deep, 400],
      ['post', '/Users', '{"__proto__":{"x":1},"userName":"p@globex.example"}', 400],
      ['post', '/Users', { userName: `${'x'.repeat(2_000_000)}` }, 413],
      ['post', '/Users', {}, 400],
      ['post', '/Users', { userName: { a: 1 } }, 400],
      ['post', '/Users', { userName: 'a@globex.example', emails: Array(50).fill({ value: 'x' }) }, 400],
      ['post', '/Bulk', {}, 501],
      ['get', '/Me', undefined, 501],
      ['get', '/', undefined, 404],
      ['get', '/Nothing', undefined, 404],
      ['get', '/constructor', undefined, 404],
      ['get', '/Users/x/y', undefined, 404],
      ['get', '/Users/not-an-id', undefined, 404],
      ['delete', '/Users', undefined, 405],
      ['post', '/Schemas', {}, 405],
      ['get', '/Users?count=x', undefined, 400],
      ['get', '/Users?filter=a&filter=b', undefined, 400],
    ];
    for (const [method, path, body, status] of cases) {
      const answer = await globex.ask(method as 'get', path, body);
      expect([method, path, answer.status, answer.body?.status]).toEqual([method, path, status, String(status)]);
    }
    const { status, body } = await globex.ask('post', '/Users', 'a=b', { 'Content-Type': 'text/plain' });
    expect([status, body.status]).toEqual([400, '400']);
  });

  test('pages, parts and versions', async () => {
    for (const n of [1, 2, 3])
      await initech.user(`page${n}@initech.example`, { name: { givenName: `N${n}`, familyName: 'Page' } });
    const page = (await initech.get('/Users?startIndex=2&count=2&attributes=userName,name.givenName')).body;
    expect(page).toMatchObject({ totalResults: 4, startIndex: 2, itemsPerPage: 2 });
    expect(Object.keys(page.Resources[0]).sort()).toEqual(['id', 'name', 'schemas', 'userName']);
    expect(page.Resources[0].name).toEqual({ givenName: 'N1' });
    expect((await initech.get('/Users?count=0')).body).toMatchObject({ totalResults: 4, Resources: [] });
    expect((await initech.get('/Users?startIndex=-5&count=9999')).body.itemsPerPage).toBe(4);
    const { id } = page.Resources[0] as { id: string };
    const one = await initech.get(`/Users/${id}`);
    const etag = one.headers['etag'] as string;
    expect((await initech.get(`/Users/${id}`, { 'If-None-Match': etag })).status).toBe(304);
    const op = { schemas: [PATCH], Operations: [{ op: 'replace', path: 'title', value: 'x' }] };
    expect((await initech.ask('patch', `/Users/${id}`, op, { 'If-Match': 'W/"x"' })).status).toBe(412);
    expect((await initech.ask('patch', `/Users/${id}`, op, { 'If-Match': etag })).status).toBe(200);
    expect((await initech.ask('patch', `/Users/${id}`, op, { 'If-Match': etag })).status).toBe(412);
    expect((await initech.ask('head', '/Users')).status).toBe(200);
  });

  test('too many wait', async () => {
    const stranger = new Provider(acme, globex.directory, 'no token');
    let last = await stranger.get('/Users');
    for (let n = 0; n < 70 && last.status !== 429; n += 1) last = await stranger.get('/Users');
    expect([last.status, last.body.status, Number(last.headers['retry-after']) > 0]).toEqual([429, '429', true]);
    // Whoever has a token is not kept waiting by them.
    expect((await globex.get('/Users?count=0')).status).toBe(200);
  });
});
