import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { TicketViews } from '@foyer/tickets';
import { acme, ana, companyId, everything, keyFor, personId, program, UNKNOWN, world } from './programs.js';

const numbersOf = ({ body }: { body: { data: { number: string }[] } }) => body.data.map(({ number }) => number);
const ofGlobex = async () => program(acme, (await keyFor(['tickets:write'], 'Globex')).key);

test('what the team keeps as a view is read, and its tickets', async () => {
  const urgent = await ana.opens('Urgent');
  await everything.patch(`tickets/${urgent.number}`, { priority: 'urgent' }, '*');
  const conditions = { match: 'all' as const, tests: [{ field: 'priority', operator: 'is', value: ['urgent'] }] };
  const keep = (name: string, share: string, tests = conditions.tests) =>
    acme.inside(async () =>
      world
        .get(TicketViews)
        .keep(await acme.owner.actor(), { name, share, conditions: { ...conditions, tests } as never }),
    );
  const [shared, own] = [await keep('Burning', 'team'), await keep('Mine', 'nobody')];
  const mine = await keep('Each one’s', 'team', [{ field: 'assigneeId', operator: 'is', value: ['me'] }]);
  const { body } = await everything.get('ticket-views');
  expect(body.data.map(({ name }: { name: string }) => name)).toEqual(['Burning', 'Each one’s']);
  expect(numbersOf(await everything.get(`tickets?view_id=${shared.id}`))).toEqual([`TKT-00${urgent.number}`]);
  expect(numbersOf(await everything.get(`tickets?view_id=${shared.id}&status=solved`))).toEqual([]);
  expect(numbersOf(await everything.get(`tickets?view_id=${mine.id}`))).toEqual([]);
  expect((await everything.get(`tickets/export?view_id=${shared.id}`)).text).toContain('Urgent');
  for (const id of [own.id, UNKNOWN]) expect((await everything.get(`tickets?view_id=${id}`)).status).toBe(422);
  const company = await ofGlobex();
  expect([
    (await company.get('ticket-views')).status,
    (await company.get(`tickets?view_id=${shared.id}`)).status,
  ]).toEqual([403, 403]);
});

test('a program adds, changes, moves and removes views of the team, by the rules of their page', async () => {
  const tests = [{ field: 'priority', operator: 'is', value: ['low'] }];
  const added = await everything.post('ticket-views', { name: 'Quiet', conditions: { tests } });
  expect([added.status, added.body]).toMatchObject([
    201,
    { name: 'Quiet', order: 'touched', group_id: null, search: '', conditions: { match: 'all', tests } },
  ]);
  const at = `ticket-views/${added.body.id as string}`;
  const seen = await everything.get(at);
  const changed = await everything.patch(at, { name: 'Calm', order: 'newest' }, seen.headers['etag']);
  expect([changed.status, changed.body]).toMatchObject([200, { name: 'Calm', order: 'newest', conditions: { tests } }]);
  expect((await everything.patch(at, { name: 'Late' }, seen.headers['etag'])).status).toBe(412);
  const other = await everything.post('ticket-views', { name: 'Other', conditions: {} });
  expect((await everything.post(`${at}/place`, { by: 1 })).status).toBe(204);
  const names = async () =>
    ((await everything.get('ticket-views')).body.data as { name: string }[]).map(({ name }) => name);
  expect((await names()).slice(-2)).toEqual(['Other', 'Calm']);
  const wrong: [object, string][] = [
    [{ name: ' ' }, '/name'],
    [{ group_id: UNKNOWN }, '/group_id'],
    [{ conditions: { tests: [{ field: 'assigneeId', operator: 'is', value: [UNKNOWN] }] } }, '/conditions'],
    [{ conditions: { tests: [{ field: `field:${UNKNOWN}`, operator: 'is', value: ['x'] }] } }, '/conditions'],
  ];
  for (const [sent, pointer] of wrong) {
    const { status, body } = await everything.post('ticket-views', { name: 'Wrong', conditions: {}, ...sent });
    expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer]);
    expect((await everything.patch(at, sent, '*')).status).toBe(422);
  }
  for (const id of [added.body.id, other.body.id] as string[])
    expect((await everything.delete(`ticket-views/${id}`, '*')).status).toBe(204);
  expect(await names()).not.toContain('Calm');
});

