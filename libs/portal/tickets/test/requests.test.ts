import { randomUUID } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { Database, rows, sql, table } from '@foyer/database';
import { FIRST_TYPE, type RequestField, requestFields, type RequestType, requestTypes } from '@foyer/requests';
import { Collections } from '@foyer/settings';
import { Drafts, Tickets } from '@foyer/tickets';

let world: World;
let acme: TestTenant;
let ana: Visitor;

const option = (label: string) => ({ id: randomUUID(), label, translations: {}, archived: false });
const [laptop, phone] = [option('Laptop'), option('Telephone')];
const [red, blue] = [option('Red'), option('Blue')];
const field = (kind: RequestField['kind'], label: string, more: Partial<RequestField> = {}): RequestField =>
  requestFields.about.schema.parse({ id: randomUUID(), kind, label, ...more });
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
const repair: RequestType = requestTypes.about.schema.parse({
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

/** Where the draft waits that a form shows. */
const restoredFrom = (html: string): string => /class="restored"[^]*?name="place" value="([^"]+)"/.exec(html)![1]!;

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

  test('stand in the file for spreadsheets, in columns of their own; those of the team only in the team’s', async () => {
    const subject = `Sheet ${randomUUID()}`;
    const device = { [f('device')]: laptop.id, [f('serial')]: 'SN "4", new' };
    await ana.upload('/tickets', plain({ ...device, subject, [f('count')]: '3', [f('day')]: '2026-02-28' }), []);
    const cost = JSON.stringify({ [idOf('cost')]: 'C-12' });
    await acme.inside(() =>
      world.get(Database).write(async (em) => {
        await rows(em, sql`update ${table('ticket')} set fields = fields || ${cost}::jsonb where subject = ${subject}`);
        await rows(
          em,
          sql`insert into ${table('ticket_clock')} (ticket_id, kind, policy_id, started_at, due_at)
              select id, 'first_response', id, now(), '2026-03-01T09:00:00Z' from ${table('ticket')} where subject = ${subject}`,
        );
      }),
    );
    const sheet = async (visitor: Visitor, path: string): Promise<Record<string, string>> => {
      const [header, ...lines] = parse((await visitor.get(path)).text, { bom: true }) as string[][];
      const line = lines.find((cells) => cells.includes(subject))!;
      return Object.fromEntries(header!.map((name, at) => [name, line[at]!]));
    };
    const agent = await (await acme.agent('Mara')).browser();
    const answers = {
      Type: 'Repair',
      Device: 'Laptop',
      'Serial number': 'SN "4", new',
      'How many': '3',
      'Since when': '2026-02-28',
    };
    const ofTeam = await sheet(agent, '/console/tickets/export?view=all');
    const due = { 'First reply due (UTC)': '2026-03-01 09:00' };
    expect(ofTeam).toMatchObject({ ...answers, ...due, 'Cost centre': 'C-12', Email: expect.stringContaining('@') });
    const own = await sheet(ana, '/tickets/export');
    expect(own).toMatchObject(answers);
    for (const column of ['Cost centre', 'Tags', 'Group', 'Email', 'First reply due (UTC)'])
      expect(Object.keys(own)).not.toContain(column);
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

  test('a number beyond its limits is told which they are, as the reader writes numbers', async () => {
    const told = async (value: string) =>
      errorAt((await ana.upload('/tickets', plain({ [f('count')]: value }), [])).text, f('count'));
    expect(await told('0')).toBe('Enter a number of at least 1.');
    expect(await told('11')).toBe('Enter a number of at most 10.');
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
    expect(sent.text).toContain('no longer available');
    expect((await ana.get('/tickets/new/general')).text).toContain('Written in vain?');
    expect((await ana.get('/tickets')).text).toContain('Written in vain?');
    await ana.post('/tickets/drafts/removal', { place: restoredFrom((await ana.get('/tickets/new/general')).text) });
    for (const page of ['', '/new/general', '/new/repair'])
      expect((await ana.get(`/tickets${page}`)).text).not.toContain('Written in vain?');
  });

  test('answers go over into a form that asks the same, and into words in one that does not', async () => {
    const typed = {
      ...plain({ [f('device')]: laptop.id, [f('order')]: 'ORD-77' }),
      type: randomUUID(),
      subject: 'Moved',
    };
    await ana.upload('/tickets', typed, []);
    const same = (await ana.get('/tickets/new/repair')).text;
    expect(same).toContain('value="ORD-77"');
    expect(same).not.toContain('Order: ORD-77');
    const other = (await ana.get('/tickets/new/general')).text;
    const [description] = /<textarea[^>]*name="description"[^>]*>([^<]*)/.exec(other)!.slice(1);
    expect(description).toContain(': ORD-77');
    expect(description).toContain(': Laptop');
    await ana.post('/tickets/drafts/removal', { place: restoredFrom(other) });
  });

  test('what was answered to a question that is gone meanwhile comes back in words, and is sent with them', async () => {
    const gone = `f-${randomUUID()}`;
    const typed = {
      type: FIRST_TYPE.id,
      subject: 'Meanwhile',
      description: 'The lamp',
      [gone]: 'Size XL',
      [f('order')]: 'ORD-9',
    };
    const back = await ana.upload('/tickets', typed, []);
    expect(back.status).toBe(422);
    const [description] = /<textarea[^>]*name="description"[^>]*>([^<]*)/.exec(back.text)!.slice(1);
    expect(description).toBe('The lamp\n\nSize XL\n\nOrder: ORD-9');
    const sent = await ana.upload(
      '/tickets',
      { type: FIRST_TYPE.id, subject: 'Meanwhile', description: description! },
      [],
    );
    expect(sent.status).toBe(303);
    expect((await ana.get(sent.headers['location']!)).text).toContain('Size XL');
  });

  test('what nobody sees is nothing said', async () => {
    for (const blank of ['\u200b\u2060', '\u2800', '\u0001\u007f', '\u3164 \u00ad']) {
      const { status, text } = await ana.upload(
        '/tickets',
        { type: FIRST_TYPE.id, subject: blank, description: blank },
        [],
      );
      expect([blank, status]).toEqual([blank, 422]);
      for (const name of ['subject', 'description']) expect(text).toContain(`id="${name}-error"`);
    }
    await ana.post('/tickets/drafts/removal', { place: `new:${FIRST_TYPE.id}` });
  });

  test('a form in which nothing was written leaves no draft without a name, and takes along the one that was emptied', async () => {
    const blank = { type: FIRST_TYPE.id, subject: '', description: '', priority: 'normal', category: '', draft: '1' };
    const drafts = async () =>
      (await acme.query(() => sql`select 1 from ${table('ticket_draft')} where place = ${`new:${FIRST_TYPE.id}`}`))
        .length;
    expect(await drafts()).toBe(0);
    await ana.upload('/tickets', blank, []);
    expect([await drafts(), (await ana.get('/tickets')).text.includes('Nothing was written yet')]).toEqual([0, true]);
    await ana.upload('/tickets', { ...blank, description: 'Begun' }, []);
    expect(await drafts()).toBe(1);
    await ana.upload('/tickets', blank, []);
    expect(await drafts()).toBe(0);
  });

  test('once the form of another type has taken it over, what was typed is nowhere else', async () => {
    await ana.upload('/tickets', { ...plain(), type: randomUUID(), subject: 'Only once' }, []);
    const from = restoredFrom((await ana.get('/tickets/new/general')).text);
    const general = { type: FIRST_TYPE.id, subject: 'Only once, on', description: 'y', _from: from };
    await ana.upload('/tickets', { ...general, draft: '1' }, []);
    expect((await ana.get('/tickets/new/repair')).text).not.toContain('Only once');
    expect((await ana.get('/tickets/new/general')).text).toContain('Only once, on');
    await ana.upload('/tickets', { ...plain(), type: randomUUID(), subject: 'To be sent' }, []);
    const again = restoredFrom((await ana.get('/tickets/new/repair')).text);
    expect((await ana.upload('/tickets', plain({ _from: again, subject: 'To be sent' }), [])).status).toBe(303);
    expect((await ana.get('/tickets/new/repair')).text).not.toContain('To be sent');
    await ana.post('/tickets/drafts/removal', { place: `new:${FIRST_TYPE.id}` });
  });
});

