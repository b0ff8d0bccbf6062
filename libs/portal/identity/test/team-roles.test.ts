import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestPerson, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { TEAM_ROLES, teamCapabilities, teamRoles, type TeamRoleSetup } from '@foyer/identity';
import { Collections } from '@foyer/settings';

const PATH = '/console/settings/team-roles';
let world: World;
let acme: TestTenant;
let owner: Visitor;

const idOf = async (name: string): Promise<string> =>
  (await acme.query<{ id: string }>(() => sql`select id from ${table('person')} where name = ${name}`))[0]!.id;
const roleOf = async (name: string): Promise<string | null> =>
  (
    await acme.query<{ role: string | null }>(
      () => sql`select team_role as role from ${table('person')} where name = ${name}`,
    )
  )[0]!.role;
/** Composes a role and tells its id. */
async function composes(who: Visitor, name: string, scopes: Record<string, string>): Promise<string> {
  await who.get(`${PATH}/new`);
  expect((await who.post(PATH, { name, ...none(), ...scopes })).status).toBe(303);
  return new RegExp(`${PATH}/([0-9a-f-]{36})"[^>]*><bdi>${name}<`).exec((await who.get(PATH)).text)![1]!;
}
const none = () => Object.fromEntries(teamCapabilities.all().map(({ name }) => [name, 'none']));
async function gives(who: Visitor, to: string, role: string): Promise<number> {
  await who.get('/console/team');
  return (await who.post(`/console/team/${await idOf(to)}/role`, { role })).status;
}
const as = (person: TestPerson): Promise<Visitor> => person.browser();

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  owner = await acme.owner.browser();
  await (await acme.customer('Ana')).opens('The kettle drips');
});

test('the five standard roles may exactly what they always could', () => {
  const tickets = ['reply', 'note', 'update', 'close', 'merge', 'share', 'open-for'].map((verb) => `tickets.${verb}`);
  const reading = ['tickets.view', 'tickets.export', 'surveys.results', 'people.view'];
  const working = [...reading, ...tickets, 'people.edit', 'people.invite'];
  const managing = [...working, 'people.manage', 'team.manage', 'settings.manage'];
  const words = { owner: managing, admin: managing, agent: working, editor: reading, viewer: reading };
  for (const role of TEAM_ROLES) {
    const allowed = teamCapabilities.allowed(teamCapabilities.standard(role));
    const known = teamCapabilities.all().filter(({ name }) => /^(?:tickets|people|team|settings|surveys)\./.test(name));
    expect(
      known
        .filter(({ name }) => allowed[name])
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...words[role]].sort());
    for (const { name } of known) if (allowed[name]) expect(allowed[name]).toBe('all');
  }
});

test('a role is tried on a colleague before it is saved, given, named on the pages, and kept as long as somebody has it', async () => {
  const mara = await acme.agent('Mara');
  await owner.get(`${PATH}/new`);
  const typed = { name: 'Workshop', ...none(), 'tickets.view': 'groups', 'tickets.reply': 'groups' };
  const tried = await owner.post(`${PATH}/preview`, { ...typed, person: await idOf('Mara') });
  expect(tried.text).toContain('Mara will see no tickets');
  const all = await owner.post(`${PATH}/preview`, { ...typed, 'tickets.view': 'all', person: await idOf('Mara') });
  expect(all.text).toContain('Mara will see this ticket');
  expect(all.text).toContain('The kettle drips');

  const role = await composes(owner, 'Workshop', typed);
  expect((await owner.get(PATH)).text).toContain('View tickets and notes, Reply to customers (their groups’ too)');
  expect(await gives(owner, 'Mara', role)).toBe(303);
  expect((await owner.get('/console/team')).text).toContain('Workshop');
  const browser = await as(mara);
  const inbox = await browser.get('/console/tickets');
  expect([inbox.status, inbox.text.includes('The kettle drips')]).toEqual([200, false]);
  expect((await browser.get('/console/tickets/TKT-001')).status).toBe(404);
  for (const page of ['/console/people', '/console/companies', '/console/settings', PATH, '/console/surveys'])
    expect([page, (await browser.get(page)).status]).toEqual([page, 403]);
  const refused403 = (await browser.get('/console/settings/branding')).text;
  expect(refused403).toContain('You do not have access to “Branding”');
  expect(refused403).toContain(`${acme.owner.name} can change your role.`);
  expect((await browser.get('/console/nothing')).status).toBe(404);

  await owner.get(PATH);
  const refused = await owner.post(`${PATH}/${role}/removal`);
  expect([refused.status, refused.text.includes('One person still has this role')]).toEqual([422, true]);
  await gives(owner, 'Mara', 'agent');
  await owner.get('/console/team');
  await owner.post('/console/team/invitations', { name: 'Ivo', email: 'ivo@team.example', role });
  await owner.get(PATH);
  const invited = await owner.post(`${PATH}/${role}/removal`);
  expect([invited.status, invited.text.includes('1 open invitation leads to this role')]).toEqual([422, true]);
});

