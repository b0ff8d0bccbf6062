import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import { Database, findableSql, foldedSql, rows, searchableSql, sql, table, verbatim } from '@foyer/database';
import { begins, findable, folded, searchable } from '@foyer/i18n';
import { Collections } from '@foyer/settings';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { requestTypes } from '@foyer/requests';
import { currentTenant } from '@foyer/tenancy';
import { Tickets } from '@foyer/tickets';
import { readable } from './routes.js';

/** Stands in what is looked for, and never in what is asked. */
const MARK = 'qvxzjkwq';
/** One name, as it may be typed. */
const FORMS = ['Gru\u0308ßner Strasse الادارة', 'GRUSS\u200bNER STRASSE الإداره', 'gr\u00adüssner straße الإدارةُ'];
/** What else a search must be told. */
const NEEDS: Record<string, string> = {
  '/console/tickets': 'view=all&',
  '/console/tickets/beside': 'view=all&at=TKT-001&',
  '/console/tickets/export': 'view=all&',
};

let world: World;
let acme: TestTenant;
let bolt: TestTenant;
let owner: Visitor;

beforeAll(async () => {
  world = await World.start();
  [acme, bolt] = await Promise.all([world.tenant('acme'), world.tenant('bolt')]);
  const ana = await (await acme.customer('Ana Sousa')).of('Lanternworks', 'company_admin');
  await ana.opens('The lantern flickers');
  await ana.opens('Another lamp');
  owner = await acme.owner.browser();
});

const said = (html: string) => /class="error"[^>]*>.*?<span>([^<]+)/.exec(html)?.[1];

/** What the page names, in its order: titles of links in the results. */
const found = async (visitor: Visitor, words: string) => {
  const { text, status } = await visitor.get(`/console/find?q=${encodeURIComponent(words)}`);
  expect(status).toBe(200);
  return [...text.matchAll(/class="found-item" href="([^"]+)"/g)].map(([, href]) => href!);
};

