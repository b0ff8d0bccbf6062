import { effort } from '@foyer/app-cli/testing/effort';
import { checkTemplate, Themes } from '../src/index.js';
import fc from 'fast-check';
import Handlebars from 'handlebars';
import { Logger } from '@nestjs/common';
import { RENDER_LIMITS, type RenderLimits } from '../src/render-budget.js';
import { roughNesting } from '../src/rough-nesting.js';
import { folder, sourceOf, sweep, tenant, workshop } from './workshop.js';

afterAll(sweep);
Logger.overrideLogger(false);

const partials = new Set(['layout/portal', 'c/badge']);
const problems = (source: unknown, rules = {}) => checkTemplate(source, { partials, ...rules });

describe('44: a template is checked at save', () => {
  test('what the theme’s own templates do is allowed', () => {
    const source = `{{#> layout/portal title=(t "hall.title")}}
      {{#each tickets as |ticket i|}}{{ticket.subject}} {{@index}} {{date ticket.at "short"}}{{> c/badge text=ticket.status}}
      {{else}}{{t "hall.none"}}{{/each}}
      {{#if (and me (gt tickets.length 2))}}{{../me.name}}{{@root.site.name}}{{/if}}{{{article.bodyHtml}}}{{csrf}}
    {{/layout/portal}}{{!-- a comment --}}{{> @partial-block}}`;
    expect(problems(source)).toEqual([]);
  });

  test.each([
    ['nothing', undefined, null, 'A template is text'],
    ['a number', 7, null, 'A template is text'],
    ['a list', ['{{x}}'], null, 'A template is text'],
    ['a syntax tree', { type: 'Program', body: [] }, null, 'A template is text'],
    ['an inline partial', 'x\n{{#*inline "c/badge"}}x{{/inline}}', 2, 'Decorators'],
    ['a decorator', 'x\n\n{{* activate}}', 3, 'Decorators'],
    ['a dynamic partial', 'x\n{{> (lookup . "name")}}', 2, 'must be written out'],
    ['a dynamic partial block', '{{#> (concat "c/" x)}}{{/undefined}}', 1, ''],
    ['an unknown partial', '\n\n\n{{> tickets/secret}}', 4, 'Unknown template "tickets/secret"'],
    ['an unknown helper', 'a\n{{exec "ls"}}', 2, 'Unknown helper "exec"'],
    ['an unknown helper with names only', '{{exec cmd="ls"}}', 1, 'Unknown helper "exec"'],
    ['an unknown helper inside another', '{{t (exec)}}', 1, 'Unknown helper "exec"'],
    ['an unknown block helper', '\n{{#exec 1}}{{/exec}}', 2, 'Unknown helper "exec"'],
    ['the internal printing helper', '{{print x}}', 1, 'Unknown helper "print"'],
    ['a helper of the engine', '{{helperMissing 1}}', 1, 'Unknown helper "helperMissing"'],
    ['a helper of Object', '{{constructor 1}}', 1, 'Unknown helper "constructor"'],
    ['the log', '{{log "x"}}', 1, 'Unknown helper "log"'],
    ['a word that is no block', '{{#t "x"}}{{/t}}', 1, 'not a block'],
    ['raw output', 'x\n{{{subject}}}', 2, 'unescaped'],
    ['raw output by &', '{{& subject}}', 1, 'unescaped'],
    ['raw output of a helper', '{{{t "x"}}}', 1, 'unescaped'],
    ['an unknown variable', '{{@data}}', 1, 'Unknown variable'],
    ['broken syntax', 'ok\n{{#if x}}\nno end', 3, 'Not valid Handlebars'],
  ])('%s is refused', (_, source, line, reason) => {
    const found = problems(source);
    if (reason !== '') expect(found[0]).toEqual({ line, reason: expect.stringContaining(reason) });
    else expect(found.length).toBeGreaterThan(0);
  });

  test('all problems are told at once, by line', () => {
    expect(problems('{{> a}}\n{{b 1}}\n{{{c}}}').map(({ line }) => line)).toEqual([1, 2, 3]);
  });
});

