import type { Server } from 'node:http';
import request from 'supertest';
import { describe, expect, test } from '@jest/globals';
import { Database, rows, sql, table } from '@foyer/database';
import { acme, ana, companyId, everything, keyFor, personId, UNKNOWN, world } from './programs.js';

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
    let isHeld = (): void => undefined;
    const taken = new Promise<void>((resolve) => (isHeld = resolve));
    const holding = acme.inside(() =>
      world.get(Database).write(async (em) => {
        await rows(em, sql`select 1 from ${table('ticket')} where number = 1 for update`);
        isHeld();
        await held;
      }),
    );
    await taken;
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