test('who sees people but no tickets finds nothing about tickets, and no way that ends nowhere', async () => {
  const role = await composes(owner, 'Front desk', { 'people.view': 'all', 'people.edit': 'all' });
  const danaInTeam = await acme.agent('Dana');
  await gives(owner, 'Dana', role);
  const dana = await as(danaInTeam);
  expect((await dana.get('/console')).headers['location']).toBe('/console/people');
  await dana.get('/console/companies/new');
  const made = await dana.post('/console/companies', { name: 'Initech', domain: '' });
  for (const page of [
    '/console/people',
    `/console/people/${await idOf('Ana')}`,
    made.headers['location']!,
    '/console/team',
  ]) {
    const { status, text } = await dana.get(page);
    expect([page, status, /href="\/console\/tickets|The kettle drips|Open tickets/.test(text)]).toEqual([
      page,
      200,
      false,
    ]);
    const ways = [...text.matchAll(/href="(\/console[^"?#]*)/g)].map(([, way]) => way!);
    for (const way of new Set(ways)) expect([way, (await dana.get(way)).status < 400]).toEqual([way, true]);
  }
  expect((await dana.get('/console/tickets/new')).status).toBe(403);
});

test('whoever’s role is gone still signs in, sees nothing, and is told so', async () => {
  const gus = await acme.agent('Gus');
  await acme.change(() => sql`update ${table('person')} set team_role = gen_random_uuid()::text where name = 'Gus'`);
  await acme.change(
    () =>
      sql`update ${table('ticket')} set assignee_id = ${sql`(select id from ${table('person')} where name = 'Gus')`}`,
  );
  const browser = await as(gus);
  const start = await browser.get('/console');
  expect([start.status, start.text.includes('You have no permissions yet')]).toEqual([200, true]);
  expect((await browser.get('/console/account')).status).toBe(200);
  for (const page of ['/console/tickets', '/console/tickets/TKT-001', '/console/team', '/console/people'])
    expect([page, (await browser.get(page)).status]).toEqual([page, 403]);
  expect((await browser.get('/tickets/TKT-001')).status).toBe(404);
  expect((await owner.get('/console/team')).text).toContain('Removed role');
});

describe('nobody gives, composes or takes more than they may themselves', () => {
  let lead: Visitor;
  let leadRole: string;
  let counter: string;

  beforeAll(async () => {
    leadRole = await composes(owner, 'Lead', {
      ...{
        'tickets.view': 'groups',
        'tickets.reply': 'groups',
        'people.view': 'all',
        'people.manage': 'all',
        'team.manage': 'all',
      },
    });
    counter = await composes(owner, 'Counter', { 'tickets.view': 'groups' });
    const lena = await acme.agent('Lena');
    await gives(owner, 'Lena', leadRole);
    lead = await as(lena);
    for (const [name, role] of [
      ['Adam', 'admin'],
      ['Vic', 'viewer'],
      ['Will', 'viewer'],
    ] as const)
      await acme.agent(name, role);
  });

  test('in giving roles', async () => {
    const small = await composes(owner, 'Small', { 'tickets.view': 'assigned' });
    const page = (await lead.get('/console/team')).text;
    const offered = [...page.matchAll(/<option value="([^"]+)"/g)].map(([, value]) => value);
    for (const role of [leadRole, small, counter]) expect(offered).toContain(role);
    for (const role of TEAM_ROLES) expect(offered).not.toContain(role);
    await acme.change(() => sql`update ${table('person')} set team_role = ${small} where name = 'Will'`);
    for (const role of ['owner', 'admin', 'agent', 'viewer']) expect(await gives(lead, 'Will', role)).toBe(403);
    expect(await gives(lead, 'Will', '00000000-0000-7000-8000-000000000000')).toBe(422);
    expect(await roleOf('Will')).toBe(small);
    expect(await gives(lead, 'Will', leadRole)).toBe(303);
    await lead.get('/console/team');
    const invited = await lead.post('/console/team/invitations', { name: '', email: 'x@team.example', role: 'admin' });
    expect(invited.status).toBe(403);
  });

  test('nor to themselves, nor from those above them', async () => {
    expect(await gives(lead, 'Lena', 'admin')).toBe(403);
    for (const name of ['Adam', 'Vic']) {
      const before = await roleOf(name);
      expect(await gives(lead, name, leadRole)).toBe(403);
      expect((await lead.post(`/console/team/${await idOf(name)}/removal`)).status).toBe(403);
      expect(await roleOf(name)).toBe(before);
      await lead.get(`/console/people/${await idOf(name)}`);
      expect((await lead.post(`/console/people/${await idOf(name)}/deactivation`)).status).toBe(404);
    }
  });

  test('an admin makes no owners and unmakes none', async () => {
    const admin = await as(await acme.agent('Alma', 'admin'));
    expect(await gives(admin, 'Vic', 'owner')).toBe(403);
    const [{ id, name }] = (await acme.query<{ id: string; name: string }>(
      () => sql`select id, name from ${table('person')} where team_role = 'owner'`,
    )) as [{ id: string; name: string }];
    expect(await gives(admin, name, 'viewer')).toBe(403);
    await admin.get('/console/team');
    expect((await admin.post(`/console/team/${id}/removal`)).status).toBe(403);
  });

  test('composing needs the settings as well as the team, and stays within one’s own', async () => {
    expect((await lead.get(PATH)).status).toBe(403); // team, but no settings
    const settings = await composes(owner, 'Setter', { 'settings.manage': 'all' });
    const samInTeam = await acme.agent('Sam');
    await gives(owner, 'Sam', settings);
    const sam = await as(samInTeam);
    expect((await sam.get('/console/settings')).text).not.toContain(PATH);
    expect((await sam.get(PATH)).status).toBe(403); // settings, but no team

    const both = await composes(owner, 'Office', {
      'settings.manage': 'all',
      'team.manage': 'all',
      'tickets.view': 'assigned',
    });
    const olgaInTeam = await acme.agent('Olga');
    await gives(owner, 'Olga', both);
    const olga = await as(olgaInTeam);
    await olga.get(`${PATH}/new`);
    const more = { name: 'More', ...none(), 'tickets.view': 'all' };
    expect((await olga.post(PATH, more)).status).toBe(403);
    expect((await olga.post(`${PATH}/${both}`, { ...more, name: 'Office' })).status).toBe(403); // not her own either
    expect((await olga.post(`${PATH}/${leadRole}`, { name: 'Lead', ...none() })).status).toBe(403); // nor one above her
    expect((await olga.post(`${PATH}/${leadRole}/removal`)).status).toBe(403);
    expect((await olga.post(PATH, { name: 'Less', ...none(), 'tickets.view': 'assigned' })).status).toBe(303);
    // Trying counts by the colleague’s rights, and names only what she may see herself.
    const tried = await olga.post(`${PATH}/preview`, { ...more, person: await idOf('Vic') });
    expect(tried.text).toContain('Vic will see this ticket');
    expect(tried.text).not.toContain('The kettle drips');
  });
});

test('a company of one’s own opens nothing in the console, and on the portal what it opens to everybody there', async () => {
  const role = await composes(owner, 'Assigned only', {
    ...{ 'tickets.view': 'assigned', 'tickets.note': 'assigned', 'tickets.export': 'assigned', 'people.view': 'all' },
  });
  await (await (await acme.customer('Cleo')).of('Umbrella', 'user')).opens('The umbrella leaks');
  const bo = await (await acme.agent('Bo')).of('Umbrella', 'company_admin');
  await gives(owner, 'Bo', role);
  const browser = await as(bo);
  const [{ number } = { number: '' }] = await acme.query<{ number: string }>(
    () =>
      sql`select 'TKT-' || lpad(number::text, 3, '0') as number from ${table('ticket')} where subject = 'The umbrella leaks'`,
  );
  await owner.get(`/console/tickets/${number}`);
  await owner.post(`/console/tickets/${number}/notes`, { body: 'For colleagues only' });
  for (const path of [
    '/console/tickets?view=all',
    '/console/find?q=umbrella+leaks',
    '/console/tickets/export?view=all',
  ])
    expect([path, (await browser.get(path)).text.includes('The umbrella leaks')]).toEqual([path, false]);
  expect((await browser.get(`/console/tickets/${number}`)).status).toBe(404);
  const portal = await browser.get(`/tickets/${number}`);
  expect([portal.status, portal.text.includes('The umbrella leaks')]).toEqual([200, true]);
  expect(portal.text).not.toContain('For colleagues only');
});

test('a role says of each permission what that can be set to, whichever way it comes', async () => {
  const actor = await acme.owner.actor();
  const adds = (scopes: TeamRoleSetup['scopes']) =>
    acme.inside(() => world.get(Collections).add(actor, teamRoles, { name: 'By program', scopes }));
  await expect(adds({ 'settings.manage': 'groups' })).rejects.toMatchObject({ field: 'scopes' });
  await expect(adds({ 'settings.manage': 'all' })).resolves.toMatchObject({ name: 'By program' });
  expect((await owner.get('/console/find?q=By+program')).text).toContain(`href="${PATH}/`);
});
