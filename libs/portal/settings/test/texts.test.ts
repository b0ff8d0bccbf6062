import Handlebars from 'handlebars';
import { readFileSync } from 'node:fs';
import { World } from '@foyer/app-cli/testing';
import { LOCALES, messages } from '@foyer/i18n';
import { Themes } from '@foyer/theming';

let themes: Themes;
beforeAll(async () => {
  themes = (await World.start()).get(Themes);
});

test('every template of every module compiles', () => {
  expect(themes.verify().map(({ message }) => message)).toEqual([]);
});

test('every text that a template asks for by name exists in English', () => {
  const missing = themes.templateFiles().flatMap(({ name, file }) =>
    keysIn(readFileSync(file, 'utf8'))
      .filter((key) => !messages.has('en', key))
      .map((key) => `${name}: ${key}`),
  );
  expect(missing).toEqual([]);
});

test.each(LOCALES.filter((locale) => locale !== 'en'))('%s says all that English says, and nothing else', (locale) => {
  const [english, other] = [messages.keys('en'), messages.keys(locale)];
  expect({
    missing: english.filter((key) => !other.includes(key)),
    left: other.filter((key) => !english.includes(key)),
  }).toEqual({ missing: [], left: [] });
});

test.each(LOCALES)('the messages of %s have the placeholders of English', (locale) => {
  const different = messages
    .keys('en')
    .filter((key) => messages.has(locale, key) && placeholders(locale, key) !== placeholders('en', key));
  expect(different).toEqual([]);
});

function placeholders(locale: string, key: string): string {
  const names = new Set<string>();
  const values = new Proxy(
    {},
    { get: (_, name) => (names.add(String(name)), 1), has: (_, name) => (names.add(String(name)), true) },
  );
  messages.translate(locale, key, values);
  return [...names].sort().join(' ');
}

/** The first argument of every `t` where it is written out. */
function keysIn(source: string): string[] {
  const keys: string[] = [];
  class Texts extends Handlebars.Visitor {
    override MustacheStatement(node: hbs.AST.MustacheStatement) {
      this.note(node);
      super.MustacheStatement(node);
    }
    override SubExpression(node: hbs.AST.SubExpression) {
      this.note(node);
      super.SubExpression(node);
    }
    private note({ path, params }: hbs.AST.MustacheStatement | hbs.AST.SubExpression) {
      const [key] = params;
      if ((path as hbs.AST.PathExpression).original === 't' && key?.type === 'StringLiteral')
        keys.push((key as hbs.AST.StringLiteral).value);
    }
  }
  new Texts().accept(Handlebars.parse(source));
  return keys;
}
