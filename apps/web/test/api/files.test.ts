import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { Files } from '@foyer/files';
import { requestFields, requestTypes } from '@foyer/requests';
import { Collections } from '@foyer/settings';
import { acme, ana, companyId, everything, keyFor, personId, program, UNKNOWN, world } from './programs.js';

const ofCompany = program(acme, (await keyFor(['tickets:write'], 'Globex')).key);
const sent = async (api: typeof everything, name = 'log.txt', content = 'Line 4711') =>
  (await api.upload(name, content)).body.id as string;
const refusal = ({ status, body }: { status: number; body: { errors?: { pointer: string; code: string }[] } }) => [
  status,
  body.errors?.[0]?.pointer,
  body.errors?.[0]?.code,
];

describe('a file', () => {
  test('hangs on one message, of two that name it at once', async () => {
    for (let round = 0; round < 3; round += 1) {
      const attachment_ids = [await sent(everything)];
      const answers = await Promise.all(
        [1, 2].map((n) => everything.post(`tickets/${n}/notes`, { body: 'See the file', attachment_ids })),
      );
      // The later finds it taken, before it writes or as it does.
      const [first, second] = answers.map(({ status }) => status).sort();
      expect([first, [409, 422].includes(second!)]).toEqual([201, true]);
    }
  });

  test('is sent, named in what is written, and given back', async () => {
    const { status, body } = await ofCompany.upload('Prüfprotokoll.txt', 'Line 4711');
    expect([status, body]).toEqual([
      201,
      { id: expect.any(String), name: 'Prüfprotokoll.txt', size: 9, type: 'text/plain' },
    ]);
    const opened = await ofCompany.post('tickets', {
      ...{ subject: 'With a file', description: 'See there', attachment_ids: [body.id] },
      ...{ requester_id: await personId(ana), company_id: await companyId('Globex') },
    });
    expect(opened.status).toBe(201);
    const at = `tickets/${opened.body.number as string}`;
    const [first] = (await ofCompany.get(`${at}/messages`)).body.data as [{ attachments: object[] }];
    expect(first.attachments).toEqual([body]);
    const given = await ofCompany.get(`${at}/attachments/${body.id as string}`);
    expect([given.status, given.text, given.headers['content-disposition']]).toEqual([
      ...[200, 'Line 4711', expect.stringContaining("UTF-8''Pr%C3%BCfprotokoll.txt")],
    ]);
    expect(given.headers['x-content-type-options']).toBe('nosniff');
    const part = await ofCompany.get(`${at}/attachments/${body.id as string}`, { Range: 'bytes=5-' });
    expect([part.status, part.text]).toEqual([206, '4711']);
    const alone = await ofCompany.post(`${at}/replies`, { attachment_ids: [await sent(ofCompany)] });
    expect(alone.status).toBe(201);
    expect(refusal(await ofCompany.post(`${at}/replies`, {}))).toEqual([422, '/body', 'web.form.required']);
  });

  test('of an internal note is given to no company, and of a ticket to nobody who may not see it', async () => {
    const id = await sent(everything);
    expect((await everything.post('tickets/1/notes', { body: 'Ours', attachment_ids: [id] })).status).toBe(201);
    expect((await everything.get(`tickets/1/attachments/${id}`)).text).toBe('Line 4711');
    expect((await ofCompany.get(`tickets/1/attachments/${id}`)).status).toBe(404);
    const theirs = await sent(everything);
    await everything.post('tickets/2/replies', { body: 'Here', attachment_ids: [theirs] });
    expect((await ofCompany.get(`tickets/2/attachments/${theirs}`)).status).toBe(404);
    expect((await ofCompany.get(`tickets/1/attachments/${theirs}`)).status).toBe(404);
  });

  test('is only the key’s that sent it, and used once', async () => {
    const nobodys = await acme.inside(async () => {
      const path = `${world.config.dataDir}/of-nobody.txt`;
      await writeFile(path, 'By mail');
      return (await world.get(Files).store({ path, name: 'mail.txt' })).id;
    });
    const [own, others] = [await sent(ofCompany), await sent(everything)];
    const with_ = (ids: string[]) => ofCompany.post('tickets/1/replies', { body: 'x', attachment_ids: ids });
    for (const ids of [[others], [nobodys], [UNKNOWN], [own, others]])
      expect(refusal(await with_(ids))).toEqual([422, '/attachment_ids', 'web.form.choice']);
    expect((await with_([own])).status).toBe(201);
    expect(refusal(await with_([own]))).toEqual([422, '/attachment_ids', 'web.form.choice']);
    expect((await with_(Array.from({ length: 11 }, () => UNKNOWN))).status).toBe(422);
  });

  test('sent again with the same Idempotency-Key is the same one', async () => {
    const headers = { 'Idempotency-Key': 'file-1' };
    const first = await everything.upload('a.txt', 'A', headers);
    expect((await everything.upload('a.txt', 'A', headers)).body).toEqual(first.body);
    expect((await everything.upload('a.txt', 'B', headers)).body.code).toBe('idempotency-other');
    expect((await everything.upload('b.txt', 'A', headers)).body.code).toBe('idempotency-other');
  });

  test.each([
    ['of a kind that is refused', 'run.exe', 'MZ', 422],
    ['that is not what it says', 'picture.png', 'no picture', 422],
    ['that is empty', 'empty.txt', '', 422],
  ])('%s is refused', async (_, name, content, status) => {
    const answer = await everything.upload(name, content);
    expect(refusal(answer)).toEqual([status, '/file', expect.stringMatching(/^files\.refused\./)]);
  });

  test('comes as a form, alone, and with the scope', async () => {
    expect((await everything.post('uploads', { file: 'x' })).status).toBe(415);
    expect(refusal(await everything.upload('a.txt', 'A').attach('file', Buffer.from('B'), 'b.txt'))).toEqual([
      ...[422, '/file', 'files.refused.too-many'],
    ]);
    expect(refusal(await everything.upload('a.txt', 'A').field('note', 'x'))[1]).toBe('/note');
    const broken = { 'Content-Type': 'multipart/form-data; boundary=x' };
    expect((await everything.post('uploads', '--y' as never, broken)).status).toBe(400);
    const reader = program(acme, (await keyFor(['tickets:read'])).key);
    expect((await reader.upload('a.txt', 'A')).body.code).toBe('scope-missing');
  });
});

