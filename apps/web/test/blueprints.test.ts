import { beforeAll, describe, expect, test } from '@jest/globals';
import { PASSWORD, TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { hashPassword } from '@foyer/credentials';
import { LOCALES } from '@foyer/i18n';
import { Categories, requestFields, requestTypes, statusName, ticketStatuses } from '@foyer/requests';
import { automations, calendars, macros, slaPolicies } from '@foyer/service';
import { Collections, localized, Settings } from '@foyer/settings';
import { Signup } from '@foyer/signup';
import { Packs } from '@foyer/tenants';
import { surveys, surveyText } from '@foyer/surveys';
import { formsOf } from './page-forms.js';
import { routesOf } from './routes.js';

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
  types: { name: string; sentence?: string; introduction?: string; tags?: string[] }[];
}
interface Service extends Words {
  macros: {
    name: string;
    shortcut: string;
    text: string;
    translations: Record<string, string>;
    actions: { add?: string[] }[];
  }[];
  automations: { actions: { text?: string }[] }[];
}
const OTHERS = LOCALES.filter((locale) => locale !== 'en');
const untranslated = (text: string, texts: Words['texts']) =>
  OTHERS.filter((locale) => !texts[text]?.[locale]).map((locale) => `${locale}: ${text}`);

test('every blueprint is looked at', () => {
  const found = world.get(Packs).blueprints();
  expect(found.map(({ id }) => id).sort()).toEqual([...BLUEPRINTS].sort());
});

