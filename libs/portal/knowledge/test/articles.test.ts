import { beforeAll, describe, expect, test } from '@jest/globals';
import { Settings } from '@foyer/settings';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';

let world: World;
let acme: TestTenant;
let bolt: TestTenant;
let owner: Visitor;
let ana: Visitor;

const article = (title: string, more: Record<string, string> = {}) => ({
  title,
  url: `https://help.acme.example/${encodeURIComponent(title)}`,
  ...{ text: '', words: '', locale: '', audience: 'everybody' },
  ...more,
});
const add = async (values: Record<string, string>) => {
  expect((await owner.post('/console/settings/articles', values)).status).toBe(303);
};
/** Titles offered while a customer types a subject. */
const offered = async (visitor: Visitor, subject: string) => {
  const { text } = await visitor.get(`/tickets/suggestions?subject=${encodeURIComponent(subject)}`);
  return [...text.matchAll(/<bdi>([^<]+)<\/bdi>/g)].map(([, title]) => title!);
};
const picked = async (visitor: Visitor, words: string) => {
  const { text } = await visitor.get(`/console/articles?q=${encodeURIComponent(words)}`);
  return [...text.matchAll(/data-inserts="[^"]*"><span class="grow"><bdi>([^<]+)<\/bdi>/g)].map(([, title]) => title!);
};

beforeAll(async () => {
  world = await World.start();
  [acme, bolt] = await Promise.all([world.tenant('acme'), world.tenant('bolt')]);
  owner = await acme.owner.browser();
  await acme.inside(() => world.get(Settings).apply('general', { locales: ['en', 'de'] }));
  const customer = await (await acme.customer('Ana')).of('Globex', 'company_admin');
  await customer.opens('My bicycle wheel is noisy');
  ana = await customer.browser();
  await add(article('Return a parcel', { words: 'refund money back', text: 'Thirty days.' }));
  await add(article('Grease the wheel', { words: 'noise squeak' }));
  await add(article('Rückgabe und Umtausch', { locale: 'de' }));
  await add(article('Limits of goodwill for a refund', { audience: 'team' }));
});

describe('articles are offered', () => {
  test('to customers while they type, by words that are unfinished, misspelt or meant otherwise', async () => {
    expect(await offered(ana, 'I want my money back')).toEqual(['Return a parcel']);
    expect(await offered(ana, 'retrun parcel')).toEqual(['Return a parcel']);
    expect(await offered(ana, 'Wheel squea')).toContain('Grease the wheel');
    expect(await offered(ana, 'Something else altogether about the parcel of yesterday evening')).toEqual([]);
  });

  test('in the language they are written in, and never one that is for the team alone', async () => {
    expect(await offered(ana, 'Rückgabe Umtausch')).toEqual([]);
    expect(await offered(ana, 'goodwill limits refund')).not.toContain('Limits of goodwill for a refund');
    expect(await picked(owner, 'goodwill')).toEqual(['Limits of goodwill for a refund']);
    expect(await picked(owner, 'ruckgabe')).toEqual(['Rückgabe und Umtausch']);
  });

  test('once before the ticket is sent, whole and with what was typed', async () => {
    const sent = await ana.post('/tickets', {
      ...{ subject: 'Refund my money', description: 'It came broken.', category: '', priority: 'normal' },
    });
    expect(sent.text).toContain('https://help.acme.example/Return%20a%20parcel');
    expect(sent.text).toContain('It came broken.');
  });

  test('above the team’s answer: those that fit the ticket, as Markdown that is only a link', async () => {
    await add(article('Wheel [x](javascript:alert(1)) `noise`', { url: 'https://help.acme.example/odd_(1)' }));
    const { text } = await owner.get('/console/tickets/TKT-001');
    expect(text).toContain('Grease the wheel');
    expect(text).toContain(
      'Wheel \\[x\\](javascript:alert(1)) \\&#x60;noise\\&#x60;](&lt;https://help.acme.example/odd_(1)&gt;)',
    );
  });

  test('in the console’s search', async () => {
    expect((await owner.get('/console/find?q=squeak')).text).toContain('Grease the wheel');
  });

  test('to nobody else: another tenant, a customer at the team’s door', async () => {
    const elsewhere = await bolt.owner.browser();
    expect(await picked(elsewhere, 'return')).toEqual([]);
    expect((await ana.get('/console/articles?q=goodwill')).text).not.toContain('goodwill');
  });
});

test('its page begins the address, reads it from left to right, and asks for a language only where there are two', async () => {
  const page = async () => (await owner.get('/console/settings/articles/new')).text;
  const control = /<input[^>]*name="url"[^>]*>/.exec(await page())![0];
  for (const part of ['type="url"', 'dir="ltr"', 'placeholder="https://"']) expect(control).toContain(part);
  const asked: boolean[] = [];
  for (const locales of [['en'], ['en', 'de']]) {
    await acme.inside(() => world.get(Settings).apply('general', { locales }));
    asked.push((await page()).includes('name="locale"'));
  }
  expect(asked).toEqual([false, true]);
});

test('what is typed wrong comes back with the reason at its field', async () => {
  for (const url of [
    'javascript:alert(1)',
    'https://user:secret@acme.example/',
    'not an address',
    'ftp://acme.example',
  ]) {
    const { status, text } = await owner.post('/console/settings/articles', article('Kept title', { url }));
    expect([status, text.includes('begins with https://'), text.includes('Kept title')]).toEqual([422, true, true]);
  }
  const twice = await owner.post(
    '/console/settings/articles',
    article('Another', { url: 'https://help.acme.example/odd_(1)' }),
  );
  expect(twice.status).toBe(422);
  expect(twice.text).toContain('already has this address');
});

test('switched off, the section is gone from everywhere', async () => {
  await owner.get('/console/settings/features');
  expect((await owner.post('/console/settings/features', { tickets: '1' })).status).toBe(303);
  expect(await offered(ana, 'I want my money back')).toEqual([]);
  expect((await owner.get('/console/tickets/TKT-001')).text).not.toContain('Grease the wheel');
  expect((await owner.get('/console/find?q=squeak')).text).not.toContain('Grease the wheel');
  expect((await owner.get('/console/articles?q=wheel')).status).toBe(404);
  expect((await owner.get('/console/settings/articles')).status).toBe(404);
});