test('one field finds tickets, people, companies and pages by the beginnings of their words', async () => {
  // One of the two by its company only.
  expect(await found(owner, 'lantern')).toEqual([
    '/console/tickets/TKT-002',
    '/console/tickets/TKT-001',
    expect.stringMatching(/^\/console\/companies\//),
  ]);
  expect(await found(owner, 'TKT-002')).toEqual(['/console/tickets/TKT-002']);
  const hers = ['/console/tickets/TKT-002', '/console/tickets/TKT-001'];
  expect(await found(owner, 'sousa')).toEqual([...hers, expect.stringMatching(/^\/console\/people\//)]);
  expect(await found(owner, 'bran')).toContain('/console/settings/branding');
  expect(await found(owner, 'new tick')).toContain('/console/tickets/new');
  expect((await found(owner, '')).slice(0, 2)).toEqual(['/console/start', '/console/tickets']);
  const nothing = (await owner.get('/console/find?q=%25_%27%3Czzz%3E')).text;
  expect(nothing).toContain('No results for');
  expect(nothing).not.toContain('<zzz>');
});

test.each([
  'TKT-002',
  'tkt-2',
  'TKT 002',
  'tkt002',
  '#2',
  '#002',
  '# TKT-2',
  'TKT–002',
  'TKT-٠٠٢',
  '٢',
  'Re: [TKT-002] A lamp',
])('a ticket is found by its number, written %s', async (typed) => {
  const { text } = await owner.get(`/console/tickets?view=all&q=${encodeURIComponent(typed)}`);
  expect(text).toContain('Another lamp');
  expect((await found(owner, typed))[0]).toBe('/console/tickets/TKT-002');
});

test('an Arabic word is found with its article and without, in tickets and articles alike', async () => {
  const noor = await bolt.customer('نور');
  for (const subject of ['المصباح لا يعمل', 'أين مصباحي', 'للمصباح ضوء']) await noor.opens(subject);
  const desk = await bolt.owner.browser();
  for (const typed of ['مصباح', 'المصباح', 'والمصباح']) {
    const hits = (await found(desk, typed)).filter((href) => href.includes('/tickets/'));
    expect([typed, hits.length]).toEqual([typed, 3]);
  }
  const article = { text: '', words: '', locale: '', audience: 'everybody' };
  const titles = ['تنظيف المصباح', 'تبديل مصباح'];
  await desk.get('/console/settings/articles/new');
  for (const [n, title] of titles.entries()) {
    const made = await desk.post('/console/settings/articles', { ...article, title, url: `https://help.example/${n}` });
    expect([made.status, said(made.text)]).toEqual([303, undefined]);
  }
  for (const typed of ['مصباح', 'المصباح']) {
    const { text } = await desk.get(`/console/find?q=${encodeURIComponent(typed)}`);
    expect(titles.filter((title) => !text.includes(title))).toEqual([]);
  }
});

test('somebody is found by their address, whichever way its domain is written', async () => {
  await acme.change(
    () =>
      sql`insert into ${table('person')} (id, name, email) values (${randomUUID()}, 'Hans', 'hans@xn--mller-kva.example')`,
  );
  for (const words of [
    'hans@müller.example',
    'Hans@MÜLLER.example',
    'müller.example',
    '@müller',
    'hans@xn--mller-kva.example',
  ])
    expect([words, await found(owner, words)]).toEqual([words, [expect.stringMatching(/^\/console\/people\//)]]);
  expect(await found(owner, 'hans@möller.example')).toEqual([]);
});

test('categories and members of the team are found as well', async () => {
  const made = await owner.post('/console/settings/ticket-categories', { name: 'Birthday cakes', returnTo: '' });
  expect(made.status).toBe(303);
  expect(await found(owner, 'cakes')).toEqual([expect.stringMatching(/^\/console\/settings\/ticket-categories\//)]);
  await acme.agent('Zenobia Quill');
  expect(await found(owner, 'zenob')).toEqual(['/console/team']);
  const agent = await (await acme.agent('Mara Plain')).browser();
  expect(await found(agent, 'cakes')).toEqual([]);
});

test('what is called so stands before what only says so, and one’s own account is found by what is changed there', async () => {
  expect((await found(owner, 'new ticket'))[0]).toBe('/console/tickets/new');
  expect(await found(owner, 'password')).toContain('/console/account');
});

test('nobody finds what they could not open', async () => {
  const agent = await (await acme.agent('Mara')).browser();
  expect(await found(agent, 'bran')).toEqual([]);
  const elsewhere = await bolt.owner.browser();
  expect(await found(elsewhere, 'lantern')).toEqual([]);
  const customer = await (await acme.customer('Ben')).browser();
  expect((await customer.get('/console/find?q=lantern')).status).not.toBe(200);
});

test('beside a ticket stands the list it was opened from, with the ways to the next and the one before', async () => {
  const piece = async (visitor: Visitor, query: string) => (await visitor.get(`/console/tickets/beside?${query}`)).text;
  const way = (text: string, name: string) => new RegExp(`href="([^"]+)" data-way="${name}"`).exec(text)?.[1];
  const newest = await piece(owner, 'view=all&at=TKT-002');
  expect([way(newest, 'previous'), way(newest, 'next')]).toEqual([undefined, '/console/tickets/TKT-001']);
  expect(newest).toContain('href="/console/tickets?view&#x3D;all"');
  expect(way(await piece(owner, 'view=all&at=TKT-001'), 'previous')).toBe('/console/tickets/TKT-002');
  const gone = await piece(owner, 'view=all&q=flickers&at=TKT-002');
  expect([way(gone, 'previous'), way(gone, 'next')]).toEqual([undefined, '/console/tickets/TKT-001']);
  const elsewhere = await bolt.owner.browser();
  expect(await piece(elsewhere, 'view=all&at=TKT-001')).not.toContain('lantern');
});

test('a text is folded alike by the database and here, whatever it is written in', async () => {
  const letters = Array.from({ length: 0x3000 }, (_, code) => String.fromCodePoint(code + 1));
  const forms = Array.from({ length: 0x600 }, (_, code) => String.fromCodePoint(code + 0xfa00)).filter((one) =>
    one.isWellFormed(),
  );
  const texts = [
    ...letters,
    ...forms,
    'Große Straße/Haus-Nr. 5',
    'Gru\u0308ßner',
    'zero\u200bwidth so\u00adft',
    'ﬁle ＡＢＣ',
    'الإدارةُ ١٢',
    'Ὀδυσσεύς',
    '山田太郎と第3回Tシャツ、サッカー',
    'ガラス ｶﾞﾗｽ が 々',
    '김철수 대리점',
    '𠮷野家',
  ];
  // What is no letter yet in one of the two, because its Unicode is older, is nobody's word.
  const assigned = texts.filter((text) => !/\p{Cn}/u.test(text));
  const rows = await acme.query<{ text: string; folded: string; searchable: string; findable: string }>(
    () =>
      sql`select text, ${foldedSql(sql`text`)} as folded, ${searchableSql(sql`text`)} as searchable, ${findableSql(sql`text`)} as findable from unnest(${assigned}::text[]) text where unicode_assigned(text)`,
  );
  expect(rows.filter((row) => row.folded !== folded(row.text)).map(({ text }) => text)).toEqual([]);
  expect(rows.filter((row) => row.searchable !== searchable(row.text)).map(({ text }) => text)).toEqual([]);
  expect(rows.filter((row) => row.findable !== findable(row.text)).map(({ text }) => text)).toEqual([]);
});

test.each([
  ...[
    ['山田太郎', '山田'] as const,
    ['山田太郎', '太郎'] as const,
    ['山田太郎', '田太郎'] as const,
    ['山田太郎', '郎'] as const,
  ],
  ...[
    ['こんにちは', 'こん'] as const,
    ['ガラス工房', 'ラス工'] as const,
    ['김철수', '철수'] as const,
    ['第3回Tシャツ', '3回'] as const,
  ],
  ...[['Jörg Müller', 'Jö'] as const, ['Lift im Hof', 'Li'] as const, ['Bo', 'Bo'] as const],
])('%s is found by %s, in memory and in lists of tickets and people', async (called, typed) => {
  const tenant = (east ??= await world.tenant('east'));
  const asks = await tenant.customer(`${called} ${letters(typed)}`);
  const { number } = await asks.opens(`${called} ${MARK}`);
  await tenant.customer('Zed Other');
  expect([begins(called, typed), begins('Zed Other', typed)]).toEqual([true, false]);
  const teller = await tenant.owner.browser();
  const q = encodeURIComponent(typed);
  expect((await teller.get(`/console/tickets?view=all&q=${q}`)).text).toContain(
    `TKT-${String(number).padStart(3, '0')}`,
  );
  const people = (await teller.get(`/console/people?q=${q}`)).text;
  expect([people.includes(called), people.includes('Zed Other')]).toEqual([true, false]);
});
test('what was written before is found by the same beginnings after the migration', async () => {
  const tenant = await world.tenant('earlier');
  const { id } = await (await tenant.customer('Kenji')).opens('山田太郎 \u30ab\u3099ス');
  await tenant.change(() => sql`update ${table('ticket')} set words = to_tsvector('simple', 'older') where id = ${id}`);
  const teller = await tenant.owner.browser();
  const shows = async (q: string) =>
    (await teller.get(`/console/tickets?view=all&q=${encodeURIComponent(q)}`)).text.includes('TKT-001');
  expect(await shows('太郎')).toBe(false);
  const file = readFileSync(new URL('../../../migrations/tenant/0033_unspaced_words.sql', import.meta.url), 'utf8');
  for (const statement of file.split(/;\n/).filter((one) => one.startsWith('update')))
    await tenant.change(() => verbatim(statement.replaceAll(':schema', `"${currentTenant().schema}"`)));
  for (const q of ['太郎', 'ガス', 'older']) expect([q, await shows(q)]).toEqual([q, true]);
});

/** Addresses are made of Latin letters. */
const letters = (text: string): string => [...text].map((letter) => `x${letter.codePointAt(0)!.toString(36)}`).join('');
let east: TestTenant | undefined;

test('beginnings of one letter, and letters that stand apart, find nothing', async () => {
  const tenant = (east ??= await world.tenant('east'));
  await tenant.customer('Quentin');
  await tenant.customer('水戸黄門 mito');
  const teller = await tenant.owner.browser();
  const people = async (q: string) => (await teller.get(`/console/people?q=${encodeURIComponent(q)}`)).text;
  expect([(await people('q')).includes('Quentin'), (await people('qu')).includes('Quentin')]).toEqual([false, true]);
  expect([(await people('水門')).includes('水戸黄門'), (await people('黄門')).includes('水戸黄門')]).toEqual([
    false,
    true,
  ]);
  expect(begins('水戸黄門', '水門')).toBe(false);
});

test('every search of the product finds a name however it is typed, and nothing else', async () => {
  const written = 'Grüßner Straße الإدارة';
  const bolts = await world.tenant('cleos');
  await world.tenant('namesake', `${written} ${MARK}`);
  const [teller, staff] = [await bolts.owner.browser(), await world.staff('owner')];
  await bolts.customer(`${written} ${MARK}`);
  const cleo = await (await bolts.customer('Cleo')).of(`${written} ${MARK}`);
  await cleo.opens(`${written} ${MARK}`);
  await bolts.inside(async () => {
    const collections = world.get(Collections);
    const [general] = await collections.all(requestTypes);
    const type = { ...general!, name: `${written} ${MARK}`, slug: 'other', id: '00000000-0000-4000-8000-000000000002' };
    await collections.apply(requestTypes, [general!, type]);
    await world.get(Database).write((em) =>
      rows(
        em,
        sql`insert into ${table('inbound_mail')} (id, message_id, way, sender, recipient, subject)
            values (gen_random_uuid(), '<one@mails.example>', 'smtp', 'cleo@mails.example', 'grussner@in.example', ${`${written} ${MARK}`})`,
      ),
    );
  });
  const article = { title: `${written} ${MARK}`, url: 'https://help.example/one', text: '', words: '', locale: '' };
  await teller.post('/console/settings/articles', { ...article, audience: 'everybody' });
  const searches = readable(world.app).filter(({ path, filters }) => filters.includes('q') && !path.includes(':'));
  const visitors = { '/_admin': staff, '/_portal/console': teller, '/_portal': await cleo.browser() };
  const wrong: string[] = [];
  for (const { path } of searches) {
    const [, visitor] = Object.entries(visitors).find(([start]) => path.startsWith(start))!;
    const at = path.replace(/^\/_(?:portal|admin)/, '');
    const rest = NEEDS[at] ?? '';
    // Among the choices for filters and conditions stand the names of types and companies.
    const finds = async (words: string) => {
      const { status, text } = await visitor.get(`${at}?${rest}q=${encodeURIComponent(words)}`);
      if (status !== 200) wrong.push(`${at} ${words} → ${status}`);
      return text.includes(/^\/console\/tickets(\/views\/new)?$/.test(at) ? '/TKT-001' : MARK);
    };
    for (const words of FORMS) if (!(await finds(words))) wrong.push(`${at} does not find ${words}`);
    for (const words of ['zebra', '\u0640', 'zebra '.repeat(60)])
      if (await finds(words)) wrong.push(`${at} finds ${words.slice(0, 20)}`);
  }
  expect(wrong).toEqual([]);
  expect(searches.length).toBeGreaterThan(8);
});

test.each([
  ['Gru\u0308ßner', 'Grüßner'],
  ['Strasse', 'Straße'],
  ['STRASSE', 'Straße'],
  ['الاداره', 'الإدارة'],
  ['north', 'east/north-west'],
  ['cafe', 'Café'],
])('%s finds %s', async (asked, written) => {
  const bea = await acme.customer('Bea');
  const { number } = await bea.opens(`About ${written} here`);
  expect(await found(owner, asked)).toContain(`/console/tickets/TKT-${String(number).padStart(3, '0')}`);
});

test('a ticket is found by the names of its files, those of notes by the team alone', async () => {
  const fay = await acme.customer('Fay');
  const browser = await fay.browser();
  const words = { subject: 'See what is attached', description: 'It says it all.', priority: 'normal' };
  const file = (name: string) => [{ field: 'attachments', name, content: 'words' }];
  const sent = await browser.upload('/tickets', words, file('Prüfbericht_Kältemaschine-2026.txt'));
  const at = sent.headers['location']!.replace(/\?.*/, '');
  expect((await owner.upload(`/console${at}/notes`, { body: 'Ours' }, file('calculation.txt'))).status).toBe(303);
  for (const asked of ['prufbericht', 'Kältemaschine', 'calculation'])
    expect(await found(owner, asked)).toContain(`/console${at}`);
  const finds = async (asked: string) =>
    (await browser.get(`/tickets?q=${encodeURIComponent(asked)}`)).text.includes(`"${at}"`);
  expect([await finds('PRÜFBERICHT'), await finds('calculation')]).toEqual([true, false]);
});

test('whoever types a number means the ticket that has it, and finds it first', async () => {
  const cleo = await acme.customer('Cleo');
  const { number } = await cleo.opens('The one that is meant');
  for (let n = 0; n < 7; n += 1)
    await cleo.opens(`Part ${number} of order TKT-${String(number).padStart(3, '0')} (${n})`);
  const at = `/console/tickets/TKT-${String(number).padStart(3, '0')}`;
  for (const words of [`${number}`, `#${number}`, `TKT-${number}`, `tkt-00${number}`])
    expect((await found(owner, words)).filter((href) => /\/TKT-/.test(href))[0]).toBe(at);
});

test('a ticket is found by its number however it is written, by who asks and by a text of any length', async () => {
  const dörte = await acme.customer('Dörte Weiß');
  const { number } = await dörte.opens('Nothing of note');
  const at = `/console/tickets/TKT-${String(number).padStart(3, '0')}`;
  for (const words of [`#${number}`, `TKT-${number}`, `#tkt-${number}`, 'dorte weiss', dörte.email])
    expect((await owner.get(`/console/tickets?view=all&q=${encodeURIComponent(words)}`)).text).toContain(at);
  // What stands over our mails and their answers, and a word it is filed under.
  await acme.inside(async () => world.get(Tickets).tag(await acme.owner.actor(), Number(number), ['ölwechsel'], []));
  const tkt = `[TKT-${String(number).padStart(3, '0')}]`;
  const spaced = `رد: [ TKT-${number} ] Nothing`;
  for (const words of [
    tkt,
    spaced,
    `${tkt} Nothing of note`,
    `AW: Re: ${tkt} nothing`,
    'Re: Nothing of note',
    'Ölwechsel',
  ])
    expect((await owner.get(`/console/tickets?view=all&q=${encodeURIComponent(words)}`)).text).toContain(at);
  expect((await (await dörte.browser()).get('/tickets?q=%C3%B6lwechsel')).text).not.toContain(
    at.replace('/console', ''),
  );
  const long = await owner.get(`/console/tickets?view=all&q=${'zebra+'.repeat(60)}`);
  expect(long.status).toBe(200);
  expect(long.text).not.toContain(at);
});
