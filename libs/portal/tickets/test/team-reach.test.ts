import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestPerson, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { teamCapabilities, teamRoles } from '@foyer/identity';
import { ticketGroups } from '@foyer/requests';
import { Collections } from '@foyer/settings';
import { ticketNumber, Tickets } from '@foyer/tickets';

const [WORKSHOP, OFFICE] = ['0a000000-0000-7000-8000-000000000001', '0a000000-0000-7000-8000-000000000002'];
const [PART, NO_END, BLIND] = [1, 2, 3].map((n) => `0b000000-0000-7000-8000-00000000000${n}`) as [
  string,
  string,
  string,
];
const DESK = '/console/tickets';

let world: World;
let acme: TestTenant;
let ana: TestPerson;
let mara: Visitor;
let olaf: Visitor;
let owner: Visitor;
/** Numbers of the tickets, by what they are about. */
const number: Record<'lathe' | 'payroll' | 'nobody', string> = { lathe: '', payroll: '', nobody: '' };

const inside = <T>(fn: () => Promise<T>) => acme.inside(fn);
const idOf = async (name: string): Promise<string> =>
  (await acme.query<{ id: string }>(() => sql`select id from ${table('person')} where name = ${name}`))[0]!.id;
async function opens(subject: string, groupId: string | null): Promise<string> {
  const actor = await ana.actor();
  const draft = { subject, description: 'Please', priority: 'normal' as const, categoryId: null, companyId: null };
  const ticket = await inside(() => world.get(Tickets).open(actor, { ...draft, groupId, fileIds: [] }));
  return ticketNumber(Number(ticket.number));
}
const gives = async (name: string, role: string | null) =>
  acme.change(() => sql`update ${table('person')} set team_role = ${role} where name = ${name}`);
const all = (scope: string) => Object.fromEntries(teamCapabilities.all().map(({ name }) => [name, scope]));
/** To whom mails of a kind about a ticket were written, all at once: known when one of them, with these words, has come. */
async function mailed(kind: string, about: string, known: string, words = about): Promise<string[]> {
  await world.mails.mailTo(known, ({ text, subject }) => `${subject} ${text}`.includes(words));
  const mails = await acme.query<{ to: string }>(
    () => sql`select k.to_address as to from ${table('mail')} k
                join ${table('ticket_message')} m on m.id::text = split_part(k.key, ':', 2)
                join ${table('ticket')} t on t.id = m.ticket_id and t.subject = ${about}
               where k.template = ${`tickets/email/${kind}`}`,
  );
  return mails.map(({ to }) => to).sort();
}

beforeAll(async () => {
  world = await World.startWithWorker();
  acme = await world.tenant('acme');
  ana = await acme.customer('Ana');
  const [maraHerself, olafHimself] = [await acme.agent('Mara'), await acme.agent('Olaf')];
  await acme.agent('Ruth');
  await inside(async () => {
    const reach = all('groups') as Record<string, 'groups'>;
    await world.get(Collections).apply(teamRoles, [
      { id: PART, name: 'Part', scopes: reach },
      { id: NO_END, name: 'No end', scopes: { ...reach, 'tickets.close': 'none' } },
      { id: BLIND, name: 'Blind', scopes: { 'team.manage': 'all', 'settings.manage': 'all' } },
    ]);
    await world.get(Collections).apply(ticketGroups, [
      { id: WORKSHOP!, name: 'Workshop', memberIds: [await idOf('Mara')] },
      { id: OFFICE!, name: 'Office', memberIds: [await idOf('Olaf')] },
    ]);
  });
  for (const name of ['Mara', 'Olaf']) await gives(name, PART);
  number.lathe = await opens('The lathe squeals', WORKSHOP!);
  number.payroll = await opens('Payroll is late', OFFICE!);
  number.nobody = await opens('Unsorted squeals', null);
  [mara, olaf, owner] = [await maraHerself.browser(), await olafHimself.browser(), await acme.owner.browser()];
});

