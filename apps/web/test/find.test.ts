import { beforeAll, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';

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

/** What the page names, in its order: titles of links in the results. */
const found = async (visitor: Visitor, words: string) => {
  const { text, status } = await visitor.get(`/console/find?q=${encodeURIComponent(words)}`);
  expect(status).toBe(200);
  return [...text.matchAll(/class="found-item" href="([^"]+)"/g)].map(([, href]) => href!);
};

test('one field finds tickets, people, companies and pages by the beginnings of their words', async () => {
  expect(await found(owner, 'lantern')).toEqual([
    '/console/tickets/TKT-001',
    expect.stringMatching(/^\/console\/companies\//),
  ]);
  expect(await found(owner, 'TKT-002')).toEqual(['/console/tickets/TKT-002']);
  expect(await found(owner, 'sousa')).toEqual([expect.stringMatching(/^\/console\/people\//)]);
  expect(await found(owner, 'bran')).toContain('/console/settings/branding');
  expect(await found(owner, 'new tick')).toContain('/console/tickets/new');
  expect((await found(owner, ''))[0]).toBe('/console/tickets');
  const nothing = (await owner.get('/console/find?q=%25_%27%3Czzz%3E')).text;
  expect(nothing).toContain('No results for');
  expect(nothing).not.toContain('<zzz>');
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
