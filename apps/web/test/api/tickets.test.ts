import { randomUUID } from 'node:crypto';
import request from 'supertest';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Collections } from '@foyer/settings';
import { requestFields, requestTypes } from '@foyer/requests';
import { acme, ana, companyId, everything, keyFor, personId, program, UNKNOWN, ute, world } from './programs.js';

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

  const past = await everything.post(`${first}/snooze`, { until: '2001-01-01T00:00:00Z' });
  expect([past.status, past.body.errors?.[0].pointer]).toEqual([422, '/until']);
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

test('tickets are found by a status of the operator’s own', async () => {
  const own = await everything.post('ticket-statuses', { kind: 'on_hold', name: 'Waiting for parts' });
  expect(own.status).toBe(201);
  const [waiting, other] = [await ana.opens('Without parts'), await ana.opens('On hold')];
  const hold = { status: 'on_hold' };
  await everything.patch(`tickets/${waiting.number}`, { ...hold, status_id: own.body.id }, '*');
  await everything.patch(`tickets/${other.number}`, hold, '*');
  const found = async (query: string) =>
    ((await everything.get(`tickets?${query}`)).body.data as { subject: string }[]).map(({ subject }) => subject);
  expect(await found(`status_id=${own.body.id as string}`)).toEqual(['Without parts']);
  expect(await found(`status=on_hold&status_id=${own.body.id as string}`)).toEqual(['Without parts']);
  expect(await found(`status=open&status_id=${own.body.id as string}`)).toEqual([]);
  expect(await found('status=on_hold')).toContain('On hold');
});
