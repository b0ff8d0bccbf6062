import { readdirSync, readFileSync } from 'node:fs';
import { beforeAll, expect, test } from '@jest/globals';
import { type TestPerson, type TestTenant, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { PeopleList } from '@foyer/identity';

let world: World;
let acme: TestTenant;
let ana: TestPerson;
let head: TestPerson;

const idOf = async (what: 'company' | 'person', name: string): Promise<string> =>
  (await acme.query<{ id: string }>(() => sql`select id from ${table(what)} where name = ${name}`))[0]!.id;
const subjects = async (person: TestPerson, path = '/tickets?scope=company') =>
  [...(await (await person.browser()).get(path)).text.matchAll(/of (Globex|Hooli|Umbrella)/g)].map(([found]) => found);

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  head = await (await acme.customer('Hedda')).of('Globex', 'company_admin');
  ana = await (await acme.customer('Ana')).of('Hooli', 'user');
  await ana.opens('One of Hooli');
  await (await (await acme.customer('Ulf')).of('Umbrella', 'user')).opens('One of Umbrella');
  await head.opens('One of Globex');
  const owner = await acme.owner.browser();
  const [globex, hooli, umbrella] = [
    await idOf('company', 'Globex'),
    await idOf('company', 'Hooli'),
    await idOf('company', 'Umbrella'),
  ];
  await owner.get(`/console/companies/${hooli}`);
  await owner.post(`/console/companies/${hooli}`, { name: 'Hooli', parent: globex });
  await owner.get(`/console/companies/${umbrella}`);
  await owner.post(`/console/companies/${umbrella}`, { name: 'Umbrella', partners: globex });
});

test('a role composed in the console reaches branches and partners, is tried before it is saved, and can be taken away', async () => {
  const owner = await acme.owner.browser();
  const [globex, hedda] = [await idOf('company', 'Globex'), await idOf('person', 'Hedda')];
  expect(await subjects(head)).toEqual(['of Globex']);

  await owner.get('/console/settings/roles/new');
  const typed = {
    name: 'Head office',
    'tickets.view': 'partners',
    'tickets.reply': 'company',
    person: `${hedda}.${globex}`,
  };
  const tried = await owner.post('/console/settings/roles/preview', typed);
  expect(tried.text).toContain('Hedda will see 3 tickets');
  expect(tried.text).toContain('One of Umbrella');
  expect((await owner.post('/console/settings/roles', typed)).status).toBe(303);
  const role = /\/console\/settings\/roles\/([0-9a-f-]{36})"/.exec(
    (await owner.get('/console/settings/roles')).text,
  )![1]!;

  await owner.get(`/console/companies/${globex}`);
  expect((await owner.post(`/console/companies/${globex}/members/${hedda}/role`, { role })).status).toBe(303);
  const browser = await head.browser();
  const seen = (await browser.get('/tickets/TKT-001')).status;
  expect([seen, (await browser.get('/tickets/TKT-002')).status]).toEqual([200, 200]);
  // Seeing is not answering: the role answers in its own company only.
  expect((await browser.post('/tickets/TKT-001/replies', { body: 'From above' })).status).toBe(403);

  await owner.get('/console/settings/roles');
  const refused = await owner.post(`/console/settings/roles/${role}/removal`);
  expect([refused.status, refused.text.includes('One person still has this role')]).toEqual([422, true]);
  await owner.get(`/console/companies/${globex}`);
  await owner.post(`/console/companies/${globex}/members/${hedda}/role`, { role: 'company_admin' });
  await owner.get('/console/settings/roles');
  expect((await owner.post(`/console/settings/roles/${role}/removal`)).status).toBe(303);
  expect((await browser.get('/tickets/TKT-001')).status).toBe(404);
});

test('a company’s own admin gives only roles that are meant for it, and no made-up one', async () => {
  const owner = await acme.owner.browser();
  const globex = await idOf('company', 'Globex');
  await (await acme.customer('Gus')).of('Globex', 'user');
  const gus = await idOf('person', 'Gus');
  await owner.get('/console/settings/roles/new');
  await owner.post('/console/settings/roles', { name: 'Secret reach', 'tickets.view': 'partners' });
  const role = /\/console\/settings\/roles\/([0-9a-f-]{36})"/.exec(
    (await owner.get('/console/settings/roles')).text,
  )![1]!;
  const browser = await head.browser();
  expect((await browser.get('/company')).text).not.toContain('Secret reach');
  for (const wanted of [role, 'owner', '../x', '']) {
    await browser.get('/company');
    expect((await browser.post(`/company/${globex}/members/${gus}/role`, { role: wanted })).status).toBe(422);
  }
  const [membership] = await acme.query<{ role: string }>(
    () => sql`select role from ${table('membership')} where person_id = ${gus} and company_id = ${globex}`,
  );
  expect(membership!.role).toBe('user');
});