describe('a template that has got another name', () => {
  const lamp = tenant({ overrides: { 'old/lamp': 'own lamp', 'hall/page': '{{> old/lamp}}, {{> old/door}}' } });
  const themes = workshop({ 'hall/page': 'page', 'new/lamp': 'lamp', 'new/door': 'door' }, { source: sourceOf(lamp) });
  themes.renamed({ 'old/': 'new/' });

  test('is found by what a queued mail calls it', async () => {
    expect([await themes.render('old/door', {}), await themes.has('old/door')]).toEqual(['door', true]);
    expect(await themes.has('old/gate')).toBe(false);
  });

  test('is replaced by what a team has published for it, and can be included by its old name', async () => {
    expect(await lamp.in(() => themes.render('new/lamp', {}))).toBe('own lamp');
    expect(await lamp.in(() => themes.render('hall/page', {}))).toBe('own lamp, door');
    expect(themes.templateNames()).toContain('old/lamp');
    expect([themes.verify(), lamp.failures]).toEqual([[], []]);
  });
});

describe('45: prototypes print nothing', () => {
  const words = [
    'constructor',
    '__proto__',
    '__lookupSetter__',
    '__defineGetter__',
    'toString',
    'hasOwnProperty',
    'valueOf',
  ];
  const sources = [
    ...words.flatMap((word) => [
      `{{${word}}}`,
      `{{name.${word}}}`,
      `{{list.${word}}}`,
      `{{lookup name "${word}"}}`,
      `{{#with me}}{{${word}}}{{/with}}`,
    ]),
    '{{#with constructor}}{{#with ../constructor}}{{name}}{{/with}}{{/with}}',
    '{{#each __proto__}}{{@key}}{{/each}}{{#each constructor}}{{@key}}{{/each}}',
    '{{constructor.constructor}}{{__proto__.constructor.name}}{{@root.constructor.name}}{{this.constructor.name}}',
    '{{#each (array 1)}}{{constructor.name}}{{/each}}{{lookup (array) "constructor"}}{{lookup (object) "__proto__"}}',
    '{{#with (lookup list "map")}}x{{/with}}{{#with "s" as |s|}}{{s.constructor.name}}{{/with}}',
  ];
  test.each(sources)('%s', async (source) => {
    const each = tenant({ overrides: { 'layout/page': `[${source}]` } });
    const themes = workshop({ 'layout/page': 'default' }, { source: sourceOf(each) });
    const data = { name: 'Ana', list: ['a'], me: { name: 'x' } };
    expect(await each.in(() => themes.render('layout/page', data))).toBe('[]');
    expect(each.failures).toEqual([]);
  });
});