describe('on the ticket', () => {
  test('customers see their answers, the team all of them and can put them right', async () => {
    const sent = await ana.upload('/tickets', plain({ [f('count')]: '7', [f('order')]: 'B-1' }), [
      { field: f('proof'), name: 'scratch.txt', content: 'scratch' },
    ]);
    const at = sent.headers['location']!;
    const owner = await acme.owner.browser();
    const edit = await owner.get(`/console${at}/fields`);
    expect(edit.text).toContain('value="7"');
    const kept = /name="(kept-f-[^"]+)" value="([^"]+)"/.exec(edit.text)!;
    const saved = await owner.upload(
      `/console${at}/fields`,
      { [f('device')]: phone.id, [f('count')]: '9', [f('cost')]: 'CC-4711', [kept[1]!]: kept[2]! },
      [],
    );
    expect(saved.status).toBe(303);
    const page = await ana.get(at);
    expect(page.text).toContain('9 pieces');
    expect(page.text).not.toContain('CC-4711');
    // On paper too; the team's only where somebody asks for them.
    const onPaper = async (browser: typeof ana, path: string) => {
      const { text } = await browser.get(path);
      return ['9 pieces', 'CC-4711'].filter((answer) => text.includes(answer));
    };
    expect(await onPaper(ana, `${at}/print`)).toEqual(['9 pieces']);
    expect(await onPaper(ana, `${at}/print?notes=yes`)).toEqual(['9 pieces']);
    expect(await onPaper(owner, `/console${at}/print`)).toEqual(['9 pieces']);
    expect(await onPaper(owner, `/console${at}/print?notes=yes`)).toEqual(['9 pieces', 'CC-4711']);
    const file = new RegExp(`${at}/answers/[0-9a-f-]{36}`).exec(page.text)![0];
    expect((await ana.get(file)).status).toBe(303);
    const stranger = await (await acme.customer('Stranger')).browser();
    expect((await stranger.get(file)).status).toBe(404);
    expect((await owner.get(`/console${at}/fields`)).text).toContain('CC-4711');
    const wrong = await owner.upload(`/console${at}/fields`, { [f('count')]: 'many', [f('device')]: red.id }, []);
    expect(wrong.status).toBe(422);
    expect([errorAt(wrong.text, f('count')), errorAt(wrong.text, f('device'))]).not.toContain(null);
  });
});