describe('somebody of one group finds its tickets and no others', () => {
  const found = (text: string) => [...text.matchAll(/TKT-\d+/g)].map(([one]) => one);

  test.each([
    ['the inbox', DESK],
    ['all', `${DESK}?view=all`],
    ['unassigned', `${DESK}?view=unassigned`],
    ['searching by words', `${DESK}?q=squeals&view=all`],
    ['the list beside a ticket', `${DESK}/beside?view=all`],
    ['finding anything', '/console/find?q=squeals'],
    ['exporting', `${DESK}/export?view=all`],
  ])('%s', async (_, path) => {
    const { status, text } = await mara.get(path);
    expect([status, new Set(found(text))]).toEqual([200, new Set([number.lathe])]);
  });

  test('searching by another’s number', async () => {
    expect(found((await mara.get(`${DESK}?q=${number.payroll}&view=all`)).text.split('<main')[1]!)).not.toContain(
      `/${number.payroll}`,
    );
    expect((await mara.get(`/console/find?q=${number.payroll}`)).text).not.toContain('Payroll is late');
  });

  test('counting views', async () => {
    const counts = (text: string) => [...text.matchAll(/<span class="count[^"]*">([\d+]+)<\/span>/g)].map(([, n]) => n);
    const { text } = await mara.get(DESK);
    expect(new Set(counts(text.split('data-region="views"')[1]!.split('</nav>')[0]!))).toEqual(new Set(['1', '0']));
  });

  test('on the page of theirs, beside it, and in what it could be merged with', async () => {
    for (const page of ['', '/merge', '/print', '/access'])
      expect((await mara.get(`${DESK}/${number.lathe}${page}`)).text).not.toMatch(/Payroll is late|Unsorted squeals/);
    expect((await owner.get(`${DESK}/${number.lathe}`)).text).toContain('Payroll is late');
  });

  test('every page and verb of another’s ticket is 404', async () => {
    const at = `${DESK}/${number.payroll}`;
    for (const page of ['', '/merge', '/split', '/print', '/access', '/fields', '/live', '/approvals'])
      expect([page, (await mara.get(at + page)).status]).toEqual([page, 404]);
    await mara.get(`${DESK}/${number.lathe}`);
    const typed = { body: 'Hello', subject: 'x', status: 'open', priority: 'low', follow: '1', email: ana.email };
    for (const verb of [
      'replies',
      'notes',
      'properties',
      'solution',
      'taking',
      'following',
      'followers',
      'merge',
      'links',
      'presence',
    ])
      expect([verb, (await mara.post(`${at}/${verb}`, typed)).status]).toEqual([verb, 404]);
  });

  test('changing many changes theirs, and names none of the others', async () => {
    await mara.get(DESK);
    expect((await mara.post(`${DESK}/bulk`, { ticket: number.payroll, priority: 'urgent', back: DESK })).status).toBe(
      404,
    );
    await mara.post(`${DESK}/bulk`, { all: '1', priority: 'urgent', back: `${DESK}?view=all` });
    const urgent = await acme.query<{ subject: string }>(
      () => sql`select subject from ${table('ticket')} where priority = 'urgent'`,
    );
    expect(urgent).toEqual([{ subject: 'The lathe squeals' }]);
  });

  test('merging into, and linking to, what one does not see is like what is not there', async () => {
    const at = `${DESK}/${number.lathe}`;
    const answers = [];
    for (const other of [number.payroll, 'TKT-999']) {
      await mara.get(`${at}/merge`);
      const { status, text } = await mara.post(`${at}/merge`, { into: other });
      answers.push([status, /id="into-error">.*?<span>([^<]+)</.exec(text)?.[1]]);
      expect((await mara.post(`${at}/links`, { other })).status).toBe(422);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]![0]).toBe(422);
  });

  test('63: no merge brings words into the reach of somebody of the team who could not read them', async () => {
    const ofOffice = await opens('Salaries of the office', OFFICE!);
    const ofWorkshop = await opens('Salaries, again', WORKSHOP!);
    await owner.get(`${DESK}/${ofOffice}/merge`);
    const refused = await owner.post(`${DESK}/${ofOffice}/merge`, { into: ofWorkshop });
    expect([refused.status, refused.text.includes('could then read it')]).toEqual([422, true]);
    expect((await mara.get(`${DESK}/${ofWorkshop}`)).text).not.toContain('Salaries of the office');
    await acme.change(
      () => sql`update ${table('ticket')} set group_id = ${OFFICE!} where subject = 'Salaries, again' returning id`,
    );
    expect((await owner.post(`${DESK}/${ofOffice}/merge`, { into: ofWorkshop })).status).toBe(303);
  });
});

describe('being drawn in', () => {
  test('being called lets one see it and answer the colleague, not the customer; and the mail comes', async () => {
    const at = `${DESK}/${number.lathe}`;
    await owner.get(at);
    await owner.post(`${at}/notes`, { body: '@Olaf do you know the lathe?' });
    const mail = await world.mails.mailTo('olaf@acme.example', ({ subject }) => subject!.includes('The lathe squeals'));
    expect(mail.text).toContain('do you know the lathe');
    const page = await olaf.get(at);
    expect([page.status, page.text.includes('do you know the lathe')]).toEqual([200, true]);
    expect(page.text).not.toContain('name="seen"'); // no form for a reply
    expect((await olaf.post(`${at}/notes`, { body: 'I do.' })).status).toBe(303);
    expect((await olaf.post(`${at}/replies`, { body: 'Dear Ana' })).status).toBe(403);
    expect((await olaf.post(`${at}/properties`, { status: 'open', priority: 'low' })).status).toBe(403);
    const seen = await owner.get(`${at}/access`);
    expect(seen.text).toContain('This person follows this ticket');
    expect(seen.text).toContain('This person is in the group of this ticket');
    expect(seen.text).toMatch(/Olaf<\/bdi><\/strong> <span class="muted">Part/);
    await olaf.post(`${at}/following`, { follow: '0' });
    expect((await olaf.get(at)).status).toBe(404);
  });

  test('handing a ticket on takes it out of sight, having it assigned brings it back', async () => {
    const at = `${DESK}/${number.lathe}`;
    const typed = { status: 'open', priority: 'normal', group: OFFICE!, tags: '', subject: 'The lathe squeals' };
    await mara.get(at);
    const handed = await mara.post(`${at}/properties`, typed);
    expect([handed.status, handed.headers['location']]).toEqual([303, DESK]);
    expect((await mara.get(DESK)).text).toContain('The ticket has been passed on');
    expect((await mara.get(at)).status).toBe(404);
    expect((await olaf.get(at)).status).toBe(200);
    await olaf.post(`${at}/properties`, { ...typed, assignee: await idOf('Mara') });
    expect((await mara.get(at)).status).toBe(200);
    await owner.get(at);
    await owner.post(`${at}/properties`, { ...typed, group: WORKSHOP!, assignee: '' });
  });
});