test('a file answers a question', async () => {
  const [photo, ours, typeId] = [randomUUID(), randomUUID(), randomUUID()];
  await acme.inside(async () => {
    const collections = world.get(Collections);
    const field = (id: string, more = {}) => requestFields.entry.parse({ id, label: id, kind: 'file', ...more });
    await collections.apply(requestFields, [field(photo), field(ours, { visibility: 'team' })]);
    const [usual] = await collections.all(requestTypes);
    const questions = [photo, ours].map((fieldId) => ({ fieldId, required: fieldId === photo, when: null }));
    const needs = { ...usual!.needs, attachments: 'hidden' as const };
    await collections.apply(requestTypes, [
      usual!,
      { ...usual!, id: typeId, name: 'Damage', slug: 'damage', questions, needs },
    ]);
  });
  const about = { subject: 'Damage', description: 'Broken', requester_id: await personId(ana), type_id: typeId };
  const open = (fields: object, more: object = {}) => everything.post('tickets', { ...about, ...more, fields });
  expect(refusal(await open({}))[1]).toBe(`/fields/${photo}`);
  for (const wrong of ['x', [UNKNOWN], 7, {}, [await sent(ofCompany)]])
    expect([422, 400]).toContain((await open({ [photo]: wrong })).status);
  const [one, two, secret] = [await sent(everything), await sent(everything), await sent(everything)];
  expect(refusal(await open({ [photo]: [one] }, { attachment_ids: [two] }))[1]).toBe('/attachment_ids');
  const company_id = await companyId('Globex');
  const opened = await open({ [photo]: [one], [ours]: [secret] }, { company_id });
  expect([opened.status, opened.body.fields]).toEqual([201, { [photo]: [one], [ours]: [secret] }]);
  const at = `tickets/${opened.body.number as string}`;
  const statuses = (id: string) =>
    Promise.all([everything, ofCompany].map(async (api) => (await api.get(`${at}/attachments/${id}`)).status));
  expect([await statuses(one), await statuses(secret)]).toEqual([
    [200, 200],
    [200, 404],
  ]);
  const changed = await everything.patch(at, { fields: { [photo]: [one, two] } }, '*');
  expect(changed.body.fields[photo]).toEqual([one, two]);
  expect(refusal(await everything.patch(at, { fields: { [photo]: [UNKNOWN] } }, '*'))[1]).toBe(`/fields/${photo}`);

  // What answers a question is used: for no other ticket, and no message.
  expect(refusal(await open({ [photo]: [two] }))).toEqual([422, `/fields/${photo}`, 'web.form.choice']);
  const reply = { body: 'See there', attachment_ids: [one] };
  expect(refusal(await everything.post(`${at}/replies`, reply))[1]).toBe('/attachment_ids');
  expect((await everything.patch(at, { fields: { [photo]: [one, two] } }, '*')).status).toBe(200);
  for (let round = 0; round < 3; round += 1) {
    const fields = { [photo]: [await sent(everything)] };
    const answers = await Promise.all([open(fields), open(fields)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422]);
  }
});
