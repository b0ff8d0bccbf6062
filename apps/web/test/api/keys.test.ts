import type { Server } from 'node:http';
import pg from 'pg';
import request from 'supertest';
import { describe, expect, test } from '@jest/globals';
import { abilityOf, type Actor, allowed, holds, InvalidField, Refused } from '@foyer/access';
import { Callers } from '@foyer/api';
import { Limits } from '@foyer/credentials';
import { Database, loginUrl, rows, type Sql, sql, table } from '@foyer/database';
import { Keys } from '@foyer/keys';
import { Settings } from '@foyer/settings';
import { Tenants } from '@foyer/tenants';
import { acme, companyId, everything, keyFor, program, UNKNOWN, world } from './programs.js';

describe('who comes in', () => {
  test.each(['tickets', 'people', 'nowhere/at-all', '/api', '/api/v2/tickets'])(
    '%s without a key: 401 as problem+json',
    async (path) => {
      const { status, headers, body } = await request(world.app.getHttpServer() as Server)
        .get(path.startsWith('/') ? path : `/api/v1/${path}`)
        .set('Host', acme.host);
      expect([status, headers['content-type'], headers['www-authenticate']]).toEqual([
        401,
        'application/problem+json; charset=utf-8',
        'Bearer',
      ]);
      expect(body).toMatchObject({
        status: 401,
        code: 'key-missing',
        request_id: headers['x-request-id'],
        type: 'about:blank',
      });
    },
  );

  test('a session is nobody under /api, and a key nobody on pages', async () => {
    const browser = await acme.owner.browser();
    expect((await browser.get('/api/v1/tickets')).status).toBe(401);
    const { key } = await keyFor(['tickets:read']);
    const page = await acme.visitor().get('/tickets', { Authorization: `Bearer ${key}` });
    expect([page.status, page.headers['location']]).toEqual([303, '/sign-in?return_to=%2Ftickets']);
  });

  test('a key that is wrong, expired, revoked or of another place', async () => {
    const { id, key } = await keyFor(['tickets:read']);
    const api = program(acme, key);
    expect((await api.get('tickets')).status).toBe(200);
    const other = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
    expect((await program(acme, other).get('tickets')).status).toBe(401);
    await change(sql`set expires_at = now() - interval '1 second'`, id);
    expect((await api.get('tickets')).body).toMatchObject({ status: 401, code: 'key-wrong' });
    await change(sql`set expires_at = now() + interval '1 day'`, id);
    await acme.inside(async () => world.get(Keys).revoke(await acme.owner.actor(), id));
    expect((await api.get('tickets')).status).toBe(401);
    const far = await keyFor(['tickets:read'], null, { addresses: ['192.0.2.0/24', '2001:db8::/32'] });
    expect((await program(acme, far.key).get('tickets')).body).toMatchObject({ status: 403, code: 'address-refused' });
    const near = await keyFor(['tickets:read'], null, { addresses: ['127.0.0.0/8', '::1'] });
    expect((await program(acme, near.key).get('tickets')).status).toBe(200);
  });

  test('a rotated key counts beside the former one for as long as was said', async () => {
    const { id, key } = await keyFor(['tickets:read']);
    const next = await acme.inside(async () => world.get(Keys).rotate(await acme.owner.actor(), id, 1));
    for (const one of [key, next]) expect((await program(acme, one).get('tickets')).status).toBe(200);
    await change(sql`set former_until = now()`, id);
    expect([
      (await program(acme, key).get('tickets')).status,
      (await program(acme, next).get('tickets')).status,
    ]).toEqual([401, 200]);
  });

  test('its ability ends with its scopes, whatever operation it would reach', async () => {
    const actorOf = async (scopes: string[], company: string | null = null) => {
      const { key } = await keyFor(scopes, company);
      return acme.inside(async () => (await world.get(Callers).of(key, '127.0.0.1')).actor);
    };
    const globex = await companyId('Globex');
    const ticket = { requesterId: UNKNOWN, companyId: globex, assigneeId: null, groupId: null, watcherIds: [] };
    const may = ({ ability }: Actor) => {
      const verbs = ['read', 'reply', 'update', 'solve', 'share', 'open-for'].filter((verb) =>
        allowed(ability, verb, 'Ticket', ticket),
      );
      const people = ['read', 'invite', 'administer'].filter((verb) =>
        allowed(ability, verb, 'Membership', { companyId: globex }),
      );
      return [
        verbs,
        people,
        holds(ability, 'read', 'Note'),
        holds(ability, 'manage', 'Settings'),
        holds(ability, 'manage', 'Team'),
      ];
    };
    expect(may(await actorOf(['tickets:read']))).toEqual([['read'], [], true, false, false]);
    expect(may(await actorOf(['people:write']))).toEqual([[], ['read', 'invite', 'administer'], false, false, false]);
    expect(may(await actorOf(['settings:write']))).toEqual([[], [], false, true, false]);
    expect(may(await actorOf(['tickets:read'], 'Globex'))).toEqual([['read'], [], false, false, false]);
    expect(may(await actorOf(['tickets:write'], 'Globex'))).toEqual([
      ['read', 'reply', 'solve', 'share', 'open-for'],
      [],
      false,
      false,
      false,
    ]);
    expect(may(await actorOf(['tickets:write'], 'Umbrella'))).toEqual([[], [], false, false, false]);
  });

  test('nobody makes a key that may more than they may', async () => {
    const admin = await acme.agent('Ada', 'admin');
    const agent = await acme.agent('Nils');
    const draft = { name: 'x', scopes: ['settings:write'], companyId: null, addresses: [], days: 365 };
    await acme.inside(async () => {
      await expect(world.get(Keys).create(await agent.actor(), draft)).rejects.toThrow(Refused);
      await expect(world.get(Keys).create(await admin.actor(), draft)).resolves.toMatchObject({
        id: expect.any(String),
      });
      const ofCompany = { ...draft, companyId: await companyId('Globex') };
      await expect(world.get(Keys).create(await admin.actor(), ofCompany)).rejects.toThrow(InvalidField);
    });
  });

  test('a portal in maintenance is closed to companies’ keys alone; a section that is off is not there', async () => {
    const owner = await acme.owner.actor();
    const set = (status: 'active' | 'maintenance') =>
      acme.inside(() => world.get(Settings).change(owner, 'portal', { status }));
    const ofCompany = program(acme, (await keyFor(['tickets:read'], 'Globex')).key);
    await set('maintenance');
    expect([(await ofCompany.get('tickets')).status, (await everything.get('tickets')).status]).toEqual([503, 200]);
    await set('active');
    await acme.inside(() => world.get(Settings).change(owner, 'features', { tickets: false }));
    expect((await everything.get('tickets')).body).toMatchObject({ status: 404, code: 'section-off' });
    await acme.inside(() => world.get(Settings).change(owner, 'features', { tickets: true }));
  });

  const change = (how: Sql, id: string) =>
    acme.inside(() =>
      world.get(Database).write((em) => rows(em, sql`update ${table('api_key')} ${how} where id = ${id}`)),
    );
});

