import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '@foyer/api';
import { Database, rows, sql, table } from '@foyer/database';
import { Collections } from '@foyer/settings';
import { requestFields } from '@foyer/requests';
import { acme, ana, everything, keyFor, personId, program, UNKNOWN, ute, world } from './programs.js';

describe('lists', () => {
  /** As if every ticket had changed so long ago: sync waits a moment. */
  const past = (seconds: number) =>
    acme.inside(() =>
      world
        .get(Database)
        .write((em) =>
          rows(em, sql`update ${table('ticket')} set updated_at = now() - ${seconds} * interval '1 second'`),
        ),
    );

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
      await past(60);
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
  let ofCompany: typeof everything;
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