test('a view of somebody’s own is nobody’s to read or to write, and a company has none', async () => {
  const own = await acme.inside(async () =>
    world
      .get(TicketViews)
      .keep(await acme.owner.actor(), { name: 'My own', share: 'nobody', conditions: { match: 'all', tests: [] } }),
  );
  const at = `ticket-views/${own.id}`;
  const asked = [
    await everything.get(at),
    await everything.patch(at, { name: 'x' }, '*'),
    await everything.delete(at, '*'),
  ];
  expect(asked.map(({ status }) => status)).toEqual([404, 404, 404]);
  const company = await ofGlobex();
  expect((await company.post('ticket-views', { name: 'x', conditions: {} })).status).toBe(403);
});

test('a macro writes and changes, and what it gives to whoever acts it gives to nobody', async () => {
  const { number } = await ana.opens('Macro');
  const at = `tickets/${number}`;
  await everything.patch(at, { assignee_id: await personId(acme.owner) }, '*');
  const macro = (more: object) => everything.post('macros', { name: randomUUID(), ...more });
  const words = await macro({ text: 'Hello {{customer.first_name}}', actions: [{ do: 'priority', to: 'high' }] });
  const silent = await macro({
    actions: [
      { do: 'assign', to: 'me' },
      { do: 'tag', add: ['seen'] },
    ],
  });
  expect([words.status, silent.status]).toEqual([201, 201]);
  expect((await everything.post(`${at}/macros/${words.body.id as string}`)).status).toBe(204);
  expect((await everything.post(`${at}/macros/${silent.body.id as string}`)).status).toBe(204);
  const { body } = await everything.get(at);
  expect(body).toMatchObject({ priority: 'high', tags: ['seen'], assignee: { id: await personId(acme.owner) } });
  const thread = (await everything.get(`${at}/messages`)).body.data as { kind: string; body: string }[];
  expect(thread.filter(({ kind }) => kind === 'reply').at(-1)!.body).toBe('Hello Ana');
  expect((await everything.post(`${at}/macros/${UNKNOWN}`)).status).toBe(404);
  expect((await (await ofGlobex()).post(`${at}/macros/${words.body.id as string}`)).status).toBe(403);
});

test('a closed ticket is gone on with in another one of whoever asked', async () => {
  const { number } = await ana.opens('Closed by now');
  const company = await ofGlobex();
  expect((await company.post(`tickets/${number}/follow-ups`, { body: 'x' })).status).toBe(409);
  await everything.patch(`tickets/${number}`, { status: 'closed' }, '*');
  for (const api of [company, everything]) {
    const followed = await api.post(`tickets/${number}/follow-ups`, { body: 'It is back' });
    expect([followed.status, followed.body]).toMatchObject([
      201,
      {
        subject: 'Closed by now',
        source: 'api',
        requester: { name: 'Ana' },
        company: { id: await companyId('Globex') },
      },
    ]);
  }
});

test('the customer’s company is asked by a key, and answers in person', async () => {
  const admin = await (await acme.customer('Adam')).of('Globex', 'company_admin');
  const { number } = await ana.opens('May it go ahead?');
  const at = `tickets/${number}/approvals`;
  const company = await ofGlobex();
  expect((await company.post(at, {})).status).toBe(403);
  expect((await everything.post(at, { approver_ids: [UNKNOWN] })).body.errors?.[0].pointer).toBe('/approver_ids');
  expect((await everything.post(at, { question: 'New printer?' })).status).toBe(204);
  const { data } = (await company.get(at)).body as { data: { id: string }[] };
  expect(data).toMatchObject([
    { status: 'waiting', question: 'New printer?', approver: { id: await personId(admin) } },
  ]);
  expect((await everything.get(`tickets/${number}`)).body).toMatchObject({ approval: 'waiting', status: 'on_hold' });
  expect((await company.delete(`${at}/${data[0]!.id}`)).status).toBe(403);
  expect((await everything.delete(`${at}/${data[0]!.id}`)).status).toBe(204);
  expect((await everything.get(`tickets/${number}`)).body).toMatchObject({ approval: 'none', status: 'open' });
});
