import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Visitor, World } from '@foyer/app-cli/testing';
import { LOCALES } from '@foyer/i18n';
import { Plans } from '@foyer/plans';
import { sql, rows, PlatformDatabase } from '@foyer/database';
import { LegalTexts } from '../src/index.js';

const SOLD = { STRIPE_SECRET_KEY: 'sk_test_0123456789', STRIPE_WEBHOOK_SECRET: 'whsec_0123456789' };
const business = (slug: string) => ({
  ...{ business: 'Blue Heron Bikes', slug, name: 'Joan Ellis', email: `joan@${slug}.example` },
  ...{ password: 'orchard-lantern-42', blueprint: '' },
});
const siteOf = (world: World) => world.visitor(world.config.baseUrl.host);
const planOf = async (world: World, slug: string) => {
  const [row] = await world
    .get(PlatformDatabase)
    .read((em) => rows<{ plan: string }>(em, sql`select plan from platform.tenant where slug = ${slug}`));
  return row?.plan;
};
const plain = (html: string) => html.replaceAll('&#x3D;', '=').replaceAll('&amp;', '&');
/** As people read it: without tags, with plain spaces. */
const read = (html: string) =>
  html
    .replace(/<(script|style|head)[^]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/[\s\u00a0\u202f]+/g, ' ');

