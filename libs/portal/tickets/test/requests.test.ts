import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { Collections } from '@foyer/settings';
import { type RequestField, requestFields, requestTypes } from '@foyer/tickets';
import { requestField } from '../src/requests/request-field.js';
import { FIRST_TYPE, requestType, type RequestType } from '../src/requests/request-type.js';

let world: World;
let acme: TestTenant;
let ana: Visitor;

const option = (label: string) => ({ id: randomUUID(), label, translations: {} });
const [laptop, phone] = [option('Laptop'), option('Telephone')];
const [red, blue] = [option('Red'), option('Blue')];
const field = (kind: RequestField['kind'], label: string, more: Partial<RequestField> = {}): RequestField =>
  requestField.parse({ id: randomUUID(), kind, label, ...more });
const fields = {
  device: field('choice', 'Device', { options: [laptop, phone] }),
  serial: field('text', 'Serial number'),
  story: field('paragraph', 'The whole story'),
  count: field('number', 'How many', { min: 1, max: 10, unit: 'pieces' }),
  day: field('date', 'Since when'),
  colours: field('multi-choice', 'Colours', { options: [red, blue] }),
  urgent: field('checkbox', 'The work stands still'),
  proof: field('file', 'Photograph'),
  branch: field('company', 'Which branch'),
  order: field('order', 'Order'),
  cost: field('text', 'Cost centre', { visibility: 'team' }),
};
const idOf = (name: keyof typeof fields) => fields[name].id;
const f = (name: keyof typeof fields) => `f-${idOf(name)}`;
const repair: RequestType = requestType.parse({
  id: randomUUID(),
  name: 'Repair',
  slug: 'repair',
  needs: { priority: 'hidden', company: 'hidden' },
  defaults: { priority: 'high', tags: ['repair'] },
  questions: [
    { fieldId: idOf('device'), required: true },
    {
      fieldId: idOf('serial'),
      required: true,
      when: { match: 'all', tests: [{ field: idOf('device'), value: laptop.id }] },
    },
    ...(['story', 'count', 'day', 'colours', 'urgent', 'proof', 'branch', 'order', 'cost'] as const).map((name) => ({
      fieldId: idOf(name),
    })),
  ],
});

const plain = (more: Record<string, string | string[]> = {}) => ({
  type: repair.id,
  subject: `Broken ${randomUUID()}`,
  description: 'It does not start.',
  [f('device')]: phone.id,
  ...more,
});
const errorAt = (html: string, name: string) =>
  new RegExp(`id="${name}(?:-file)?-error"[^>]*>.*?<span>([^<]+)`).exec(html)?.[1] ?? null;
const lastTicket = async (tenant = acme) =>
  (
    await tenant.query<{ fields: Record<string, unknown>; type_id: string; priority: string; tags: string[] }>(
      () => sql`select fields, type_id, priority, tags from ${table('ticket')} order by number desc limit 1`,
    )
  )[0]!;

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  await acme.inside(async () => {
    await world.get(Collections).apply(requestFields, Object.values(fields));
    await world.get(Collections).apply(requestTypes, [repair, { ...FIRST_TYPE, slug: 'general' }]);
  });
  ana = await (await (await acme.customer('Ana')).of('Globex')).browser();
});

describe('choosing', () => {
  test('several types are cards; one by its address is its form', async () => {
    const cards = await ana.get('/tickets/new');
    expect(cards.text).toContain('/tickets/new/repair');
    expect(cards.text).toContain('General request');
    const form = await ana.get('/tickets/new/repair');
    expect(form.text).toContain('Serial number');
    expect((await ana.get('/tickets/new/nothing')).status).toBe(404);
  });
});