test('in two windows, each keeps what the other changed, and who changes the same is told first', async () => {
  const sent = await ana.upload('/tickets', plain({ [f('count')]: '1', [f('story')]: 'As it was' }), []);
  const at = `/console${sent.headers['location']!}/fields`;
  const [one, two] = [await acme.owner.browser(), await (await acme.agent('Second window')).browser()];
  const shown = (html: string): Record<string, string> => ({
    ...Object.fromEntries(
      [...html.matchAll(/name="(was_[^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]),
    ),
    ...{ [f('device')]: phone.id, [f('count')]: '1', [f('story')]: 'As it was' },
  });
  const [first, second] = [shown((await one.get(at)).text), shown((await two.get(at)).text)];
  expect((await one.upload(at, { ...first, [f('count')]: '5', [f('day')]: '2026-03-01' }, [])).status).toBe(303);
  expect((await two.upload(at, { ...second, [f('story')]: 'Told anew' }, [])).status).toBe(303);
  const page = (await two.get(at)).text;
  for (const words of ['value="5"', 'value="2026-03-01"', 'Told anew']) expect(page).toContain(words);
  const told = await two.upload(at, { ...second, [f('count')]: '7' }, []);
  expect([told.status, errorAt(told.text, f('count'))]).toEqual([422, expect.stringContaining('in the meantime')]);
  expect(told.text).toContain('value="7"');
  expect(told.text).toContain('Told anew');
  const again = { ...shown(told.text), [f('story')]: 'Told anew', [f('day')]: '2026-03-01', [f('count')]: '7' };
  expect((await two.upload(at, again, [])).status).toBe(303);
  expect((await one.get(at)).text).toContain('value="7"');
});

describe('after a change of the type', () => {
  test('answers of the type before stand apart, block nothing, and can be removed', async () => {
    const subject = `Retyped ${randomUUID()}`;
    await ana.upload('/tickets', plain({ subject, [f('device')]: laptop.id, [f('serial')]: 'SN 77' }), []);
    const [{ number } = { number: 0 }] = await acme.query<{ number: string }>(
      () => sql`select number from ${table('ticket')} where subject = ${subject}`,
    );
    const actor = await acme.owner.actor();
    const act = (to: string) => world.get(Tickets).act(actor, Number(number), [{ do: 'type', to }]);
    await acme.inside(() => act(FIRST_TYPE.id));
    const owner = await acme.owner.browser();
    const at = `/console/tickets/TKT-${String(number).padStart(3, '0')}`;
    const page = (await owner.get(at)).text;
    expect(page).toMatch(/From an earlier request type[^]*SN 77/);
    expect((await owner.get(`${at}/fields`)).text).toContain(`name="forget" value="${idOf('serial')}"`);
    expect((await owner.upload(`${at}/fields`, { forget: idOf('serial') }, [])).status).toBe(303);
    const after = (await owner.get(at)).text;
    expect([after.includes('SN 77'), after.includes('Laptop')]).toEqual([false, true]);
    await acme.inside(() => act(repair.id));
    expect((await owner.get(at)).text).not.toContain('From an earlier request type');
  });
});

describe('drafts', () => {
  const place = `new:${repair.id}`;
  const draft = { place, type: repair.id, subject: 'Half a thought', [f('device')]: laptop.id };

  test('come back at another sign-in, to nobody else, and are gone when sent', async () => {
    const carl = await acme.customer('Carl');
    const first = await carl.browser();
    expect((await first.post('/tickets/drafts', draft)).status).toBe(204);
    expect((await first.get('/tickets')).text).toContain('Half a thought');
    await first.post('/sign-out');
    const second = await carl.browser();
    const page = await second.get('/tickets/new/repair');
    expect(page.text).toContain('Half a thought');
    expect(page.text).toMatch(/Draft of .* restored/);
    for (const path of ['/tickets', '/tickets/new/repair'])
      expect((await ana.get(path)).text).not.toContain('Half a thought');
    await ana.post('/tickets/drafts/removal', { place });
    expect((await second.get('/tickets')).text).toContain('Half a thought');
    await second.upload('/tickets', plain({ subject: 'A whole thought' }), []);
    expect((await second.get('/tickets')).text).not.toContain('Half a thought');
  });

  test('of two that say not which window they are the later one stays', async () => {
    const dora = await (await acme.customer('Dora')).browser();
    await dora.post('/tickets/drafts', { ...draft, subject: 'One tab' });
    await dora.post('/tickets/drafts', { ...draft, subject: 'Other tab' });
    expect((await dora.get('/tickets/new/repair')).text).toContain('Other tab');
  });

  test('whatever several windows write, keep and send in turns, no text that was not sent is lost', async () => {
    const actor = await (await acme.customer('Ines')).actor();
    const place = 'reply:TKT-900';
    const kept = world.get(Drafts);
    for (let round = 0; round < 12; round += 1) {
      // A window goes on from the version that it was shown or kept last.
      const windows = [1, 2, 3].map((n) => ({ tab: `${round}-${n}`, version: '', text: null as string | null }));
      await acme.inside(async () => {
        for (let step = 0; step < 12; step += 1) {
          const window = windows[Math.floor(Math.random() * windows.length)]!;
          const mark = { _tab: window.tab, _version: window.version };
          if (Math.random() < 0.75) {
            window.text = `Words ${round}.${step}`;
            window.version = (await kept.keep(actor, place, { ...mark, body: window.text })).version;
          } else {
            await kept.discard(actor, place, mark);
            Object.assign(window, { text: null, version: '', tab: `${window.tab}n` });
          }
          const [row] = await world
            .get(Database)
            .read((em) =>
              rows<{ texts: string[] }>(
                em,
                sql`select jsonb_path_query_array(beside, '$.content.body') || (content->'body') as texts from ${table('ticket_draft')} where place = ${place}`,
              ),
            );
          const unsent = windows.flatMap(({ text }) => text ?? []);
          expect([...(row?.texts ?? [])].sort()).toEqual(unsent.sort());
        }
        await kept.discard(actor, place);
        await kept.discard(actor, place);
        await kept.discard(actor, place);
      });
    }
  });

  test('two windows on one ticket: the later is told, the other’s words are on the page, and go on waiting when one is sent', async () => {
    const nils = await acme.customer('Nils');
    const at = `/tickets/TKT-${String((await nils.opens('In two windows')).number).padStart(3, '0')}`;
    const browser = await nils.browser();
    const place = `reply:${at.slice(9)}`;
    const version = /name="_version" value="([^"]*)"/.exec((await browser.get(at)).text)![1]!;
    const one = await browser.post('/tickets/drafts', { place, body: 'First window', _tab: 'one', _version: version });
    expect(one.headers['draft-beside']).toBe('0');
    const two = await browser.post('/tickets/drafts', { place, body: 'Second window', _tab: 'two', _version: version });
    expect(two.headers['draft-beside']).toBe('1');
    const page = (await browser.get(at)).text;
    expect(page).toMatch(/<textarea[^>]*>Second window</);
    expect(page).toMatch(/<details[^]*another window[^]*First window/);
    const shown = { body: 'Second window', _tab: 'three', _version: two.headers['draft-version']! };
    await browser.upload(`${at}/replies`, shown, []);
    expect((await browser.get(at)).text).toMatch(/<textarea[^>]*>First window</);
  });

  const versionIn = (page: string) => /name="_version" value="([^"]*)"/.exec(page)![1]!;
  const subjectIn = (page: string) => /<input[^>]* name="subject" value="([^"]*)"/.exec(page)![1]!;

  test.each(['without a restore', 'reloaded', 'continued', 'in another window', 'without a script'])(
    'go with the form that was sent: %s',
    async (way) => {
      const browser = await (await acme.customer(`Sent ${way}`)).browser();
      const at = '/tickets/new/repair';
      const first = versionIn((await browser.get(at)).text);
      const typed = { ...plain({ subject: 'Of before' }), _version: first };
      let mark: Record<string, string> = { _version: first, _tab: 'one' };
      if (way === 'without a script') await browser.upload('/tickets', { ...typed, draft: '1' }, []);
      else {
        const kept = await browser.post('/tickets/drafts', { ...typed, place, _tab: 'one' });
        mark = { _version: kept.headers['draft-version']!, _tab: 'one' };
      }
      if (way !== 'without a restore') {
        const link =
          way === 'continued' ? /href="(\/tickets\/new\/[^"]+)"/.exec((await browser.get('/tickets')).text)![1]! : at;
        const page = (await browser.get(link)).text;
        expect(subjectIn(page)).toBe('Of before');
        mark = { _version: versionIn(page), ...(way !== 'without a script' && { _tab: 'two' }) };
      }
      // Another one writes meanwhile what the form that is sent never showed.
      if (way === 'in another window')
        await browser.post('/tickets/drafts', { ...typed, subject: 'Never shown', place, _tab: 'three' });
      const sent = await browser.upload('/tickets', { ...plain({ subject: `Sent ${way}` }), seen: 'x', ...mark }, []);
      expect(sent.status).toBe(303);
      expect(subjectIn((await browser.get(at)).text)).toBe(way === 'in another window' ? 'Never shown' : '');
      expect((await browser.get('/tickets')).text).not.toContain('Of before');
      expect((await browser.get(at)).text).not.toContain('Of before');
    },
  );

  test('of two windows without a script are both there, and the later is told', async () => {
    const browser = await (await acme.customer('Olga')).browser();
    const keep = (subject: string) =>
      browser.upload('/tickets', { ...plain({ subject }), draft: '1', _version: '' }, []);
    await keep('One window');
    expect((await browser.get('/tickets')).text).toContain('Draft saved');
    await keep('Other window');
    expect((await browser.get('/tickets')).text).toContain('Another window has a draft of its own here.');
    const page = (await browser.get('/tickets/new/repair')).text;
    expect(subjectIn(page)).toBe('Other window');
    expect(page).toMatch(/<details[^]*another window[^]*One window/);
    const sent = { ...plain({ subject: 'Other window' }), seen: 'x', _version: versionIn(page) };
    await browser.upload('/tickets', sent, []);
    expect(subjectIn((await browser.get('/tickets/new/repair')).text)).toBe('One window');
  });

  test('a form that comes back with a mistake goes on as the window it was', async () => {
    const browser = await (await acme.customer('Pia')).browser();
    await browser.post('/tickets/drafts', { ...draft, subject: 'Of another window', _tab: 'other', _version: '' });
    const back = await browser.upload('/tickets', { ...plain({ subject: '' }), _tab: 'mine', _version: 'mine' }, []);
    expect(back.status).toBe(422);
    expect([versionIn(back.text), /name="_tab" value="mine"/.test(back.text)]).toEqual(['mine', true]);
  });

  test('bring files back that came with them', async () => {
    const eve = await (await acme.customer('Eve')).browser();
    const kept = await eve.upload('/tickets', plain({ draft: '1' }), [
      { field: f('proof'), name: 'eves.txt', content: 'x' },
    ]);
    expect(kept.status).toBe(303);
    expect((await eve.get('/tickets/new/repair')).text).toContain('eves.txt');
  });

  test('are bounded in size, number and place', async () => {
    const fred = await (await acme.customer('Fred')).browser();
    expect((await fred.post('/tickets/drafts', { ...draft, description: 'x'.repeat(70_000) })).status).not.toBe(204);
    expect((await fred.post('/tickets/drafts', { ...draft, place: '../../x' })).status).not.toBe(204);
    for (let n = 0; n < 25; n += 1) await fred.post('/tickets/drafts', { ...draft, place: `reply:${n}` });
    const [row] = await acme.query<{ count: number }>(
      () =>
        sql`select count(*)::int as count from ${table('ticket_draft')} d join ${table('person')} p on p.id = d.person_id where p.email like 'fred@%'`,
    );
    expect(row!.count).toBe(20);
  });

  test('of a reply come back on its ticket', async () => {
    const gus = await acme.customer('Gus');
    const ticket = await gus.opens('A question of Gus');
    const number = `TKT-${String(ticket.number).padStart(3, '0')}`;
    const browser = await gus.browser();
    await browser.post('/tickets/drafts', { place: `reply:${number}`, body: 'What I was about to' });
    expect((await browser.get(`/tickets/${number}`)).text).toContain('What I was about to');
    await browser.upload(`/tickets/${number}/replies`, { body: 'Said.' }, []);
    expect((await browser.get(`/tickets/${number}`)).text).not.toContain('What I was about to');
  });
});