test.each(['default', ...BLUEPRINTS])(
  '%s: whatever customers read and the team types is there in five languages',
  (pack) => {
    const { tickets, service } = world.get(Packs).read(pack).sections as { tickets?: Requests; service: Service };
    const { categories = [], fields = [], types = [], texts = {} } = tickets ?? {};
    const shown = [
      ...categories,
      ...fields.flatMap(({ label, hint, options = [] }) => [label, hint, ...options]),
      ...types.flatMap(({ name, sentence, introduction, tags = [] }) => [name, sentence, introduction, ...tags]),
    ];
    const typed = service.macros.flatMap(({ name, shortcut, actions }) => [
      ...[name, shortcut],
      ...actions.flatMap(({ add = [] }) => add),
    ]);
    const sent = service.automations.flatMap(({ actions }) => actions.map(({ text }) => text));
    expect(shown.flatMap((text) => (text ? untranslated(text, texts) : []))).toEqual([]);
    expect(sent.flatMap((text) => (text ? untranslated(text, service.texts) : []))).toEqual([]);
    expect(typed.flatMap((text) => (text ? untranslated(text, service.texts) : []))).toEqual([]);
    for (const { name, text, translations } of service.macros) {
      expect([name, ...Object.keys(translations).sort()]).toEqual([name, ...(text ? [...OTHERS].sort() : [])]);
      for (const said of Object.values(translations)) expect(placeholders(said).size).toBe(placeholders(text).size);
    }
  },
);

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
    const { types, fields, words, hours, general, rules } = await tenant.inside(async () => {
      const collections = world.get(Collections);
      return {
        types: await collections.all(requestTypes),
        fields: await collections.all(requestFields),
        words: await collections.all(macros),
        hours: await collections.all(calendars),
        general: await world.get(Settings).get('general'),
        rules: [...(await collections.all(slaPolicies)), ...(await collections.all(automations))],
      };
    });
    expect(general).toMatchObject({ defaultLocale: 'ar', locales: ['ar'] });
    for (const { name, translations, defaults } of types) {
      expect((defaults.tags ?? []).join('')).toMatch(/^[^a-z]*$/i);
      expect(name).toMatch(/\p{Script=Arabic}/u);
      expect(Object.keys(translations).sort()).toEqual(['de', 'en', 'es', 'fr']);
    }
    const categories = await tenant.inside(() => world.get(Categories).all());
    expect(categories.length).toBeGreaterThan(3);
    for (const { name, translations } of categories) {
      expect(name).toMatch(/\p{Script=Arabic}/u);
      expect(Object.keys(translations).sort()).toEqual(['de', 'en', 'es', 'fr']);
    }
    for (const { translations } of fields) expect(translations['en']?.label).toMatch(/[A-Z]/);
    for (const { name, shortcut, text, translations, actions } of words) {
      const tags = actions.flatMap((action) => (action.do === 'tag' ? action.add : []));
      expect([shortcut, ...tags].join('')).toMatch(/^[^a-z]*$/i);
      expect(name).toMatch(/\p{Script=Arabic}/u);
      if (text) expect(text).toMatch(/\p{Script=Arabic}/u);
      if (text) expect(translations['en']).toMatch(/^Hello/);
    }
    expect(hours).toHaveLength(1);
    expect(rules.length).toBeGreaterThan(2);
    for (const { name } of [...rules, ...hours]) expect(name).toMatch(/^[^a-z]+$/i);
  });

  test('no form loses what is said in any language, whatever the main one is meanwhile', async () => {
    const owner = await tenant.owner.browser();
    const settings = '/console/settings';
    const general = async (changes: Record<string, string | string[]>) => {
      const form = filledForm((await owner.get(`${settings}/general`)).text, `${settings}/general`);
      expect((await owner.post(`${settings}/general`, { ...form, ...changes })).status).toBe(303);
    };
    await general({ locales: ['ar', 'en'] });
    await owner.get(`${settings}/ticket-statuses`);
    const own = { kind: 'open', name: 'في الورشة', customerName: 'نعمل عليه', 'customerName-en': 'We are on it' };
    expect((await owner.post(`${settings}/ticket-statuses`, own)).status).toBe(303);
    const untranslated = { kind: 'choice', visibility: 'customer', label: 'اللون', options: 'أحمر\nأزرق' };
    expect((await owner.post(`${settings}/ticket-fields`, untranslated)).status).toBe(303);
    const before = await readBy(['ar', 'en']);
    for (const main of ['en', 'de']) {
      await general({ defaultLocale: main, locales: main === 'de' ? ['ar', 'de'] : ['ar', 'en'] });
      const meanwhile = await readBy(LOCALES);
      for (const page of ['request-types', 'ticket-fields', 'ticket-statuses', 'surveys', 'macros']) {
        const list = (await owner.get(`${settings}/${page}`)).text;
        for (const [item] of list.matchAll(new RegExp(`${settings}/${page}/[0-9a-f-]{36}(?=")`, 'g'))) {
          const saved = await owner.post(item, filledForm((await owner.get(item)).text, item));
          expect({ item, status: saved.status }).toEqual({ item, status: 303 });
        }
      }
      expect(await readBy(LOCALES)).toEqual(meanwhile);
      expect(await readBy(['ar', 'en'])).toEqual(before);
    }
  });

  /** Every text of everything that is set up, as readers of each language read it. */
  const readBy = (readers: readonly string[]) =>
    tenant.inside(async () => {
      const collections = world.get(Collections);
      const said = (item: Parameters<typeof localized>[0], names: string[]) =>
        names.flatMap((name) => readers.map((locale) => [name, locale, localized(item, name as never, locale)].join()));
      return [
        ...(await collections.all(requestTypes)).flatMap((one) => said(one, ['name', 'sentence', 'introduction'])),
        ...(await collections.all(requestFields)).flatMap((one) => said(one, ['label', 'hint'])),
        ...(await collections.all(requestFields)).flatMap(({ options }) => options.flatMap((o) => said(o, ['label']))),
        ...(await collections.all(ticketStatuses)).flatMap(({ kind, id }) =>
          readers.flatMap((locale) => [statusName(locale, kind, id, ''), statusName(locale, kind, id, '/console')]),
        ),
        ...(await collections.all(surveys)).flatMap((one) =>
          (['name', 'question', 'followUp'] as const).flatMap((text) =>
            readers.map((locale) => surveyText(one, text, locale)),
          ),
        ),
        ...(await collections.all(macros)).flatMap(({ text, translations }) =>
          readers.map((locale) => translations[locale] ?? text),
        ),
      ];
    });
});

