import { randomUUID } from 'node:crypto';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import pg from 'pg';
import request from 'supertest';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestPerson, type TestTenant, World } from '@foyer/app-cli/testing';
import { abilityOf, type Actor, allowed, holds, InvalidField, Refused } from '@foyer/access';
import { allScopes, Api, Callers, openApiOf, type Operation } from '@foyer/api';
import { Limits } from '@foyer/credentials';
import { Database, loginUrl, rows, type Sql, sql, table } from '@foyer/database';
import { Keys } from '@foyer/keys';
import { Collections, Settings } from '@foyer/settings';
import { Tenants } from '@foyer/tenants';
import { requestFields, requestTypes } from '@foyer/requests';

/** Where programs are found. */
const SHELL = { PATH: '/usr/local/bin:/usr/bin:/bin' };
const UNKNOWN = '0199c2f4-7d3e-7a11-9c5e-2f6f0e1b4a70';

let world: World;
let acme: TestTenant;
let ana: TestPerson;
let ute: TestPerson;

/** A program with a key on a host. */
function program(tenant: TestTenant, key: string) {
  const at = (method: 'get' | 'post' | 'patch' | 'delete', path: string, headers: Record<string, string> = {}) => {
    const sent = request(world.app.getHttpServer() as Server)[method](path.startsWith('/') ? path : `/api/v1/${path}`);
    return sent.set({ Host: tenant.host, Authorization: `Bearer ${key}`, ...headers });
  };
  let made = 0;
  return {
    get: (path: string, headers?: Record<string, string>) => at('get', path, headers),
    post: (path: string, body: object = {}, headers: Record<string, string> = {}) =>
      at('post', path, { 'Idempotency-Key': `${key.slice(-6)}-${(made += 1)}`, ...headers }).send(body),
    patch: (path: string, body: object, ifMatch?: string) =>
      at('patch', path, ifMatch ? { 'If-Match': ifMatch } : {}).send(body),
    delete: (path: string, ifMatch?: string) => at('delete', path, ifMatch ? { 'If-Match': ifMatch } : {}),
  };
}

const companyId = async (name: string): Promise<string> =>
  (await acme.query<{ id: string }>(() => sql`select id from ${table('company')} where name = ${name}`))[0]!.id;
const personId = async ({ email }: TestPerson): Promise<string> =>
  (await acme.query<{ id: string }>(() => sql`select id from ${table('person')} where email = ${email}`))[0]!.id;

async function keyFor(scopes: string[], company: string | null = null, more: { addresses?: string[] } = {}) {
  const actor = await acme.owner.actor();
  const draft = { name: 'ERP', scopes, companyId: company && (await companyId(company)), addresses: [], days: 365 };
  return acme.inside(() => world.get(Keys).create(actor, { ...draft, ...more }));
}

beforeAll(async () => {
  world = await World.start({ POOL_SIZE: '10' });
  await world.app.listen(0);
  acme = await world.tenant('acme');
  ana = await (await acme.customer('Ana')).of('Globex', 'company_user');
  ute = await (await acme.customer('Ute')).of('Umbrella', 'company_user');
  await ana.opens('Globex: the printer');
  await ute.opens('Umbrella: the merger');
});

let everything: ReturnType<typeof program>;

beforeAll(async () => {
  const { key } = await keyFor(allScopes().map(({ name }) => name));
  everything = program(acme, key);
});