describe('46: work is bounded; an overrun renders the default theme and tells the team', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index);
  const show = async (overrides: Record<string, string>, limits: Partial<RenderLimits> = {}, data: object = {}) => {
    const each = tenant({ overrides });
    const themes = workshop(
      { 'layout/page': 'default page', 'c/badge': '<b>{{text}}</b>' },
      { source: sourceOf(each), limits: { ...RENDER_LIMITS, ...limits } },
    );
    const html = await each.in(() => themes.render('layout/page', { hundred, ...data }));
    return { html, failures: each.failures };
  };
  const nested = (word: string, times: number, inner: string) =>
    `{{#each ${word}}}`.repeat(times) + inner + '{{/each}}'.repeat(times);

  test('an ordinary page of a tenant renders', async () => {
    const { html, failures } = await show({ 'layout/page': '{{#each hundred}}{{> c/badge text=this}}{{/each}}' });
    expect(html).toContain('<b>0</b><b>1</b>');
    expect(failures).toEqual([]);
  });

  test.each<[string, Record<string, string>, string]>([
    ['loops in loops', { 'layout/page': nested('@root.hundred', 5, 'x') }, 'loops turn too often'],
    [
      'loops without a word for it',
      {
        'layout/page':
          '{{#hundred}}{{#@root.hundred}}{{#@root.hundred}}x{{/@root.hundred}}{{/@root.hundred}}{{/hundred}}',
      },
      'loops turn too often',
    ],
    ['a template that includes itself', { 'layout/page': '{{> layout/page}}' }, 'too deeply'],
    ['two that include each other', { 'layout/page': '{{> c/badge}}', 'c/badge': '{{> layout/page}}' }, 'too deeply'],
    [
      'many includes of nothing',
      { 'layout/page': '{{#each hundred}}{{#each @root.hundred}}{{> c/badge}}{{/each}}{{/each}}' },
      'too many templates',
    ],
    [
      'a text printed again and again',
      { 'layout/page': nested('@root.hundred', 2, '{{@root.long}}') },
      'writes too much',
    ],
    [
      'a text doubled and doubled',
      {
        'layout/page':
          '{{#with (concat long long) as |a|}}{{#with (concat a a) as |b|}}{{#with (concat b b) as |c|}}{{#with (concat c c) as |d|}}{{#with (concat d d) as |e|}}{{#with (concat e e) as |f|}}{{#with (concat f f) as |g|}}{{g}}{{/with}}{{/with}}{{/with}}{{/with}}{{/with}}{{/with}}{{/with}}',
      },
      'writes too much',
    ],
    ['long paragraphs', { 'layout/page': '{{#each hundred}}{{lines @root.long}}{{/each}}' }, 'writes too much'],
    ['an error', { 'layout/page': 'x\n{{date "soon"}}' }, 'Not a date'],
    ['a template that was never checked', { 'layout/page': 'x\n{{exec 1}}' }, 'Unknown helper "exec"'],
    ['broken syntax', { 'layout/page': '{{#if}}' }, 'Not valid Handlebars'],
  ])('%s', async (_, overrides, reason) => {
    let shown: Awaited<ReturnType<typeof show>>;
    // On a busy machine the clock runs out first; it has a test of its own.
    const patient = { milliseconds: 60_000 };
    const seconds = await effort(async () => (shown = await show(overrides, patient, { long: 'x'.repeat(100_000) })));
    const { html, failures } = shown!;
    expect(html).toMatch(/default page/);
    expect(failures).toEqual([
      { template: expect.any(String), line: failures[0]!.line, reason: expect.stringContaining(reason) },
    ]);
    expect(seconds).toBeLessThan(10);
  });

  test('time', async () => {
    const { html, failures } = await show(
      { 'layout/page': nested('@root.hundred', 2, '{{t "hall.hello" name="x"}}') },
      { milliseconds: 0 },
    );
    expect(html).toBe('default page');
    expect(failures[0]!.reason).toContain('too long');
  });

  test('nested lists never become text', async () => {
    const doubled = Array.from(
      { length: 25 },
      (_, n) => `{{#with (array ${n ? `x${n - 1} x${n - 1}` : 'hundred hundred'}) as |x${n}|}}`,
    ).join('');
    const source = `${doubled}[{{x24}}{{concat x24}}{{t "hall.hello" name=x24}}{{lookup hundred x24}}{{lines x24}}]${'{{/with}}'.repeat(25)}`;
    const { html, failures } = await show({ 'layout/page': source });
    expect([html, failures]).toEqual(['[Hello ]', []]);
  });

  test('bytes, parts and depth are refused at save', () => {
    expect(problems('x'.repeat(70_000))).toEqual([{ line: null, reason: 'Longer than 65,536 bytes' }]);
    expect(problems('é'.repeat(40_000))[0]!.reason).toBe('Longer than 65,536 bytes');
    expect(problems('{{a}}\n'.repeat(4_000))[0]!.reason).toBe('More than 3,000 parts');
    expect(problems('{{#if a}}'.repeat(100) + '{{/if}}'.repeat(100))[0]!.reason).toMatch(/Nested deeper than 30/);
    expect(problems('{{#if a}}'.repeat(3_000) + '{{/if}}'.repeat(3_000))[0]!.reason).toMatch(/Nested/);
    expect(problems(`{{t ${'(t '.repeat(5_000)}"x"${')'.repeat(5_000)}}}`)[0]!.reason).toMatch(/Nested/);
  });

  test.each([
    `{{t ${'x=(t '.repeat(5_000)}"x"${')'.repeat(5_000)}}}`,
    `{{t ${'(t ")" '.repeat(5_000)}${')'.repeat(5_000)}}}`,
    `{{t ${'(t "}}" '.repeat(5_000)}${')'.repeat(5_000)}}}`,
    `{{t ${'(t ["] \'"\' '.repeat(3_000)}${')'.repeat(3_000)}}}`,
    `\\{{ " {{t ${'(t '.repeat(5_000)}"x"${')'.repeat(5_000)}}}`,
    `{{! " }}{{!-- }} " --}}{{t ${'(t '.repeat(5_000)}"x"${')'.repeat(5_000)}}}`,
    `{{{{a}}}}{{ "{{{{/a}}}}{{t ${'(t '.repeat(5_000)}"x"${')'.repeat(5_000)}}}`,
    '{{#if a}}' + '{{else if a}}'.repeat(4_900) + '{{/if}}',
    '{{#if a}}' + '{{~ else  if a}}'.repeat(3_900) + '{{/if}}',
    '{{^a}}'.repeat(5_000) + '{{/a}}'.repeat(5_000),
    '{{#a}}{{b "{{/a}}"}}'.repeat(3_000) + '{{/a}}'.repeat(400),
    '{{#> c/badge}}'.repeat(2_600) + '{{/c/badge}}'.repeat(2_000),
  ])('what nests wildly is refused before it costs time: %#', async (source) => {
    expect(await effort(() => expect(problems(source).length).toBeGreaterThan(0))).toBeLessThan(3);
  });

  test('a failing page rests for a while instead of failing again on every request', async () => {
    const each = tenant({ overrides: { 'layout/page': '{{> layout/page}}', 'layout/fine': 'own' } });
    const themes = workshop(
      { 'layout/page': 'default page', 'layout/fine': 'default fine' },
      { source: sourceOf(each) },
    );
    for (let n = 0; n < 5; n++) expect(await each.in(() => themes.render('layout/page', {}))).toBe('default page');
    expect(each.failures).toHaveLength(1);
    expect(await each.in(() => themes.render('layout/fine', {}))).toBe('own');
    Object.assign(each.theme, { version: '2', overrides: { 'layout/page': 'mended' } });
    expect(await each.in(() => themes.render('layout/page', {}))).toBe('mended');
  });

  test('trouble with telling the team does not cost the page', async () => {
    const each = tenant({ overrides: { 'layout/page': '{{> layout/page}}' } });
    const source = { ...sourceOf(each), templateFailed: () => Promise.reject(new Error('database down')) };
    const themes = workshop({ 'layout/page': 'default page' }, { source });
    expect(await each.in(() => themes.render('layout/page', {}))).toBe('default page');
  });

  test('the theme’s own broken template is an error, not a loop of fallbacks', async () => {
    const each = tenant({ overrides: { 'layout/page': '{{> layout/page}}' } });
    const themes = workshop({ 'layout/page': '{{date "soon"}}' }, { source: sourceOf(each) });
    await expect(each.in(() => themes.render('layout/page', {}))).rejects.toThrow('Not a date');
  });
});

