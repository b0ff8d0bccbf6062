import { beforeAll, describe, expect, test } from '@jest/globals';
import { PASSWORD, TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { hashPassword } from '@foyer/credentials';
import { LOCALES } from '@foyer/i18n';
import { calendars, macros } from '@foyer/service';
import { Collections, Settings } from '@foyer/settings';
import { Signup } from '@foyer/signup';
import { Packs } from '@foyer/tenants';
import { requestFields, requestTypes } from '@foyer/tickets';

const BLUEPRINTS = ['saas', 'e-commerce', 'managed-it', 'university', 'healthcare', 'finance'];
/** What is written in Latin letters in Arabic too. */
const NOT_ENGLISH = /\b(API|X-Request-Id|https)\b/g;
let world: World;

beforeAll(async () => {
  world = await World.start();
});

interface Words {
  texts: Record<string, Record<string, string>>;
}
interface Requests extends Words {
  categories: string[];
  fields: { label: string; hint?: string; options?: string[] }[];
  types: { name: string; sentence?: string; introduction?: string }[];
}
interface Service extends Words {
  macros: { name: string; text: string; translations: Record<string, string> }[];
  automations: { actions: { text?: string }[] }[];
}
const OTHERS = LOCALES.filter((locale) => locale !== 'en');
const untranslated = (text: string, texts: Words['texts']) =>
  OTHERS.filter((locale) => !texts[text]?.[locale]).map((locale) => `${locale}: ${text}`);

test('every blueprint is looked at', () => {
  const found = world.get(Packs).blueprints();
  expect(found.map(({ id }) => id).sort()).toEqual([...BLUEPRINTS].sort());
});

test.each(['default', ...BLUEPRINTS])('%s: whatever customers read is there in five languages', (pack) => {
  const { tickets, service } = world.get(Packs).read(pack).sections as { tickets?: Requests; service: Service };
  const { categories = [], fields = [], types = [], texts = {} } = tickets ?? {};
  const shown = [
    ...categories,
    ...fields.flatMap(({ label, hint, options = [] }) => [label, hint, ...options]),
    ...types.flatMap(({ name, sentence, introduction }) => [name, sentence, introduction]),
  ];
  const sent = service.automations.flatMap(({ actions }) => actions.map(({ text }) => text));
  expect(shown.flatMap((text) => (text ? untranslated(text, texts) : []))).toEqual([]);
  expect(sent.flatMap((text) => (text ? untranslated(text, service.texts) : []))).toEqual([]);
  for (const { name, text, translations } of service.macros) {
    expect([name, ...Object.keys(translations).sort()]).toEqual([name, ...(text ? [...OTHERS].sort() : [])]);
    for (const said of Object.values(translations)) expect(placeholders(said).size).toBe(placeholders(text).size);
  }
});

const placeholders = (text: string) => new Set(text.match(/\{\{(agent|customer|site|ticket)\b/g));

test.each(['default', ...BLUEPRINTS])('%s: nothing is translated that nobody says', (pack) => {
  for (const name of ['tickets', 'service']) {
    const content = world.get(Packs).read(pack).sections[name] as Words | undefined;
    if (!content) continue;
    const { texts, ...rest } = content;
    const said = new Set<unknown>();
    JSON.stringify(rest, (_, value: unknown) => (said.add(value), value));
    expect(Object.keys(texts).filter((text) => !said.has(text))).toEqual([]);
  }
});

describe.each(BLUEPRINTS)('%s, signed up for in Arabic', (blueprint) => {
  let tenant: TestTenant;
  let customer: Visitor;

  beforeAll(async () => {
    const [slug, email] = [`arabic-${blueprint}`, `owner@arabic-${blueprint}.example`];
    const wanted = {
      business: 'نخلة',
      slug,
      name: 'سلمى',
      email,
      plan: 'team' as const,
      timeZone: 'UTC',
      blueprint,
    };
    const hash = await hashPassword(PASSWORD);
    const opened = await world.get(Signup).open(wanted, hash, 'ar', BLUEPRINTS.indexOf(blueprint).toString());
    tenant = new TestTenant(world, opened.tenant, hash);
    const person = await tenant.customer('Ana');
    customer = await person.browser();
  });

  test('reads no English on any of its forms', async () => {
    const types = await tenant.inside(() => world.get(Collections).all(requestTypes));
    expect(types.length).toBeGreaterThan(2);
    for (const path of ['/tickets/new', ...types.map(({ slug }) => `/tickets/new/${encodeURIComponent(slug)}`)]) {
      const page = await customer.get(path);
      expect({ path, status: page.status }).toEqual({ path, status: 200 });
      expect({ path, english: latinWords(page.text) }).toEqual({ path, english: [] });
    }
  });

  test('the team finds it in its own language first, and English among the translations', async () => {
    const { types, fields, words, hours, general } = await tenant.inside(async () => {
      const collections = world.get(Collections);
      return {
        types: await collections.all(requestTypes),
        fields: await collections.all(requestFields),
        words: await collections.all(macros),
        hours: await collections.all(calendars),
        general: await world.get(Settings).get('general'),
      };
    });
    expect(general).toMatchObject({ defaultLocale: 'ar', locales: ['ar'] });
    for (const { name, translations } of types) {
      expect(name).toMatch(/\p{Script=Arabic}/u);
      expect(Object.keys(translations).sort()).toEqual(['de', 'en', 'es', 'fr']);
    }
    for (const { translations } of fields) expect(translations['en']?.label).toMatch(/[A-Z]/);
    for (const { name, text, translations } of words) {
      expect(name).toMatch(/\p{Script=Arabic}/u);
      if (text) expect(text).toMatch(/\p{Script=Arabic}/u);
      if (text) expect(translations['en']).toMatch(/^Hello/);
    }
    expect(hours).toHaveLength(1);
  });
});

/** Words in Latin letters within the main part of a page, without what Arabic writes so too and what sets files apart. */
function latinWords(html: string): string[] {
  const main = html.slice(html.indexOf('<main'), html.indexOf('</main>'));
  expect(main.length).toBeGreaterThan(500);
  const text = main
    .replace(/<(script|style|svg)\b.*?<\/\1>/gs, '')
    .replace(/\b(?:placeholder|aria-label|title|alt)="([^"]*)"/g, '>$1<')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#?\w+;/g, ' ')
    .replace(NOT_ENGLISH, '');
  return text.match(/[A-Za-z]{2,}/g) ?? [];
}