test('somebody of several companies chooses for which they act, and nobody chooses a company that is not theirs', async () => {
  await (await acme.customer('Vera')).of('Globex', 'company_user');
  const vera = await (await acme.customer('Vera')).of('Hooli', 'company_user');
  const browser = await vera.browser();
  const list = async () => (await browser.get('/tickets?scope=company')).text;
  expect([(await list()).includes('One of Globex'), (await list()).includes('One of Hooli')]).toEqual([true, false]);
  const hooli = await idOf('company', 'Hooli');
  for (const back of ['//evil.example', '/.//evil.example', '/x/..//evil.example'])
    expect((await browser.post('/company/choice', { company: hooli, back })).headers['location']).toBe('/company');
  expect((await browser.post('/company/choice', { company: hooli, back: '//evil.example' })).headers['location']).toBe(
    '/company',
  );
  expect([(await list()).includes('One of Globex'), (await list()).includes('One of Hooli')]).toEqual([false, true]);
  expect((await browser.post('/company/choice', { company: await idOf('company', 'Umbrella') })).status).toBe(404);
});

test('names stand as the alphabets have them, wherever they are chosen from', async () => {
  for (const name of ['Zebra', 'Ärzte', 'émile', 'Emu', 'Adler', 'روافد', 'zoo'])
    await (await acme.customer('Filler')).of(name, 'user');
  const actor = await acme.owner.actor();
  const names = (await acme.inside(() => world.get(PeopleList).companyNames(actor))).map(({ label }) => label);
  const planted = ['Adler', 'Ärzte', 'émile', 'Emu', 'Zebra', 'zoo', 'روافد'];
  expect(names.filter((name) => planted.includes(name))).toEqual(planted);
});

test('no statement sorts by a name in another order', () => {
  const libs = new URL('../../../', import.meta.url);
  const sources = readdirSync(libs, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /^\w+\/\w+\/src\/.*\.ts$/.test(path),
  );
  const others = sources.flatMap((path) =>
    [...readFileSync(new URL(path, libs), 'utf8').matchAll(/order by [^`\n]*/g)]
      .filter(([order]) => /(?<![\w'"-])name(?! \$\{ALPHABETICAL\}|[\w'"-])/.test(order))
      .map(([order]) => `${path}: ${order}`),
  );
  expect(sources.length).toBeGreaterThan(100);
  expect(others).toEqual([]);
});

test('a role is said to be tried only where somebody could be', async () => {
  const globex = await world.tenant('globex');
  for (const [tenant, isTried] of [
    [acme, true],
    [globex, false],
  ] as const)
    expect(
      (await (await tenant.owner.browser()).get('/console/settings/roles/new')).text.includes('before you save'),
    ).toBe(isTried);
});

test('whoever is invited into a company first is to be its admin', async () => {
  const owner = await acme.owner.browser();
  const chosen = async (company: string) =>
    /id="invite-role"[^]*?value="(\w+)" selected/.exec((await owner.get(`/console/companies/${company}`)).text)?.[1];
  const { headers } = await owner.post('/console/companies', { name: 'Initech' });
  const initech = headers.location!.split('/').at(-1)!.split('?')[0]!;
  expect([await chosen(initech), await chosen(await idOf('company', 'Globex'))]).toEqual(['company_admin', 'user']);
  const invited = { email: 'ina@initech.example', role: 'company_admin' };
  expect((await owner.post(`/console/companies/${initech}/invitations`, invited)).status).toBe(303);
  expect(await chosen(initech)).toBe('user');
});

test('a company cannot lie below itself', async () => {
  const owner = await acme.owner.browser();
  const [globex, hooli] = [await idOf('company', 'Globex'), await idOf('company', 'Hooli')];
  for (const parent of [hooli, globex]) {
    await owner.get(`/console/companies/${globex}`);
    const answer = await owner.post(`/console/companies/${globex}`, { name: 'Globex', parent });
    expect([answer.status, answer.text.includes('cannot be a branch of itself')]).toEqual([422, true]);
  }
});
