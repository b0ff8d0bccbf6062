import { beforeAll, expect, test } from '@jest/globals';
import { type TestPerson, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';

let acme: TestTenant;
let ana: TestPerson;
let owner: Visitor;

beforeAll(async () => {
  const world = await World.start();
  acme = await world.tenant('acme');
  owner = await acme.owner.browser();
  ana = await (await acme.customer('Ana')).of('Globex');
  await ana.opens('The kettle drips');
  await ana.opens('The lamp flickers');
});

const idOf = async (of: 'person' | 'company', name: string) =>
  (await acme.query<{ id: string }>(() => sql`select id from ${table(of)} where name = ${name}`))[0]!.id;

test('the pages of people and companies tell of their tickets, as long as there are tickets', async () => {
  const pages = [
    ['/console/people', 'data-label="Open tickets">2<'],
    ['/console/companies', 'data-label="Open tickets">2<'],
    [`/console/people/${await idOf('person', 'Ana')}`, 'The lamp flickers'],
    [`/console/companies/${await idOf('company', 'Globex')}`, '<dt>Open tickets</dt><dd class="number">2</dd>'],
  ] as const;
  const shown = () =>
    Promise.all(
      pages.map(async ([path, words]) => (await owner.get(path)).text.replaceAll(/>\s+</g, '><').includes(words)),
    );
  expect(await shown()).toEqual([true, true, true, true]);
  const { text } = await owner.get(pages[3][0]);
  expect(text.replaceAll('&#x3D;', '=')).toContain(
    `href="/console/tickets?view=all&amp;company=${await idOf('company', 'Globex')}"`,
  );
  await owner.get('/console/settings/features');
  await owner.post('/console/settings/features', {});
  expect(await shown()).toEqual([false, false, false, false]);
});