/** Minimal items of lists that begin empty. */
const FIRST: Record<string, Record<string, string>> = {
  'ticket-groups': { name: 'Workshop' },
  articles: { title: 'How to', url: 'https://help.example/how-to' },
  mailboxes: {
    name: 'Help',
    host: 'imap.example.com',
    user: 'help',
    address: 'help@shop.example',
    password: 'a-secret-1',
  },
  'ticket-fields': { label: 'Serial number' },
  macros: { name: 'Greeting', text: 'Hello' },
  roles: { name: 'Buyer' },
  routing: { name: 'To the workshop', tags: 'workshop' },
  'team-roles': { name: 'Night shift' },
  'oidc-connections': { name: 'Ours', issuer: 'https://id.shop.example', audience: 'customers' },
  'social-connections': { name: 'Ours', audience: 'customers' },
  'saml-connections': { name: 'Ours', audience: 'customers' },
  directories: { name: 'Ours', audience: 'customers' },
  'directory-connections': {
    ...{ name: 'Ours', audience: 'customers', host: 'ldap.shop.example' },
    ...{ bindDn: 'cn=portal,dc=shop', baseDn: 'dc=shop', bindPassword: 'a-secret-4' },
  },
};

/** What is only asked for once a thing is there, and then has to be said. */
const LATER: Record<string, Record<string, string>> = {
  'oidc-connections': { clientId: 'portal', clientSecret: 'a-secret-2' },
  'social-connections': { clientId: 'portal', clientSecret: 'a-secret-3' },
  'saml-connections': { metadataUrl: 'https://id.shop.example/metadata' },
};

test('of two who change the same thing, the later is told before the other change is replaced', async () => {
  const routes = routesOf(world.app).map(({ method, path }) => `${method} ${path}`);
  const lists = routes.flatMap((one) => /^get .*\/console\/settings\/([\w-]+)\/:item$/.exec(one)?.[1] ?? []);
  expect(lists.length).toBeGreaterThan(11);
  const opened = await world.tenant('two-tabs');
  const [one, two] = [await opened.owner.browser(), await opened.owner.browser()];
  const without: string[] = [];
  for (const list of lists) {
    const path = `/console/settings/${list}`;
    const firstOf = async () => new RegExp(`${path}/[0-9a-f-]{36}(?=")`).exec((await one.get(path)).text)?.[0];
    if (!(await firstOf()) && FIRST[list]) {
      const blank = filledForm((await one.get(`${path}/new`)).text, path);
      const made = await one.post(path, { ...blank, ...FIRST[list] });
      expect({ list, made: made.status }).toEqual({ list, made: 303 });
    }
    const item = await firstOf();
    if (!item) {
      without.push(list);
      continue;
    }
    const page = (await one.get(item)).text;
    const name = formsOf(page)
      .find(({ action }) => action === item)!
      .controls.find(({ type }) => type === 'text')!.name;
    const [first, second] = [page, (await two.get(item)).text].map((html) => ({
      ...filledForm(html, item),
      ...LATER[list],
    }));
    expect({ list, saved: (await one.post(item, { ...first, [name]: 'Changed by one' })).status }).toEqual({
      list,
      saved: 303,
    });
    const later = await two.post(item, { ...second, [name]: 'Changed by two' });
    expect({ list, told: later.status, said: later.text.includes('changed in the meantime') }).toEqual({
      list,
      told: 422,
      said: true,
    });
    expect((await one.get(item)).text).toContain('Changed by one');
    const kept = filledForm(later.text, item);
    expect(kept[name]).toEqual(['Changed by two']);
    expect((await two.post(item, kept)).status).toBe(303);
    expect((await one.get(item)).text).toContain('Changed by two');
  }
  expect(without).toEqual([]);
});

/** What a browser sends when nothing on the form has been touched. */
function filledForm(html: string, action: string): Record<string, string[]> {
  const form = formsOf(html).find((one) => one.action === action)!;
  const filled: Record<string, string[]> = {};
  for (const { name, type, value, checked } of form.controls)
    if (name !== '_csrf' && (checked || (type !== 'checkbox' && type !== 'radio'))) (filled[name] ??= []).push(value);
  return filled;
}

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

test('the business in Arabic has response times and automations of its own only, in its language', async () => {
  const tenant = await world.tenant('with-rawafed');
  const { folder, sections } = world.get(Packs).read('rawafed');
  const { settings, service } = sections as { settings: object; service: object };
  const names = await tenant.inside(async () => {
    await world.get(Packs).apply([{ id: 'rawafed', folder, sections: { settings, service } }]);
    const collections = world.get(Collections);
    const lists = [await collections.all(slaPolicies), await collections.all(automations)].flat();
    return lists.map(({ name }) => name);
  });
  expect(names.length).toBeGreaterThan(2);
  expect(names.filter((name) => /[a-z]/i.test(name))).toEqual([]);
});