describe('47: the context is plain data', () => {
  test('instances, functions and getters of classes do not reach a tenant’s template', async () => {
    class Person {
      secret = 'hash';
      get password() {
        return 'hash';
      }
    }
    const each = tenant({
      overrides: {
        'layout/page':
          '[{{me.secret}}{{me.password}}{{f}}{{#each me}}{{this}}{{/each}}{{at}}{{polluted}}{{x.polluted}}]',
      },
    });
    const themes = workshop({ 'layout/page': '' }, { source: sourceOf(each), strict: false });
    const data = {
      me: new Person(),
      f: () => 'called',
      at: new Date(0),
      x: JSON.parse('{"__proto__":{"polluted":"yes"}}'),
    };
    expect(await each.in(() => themes.render('layout/page', data))).toBe('[1970-01-01T00:00:00.000Z]');
  });

  test('a template cannot change what the next page sees', async () => {
    const data = { list: ['a'] };
    const each = tenant({ overrides: { 'layout/page': '{{#each list}}{{this}}{{/each}}' } });
    const themes = workshop({ 'layout/page': '' }, { source: sourceOf(each) });
    await each.in(() => themes.render('layout/page', data));
    expect(data).toEqual({ list: ['a'] });
  });

  test('a form says itself in its own words', async () => {
    class Form {
      errors = { name: 'too long' };
      get failed() {
        return true;
      }
      toJSON() {
        return { errors: this.errors, failed: this.failed };
      }
    }
    const source = '{{form.failed}} {{form.errors.name}}';
    const each = tenant({ overrides: { 'layout/own': source } });
    const themes = workshop({ 'layout/page': source, 'layout/own': '' }, { source: sourceOf(each) });
    expect(await themes.render('layout/page', { form: new Form() })).toBe('true too long');
    expect(await each.in(() => themes.render('layout/own', { form: new Form() }))).toBe('true too long');
  });
});