describe('a key with tickets:read of company A reads A’s tickets and nothing else', () => {
  let api: ReturnType<typeof program>;
  beforeAll(async () => {
    api = program(acme, (await keyFor(['tickets:read'], 'Globex')).key);
    await everything.post('tickets/1/notes', { body: 'whisper-4711' });
    await everything.patch('tickets/1', { tags: ['whisper-tag'] }, '*');
    await acme.inside(() =>
      world
        .get(Database)
        .write((em) =>
          rows(
            em,
            sql`update ${table('ticket')} set updated_at = now() - interval '1 minute', shown_at = now() - interval '2 minutes'`,
          ),
        ),
    );
  });

  test.each([
    ['list', 'tickets'],
    ['search', 'tickets?q=the'],
    ['sync', 'tickets/sync'],
  ])('through %s', async (_, path) => {
    const { status, body, text } = await api.get(path);
    expect([status, body.data.map(({ subject }: { subject: string }) => subject)]).toEqual([
      200,
      ['Globex: the printer'],
    ]);
    expect(text).not.toMatch(/whisper|"tags"|"group_id"|"due_at"/);
  });

  test('through one and its thread', async () => {
    const { body, text } = await api.get('tickets/TKT-001');
    expect(body).toMatchObject({ number: 'TKT-001', requester: { name: 'Ana' }, company: { name: 'Globex' } });
    const thread = await api.get('tickets/1/messages');
    expect(thread.body.data.map(({ kind }: { kind: string }) => kind)).toEqual(['reply']);
    expect(text + thread.text).not.toContain('whisper');
    expect([(await api.get('tickets/2')).status, (await api.get('tickets/2/messages')).status]).toEqual([404, 404]);
  });

  test('through the export', async () => {
    const csv = await api.get('tickets/export');
    expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect([csv.text.includes('printer'), csv.text.includes('merger'), csv.text.includes('whisper')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('by what customers do not see nothing is found', async () => {
    for (const query of ['tag=whisper-tag', `group_id=${UNKNOWN}`, 'order=touched', 'order=due'])
      expect((await api.get(`tickets?${query}`)).status).toBe(403);
    expect((await api.get('tickets?q=4711')).body.data).toEqual([]);
  });

  test('and writes nothing, and reads nothing but tickets', async () => {
    const { status, body } = await api.post('tickets/1/replies', { body: 'Hello' });
    expect([status, body.code]).toEqual([403, 'scope-missing']);
    expect((await api.get('people')).status).toBe(403);
    expect((await api.get('companies')).status).toBe(403);
  });
});

describe('no operation gives away what belongs to others', () => {
  /** Asks every operation that names a thing for these: each must answer as if there were none. */
  async function told(api: ReturnType<typeof program>, ids: Record<string, string>): Promise<string[]> {
    const seen: string[] = [];
    for (const operation of world
      .get(Api)
      .all()
      .filter(({ path }) => path.includes('{'))) {
      const of = await ask(api, operation, ids);
      const unknown = await ask(api, operation, { number: 'TKT-99999', any: UNKNOWN });
      const isBlind =
        of.status === 404 || (of.status >= 400 && of.status === unknown.status && of.text === unknown.text);
      if (!isBlind) seen.push(`${operation.id} → ${of.status}`);
    }
    return seen;
  }

  async function ask(api: ReturnType<typeof program>, { method, path, body }: Operation, ids: Record<string, string>) {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? ids['any']!).slice(1);
    const sent = body ? plausible(Object.keys(body.shape)) : {};
    const { status, text } =
      method === 'get'
        ? await api.get(filled)
        : method === 'post'
          ? await api.post(filled, sent)
          : method === 'patch'
            ? await api.patch(filled, sent, '*')
            : await api.delete(filled, '*');
    const { instance: _, request_id: __, ...said } = JSON.parse(text || '{}') as Record<string, unknown>;
    return { status, text: JSON.stringify(said) };
  }
  const VALUES: Record<string, unknown> = {
    body: 'Hello',
    into: 'TKT-001',
    other: 'TKT-001',
    role: 'user',
    email: 'else@else.example',
    until: '2099-01-01T00:00:00Z',
    subject: 'Subject',
    message_ids: [UNKNOWN],
    by: 1,
    name: 'Name',
    person_id: UNKNOWN,
  };
  const plausible = (names: string[]) =>
    Object.fromEntries(names.filter((name) => name in VALUES).map((name) => [name, VALUES[name]]));

  test('of other companies: every operation × their ids with a company’s key', async () => {
    const scopes = allScopes().filter(({ ofCompany }) => ofCompany).map(({ name }) => name); // prettier-ignore
    const api = program(acme, (await keyFor(scopes, 'Globex')).key);
    const ids = { number: 'TKT-002', company: await companyId('Umbrella'), person: await personId(ute), any: UNKNOWN };
    expect(await told(api, ids)).toEqual([]);
  });

  test('of other tenants: their ids with a key that may do everything', async () => {
    const bolt = await world.tenant('bolt');
    const bob = await (await bolt.customer('Bob')).of('Initech', 'company_admin');
    await bob.opens('Bolt only');
    const [{ id: person }] = (await bolt.query<{ id: string }>(
      () => sql`select id from ${table('person')} where email = ${bob.email}`,
    )) as [{ id: string }];
    const [{ id: company }] = (await bolt.query<{ id: string }>(() => sql`select id from ${table('company')}`)) as [
      { id: string },
    ];
    expect(await told(everything, { number: 'TKT-999', person, company, any: UNKNOWN })).toEqual([]);
    const { key } = await keyFor(['tickets:read']);
    expect((await program(bolt, key).get('tickets')).status).toBe(401);
  });
});

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

describe('what is sent', () => {
  test('each fault is named at its place', async () => {
    const { status, body } = await everything.post('tickets', { subject: '', requester_id: 'x', colour: 'red' });
    expect([status, body.code]).toEqual([422, 'invalid']);
    const pointers = body.errors.map(({ pointer }: { pointer: string }) => pointer).sort();
    expect(pointers).toEqual(['/colour', '/description', '/requester_id', '/subject']);
    const stranger = await everything.post('tickets', { subject: 'x', description: 'y', requester_id: UNKNOWN });
    expect([stranger.status, stranger.body.errors[0].pointer]).toEqual([422, '/requester_id']);
    expect((await everything.get('tickets?colour=red')).body.errors).toMatchObject([{ parameter: 'colour' }]);
    expect((await everything.get('tickets?limit=1000')).body).toMatchObject({
      status: 400,
      errors: [{ parameter: 'limit' }],
    });
  });

  test.each([
    ['what is no JSON', '{"a":', 'application/json', 400],
    ['what is nested deeply', `${'['.repeat(50)}${']'.repeat(50)}`, 'application/json', 400],
    ['a key of a prototype', '{"__proto__":{"x":1}}', 'application/json', 422],
    ['a form', 'a=b', 'application/x-www-form-urlencoded', 415],
    ['what is too large', `{"body":"${'x'.repeat(1024 * 1024)}"}`, 'application/json', 413],
  ])('%s', async (_, text, type, status) => {
    const { key } = await keyFor(['tickets:write']);
    const answer = await request(world.app.getHttpServer() as Server)
      .post('/api/v1/tickets/1/notes')
      .set({ Host: acme.host, Authorization: `Bearer ${key}`, 'Idempotency-Key': 'x', 'Content-Type': type })
      .send(text);
    expect([answer.status, answer.headers['content-type']]).toEqual([
      status,
      'application/problem+json; charset=utf-8',
    ]);
  });

  test('another method is answered by those there are', async () => {
    const { status, headers } = await everything.delete('tickets/1');
    expect([status, headers['allow']]).toEqual([405, 'GET, PATCH']);
  });
});

describe('what is asked for once happens once', () => {
  const draft = async () => ({
    subject: 'Once',
    description: 'Words',
    requester_id: await personId(ana),
    company_id: await companyId('Globex'),
  });

  test('the same key gives the same answer, another payload is refused, none as well', async () => {
    const sent = await draft();
    const first = await everything.post('tickets', sent, { 'Idempotency-Key': 'order-1' });
    const second = await everything.post('tickets', sent, { 'Idempotency-Key': 'order-1' });
    expect([first.status, second.status, second.body]).toEqual([201, 201, first.body]);
    expect([first.headers['idempotency-replayed'], second.headers['idempotency-replayed']]).toEqual([
      undefined,
      'true',
    ]);
    const other = await everything.post('tickets', { ...sent, subject: 'Twice' }, { 'Idempotency-Key': 'order-1' });
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency-other' });
    expect((await everything.post('tickets', sent, { 'Idempotency-Key': '' })).body.code).toBe('idempotency-missing');
    const elsewhere = await everything.post('tickets/1/notes', { body: 'x' }, { 'Idempotency-Key': 'order-1' });
    expect(elsewhere.status).toBe(201);
  });

  test('ten at once make one', async () => {
    const sent = { ...(await draft()), subject: 'Ten at once' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => everything.post('tickets', sent, { 'Idempotency-Key': 'order-2' })),
    );
    expect(answers.map(({ status }) => status).filter((status) => status !== 201 && status !== 409)).toEqual([]);
    expect((await everything.get('tickets?q=Ten')).body.data).toHaveLength(1);
  });

  test('while the first is at it, the second is told so, and others are not kept waiting', async () => {
    const send = (key: string) => everything.post('tickets/1/notes', { body: 'Slowly' }, { 'Idempotency-Key': key });
    let free = (): void => undefined;
    const held = new Promise<void>((resolve) => (free = resolve));
    const holding = acme.inside(() =>
      world.get(Database).write(async (em) => {
        await rows(em, sql`select 1 from ${table('ticket')} where number = 1 for update`);
        await held;
      }),
    );
    // Which of them comes first is theirs to settle: that one waits for the ticket.
    const both = [send('order-4'), send('order-4')].map((one) => one.then((answer) => answer));
    const refused = await Promise.race(both);
    free();
    await holding;
    expect([refused.body.code, refused.headers['retry-after']]).toEqual(['idempotency-busy', '1']);
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  test('what was refused may be sent again', async () => {
    const sent = { ...(await draft()), requester_id: UNKNOWN };
    expect((await everything.post('tickets', sent, { 'Idempotency-Key': 'order-3' })).status).toBe(422);
    expect((await everything.post('tickets', await draft(), { 'Idempotency-Key': 'order-3' })).status).toBe(201);
  });
});

test('what takes one line takes no line ends, whatever a program sends', async () => {
  const broken = 'One\r\n=TWO()\u2028three';
  const whole = 'One =TWO() three';
  const [requester_id, description] = [await personId(ana), 'First\nsecond'];
  const opened = await everything.post('tickets', { subject: broken, description, requester_id });
  expect([opened.status, opened.body.subject]).toEqual([201, whole]);
  const at = `tickets/${opened.body.number as string}`;
  expect((await everything.patch(at, { subject: `${broken}\n` }, '*')).body.subject).toBe(whole);
  expect((await everything.get(`${at}/messages`)).body.data[0].body).toBe(description);
  const status = { kind: 'open', name: broken, customer_name: broken, translations: { de: { name: broken } } };
  expect((await everything.post('ticket-statuses', status)).body).toMatchObject({
    ...{ name: whole, customer_name: whole, translations: { de: { name: whole } } },
  });
  const company = await everything.post('companies', { name: 'Two\nlines' });
  expect(company.body.name).toBe('Two lines');
});

describe('what two may change', () => {
  test('is changed by whoever has seen what it is', async () => {
    const { headers } = await everything.get('tickets/1');
    const etag = headers['etag']!;
    expect((await everything.get('tickets/1', { 'If-None-Match': etag })).status).toBe(304);
    expect((await everything.patch('tickets/1', { priority: 'high' })).status).toBe(428);
    const changed = await everything.patch('tickets/1', { priority: 'high' }, etag);
    expect([changed.status, changed.body.priority]).toEqual([200, 'high']);
    expect((await everything.patch('tickets/1', { priority: 'low' }, etag)).body).toMatchObject({
      status: 412,
      code: 'if-match-stale',
    });
    expect((await everything.patch('tickets/1', { priority: 'low' }, changed.headers['etag'])).status).toBe(200);
  });

  test('and what clocks move is no change', async () => {
    const seen = (await everything.get('tickets/1')).headers['etag']!;
    await acme.inside(() =>
      world
        .get(Database)
        .write((em) =>
          rows(em, sql`update ${table('ticket')} set due_at = now() + interval '1 hour' where number = 1`),
        ),
    );
    const { headers, body } = await everything.get('tickets/1');
    expect([headers['etag'], body.due_at]).toEqual([seen, expect.any(String)]);
    expect((await everything.patch('tickets/1', { priority: 'low' }, seen)).status).toBe(200);
  });

  test('companies as well', async () => {
    const id = await companyId('Globex');
    const { headers } = await everything.get(`companies/${id}`);
    const changed = await everything.patch(`companies/${id}`, { domain: 'globex.example' }, headers['etag']);
    expect([changed.status, changed.body.domain, changed.body.name]).toEqual([200, 'globex.example', 'Globex']);
    expect((await everything.patch(`companies/${id}`, { domain: null }, headers['etag'])).status).toBe(412);
    const member = `companies/${id}/members/${await personId(ana)}`;
    const seen = (await everything.get(member)).headers['etag'];
    expect((await everything.patch(member, { role: 'company_user' }, seen)).status).toBe(200);
  });
});

describe('the life of a ticket', () => {
  test('opened for a colleague by a company’s key, answered by the team’s, solved', async () => {
    const ofCompany = program(acme, (await keyFor(['tickets:write'], 'Globex')).key);
    const company_id = await companyId('Globex');
    const opened = await ofCompany.post('tickets', {
      subject: 'Toner',
      description: 'Empty',
      requester_id: await personId(ana),
      company_id,
    });
    expect(opened.body).toMatchObject({ status: 'open', source: 'api', requester: { name: 'Ana' } });
    const { number } = opened.body as { number: string };
    const foreign = { subject: 'x', description: 'y', requester_id: await personId(ute), company_id };
    expect((await ofCompany.post('tickets', foreign)).status).toBe(422);
    expect((await ofCompany.post('tickets', { ...foreign, company_id: null })).status).toBe(422);
    expect((await ofCompany.post(`tickets/${number}/notes`, { body: 'x' })).status).toBe(403);
    expect((await ofCompany.patch(`tickets/${number}`, { priority: 'high' }, '*')).status).toBe(403);
    expect((await everything.post(`tickets/${number}/replies`, { body: 'On its way' })).status).toBe(201);
    expect((await ofCompany.get(`tickets/${number}`)).body.status).toBe('pending');
    expect((await ofCompany.post(`tickets/${number}/replies`, { body: 'Thanks' })).status).toBe(201);
    const thread = (await ofCompany.get(`tickets/${number}/messages`)).body.data as {
      kind: string;
      by_team: boolean;
      body: string;
    }[];
    const said = thread.filter(({ kind }) => kind === 'reply').map(({ by_team, body }) => [body, by_team]);
    expect(said).toEqual([['Empty', false], ['On its way', true], ['Thanks', false]]); // prettier-ignore
    const closing = { body: 'Done', status: 'solved' };
    expect((await ofCompany.post(`tickets/${number}/replies`, closing)).status).toBe(403);
    expect((await everything.post(`tickets/${number}/replies`, { ...closing, status: 'open' })).status).toBe(201);
    expect((await ofCompany.post(`tickets/${number}/solution`)).body.status).toBe('solved');
    const { by_team, event } = (await ofCompany.get(`tickets/${number}/messages?limit=100`)).body.data.at(-1);
    expect([event, by_team]).toEqual([{ type: 'status', from: 'open', to: 'solved' }, false]);
    const browser = await ana.browser();
    expect((await browser.get(`/tickets/${number}`)).text).toContain('ERP');
  });
});

test('tickets and each other, who follows them and what is laid aside', async () => {
  const numbers: string[] = [];
  for (const subject of ['First', 'Second', 'Third']) numbers.push(`tickets/${(await ana.opens(subject)).number}`);
  const [first, second, third] = numbers as [string, string, string];
  const numberOf = async (path: string) => ((await everything.get(path)).body as { number: string }).number;
  expect((await everything.post(`${first}/links`, { other: await numberOf(second) })).status).toBe(204);
  expect((await everything.delete(`${first}/links/${await numberOf(second)}`)).status).toBe(204);
  expect((await everything.post(`${second}/merge`, { into: await numberOf(first) })).status).toBe(204);
  expect((await everything.get(second)).body.merged_into).toBe(await numberOf(first));
  expect((await everything.delete(`${second}/merge`)).status).toBe(204);
  expect((await everything.get(second)).body.merged_into).toBeNull();
  await everything.post(`${third}/replies`, { body: 'And another thing' });
  const thread = (await everything.get(`${third}/messages`)).body.data as { id: string; kind: string }[];
  const said = thread.filter(({ kind }) => kind === 'reply').at(-1)!.id;
  const split = await everything.post(`${third}/split`, { subject: 'Another thing', message_ids: [said] });
  expect([split.status, split.body.subject, split.body.requester.name]).toEqual([201, 'Another thing', 'Ana']);

  const bea = await (await acme.customer('Bea')).of('Globex');
  const nils = await acme.agent('Nina');
  for (const { email } of [bea, nils])
    expect((await everything.post(`${first}/followers`, { email })).status).toBe(204);
  const ofCompany = program(acme, (await keyFor(['tickets:write'], 'Globex')).key);
  const names = async (api: typeof everything) =>
    (await api.get(`${first}/followers`)).body.data.map(({ name }: { name: string }) => name);
  expect([await names(everything), await names(ofCompany)]).toEqual([['Bea', 'Nina'], ['Bea']]);
  expect((await ofCompany.post(`${first}/followers`, { email: ute.email })).status).toBe(422);
  expect((await ofCompany.delete(`${first}/followers/${await personId(bea)}`)).status).toBe(204);

  const until = new Date(Date.now() + 3_600_000).toISOString();
  expect((await everything.post(`${first}/snooze`, { until })).status).toBe(204);
  expect((await everything.get(first)).body.snoozed_until).toBe(until);
  expect((await everything.delete(`${first}/snooze`)).status).toBe(204);
  expect((await ofCompany.post(`${first}/snooze`, { until })).status).toBe(403);
});

describe('a ticket takes what its portal knows, and nothing else', () => {
  test('a name of a status goes with its kind; ids of everything else must be there', async () => {
    const { number } = await ana.opens('Named');
    const waits = await everything.post('ticket-statuses', { kind: 'open', name: 'Waits for parts' });
    const own = (waits.body as { id: string }).id;
    const refused = async (body: object) => {
      const { status, body: said } = await everything.patch(`tickets/${number}`, body, '*');
      return [status, said.errors?.[0]?.pointer];
    };
    expect((await everything.patch(`tickets/${number}`, { status_id: own }, '*')).body.status_id).toBe(own);
    expect(await refused({ status_id: await personId(ana) })).toEqual([422, '/status_id']);
    expect(await refused({ status: 'solved', status_id: own })).toEqual([422, '/status_id']);
    expect(await refused({ group_id: UNKNOWN })).toEqual([422, '/group_id']);
    expect(await refused({ category_id: UNKNOWN })).toEqual([422, '/category_id']);
    expect(await refused({ assignee_id: await personId(ana) })).toEqual([422, '/assignee_id']);
    const before = (await everything.get(`tickets/${number}`)).body;
    expect(before).toMatchObject({ status: 'open', status_id: own, assignee: null });
  });

  test('linking and merging tell nobody which numbers there are', async () => {
    const ofCompany = program(acme, (await keyFor(['tickets:write'], 'Globex')).key);
    const [before, { number }, after] = [
      await ute.opens('Before'),
      await ana.opens('Between'),
      await ute.opens('After'),
    ];
    for (const [way, field] of [
      ['links', 'other'],
      ['merge', 'into'],
    ] as const) {
      const answers: unknown[] = [];
      for (const other of [before.number, after.number, 99_999]) {
        const { status, body } = await ofCompany.post(`tickets/${number}/${way}`, { [field]: String(other) });
        answers.push([status, body.code, body.errors]);
      }
      expect(answers).toEqual(answers.map(() => answers[2]));
    }
  });

  test('one that was merged is changed by nobody', async () => {
    const [one, other] = [(await ana.opens('Twice')).number, (await ana.opens('Once')).number];
    expect((await everything.post(`tickets/${one}/merge`, { into: String(other) })).status).toBe(204);
    for (const body of [{ status: 'open' }, { subject: 'Again' }, { fields: {} }])
      expect((await everything.patch(`tickets/${one}`, body, '*')).status).toBe(409);
    expect((await everything.post(`tickets/${one}/notes`, { body: 'x' })).status).toBe(409);
    expect((await everything.get(`tickets/${one}`)).body.status).toBe('closed');
  });
});

describe('what a request type asks is asked of programs too', () => {
  const [serial, pieces, colour, urgent, margin] = Array.from({ length: 5 }, () => randomUUID()) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const [red, typeId] = [randomUUID(), randomUUID()];
  let asked: (fields: object, more?: object) => Promise<request.Response>;

  beforeAll(async () => {
    const field = (id: string, kind: string, more = {}) =>
      requestFields.entry.parse({ id, label: kind, kind, ...more });
    const questions = [serial, pieces, colour, urgent, margin].map((fieldId) => ({
      fieldId,
      required: fieldId === serial,
      when: null,
    }));
    await acme.inside(async () => {
      await world
        .get(Collections)
        .apply(requestFields, [
          field(serial, 'text'),
          field(pieces, 'number', { min: 1, max: 10 }),
          field(colour, 'choice', { options: [{ id: red, label: 'Red' }] }),
          field(urgent, 'checkbox'),
          field(margin, 'number', { visibility: 'team' }),
        ]);
      const [usual] = await world.get(Collections).all(requestTypes);
      const repair = { ...usual!, id: typeId, name: 'Repair', slug: 'repair', questions };
      await world.get(Collections).apply(requestTypes, [usual!, repair]);
    });
    const about = { subject: 'Repair', description: 'Broken', requester_id: await personId(ana), type_id: typeId };
    asked = (fields, more = {}) => everything.post('tickets', { ...about, ...more, fields });
  });

  test('what is missing or wrong is named', async () => {
    const faults = async (fields: object) => {
      const { status, body } = await asked(fields);
      return [status, ...(body.errors ?? []).map(({ pointer }: { pointer: string }) => pointer)];
    };
    expect(await faults({})).toEqual([422, `/fields/${serial}`]);
    expect((await asked({})).body.errors[0].code).toBe('web.form.required');
    expect(await faults({ [serial]: 'SN-1', [pieces]: 11 })).toEqual([422, `/fields/${pieces}`]);
    expect(await faults({ [serial]: 'SN-1', [colour]: UNKNOWN })).toEqual([422, `/fields/${colour}`]);
    expect(await faults({ [serial]: 'SN-1', [UNKNOWN]: 'x' })).toEqual([422, `/fields/${UNKNOWN}`]);
  });

  test('a program learns beforehand what is asked, and a company’s nothing of the team', async () => {
    const ofCompany = program(acme, (await keyFor(['tickets:write'], 'Globex')).key);
    const idsFor = async (api: typeof everything) => {
      const forms = (await api.get('ticket-forms')).body.data as {
        id: string;
        questions: { field_id: string; required: boolean; options: object[] }[];
      }[];
      return forms.find(({ id }) => id === typeId)!.questions;
    };
    expect((await idsFor(everything)).map(({ field_id }) => field_id)).toEqual([
      serial,
      pieces,
      colour,
      urgent,
      margin,
    ]);
    const questions = await idsFor(ofCompany);
    expect(questions.map(({ field_id }) => field_id)).toEqual([serial, pieces, colour, urgent]);
    expect(questions.map(({ required }) => required)).toEqual([true, false, false, false]);
    expect(questions[2]!.options).toEqual([{ id: red, label: 'Red' }]);
  });

  test('answers come back as they were given, are changed one by one, and what is the team’s stays with it', async () => {
    const given = { [serial]: 'SN-1', [pieces]: 2.5, [colour]: red, [urgent]: true, [margin]: 4711 };
    const { status, body } = await asked(given, { company_id: await companyId('Globex') });
    expect([status, body.fields, body.type_id]).toEqual([201, given, typeId]);
    const changed = await everything.patch(
      `tickets/${body.number as string}`,
      { fields: { [pieces]: 3, [colour]: null } },
      '*',
    );
    expect(changed.body.fields).toEqual({ [serial]: 'SN-1', [pieces]: 3, [urgent]: true, [margin]: 4711 });
    const wrong = await everything.patch(`tickets/${body.number as string}`, { fields: { [pieces]: 'many' } }, '*');
    expect([wrong.status, wrong.body.errors[0].pointer]).toEqual([422, `/fields/${pieces}`]);
    const ofCompany = program(acme, (await keyFor(['tickets:read'], 'Globex')).key);
    expect((await ofCompany.get(`tickets/${body.number as string}`)).text).not.toContain('4711');
  });
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

describe('lists', () => {
  test('page by page, each once, by cursors that belong to their list', async () => {
    for (const subject of ['One', 'Two', 'Three']) await ute.opens(subject);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await everything.get(`tickets?limit=2${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.data.map(({ number }: { number: string }) => number));
      cursor = body.next_cursor ?? '';
      expect(body.has_more).toBe(cursor !== '');
    } while (cursor !== '');
    expect(new Set(seen).size).toBe(seen.length);
    const all = (await everything.get('tickets?limit=100')).body.data;
    expect(seen.length).toBe(all.length);
    const first = (await everything.get('tickets?limit=1')).body.next_cursor as string;
    expect((await everything.get(`tickets?limit=1&status=open&cursor=${first}`)).body.code).toBe('cursor-wrong');
    expect((await everything.get('tickets?cursor=nonsense')).status).toBe(400);
  });

  test.each(['tickets', 'tickets/sync', 'tickets/1/messages', 'people', 'companies'])(
    'no place in %s but one that it gave, whole and as it was',
    async (path) => {
      await everything.post('tickets/1/notes', { body: 'So that there are two' });
      const { next_cursor: cursor } = (await everything.get(`${path}?limit=1`)).body as { next_cursor: string };
      expect((await everything.get(`${path}?limit=1&cursor=${cursor}`)).status).toBe(200);
      const text = Buffer.from(cursor, 'base64url').toString();
      const damaged = [text.slice(0, -1), `${text}0`, text.replace(/.$/, 'z'), text.slice(0, 22), ''];
      for (const one of damaged.map((other) => Buffer.from(other).toString('base64url'))) {
        const { status, body } = await everything.get(`${path}?limit=1&cursor=${one}`);
        expect([one, status, body.code]).toEqual([one, 400, 'cursor-wrong']);
      }
      for (const other of ['tickets', 'tickets/2/messages', 'people'].filter((one) => one !== path))
        expect((await everything.get(`${other}?cursor=${cursor}`)).body.code).toBe('cursor-wrong');
    },
  );

  test('sync tells what changed since, once it is over', async () => {
    const past = (seconds: number) =>
      acme.inside(() =>
        world
          .get(Database)
          .write((em) =>
            rows(em, sql`update ${table('ticket')} set updated_at = now() - ${seconds} * interval '1 second'`),
          ),
      );
    await past(60);
    const all = await everything.get('tickets/sync?limit=100');
    expect([all.body.has_more, all.body.data.length > 3]).toEqual([false, true]);
    const since = all.body.next_cursor as string;
    expect((await everything.get(`tickets/sync?limit=100&cursor=${since}`)).body).toMatchObject({
      data: [],
      next_cursor: since,
    });
    await everything.patch('tickets/1', { priority: 'urgent' }, '*');
    expect((await everything.get(`tickets/sync?cursor=${since}`)).body.data).toEqual([]);
    await acme.inside(() =>
      world
        .get(Database)
        .write((em) =>
          rows(em, sql`update ${table('ticket')} set updated_at = now() - interval '10 seconds' where number = 1`),
        ),
    );
    const changed = (await everything.get(`tickets/sync?cursor=${since}`)).body.data;
    expect(changed.map(({ number }: { number: string }) => number)).toEqual(['TKT-001']);
  });
});

describe('what changes before the eyes of customers', () => {
  let ofCompany: ReturnType<typeof program>;
  let number: number;
  beforeAll(async () => {
    ofCompany = program(acme, (await keyFor(['tickets:read'], 'Globex')).key);
    number = (await ana.opens('Seen from outside')).number;
  });

  /** Whether `updated_at`, which sync goes by, is another after a change of the team. */
  async function moves(body: object): Promise<boolean> {
    const seen = async () => ((await ofCompany.get(`tickets/${number}`)).body as { updated_at: string }).updated_at;
    const before = await seen();
    expect((await everything.patch(`tickets/${number}`, body, '*')).status).toBe(200);
    return (await seen()) !== before;
  }

  test('sync with a company’s key tells of all that the key sees, and of nothing else', async () => {
    const ids = { shown: randomUUID(), hidden: randomUUID() };
    const fields = await acme.inside(() => world.get(Collections).all(requestFields));
    const added = (['shown', 'hidden'] as const).map((label) =>
      requestFields.entry.parse({
        ...{ id: ids[label], label, kind: 'text', visibility: label === 'hidden' ? 'team' : 'customer' },
      }),
    );
    await acme.inside(() => world.get(Collections).apply(requestFields, [...fields, ...added]));
    for (const body of [
      { subject: 'Named anew' },
      { priority: 'urgent' },
      { assignee_id: await personId(acme.owner) },
      { fields: { [ids.shown]: 'Answer' } },
    ])
      expect([body, await moves(body)]).toEqual([body, true]);
    for (const body of [{ tags: ['of-the-team'] }, { fields: { [ids.hidden]: 'Answer' } }])
      expect([body, await moves(body)]).toEqual([body, false]);
  });
});

describe('a list that is set up', () => {
  test('is read, added to, changed, ordered and taken from as on its page', async () => {
    const nils = await acme.agent('Nils');
    const added = await everything.post('ticket-groups', { name: 'Workshop', member_ids: [await personId(nils)] });
    expect([added.status, Object.keys(added.body).sort()]).toEqual([201, ['id', 'member_ids', 'name']]);
    await everything.post('ticket-groups', { name: 'Accounts' });
    const at = `ticket-groups/${added.body.id as string}`;
    const again = await everything.post('ticket-groups', { name: 'Workshop' });
    expect([again.status, again.body.errors[0].pointer]).toEqual([422, '/name']);
    const stranger = await everything.patch(at, { member_ids: [UNKNOWN] }, added.headers['etag']);
    expect([stranger.status, stranger.body.errors[0].pointer]).toEqual([422, '/member_ids']);
    const changed = await everything.patch(at, { name: 'Repair shop' }, added.headers['etag']);
    expect(changed.body).toEqual({ ...added.body, name: 'Repair shop' });
    expect((await everything.post(`${at}/place`, { by: 1 })).status).toBe(204);
    const names = async () =>
      (await everything.get('ticket-groups')).body.data.map(({ name }: { name: string }) => name);
    expect(await names()).toEqual(['Accounts', 'Repair shop']);
    await everything.patch('tickets/1', { group_id: added.body.id }, '*');
    expect((await everything.delete(at, changed.headers['etag'])).status).toBe(409);
    await everything.patch('tickets/1', { group_id: null }, '*');
    expect((await everything.delete(at, changed.headers['etag'])).status).toBe(204);
    expect(await names()).toEqual(['Accounts']);
  });

  test('keeps its rules: a status means what it meant, and has a name', async () => {
    const { data } = (await everything.get('ticket-statuses')).body as { data: { id: string; kind: string }[] };
    expect(data.map(({ kind }) => kind)).toContain('on_hold');
    expect((await everything.patch(`ticket-statuses/${data[0]!.id}`, { kind: 'closed' }, '*')).status).toBe(422);
    expect((await everything.post('ticket-statuses', { kind: 'open', name: '' })).status).toBe(422);
    const added = await everything.post('ticket-statuses', {
      kind: 'open',
      name: 'With us',
      customer_name: 'In work',
      translations: { de: { name: 'Bei uns' } },
    });
    expect(added.body).toMatchObject({
      standard: false,
      customer_name: 'In work',
      translations: { de: { name: 'Bei uns' } },
    });
  });

  test('keeps what forms ask: a field goes only from no form, an answer only where nothing depends on it', async () => {
    const options = ['Laptop', 'Telephone'].map((label) => ({ id: randomUUID(), label }));
    const device = (await everything.post('ticket-fields', { label: 'Device', kind: 'choice', options })).body.id;
    const serial = (await everything.post('ticket-fields', { label: 'Serial', kind: 'text' })).body.id;
    const questions = [
      { field_id: device },
      { field_id: serial, required: true, when: { tests: [{ field: device, value: options[0]!.id }] } },
    ];
    const type = await everything.post('request-types', { name: 'Hardware fault', questions });
    expect(type.status).toBe(201);
    const removal = await everything.delete(`ticket-fields/${serial}`, '*');
    expect([removal.status, removal.text.includes('Hardware fault')]).toEqual([409, true]);
    expect((await everything.delete(`ticket-fields/${device}`, '*')).status).toBe(409);
    const others = [{ id: randomUUID(), label: 'Telephone' }];
    const replaced = await everything.patch(`ticket-fields/${device}`, { options: others }, '*');
    expect([replaced.status, replaced.text.includes('Hardware fault')]).toEqual([409, true]);
    const at = `request-types/${type.body.id as string}`;
    for (const wrong of [
      [{ field_id: UNKNOWN, required: true }],
      [{ field_id: device }, { field_id: serial, when: { tests: [{ field: device, value: UNKNOWN }] } }],
      [{ field_id: serial, when: { tests: [{ field: 'category', value: UNKNOWN }] } }],
      [{ field_id: serial, when: { tests: [{ field: 'priority', value: 'soon' }] } }],
    ]) {
      const { status, body } = await everything.patch(at, { questions: wrong }, '*');
      expect([status, body.errors[0].pointer]).toEqual([422, '/questions']);
    }
    expect((await everything.patch(at, { questions: [] }, '*')).status).toBe(200);
    expect((await everything.patch(`ticket-fields/${device}`, { options: others }, '*')).status).toBe(200);
    for (const id of [device, serial]) expect((await everything.delete(`ticket-fields/${id}`, '*')).status).toBe(204);
    await everything.delete(at, '*');
  });

  test.each([
    ['/options', { kind: 'choice', options: [UNKNOWN, UNKNOWN].map((id, n) => ({ id, label: `Answer ${n}` })) }],
    ['/options', { kind: 'choice', options: [1, 2].map(() => ({ id: randomUUID(), label: 'Twice' })) }],
    ['/options', { kind: 'text', options: [{ id: UNKNOWN, label: 'Answer' }] }],
    ['/min', { kind: 'text', min: 5 }],
    ['/max', { kind: 'date', max: 5 }],
    ['/unit', { kind: 'text', unit: 'kg' }],
  ])('is checked as on its page: %s', async (pointer, wrong) => {
    const { status, body } = await everything.post('ticket-fields', { label: 'Wrong', ...wrong });
    expect([status, body.errors?.[0].pointer]).toEqual([422, pointer]);
  });

  test.each([
    ['request-types', '/audience/company_ids', { audience: { who: 'companies', company_ids: [UNKNOWN] } }],
    ['request-types', '/audience/role', { audience: { who: 'role', role: 'nobody' } }],
    ['request-types', '/defaults/group_id', { defaults: { group_id: UNKNOWN } }],
    ['request-types', '/defaults/category_id', { defaults: { category_id: UNKNOWN } }],
    ['request-types', '/translations', { translations: { zz: { name: 'x' } } }],
    ['request-types', '/slug', { slug: 'of-my-own' }],
    ['companies', '/partner_ids', { partner_ids: [UNKNOWN] }],
    ['companies', '/parent_id', { parent_id: UNKNOWN }],
    ['macros', '/translations', { text: 'Hello', translations: { zz: 'x' } }],
    ['ticket-statuses', '/translations', { kind: 'open', translations: { 'xx-none': { name: 'x' } } }],
    ['ticket-groups', '/member_ids', { member_ids: [UNKNOWN, UNKNOWN] }],
    ['ticket-groups', '/constructor', { constructor: 1 }],
    ['ticket-groups', '/members/0/prototype', { members: [{ prototype: 1 }] }],
  ])('names the place of what is wrong, in %s: %s', async (path, pointer, wrong) => {
    const { status, body } = await everything.post(path, { name: 'Somewhere', ...wrong });
    expect([status, body.code, body.errors?.map((fault: { pointer: string }) => fault.pointer)]).toEqual([
      ...[422, 'invalid', [pointer]],
    ]);
  });

  test.each([
    ['companies', { name: 'Initech', domain: 'no domain' }, 'This value is not correct. Check it.'],
    ['macros', { name: 'Hi', text: 'Hello', shortcut: 'a b' }, 'Letters, digits and hyphens only, at most 30.'],
  ])('says it in words, in %s', async (path, wrong, words) => {
    const { status, body } = await everything.post(path, wrong);
    expect([status, body.errors?.[0].message]).toEqual([422, words]);
  });

  test('is changed by no key that may only read it, and not read by a company’s', async () => {
    const reader = program(acme, (await keyFor(['settings:read'])).key);
    expect([
      (await reader.get('ticket-groups')).status,
      (await reader.post('ticket-groups', { name: 'x' })).status,
    ]).toEqual([200, 403]);
    const ofCompany = program(acme, (await keyFor(['tickets:write', 'people:write'], 'Globex')).key);
    expect((await ofCompany.get('ticket-groups')).status).toBe(403);
  });
});

describe('the document', () => {
  let written: Document | null = null;
  const document = () =>
    (written ??= openApiOf(world.get(Api).all(), {
      title: 'Acme',
      origin: acme.tenant.origin,
      scopes: allScopes(),
    }) as unknown as Document);
  interface Described {
    operationId: string;
    summary: string;
    tags: string[];
    security: object[];
    parameters: { name: string; in: string; required: boolean; schema: object; description?: string }[];
    requestBody?: { content: Record<string, { schema: object }> };
    responses: Record<string, { $ref?: string; content?: Record<string, { schema: object; example?: unknown }> }>;
  }
  interface Document {
    openapi: string;
    paths: Record<string, Record<string, Described>>;
    components: { schemas: Record<string, object> };
    tags: { name: string }[];
  }
  const all = () =>
    Object.entries(document().paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, told]) => ({ path, method, told })),
    );

  test('has every operation there is, and each of those answers', async () => {
    const told = all()
      .map(({ path, method }) => `${method} ${path}`)
      .sort();
    const declared = world
      .get(Api)
      .all()
      .map(({ path, method }) => `${method} /api/v1${path}`)
      .sort();
    expect(told).toEqual(declared);
    for (const {
      path,
      method,
      told: { responses },
    } of all()) {
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => (name === 'number' ? '1' : UNKNOWN));
      const { status } = await program(acme, 'nobody')[method === 'patch' ? 'get' : (method as 'get')](filled);
      expect([path, status]).toEqual([path, 401]);
      expect(responses['401']).toEqual({ $ref: '#/components/responses/Problem' });
    }
  });

  test('keeps to the rules of ours', () => {
    const faults: string[] = [];
    const ids = new Set<string>();
    for (const { path, method, told } of all()) {
      const at = `${method} ${path}`;
      const must = (holds: unknown, rule: string) => holds || faults.push(`${at}: ${rule}`);
      must(/^[a-z][A-Za-z]+$/.test(told.operationId) && !ids.has(told.operationId), 'a name of its own');
      ids.add(told.operationId);
      must(/^\/api\/v1(?:\/(?:[a-z]+(?:-[a-z]+)*|\{[a-z]+\}))+$/.test(path), 'words in kebab-case');
      must(told.summary.length > 3 && !told.summary.endsWith('.'), 'a summary');
      must(
        told.tags.every((tag) => document().tags.some(({ name }) => name === tag)),
        'a tag that is told',
      );
      must(told.security.length > 0, 'a key');
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      must(
        inPath.every((name) => told.parameters.some((one) => one.in === 'path' && one.name === name && one.required)),
        'parameters of the path',
      );
      must(
        told.parameters.every((one) => one.in === 'header' || /^[a-z]+(?:_[a-z]+)*$/.test(one.name)),
        'parameters in snake_case',
      );
      must(
        told.parameters.every((one) => one.in !== 'query' || !one.required),
        'nothing required in the query',
      );
      must(
        (method === 'post') === told.parameters.some(({ name }) => name === 'Idempotency-Key'),
        'an Idempotency-Key',
      );
      const paged = told.parameters.some(({ name }) => name === 'cursor');
      must(!paged || told.parameters.some(({ name }) => name === 'limit'), 'limit and cursor');
      must(
        ['400', '401', '403', '404', '429', '500'].every((status) =>
          told.responses[status]?.$ref?.endsWith('/Problem'),
        ),
        'problems',
      );
      must(
        Object.keys(told.responses).some((status) => status.startsWith('2')),
        'an answer',
      );
    }
    const text = JSON.stringify(document());
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g))
      if (!document().components.schemas[name!]) faults.push(`${name} is nowhere`);
    if (text.includes('$defs')) faults.push('schemas stand in components');
    const names = [...text.matchAll(/"properties":\{([^}]*)\}/g)];
    expect(names.length).toBeGreaterThan(20);
    expect(faults).toEqual([]);
  });

  test('names fields in snake_case, and its examples are what is given', () => {
    const wrong: string[] = [];
    const walk = (schema: unknown, at: string): void => {
      if (typeof schema !== 'object' || schema === null) return;
      for (const [name, value] of Object.entries(schema)) {
        if (name === 'properties')
          for (const field of Object.keys(value as object))
            if (!/^[a-z]+(?:_[a-z0-9]+)*$/.test(field)) wrong.push(`${at}: ${field}`);
        walk(value, at);
      }
    };
    for (const { path, told } of all()) walk(told, path);
    for (const [name, schema] of Object.entries(document().components.schemas)) walk(schema, name);
    expect(wrong).toEqual([]);
    for (const { id, output, example } of world.get(Api).all())
      if (example !== undefined) expect([id, output!.safeParse(example).success]).toEqual([id, true]);
  });

  test('is shown to whoever asks where the operator shows it', async () => {
    const visitor = acme.visitor();
    expect([(await visitor.get('/api/docs')).status, (await visitor.get('/api/openapi.json')).status]).toEqual([
      404, 404,
    ]);
    const owner = await acme.owner.browser();
    await owner.get('/console/settings/api-keys');
    await owner.post('/console/settings/api-keys/docs', { docs: '1' });
    const page = await visitor.get('/api/docs');
    expect([page.status, page.text.includes('/api/v1/tickets/{number}/replies')]).toEqual([200, true]);
    const file = await visitor.get('/api/openapi.json');
    expect([file.status, file.body.openapi, file.body.servers]).toEqual([200, '3.1.0', [{ url: acme.tenant.origin }]]);
  });
});

test('every list there is can be read, and one of each', async () => {
  const wrong: string[] = [];
  for (const { path } of world
    .get(Api)
    .all()
    .filter(({ method, path }) => method === 'get' && !path.includes('{'))) {
    const { status, body } = await everything.get(path.slice(1));
    if (status !== 200) wrong.push(`${path} → ${status}`);
    const [first] = (body as { data?: { id: string }[] }).data ?? [];
    if (first && (await everything.get(`${path.slice(1).replace('/sync', '')}/${idIn(first)}`)).status !== 200)
      wrong.push(`one of ${path}`);
  }
  expect(wrong).toEqual([]);
});
const idIn = (one: { id: string; number?: string }): string => one.number ?? one.id;

test('the examples of the README work', async () => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const script = /## API\n[^]*?```sh\n([^]*?)```/.exec(readme)![1]!;
  const carol = await world.tenant('carol');
  const ana = await carol.customer('Ana');
  await ana.opens('The first');
  const actor = await carol.owner.actor();
  const { key } = await carol.inside(() =>
    world
      .get(Keys)
      .create(actor, { name: 'x', scopes: ['tickets:write', 'people:read'], companyId: null, addresses: [], days: 30 }),
  );
  const { port } = (world.app.getHttpServer() as Server).address() as AddressInfo;
  const PORTAL = `http://${carol.host.split(':')[0]!}:${port}`;
  const PERSON = (await ana.actor()).id!;
  const { stdout } = await promisify(execFile)('sh', ['-ec', script.replaceAll(/^(?=#)/gm, 'echo;\n')], {
    env: { ...SHELL, PORTAL, KEY: key, PERSON },
  });
  const [open, people, opened, changed, sync] = stdout
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect((open!['data'] as object[]).length).toBeGreaterThan(0);
  expect(people!['data']).toMatchObject([{ id: PERSON }]);
  expect(opened).toMatchObject({ subject: 'Spare part 4711', number: expect.stringMatching(/^TKT-/) });
  expect(changed).toMatchObject({ number: 'TKT-001', priority: 'high' });
  expect(sync).toMatchObject({ data: expect.any(Array), has_more: false });
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