test('what a key does is published as its doing', async () => {
  const { id, key } = await keyFor(['tickets:write']);
  const { headers } = await program(acme, key).post('tickets/1/notes', { body: 'Noted' });
  const platform = new pg.Client({ connectionString: loginUrl(world.config, 'owner') });
  await platform.connect();
  const { rows: lines } = await platform.query<{ cause: object }>(
    'select cause from platform.outbox where name = $1 order by id desc limit 1',
    ['ticket.noted'],
  );
  await platform.end();
  expect(lines[0]!.cause).toMatchObject({ actor: { kind: 'key', id, name: 'ERP' }, request: headers['x-request-id'] });
});

test('a suspended tenant, and a host that nobody has, say so to programs in their own words', async () => {
  const dusk = await world.tenant('dusk');
  const ask = (host: string) =>
    request(world.app.getHttpServer() as Server)
      .get('/api/v1/tickets')
      .set('Host', host);
  const staff = {
    kind: 'staff' as const,
    id: null,
    name: 'Staff',
    ability: abilityOf(({ can }) => can('manage', 'Tenant')),
  };
  await world.get(Tenants).suspend(staff, dusk.tenant.id, 'Abuse');
  expect((await ask(dusk.host)).body).toMatchObject({ status: 403, code: 'suspended' });
  const nobody = await ask('nobody.localhost:3000');
  expect([nobody.status, nobody.headers['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8']);
});

test('each answer says how much is left, and too many are refused by the key, not the address', async () => {
  const { id, key } = await keyFor(['tickets:read']);
  const { headers } = await program(acme, key).get('tickets');
  expect(headers['ratelimit-policy']).toBe('"default";q=600;w=60');
  expect(headers['ratelimit']).toMatch(/^"default";r=599;t=\d+$/);
  await acme.inside(async () => {
    for (let time = 0; time < 600; time += 1)
      await world.get(Limits).take({ name: 'api', points: 600, seconds: 60 }, id);
  });
  const refused = await program(acme, key).get('tickets');
  expect([refused.status, refused.body.code, Number(refused.headers['retry-after']) > 0]).toEqual([
    429,
    'too-many',
    true,
  ]);
  expect((await everything.get('tickets')).status).toBe(200);
});