describe('answers', () => {
  test('are kept by field, each in its type', async () => {
    const sent = await ana.upload(
      '/tickets',
      plain({
        [f('device')]: laptop.id,
        [f('serial')]: 'SN 1',
        [f('story')]: 'Long\nstory 👩🏽‍🚀',
        [f('count')]: '3',
        [f('day')]: '2026-02-28',
        [f('colours')]: [red.id, blue.id],
        [f('urgent')]: 'yes',
        [f('order')]: 'A-17',
        [f('cost')]: 'smuggled',
      }),
      [{ field: f('proof'), name: 'photo.txt', content: 'seen' }],
    );
    expect(sent.status).toBe(303);
    const { fields: kept, type_id, priority, tags } = await lastTicket();
    expect([type_id, priority, tags]).toEqual([repair.id, 'high', ['repair']]);
    expect(kept).toEqual({
      [idOf('device')]: laptop.id,
      [idOf('serial')]: 'SN 1',
      [idOf('story')]: 'Long\nstory 👩🏽‍🚀',
      [idOf('count')]: 3,
      [idOf('day')]: '2026-02-28',
      [idOf('colours')]: [red.id, blue.id],
      [idOf('urgent')]: true,
      [idOf('order')]: 'A-17',
      [idOf('proof')]: [expect.stringMatching(/^[0-9a-f-]{36}$/)],
    });
  });

  test('of a question that is not asked are neither required nor kept', async () => {
    const sent = await ana.upload('/tickets', plain({ [f('serial')]: 'SN 2' }), []);
    expect(sent.status).toBe(303);
    expect((await lastTicket()).fields).toEqual({ [idOf('device')]: phone.id });
    const asked = await ana.upload('/tickets', plain({ [f('device')]: laptop.id }), []);
    expect(asked.status).toBe(422);
    expect(errorAt(asked.text, f('serial'))).toBeTruthy();
  });

  const elsewhere = randomUUID();
  test.each<[keyof typeof fields, string, string | string[]]>([
    ['device', 'nothing', ''],
    ['device', 'an option of another field', red.id],
    ['device', 'two at once', [laptop.id, phone.id]],
    ['serial', 'too long', 'x'.repeat(201)],
    ['story', 'too long', 'x'.repeat(5_001)],
    ['count', 'words', 'three 🔥'],
    ['count', 'too small', '0'],
    ['count', 'too large', '11'],
    ['count', 'both separators wrong', '1,2,3'],
    ['day', 'no such day', '2026-02-30'],
    ['day', 'words', 'yesterday'],
    ['colours', 'an option of another field', [red.id, laptop.id]],
    ['colours', 'no id', 'red'],
    ['branch', 'somebody else’s company', elsewhere],
    ['order', 'too long', 'x'.repeat(61)],
  ])('%s: %s is said at the field, and everything typed comes back', async (name, _, value) => {
    const serial = name === 'serial' ? {} : { [f('serial')]: 'kept & "safe"' };
    const typed = plain({
      [f('device')]: laptop.id,
      ...serial,
      [f(name)]: value,
      [f('story')]: name === 'story' ? value : 'so far',
    });
    const sent = await ana.upload('/tickets', typed, [{ field: 'attachments', name: 'a.txt', content: 'a' }]);
    expect(sent.status).toBe(422);
    expect(errorAt(sent.text, f(name))).toBeTruthy();
    expect(sent.text).toContain(`href="#${f(name)}"`);
    expect(sent.text).toContain(typed.subject as string);
    if (name !== 'serial') expect(sent.text).toContain('kept &amp; &quot;safe&quot;');
    expect(sent.text).toContain('name="kept"');
  });

  test('files of others attach nothing', async () => {
    const bob = await (await acme.customer('Bob')).browser();
    await bob.upload('/tickets', plain({ draft: '1' }), [{ field: f('proof'), name: 'bobs.txt', content: 'bob' }]);
    const [file] = await acme.query<{ id: string }>(() => sql`select id from ${table('file')} where name = 'bobs.txt'`);
    const sent = await ana.upload('/tickets', plain({ [`kept-${f('proof')}`]: file!.id }), []);
    expect(sent.status).toBe(303);
    expect((await lastTicket()).fields).not.toHaveProperty(idOf('proof'));
  });
});

describe('without JavaScript', () => {
  test('the form asks what the answers so far call for, when it is updated', async () => {
    const before = await ana.get('/tickets/new/repair');
    const group = (html: string) =>
      new RegExp(
        `<fieldset class="asked"[^>]*>(?=\\s*<div class="field">\\s*<label class="label" for="${f('serial')}")`,
      ).exec(html)![0];
    expect(group(before.text)).toContain('hidden disabled');
    const updated = await ana.upload(
      '/tickets',
      { ...plain({ [f('device')]: laptop.id }), again: '1', subject: 'Only this' },
      [],
    );
    expect(updated.status).toBe(200);
    expect(group(updated.text)).not.toContain('hidden');
    expect(updated.text).toContain('Only this');
    expect(updated.text).not.toContain('data-error-summary');
  });

  test('a form whose type is gone leads to the others, and keeps what was typed', async () => {
    const sent = await ana.upload('/tickets', { ...plain(), type: randomUUID(), subject: 'Written in vain?' }, []);
    expect(sent.status).toBe(422);
    expect(sent.text).toContain('no longer offered');
    expect((await ana.get('/tickets/new/general')).text).toContain('Written in vain?');
    for (const id of [repair.id, FIRST_TYPE.id]) await ana.post('/tickets/drafts/removal', { place: `new:${id}` });
  });
});
