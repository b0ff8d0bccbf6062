import { beforeAll, describe, expect, test } from '@jest/globals';
import { allScopes, Api, type Operation } from '@foyer/api';
import { Database, rows, sql, table } from '@foyer/database';
import { acme, companyId, everything, keyFor, personId, program, UNKNOWN, ute, world } from './programs.js';

describe('a key with tickets:read of company A reads A’s tickets and nothing else', () => {
  let api: typeof everything;
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
  async function told(api: typeof everything, ids: Record<string, string>): Promise<string[]> {
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

  async function ask(api: typeof everything, { method, path, body }: Operation, ids: Record<string, string>) {
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