describe('before sending', () => {
  test('what is likely the same comes back once, with everything typed', async () => {
    const hal = await (await (await acme.customer('Hal')).of('Globex', 'company_user')).browser();
    await hal.upload('/tickets', plain({ subject: 'Elevator stuck on third floor' }), []);
    const again = plain({ subject: 'Our elevator is stuck on floor three', [f('order')]: 'K-1' });
    const asked = await hal.upload('/tickets', again, []);
    expect(asked.status).toBe(200);
    expect(asked.text).toContain('Before you send');
    expect(asked.text).toContain('Elevator stuck on third floor');
    expect(asked.text).toContain('K-1');
    const seen = /name="seen" value="([^"]+)"/.exec(asked.text)![1]!;
    expect((await hal.upload('/tickets', { ...again, seen }, [])).status).toBe(303);
    expect((await hal.get('/tickets/suggestions?subject=elevator+stuck')).text).toContain('Elevator stuck');
  });

  test('nothing of another company is offered', async () => {
    const other = await (await (await acme.customer('Iris')).of('Initech', 'company_admin')).browser();
    expect((await other.get('/tickets/suggestions?subject=elevator+stuck+third+floor')).text).not.toContain('Elevator');
    expect((await other.upload('/tickets', plain({ subject: 'Elevator stuck on third floor' }), [])).status).toBe(303);
    expect((await acme.visitor().get('/tickets/suggestions?subject=elevator')).status).not.toBe(200);
  });
});