describe('mails go only as far as their readers see', () => {
  test('a new ticket is told to those of the team who see it', async () => {
    await opens('Pension question', OFFICE!);
    expect(await mailed('new-for-team', 'Pension question', 'olaf@acme.example')).toEqual(['olaf@acme.example']);
    await opens('Something else', null);
    const told = await mailed('new-for-team', 'Something else', 'ruth@acme.example');
    expect(told).toContain('ruth@acme.example');
    expect(told).not.toContain('mara@acme.example');
    expect(told).not.toContain('olaf@acme.example');
  });

  test('whoever sets up the portal and sees no tickets is shown none where rules are tried on them', async () => {
    await opens('Squealing for a rule', WORKSHOP!);
    await gives('Olaf', BLIND);
    const page = await olaf.get('/console/settings/routing/new');
    expect([page.status, /TKT-\d+|Squealing/.exec(page.text)]).toEqual([200, null]);
    await gives('Olaf', PART);
    expect((await owner.get('/console/settings/routing/new')).text).toContain('Squealing for a rule');
  });

  test('whoever follows and has lost their role hears nothing more, and is called by nobody', async () => {
    const asked = await opens('Ladder is missing', WORKSHOP!);
    await olaf.get(DESK);
    await owner.get(`${DESK}/${asked}`);
    await owner.post(`${DESK}/${asked}/notes`, { body: '@Olaf and @Ruth, have you seen it?' });
    await world.mails.mailTo('ruth@acme.example', ({ subject }) => subject!.includes('Ladder is missing'));
    await gives('Olaf', BLIND);
    const actor = await ana.actor();
    await inside(() => world.get(Tickets).reply(actor, Number(asked.slice(4)), { body: 'Found!', fileIds: [] }));
    expect(await mailed('replied', 'Ladder is missing', 'ruth@acme.example', 'Found!')).toEqual(['ruth@acme.example']);
    await owner.post(`${DESK}/${asked}/notes`, { body: '@Olaf again' });
    const [{ called }] = (await acme.query<{ called: string[] }>(
      () => sql`select to_json(mention_ids) as called from ${table('ticket_message')} where body = '@Olaf again'`,
    )) as [{ called: string[] }];
    expect(called).toEqual([]);
    await gives('Olaf', PART);
  });

  test('whoever leaves the team follows nothing any more', async () => {
    await acme.agent('Tess');
    const asked = await opens('Bulb is gone', WORKSHOP!);
    await owner.get(`${DESK}/${asked}`);
    await owner.post(`${DESK}/${asked}/notes`, { body: '@Tess please' });
    await owner.get('/console/team');
    await owner.post(`/console/team/${await idOf('Tess')}/removal`);
    const [{ watchers }] = (await acme.query<{ watchers: string[] }>(
      () => sql`select to_json(watcher_ids) as watchers from ${table('ticket')} where subject = 'Bulb is gone'`,
    )) as [{ watchers: string[] }];
    expect(watchers).toEqual([]);
  });
});

test('ending a ticket is a right of its own, whatever form it comes by', async () => {
  await gives('Mara', NO_END);
  const asked = await opens('Vise is stuck', WORKSHOP!);
  const at = `${DESK}/${asked}`;
  const page = (await mara.get(at)).text;
  expect(page).not.toContain('value="solved"');
  const typed = { status: 'solved', priority: 'normal', tags: '', subject: 'Vise is stuck', group: WORKSHOP! };
  const status = async () =>
    (
      await acme.query<{ status: string }>(
        () => sql`select status from ${table('ticket')} where subject = 'Vise is stuck'`,
      )
    )[0]!.status;
  await mara.post(`${at}/properties`, typed);
  await mara.post(`${at}/replies`, { body: 'Done', status: 'solved' });
  await mara.post(`${at}/solution`);
  await mara.post(`${DESK}/bulk`, { ticket: asked, status: 'solved', back: DESK });
  expect(await status()).toBe('open');
  expect((await mara.post(`${at}/replies`, { body: 'Looking', status: 'pending' })).status).toBe(303);
  expect(await status()).toBe('pending');
  await gives('Mara', PART);
});