test('35: markup in what people typed stays text in a tenant’s template too', async () => {
  const each = tenant({
    overrides: {
      'hall/list': '<p title="{{x}}">{{x}} {{lines x}} {{initials x}} {{concat x x}} {{t "hall.hello" name=x}}</p>',
    },
  });
  const themes = workshop({}, { source: sourceOf(each) });
  themes.registerTemplates('hall', folder({ 'list.hbs': '' }));
  const html = await each.in(() => themes.render('hall/list', { x: '"><script>alert(1)</script>' }));
  expect(html).not.toContain('<script');
  expect(html).not.toContain('"">');
});

test('a themes object without a source serves every tenant the default look', async () => {
  const each = tenant();
  const themes: Themes = workshop({ 'layout/page': 'default' });
  expect(await each.in(() => themes.render('layout/page', {}))).toBe('default');
});

test('the rough count of nesting is never below what Handlebars makes of a template', () => {
  const pieces = [
    '{{#if a}}',
    '{{else if a}}',
    '{{~else~}}',
    '{{^}}',
    '{{/if}}',
    '{{^b}}',
    '{{/b}}',
    '{{#*inline "x"}}',
    '{{/inline}}',
    '{{t (t (t "x"))}}',
    '{{t [(] x}}',
    '{{t ")" (t "}}")}}',
    "{{t '\"' x=(t 1)}}",
    '{{!-- -- {{ " --}}',
    '{{! " }}',
    '\\{{ "',
    '\\\\{{ a}}',
    '"',
    '}}',
    '{',
    '{{{a}}}',
    '{{> a}}',
    '{{#> a}}',
    '{{/a}}',
    '{{"(" }}',
    '{{!--~ " --~}}',
    '(',
    '\n',
    '{{&a}}',
  ];
  let parsed = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), (chosen) => {
      const source = chosen.join('');
      let program: hbs.AST.Program;
      try {
        program = Handlebars.parse(source);
      } catch {
        return;
      }
      parsed++;
      expect(roughNesting(source)).toBeGreaterThanOrEqual(nesting(program));
    }),
    { numRuns: 20_000 },
  );
  expect(parsed).toBeGreaterThan(500);
});

/** Bracket or block depth, whichever is deeper. */
function nesting(program: hbs.AST.Program): number {
  const depths = { blocks: 0, brackets: 0, deepest: 0 };
  const within = (kind: 'blocks' | 'brackets', visit: () => void) => {
    depths.deepest = Math.max(depths.deepest, ++depths[kind]);
    visit();
    depths[kind]--;
  };
  class Nesting extends Handlebars.Visitor {
    override BlockStatement(node: hbs.AST.BlockStatement) {
      within('blocks', () => super.BlockStatement(node));
    }
    override PartialBlockStatement(node: hbs.AST.PartialBlockStatement) {
      within('blocks', () => super.PartialBlockStatement(node));
    }
    override SubExpression(node: hbs.AST.SubExpression) {
      within('brackets', () => super.SubExpression(node));
    }
  }
  new Nesting().accept(program);
  return depths.deepest;
}
