import { rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { messages } from '@foyer/i18n';
import { Themes, TemplateError } from '../src/index.js';
import { TemplateFolder } from '../src/template-files.js';
import { folder, manifest, sourceOf, sweep, tenant, tenantsFolder, workshop, write } from './workshop.js';

afterAll(sweep);

const page = { page: { locale: 'en', timeZone: 'UTC', csrf: 'tok"en' }, site: { origin: 'https://acme.test' } };
const print = (source: string, data: object = {}, options = {}) =>
  workshop({ 'layout/page': source }, options).render('layout/page', { ...page, ...data });

describe('words', () => {
  test('t speaks the page’s language and escapes what was said', async () => {
    expect(await print('{{t "hall.hello" name=who}}', { who: '<Ana>' })).toBe('Hello &lt;Ana&gt;');
    expect(await print('{{t "hall.hello" name="Ana"}}', { page: { locale: 'de' } })).toBe('Guten Tag Ana');
    expect(await print('{{t "hall.count" n=seats}}', { seats: 1 })).toBe('1 seat');
    expect(await print('{{t (concat "hall." key) name="x"}}', { key: 'hello' })).toBe('Hello x');
  });

  test('dates, numbers and sizes', async () => {
    const at = '2026-03-01T22:30:00Z';
    expect(await print('{{date at}}|{{date at "time"}}|{{date none}}', { at })).toMatch(/^Mar 1, 2026\|10:30\sPM\|$/);
    expect(await print('{{number 1234.5}} {{number 0.5 style="percent"}} {{fileSize 1500}}')).toBe(
      '1,234.5 50% 1.5 kB',
    );
    const relative = await print('{{relative at}}', { at: new Date(Date.now() - 3 * 3_600_000) });
    expect(relative).toMatch(/^<time datetime="[^"]+Z" title="[^"]+UTC">3 hours ago<\/time>$/);
  });

  test.each([
    ['{{#if (eq a 1)}}y{{/if}}{{#if (eq a "1")}}n{{/if}}', 'y'],
    ['{{#if (and a list)}}n{{else}}y{{/if}}{{#if (or list a)}}y{{/if}}{{or none "default"}}', 'yydefault'],
    ['{{#if (not list)}}y{{/if}}{{#if (gt a 0)}}y{{/if}}{{#if (lt a 0)}}n{{/if}}{{#if (ne a 2)}}y{{/if}}', 'yyy'],
    ['{{#each (array "x" "y")}}{{@index}}{{this}}{{/each}}', '0x1y'],
    ['{{#with (object name="Ana" age=3)}}{{name}}{{age}}{{/with}}', 'Ana3'],
    ['{{#if (includes (array "x" "y") "y")}}y{{/if}}{{#if (includes "abc" "z")}}n{{/if}}', 'y'],
    ['{{initials "Ana Maria Silva"}} {{initials "مريم"}} {{initials ""}}{{initials "🙂 x"}}', 'AS م 🙂X'],
    ['{{lookup record "name"}}', 'Bob'],
  ])('%s', async (source, expected) => {
    expect(await print(source, { a: 1, list: [], record: { name: 'Bob' } })).toBe(expected);
  });

  test('a list of faces makes no segmenter of its own', async () => {
    const made = jest.spyOn(Intl, 'Segmenter');
    await print('{{#each names}}{{initials this}}{{/each}}', { names: ['Ana Silva', '👩‍👩‍👧 é'] });
    expect(made).not.toHaveBeenCalled();
    made.mockRestore();
  });

  test('csrf is a hidden field', async () => {
    expect(await print('{{csrf}}')).toBe('<input type="hidden" name="_csrf" value="tok&quot;en">');
    await expect(print('{{csrf}}', { page: {} })).rejects.toThrow(/page\.csrf/);
  });

  test('35: lines escape everything and link http(s) only', async () => {
    const text = 'Hi <b>\nsee (https://a.test/x_(1)?q="1&r=2). Or\n\n\njavascript:alert(1) https:// http://<script>';
    expect(await print('{{lines text}}', { text })).toBe(
      '<p dir="auto">Hi &lt;b&gt;<br>see (<a href="https://a.test/x_(1)?q&#x3D;" rel="noopener noreferrer nofollow ugc">' +
        'https://a.test/x_(1)?q&#x3D;</a>&quot;1&amp;r&#x3D;2). Or</p>\n' +
        '<p dir="auto">javascript:alert(1) https:// http://&lt;script&gt;</p>',
    );
  });

  test('icons come from the theme’s folder, hidden from readers unless they mean something', async () => {
    const files = { 'default/theme/icons/bell.svg': '<svg viewBox="0 0 20 20" fill="none"><path d="M1 1"/></svg>' };
    expect(await print('{{icon "bell"}}', {}, { files })).toMatch(
      /^<svg class="icon icon-bell" aria-hidden="true" focusable="false"><use href="\/assets\/[0-9a-f]{12}\/icons\.svg#bell"><\/use><\/svg>$/,
    );
    expect(await print('{{icon "bell" label="New <mail>"}}', {}, { files })).toContain(
      'role="img" aria-label="New &lt;mail&gt;"',
    );
    await expect(print('{{icon "horn"}}', {}, { files })).rejects.toThrow(/No icon "horn"/);
  });

  test('asset gives the hashed address, absolute for mails', async () => {
    const files = { 'default/theme/assets/pic/logo.png': 'x' };
    expect(await print('{{asset "pic/logo.png"}}', {}, { files })).toMatch(/^\/assets\/[0-9a-f]{12}\/pic\/logo\.png$/);
    expect(await print('{{asset "pic/logo.png" absolute=true}}', {}, { files })).toMatch(
      /^https:\/\/acme\.test\/assets\//,
    );
  });

  test('lists and records print nothing instead of [object Object]', async () => {
    expect(await print('[{{concat list record}}]', { list: [1], record: {} })).toBe('[]');
  });
});

describe('templates', () => {
  test('the layout is a block around the page', async () => {
    const themes = workshop({
      'layout/portal': '<h1>{{title}}</h1>{{> @partial-block}}{{> c/badge text="new"}}',
      'c/badge': '<b>{{text}}</b>',
    });
    themes.registerTemplates(
      'hall',
      folder({
        'customer/list.hbs':
          '{{#> layout/portal title="Seats"}}<p>{{who}}</p>{{> hall/customer/row}}{{/layout/portal}}',
        'customer/row.hbs': '<i>{{who}}</i>',
      }),
    );
    expect(await themes.render('hall/customer/list', { who: 'A&B' })).toBe(
      '<h1>Seats</h1><p>A&amp;B</p><i>A&amp;B</i><b>new</b>',
    );
  });

  test('what a view holds is escaped by default', async () => {
    expect(await print('{{x}} {{{safeHtml}}}', { x: '<i>', safeHtml: '<b>' })).toBe('&lt;i&gt; <b>');
  });

  test('45: prototypes are out of reach', async () => {
    const source =
      '[{{constructor}}{{__proto__}}{{name.constructor}}{{lookup name "constructor"}}{{toString}}{{__lookupSetter__}}]';
    expect(await print(source, { name: 'x' })).toBe('[]');
  });

  test.each([
    ['an unknown helper', 'line one\n{{shout name}}', /page\.hbs:2: .*unknown helper shout/],
    ['an unknown block', '{{#shout name}}{{/shout}}', /unknown helper shout/],
    ['a missing partial', '{{> c/nothing}}', /c\/nothing could not be found/],
    ['a parse error', 'a\n{{#if x}}\nb', /page\.hbs:3: Parse error/],
  ])('%s fails and says where', async (_, source, message) => {
    await expect(print(source)).rejects.toThrow(message);
  });

  test('an error tells the road to it', async () => {
    const themes = workshop({ 'layout/page': '{{> c/outer}}', 'c/outer': '{{> c/inner}}', 'c/inner': '{{csrf}}' });
    await expect(themes.render('layout/page', {})).rejects.toThrow(
      /inner\.hbs: .*page\.csrf \(from layout\/page → c\/outer\)/,
    );
  });

  test('a page that no layer has is an error', async () => {
    await expect(workshop({}).render('hall/none', {})).rejects.toThrow(TemplateError);
  });

  test('47: a view with an entity, a function or a promise in it is refused while developing', async () => {
    class Person {}
    await expect(print('', { tickets: [{ by: new Person() }] })).rejects.toThrow('view.tickets[0].by is a Person');
    await expect(print('', { f: () => 1 })).rejects.toThrow('view.f is a function');
    await expect(print('', { p: Promise.resolve() })).rejects.toThrow('view.p is a Promise');
  });

  test('verify finds every template that does not compile', async () => {
    const themes = workshop({ 'layout/good': '{{t "x.y"}}', 'c/bad': 'x\n{{nope 1}}' });
    themes.registerTemplates('hall', folder({ 'bad.hbs': '{{#if}}' }));
    expect(themes.verify().map(({ template, line }) => [template, line])).toEqual([
      ['c/bad', 2],
      ['hall/bad', 1],
    ]);
  });

  test('a text template is text: nothing is escaped in it', async () => {
    const themes = workshop({ 'email/hello.txt': 'Dear {{name}}, {{t "hall.hello" name=name}} &amp;' });
    expect(await themes.renderText('email/hello', { name: `<O'Hara> & "Co"` })).toBe(
      `Dear <O'Hara> & "Co", Hello <O'Hara> & "Co" &`,
    );
    expect(await themes.renderText('email/hello', { name: '&lt;' })).toBe('Dear &lt;, Hello &lt; &');
  });
});

describe('layers, first hit wins, file by file', () => {
  const feature = { 'list.hbs': 'feature', 'one.hbs': 'feature one' };

  test('published override → pack → theme → extended theme → feature', async () => {
    const tenantsDir = tenantsFolder(
      { 'hall/list': 'default theme', 'hall/only-base': 'base' },
      {
        'fancy/theme/manifest.json': manifest({ name: 'fancy', extends: 'default' }),
        'fancy/theme/templates/hall/list.hbs': 'fancy theme',
        'oasis/templates/hall/list.hbs': 'pack',
      },
    );
    const looks = [
      {},
      { theme: 'fancy' },
      { pack: 'oasis' },
      { pack: 'oasis', overrides: { 'hall/list': 'published' } },
    ];
    const tenants = looks.map((look) => tenant(look));
    const themes = new Themes({ tenantsDir, source: sourceOf(...tenants) });
    themes.registerTemplates('hall', folder(feature));
    const shown = await Promise.all(tenants.map((each) => each.in(() => themes.render('hall/list', {}))));
    expect(shown).toEqual(['default theme', 'fancy theme', 'pack', 'published']);
    expect(await tenants[1]!.in(() => themes.render('hall/only-base', {}))).toBe('base');
    expect(await tenants[3]!.in(() => themes.render('hall/one', {}))).toBe('feature one');
    expect(await themes.render('hall/list', {})).toBe('default theme');
  });

  test('a thousand tenants without templates of their own share one environment', async () => {
    const tenants = Array.from({ length: 1_000 }, () => tenant());
    const themes = workshop({ 'layout/page': '{{n}}' }, { source: sourceOf(...tenants) });
    for (const [n, each] of tenants.entries())
      expect(await each.in(() => themes.render('layout/page', { n }))).toBe(String(n));
    expect((themes as unknown as { shared: Map<string, unknown> }).shared.size).toBe(1);
  });

  test('one tenant’s template is never another’s', async () => {
    const a = tenant({ overrides: { 'c/x': 'of A' } });
    const b = tenant({ overrides: { 'c/x': 'of B' } });
    const c = tenant();
    const themes = workshop({ 'layout/page': '{{> c/x}}', 'c/x': 'of all' }, { source: sourceOf(a, b, c) });
    const show = (each: typeof a) => each.in(() => themes.render('layout/page', {}));
    expect(await Promise.all([a, b, c, a, b].map(show))).toEqual(['of A', 'of B', 'of all', 'of A', 'of B']);
  });

  test('a new version of the overrides shows at once', async () => {
    const each = tenant({ overrides: { 'layout/page': 'first' } });
    const themes = workshop({ 'layout/page': '' }, { source: sourceOf(each) });
    const show = () => each.in(() => themes.render('layout/page', {}));
    expect(await show()).toBe('first');
    Object.assign(each.theme, { version: '2', overrides: { 'layout/page': 'second' } });
    expect(await show()).toBe('second');
  });

  test('a chosen theme that is gone falls back to the default one', async () => {
    const each = tenant({ theme: 'gone' });
    const themes = workshop({ 'layout/page': 'default' }, { source: sourceOf(each) });
    expect(await each.in(() => themes.render('layout/page', {}))).toBe('default');
  });

  test('a pack’s name cannot climb out of the folder', async () => {
    const each = tenant({ pack: '../../etc' });
    const themes = workshop({ 'layout/page': '' }, { source: sourceOf(each) });
    await expect(each.in(() => themes.render('layout/page', {}))).rejects.toThrow(/not the name of a folder/);
  });

  test('themes that extend each other are refused', async () => {
    const each = tenant({ theme: 'one' });
    const files = {
      'one/theme/manifest.json': manifest({ name: 'one', extends: 'two' }),
      'two/theme/manifest.json': manifest({ name: 'two', extends: 'one' }),
    };
    const themes = workshop({}, { files, source: sourceOf(each) });
    await expect(each.in(() => themes.render('layout/page', {}))).rejects.toThrow(/one → two → one/);
  });
});

test('while watching, a changed, a new and a removed file show without a restart', async () => {
  const tenantsDir = tenantsFolder({ 'layout/page': 'one {{> c/x}}', 'c/x': 'x' });
  const themes = new Themes({ tenantsDir, watch: true });
  expect(await themes.render('layout/page', {})).toBe('one x');
  write(tenantsDir, {
    'default/theme/templates/layout/page.hbs': 'two {{> c/new}}',
    'default/theme/templates/c/new.hbs': 'new',
  });
  utimesSync(join(tenantsDir, 'default/theme/templates/layout/page.hbs'), new Date(), new Date(Date.now() + 5_000));
  await eventually(async () => expect(await themes.render('layout/page', {})).toBe('two new'));
  rmSync(join(tenantsDir, 'default/theme/templates/c/new.hbs'));
  await eventually(() => expect(themes.render('layout/page', {})).rejects.toThrow('c/new'));
});

test('a page goes through no folders while nothing in them changes, watched or not', async () => {
  const tenantsDir = tenantsFolder({ 'layout/page': 'one' });
  const looks = [jest.spyOn(TemplateFolder.prototype, 'refresh'), jest.spyOn(messages, 'refresh')];
  for (const watch of [false, true]) {
    const themes = new Themes({ tenantsDir, watch });
    await eventually(async () => {
      await themes.render('layout/page', {});
      for (const look of looks) look.mockClear();
      await themes.render('layout/page', {});
      for (const look of looks) expect(look).not.toHaveBeenCalled();
    });
  }
});

/** Notices of the file system come a moment later. */
async function eventually(expectation: () => Promise<void>): Promise<void> {
  for (const last = Date.now() + 5_000; ; await sleep(20)) {
    try {
      return await expectation();
    } catch (error) {
      if (Date.now() > last) throw error;
    }
  }
}