describe('for somebody else', () => {
  const requesterOf = async (subject: string) =>
    (
      await acme.query<{ requester: string; by: string | null }>(
        () => sql`select r.name as requester, o.name as by from ${table('ticket')} t join ${table('person')} r on r.id = t.requester_id
                  left join ${table('person')} o on o.id = t.opened_by_id where t.subject = ${subject}`,
      )
    )[0];
  const personId = async (name: string) =>
    (await acme.query<{ id: string }>(() => sql`select id from ${table('person')} where name = ${name}`))[0]!.id;

  test('a company’s admin asks for a colleague; others cannot, nor for strangers', async () => {
    await (await acme.customer('Jon')).of('Umbrella');
    const boss = await (await (await acme.customer('Boss')).of('Umbrella', 'company_admin')).browser();
    const general = { type: FIRST_TYPE.id, description: 'x', priority: 'normal' };
    expect((await boss.get('/tickets/new/general')).text).toContain('On behalf of');
    const jon = await personId('Jon');
    const sent = await boss.upload('/tickets', { ...general, subject: 'For Jon', requester: jon }, []);
    expect(sent.status).toBe(303);
    expect(await requesterOf('For Jon')).toEqual({ requester: 'Jon', by: 'Boss' });
    expect((await boss.get(sent.headers['location']!)).status).toBe(200);
    // The form of a repair asks for no company; the colleague's is meant.
    expect((await boss.upload('/tickets', plain({ subject: 'Radio wanted for Jon', requester: jon }), [])).status).toBe(
      303,
    );
    const [radio] = await acme.query<{ company: string }>(
      () =>
        sql`select c.name as company from ${table('ticket')} t join ${table('company')} c on c.id = t.company_id where t.subject = 'Radio wanted for Jon'`,
    );
    expect(radio!.company).toBe('Umbrella');
    const stranger = await boss.upload(
      '/tickets',
      { ...general, subject: 'Nope', requester: await personId('Ana') },
      [],
    );
    expect([stranger.status, errorAt(stranger.text, 'requester')]).toEqual([422, expect.any(String)]);
    const noAdmin = await ana.upload('/tickets', { ...general, subject: 'Nope', requester: jon }, []);
    expect(noAdmin.status).toBe(422);
  });

  test('the team asks for a customer, with what only it fills in', async () => {
    const owner = await acme.owner.browser();
    expect((await owner.get('/console/tickets/new?q=jon')).text).toContain('jon@customers.example');
    const customer = await personId('Jon');
    expect((await owner.get(`/console/tickets/new?customer=${customer}`)).text).toContain('Repair');
    expect((await owner.get(`/console/tickets/new?customer=${customer}&type=repair`)).text).toContain('Cost centre');
    const typed = plain({ customer, subject: 'By telephone', [f('cost')]: 'CC-1', tell: '1' });
    expect((await owner.upload('/console/tickets/new', typed, [])).status).toBe(303);
    expect(await requesterOf('By telephone')).toEqual({ requester: 'Jon', by: 'Acme Owner' });
    expect((await lastTicket()).fields).toMatchObject({ [idOf('cost')]: 'CC-1' });
    expect((await owner.upload('/console/tickets/new', { ...typed, customer: randomUUID() }, [])).status).toBe(404);
    expect((await ana.upload('/console/tickets/new', typed, [])).status).toBe(403);
  });

  test('where there is no customer yet, that is said, with the way to the first', async () => {
    const empty = await (await world.tenant('bolt')).owner.browser();
    const { text } = await empty.get('/console/tickets/new');
    expect(text).toContain('No customers yet');
    expect(text).toContain('href="/console/people/new?');
    expect(text).not.toContain('No one found');
    expect((await empty.get('/console/tickets/new?q=rosa')).text).toContain('No one found');
  });

  test('the summary of what is wrong calls a control as its label does', async () => {
    const { text } = await ana.upload('/tickets', plain({ subject: 'Nothing said', description: '' }), []);
    expect(text).toContain('href="#description">What happened, or what do you need?: ');
  });

  test('a caller whom nobody knows is added on the way, once', async () => {
    const mara = await (await acme.agent('Mila')).browser();
    const nobody = await mara.get('/console/tickets/new?q=Rosa');
    const add = /href="(\/console\/people\/new[^"]+)"/
      .exec(nobody.text)![1]!
      .replaceAll('&amp;', '&')
      .replaceAll('&#x3D;', '=');
    expect((await mara.get(add)).text).toContain('value="Rosa"');
    const typed = {
      name: 'Rosa Díaz',
      email: 'Rosa@callers.example',
      phone: '+34 600',
      return_to: '/console/tickets/new',
    };
    const added = await mara.post('/console/people/new', typed);
    expect(added.headers['location']).toMatch(/^\/console\/tickets\/new\?customer=[0-9a-f-]{36}$/);
    expect((await mara.get(added.headers['location']!)).text).toContain('Rosa Díaz');
    const again = await mara.post('/console/people/new', { ...typed, email: ' rosa@callers.example' });
    expect([again.status, errorAt(again.text, 'email')]).toEqual([422, 'A person with this address already exists.']);
    expect(again.text).toContain('value="/console/tickets/new"');
    const away = { ...typed, email: 'rosa2@callers.example', return_to: '//evil.example' };
    expect((await mara.post('/console/people/new', away)).headers['location']).toMatch(/^\/console\/people\//);
    const viewer = await (await acme.agent('Vera', 'viewer')).browser();
    expect(
      (await viewer.post('/console/people/new', { ...typed, email: 'x@callers.example' })).status,
    ).toBeGreaterThanOrEqual(403);
    expect((await ana.get('/console/people/new')).status).toBe(403);
  });
});