describe('where plans are sold', () => {
  let world: World;
  let site: Visitor;

  beforeAll(async () => {
    world = await World.start(SOLD);
    site = siteOf(world);
  });

  test('the page with the plans says what each costs and holds', async () => {
    const text = read((await site.get('/plans')).text);
    for (const part of [
      '€19 a month',
      '€59 a month',
      '€199 a month',
      '3 team members',
      '5 GB for files',
      '2,000 tickets a month',
    ])
      expect(text).toContain(part);
    expect(text).toContain('Any number of customers');
    expect(text).toContain('Try each plan free for 14 days. No card needed.');
    expect(text).toContain('Yearly: 2 months free');
    expect(text).toMatch(/Each further ticket – Not included €0\.08 €0\.05/);
    // Nothing is promised that is not there yet.
    expect(text).not.toMatch(/custom domain|\d brand/i);
  });

  test('by the year and in another currency, by links alone', async () => {
    const page = (await site.get('/plans?interval=year&currency=usd')).text;
    expect(read(page)).toContain('$650 a year');
    expect(read(page)).toContain('That is $54.17 a month');
    expect(plain(page)).toContain('href="/plans?interval=month&currency=usd"');
    expect(plain(page)).toContain('href="/plans?interval=year&currency=eur"');
    // What means nothing is what stands there first.
    expect(read((await site.get('/plans?interval=decade&currency=xyz')).text)).toContain('€59 a month');
  });

  test.each([
    ['de', '1.990 € im Jahr', '49,17 €'],
    ['fr', '1 990 € par an', '49,17 €'],
    ['es', '1990 € al año', '49,17 €'],
  ])('numbers and money are written as %s writes them', async (locale, price, monthly) => {
    const text = read((await siteOf(world).get(`/plans?interval=year&lang=${locale}`)).text);
    expect(text).toContain(price);
    expect(text).toContain(monthly);
  });

  test('the way from a plan leads to the form with that plan chosen', async () => {
    const [, href] = /href="(\/\?plan=business[^"]+)"/.exec(plain((await site.get('/plans?interval=year')).text))!;
    const { text } = await site.get(href!.split('#')[0]!);
    expect(text).toMatch(/value="business" checked/);
    expect(read(text)).toContain('€1,990 a year');
    expect(read(text)).toContain('14 days free, no card needed.');
    // A plan that nobody declared chooses what is tried first.
    expect((await site.get('/?plan=platinum')).text).toMatch(/value="team" checked/);
  });

  test('a business signs up with the plan it chose, and with none that is not declared', async () => {
    await site.get('/');
    const wrong = await site.post('/sign-up', {
      ...business('heron'),
      plan: 'platinum',
      interval: 'year',
      currency: 'usd',
    });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('id="plan-error"');
    expect(read(wrong.text)).toContain('$650 a year');
    expect((await site.post('/sign-up', { ...business('heron'), plan: 'business' })).status).toBe(200);
    expect(await planOf(world, 'heron')).toBe('business');
  });

  test('each page leads to the plans, the terms and the privacy notice', async () => {
    for (const path of ['/', '/plans', '/terms', '/privacy']) {
      const { status, text } = await site.get(path);
      expect([path, status]).toEqual([path, 200]);
      for (const href of ['/plans', '/terms', '/privacy']) expect(text).toContain(`href="${href}"`);
      expect(text).not.toContain('href="/imprint"');
    }
    expect((await site.get('/imprint')).status).toBe(404);
  });

  test('the legal texts are there in five languages, with the same parts', () => {
    const legal = world.get(LegalTexts);
    for (const page of ['terms', 'privacy'] as const) {
      const parts = LOCALES.map((locale) => legal.text(page, locale)!);
      expect(parts.map(({ locale }) => locale)).toEqual([...LOCALES]);
      expect(new Set(parts.map(({ text }) => text.match(/^## /gm)!.length)).size).toBe(1);
      expect(new Set(parts.map(({ text }) => text)).size).toBe(LOCALES.length);
    }
  });
});

describe('an installation of one’s own', () => {
  let world: World;
  let site: Visitor;

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'foyer-site-'));
    const prices = (month: number, year: number) => ({ jpy: { month, year } });
    const plans = [
      { id: 'gold', prices: prices(0, 0), limits: { agents: 1 }, features: [] },
      {
        id: 'platinum',
        name: { en: 'Platinum', de: 'Platin' },
        text: 'For all.',
        prices: prices(6000, 61000),
        limits: {},
        features: ['sso'],
      },
    ];
    const declared = { trialDays: 30, trialPlan: 'platinum', currencies: ['jpy'], plans };
    writeFileSync(join(folder, 'plans.json'), JSON.stringify(declared));
    writeFileSync(join(folder, 'imprint.de.md'), 'Beispiel GmbH, Musterstadt');
    writeFileSync(join(folder, 'terms.en.md'), '## Ours\n\nBe kind.');
    world = await World.start({ ...SOLD, PLANS_FILE: join(folder, 'plans.json'), LEGAL_DIR: folder });
    site = siteOf(world);
  });

  test('shows its own plans, and never a key of a text', async () => {
    for (const path of ['/', '/plans', '/plans?interval=year']) {
      const { text } = await site.get(path);
      expect(read(text)).toContain('Platinum');
      expect(read(text)).toContain('gold');
      expect(text).not.toMatch(/signup\.|undefined|NaN/);
    }
    const text = read((await site.get('/plans')).text);
    expect(text).toContain('¥6,000 a month');
    expect(text).toContain('Free');
    expect(text).toContain('For all.');
    expect(text).toContain('Try each plan free for 30 days.');
    expect(text).not.toContain('months free');
    expect(read((await siteOf(world).get('/plans?lang=de')).text)).toContain('Platin ');
  });

  test('staff read the names of its plans, also of one that is gone', async () => {
    const acme = await world.tenant('acme');
    const staff = await world.staff();
    const { text } = await staff.get(`/tenants/${acme.tenant.id}`);
    expect(read(text)).toContain('Plan Team'); // which is not declared here
    expect(text).not.toContain('signup.plan');
    expect((await staff.get('/tenants/new')).text).toContain('Platinum');
    await staff.get('/tenants/new');
    const wrong = await staff.post('/tenants', { ...business('ibis'), plan: 'team' });
    expect(wrong.status).toBe(422);
    expect((await (await acme.owner.browser()).get('/console/settings')).status).toBe(200);
  });

  test('has its own legal pages, in whatever language there is', async () => {
    const german = siteOf(world);
    await german.get('/?lang=de');
    expect((await german.get('/imprint')).text).toContain('Beispiel GmbH');
    expect((await site.get('/imprint')).text).toMatch(/lang="de"[^>]*>[^]*Beispiel GmbH/);
    // Its terms stand for all languages: nobody reads ours in another one.
    expect((await german.get('/terms')).text).toContain('Be kind.');
    expect((await german.get('/privacy')).text).toContain('Wer verantwortlich ist');
  });

  test('does not start with a folder that holds none', () => {
    expect(() => new LegalTexts({ ...world.config, legalDir: '/nowhere' })).toThrow(/LEGAL_DIR/);
  });
});

test('where nothing is sold, the site shows no prices and asks for no plan', async () => {
  const world = await World.start();
  const site = siteOf(world);
  expect((await site.get('/plans')).status).toBe(404);
  const { text } = await site.get('/?plan=business');
  expect(text).not.toMatch(/name="plan"|href="\/plans"|€|\$\d/);
  expect(read(text)).not.toMatch(/trial|card/);
  expect(text).toContain('href="/terms"');
  expect((await site.post('/sign-up', { ...business('egret'), plan: 'business' })).status).toBe(200);
  expect(await planOf(world, 'egret')).toBe(world.get(Plans).trialPlan);
});
