/// <reference lib="esnext.temporal" />
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestPerson, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { Database, rows, sql, table } from '@foyer/database';
import { ticketGroups } from '@foyer/requests';
import { Collections } from '@foyer/settings';
import { TicketList, ticketNumber, Tickets } from '@foyer/tickets';
import { endOf, Snoozes } from '../src/snoozes.js';

const VIEWS = '/console/tickets/views';
const GROUP = '0190f000-0000-7000-8000-00000000b001';
let world: World;
let acme: TestTenant;
let ana: TestPerson;
let mara: TestPerson;
let agent: Visitor;
let other: Visitor;
let owner: Visitor;

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  ana = await (await acme.customer('Ana')).of('Globex', 'company_user');
  mara = await acme.agent('Mara');
  agent = await mara.browser();
  other = await (await acme.agent('Bo')).browser();
  owner = await acme.owner.browser();
  const { id } = await mara.actor();
  await acme.inside(() =>
    world.get(Collections).apply(ticketGroups, [{ id: GROUP, name: 'Workshop', memberIds: [id!] }]),
  );
  for (const visitor of [agent, other, owner]) await visitor.get('/console/tickets');
});

const urgent = { 'tests-0-field': 'priority', 'tests-0-operator': 'is', 'tests-0-value': 'urgent' };
const mine = { 'tests-1-field': 'assigneeId', 'tests-1-operator': 'is', 'tests-1-value': 'me' };
const idOf = (location: string | undefined) => /view=(.+)$/.exec(location!)![1]!;
const kept = async (visitor: Visitor, typed: object) => {
  const answer = await visitor.post(VIEWS, { share: 'nobody', order: 'touched', ...typed } as Record<string, string>);
  expect(answer.status).toBe(303);
  return idOf(answer.headers['location']);
};

describe('a view', () => {
  test('starts with what the inbox shows, and means “me” for each who looks', async () => {
    const ticket = await ana.opens('For the view');
    await acme.inside(async () =>
      world.get(Tickets).act(await mara.actor(), ticket.number, [
        { do: 'assign', to: 'me' },
        { do: 'priority', to: 'urgent' },
      ]),
    );
    const page = await agent.get('/console/tickets?view=mine&priority=urgent');
    const begin = /href="(\/console\/tickets\/views\/new[^"]+)"/
      .exec(page.text)![1]!
      .replaceAll('&#x3D;', '=')
      .replaceAll('&amp;', '&');
    const blank = (await agent.get(begin)).text;
    expect(blank).toContain('1 matching ticket now.');
    // In the order that was chosen, or else in that of the view.
    const order = (page: string) => /value="(\w+)" selected/.exec(page.slice(page.indexOf('name="order"')))![1];
    expect(order(blank)).toBe('due');
    expect(order((await agent.get(`${begin}&sort=newest`)).text)).toBe('newest');
    expect(blank).toMatch(/name="tests-1-value" value="me" checked/);
    const id = await kept(agent, { name: 'My fires', share: 'team', ...urgent, ...mine });
    expect((await agent.get(`/console/tickets?view=${id}`)).text).toContain('For the view');
    const owners = await owner.get(`/console/tickets?view=${id}`);
    expect([owners.text.includes('My fires'), owners.text.includes('For the view')]).toEqual([true, false]);
  });

  test('that a colleague changed meanwhile is not put back by an older page', async () => {
    const id = await kept(owner, { name: 'Of two', share: 'team', ...urgent });
    const at = `${VIEWS}/${id}`;
    const version = (html: string) => /name="_version" value="([^"]+)"/.exec(html)![1]!;
    const typed = { share: 'team', order: 'touched', ...urgent };
    const [one, two] = [version((await owner.get(at)).text), version((await agent.get(at)).text)];
    expect((await owner.post(at, { ...typed, name: 'Of the first', _version: one })).status).toBe(303);
    const told = await agent.post(at, { ...typed, name: 'Of the second', _version: two });
    expect(told.status).toBe(422);
    for (const words of ['in the meantime', 'Of the second', '<dt>Name</dt><dd><bdi>Of the first</bdi>'])
      expect(told.text).toContain(words);
    expect((await owner.get(at)).text).toContain('Of the first');
    const again = { ...typed, name: 'Of the second', _version: version(told.text) };
    expect((await agent.post(at, again)).status).toBe(303);
    expect((await owner.get(at)).text).toContain('Of the second');
  });

  test('keeps the words that were looked for, and finds by them', async () => {
    await ana.opens('The heron is loud');
    await ana.opens('The crane is loud');
    const page = await agent.get('/console/tickets?view=all&q=heron');
    const begin = /href="(\/console\/tickets\/views\/new[^"]+)"/
      .exec(page.text)![1]!
      .replaceAll('&#x3D;', '=')
      .replaceAll('&amp;', '&');
    const blank = (await agent.get(begin)).text;
    expect(blank).toMatch(/name="search" value="heron"/);
    expect(blank).toContain('1 matching ticket now.');
    const id = await kept(agent, { name: 'Herons', search: 'heron' });
    const shown = (await agent.get(`/console/tickets?view=${id}`)).text;
    expect([shown.includes('The heron is loud'), shown.includes('The crane is loud')]).toEqual([true, false]);
    expect((await agent.get(VIEWS)).text).toContain('“heron”');
  });

  test('begun at a customer knows that customer by name, and keeps them', async () => {
    const { id } = await ana.actor();
    const page = (await agent.get(`${VIEWS}/new?view=all&requester=${id}`)).text;
    expect(page).toMatch(new RegExp(`value="${id}" checked[^>]*><span><bdi>Ana`));
    const asked = { 'tests-0-field': 'requesterId', 'tests-0-operator': 'is', 'tests-0-value': id! };
    const view = await kept(agent, { name: 'Ana’s', ...asked });
    expect((await agent.get(`${VIEWS}/${view}`)).text).toContain('<bdi>Ana</bdi>');
    const stranger = { ...asked, 'tests-0-value': (await acme.owner.actor()).id! };
    expect((await agent.post(VIEWS, { name: 'x', share: 'nobody', order: 'touched', ...stranger })).status).toBe(422);
  });

  test('has rows that come and go without being saved, and shows what it would show', async () => {
    const typed = { name: 'Half done', share: 'team', order: 'due', ...urgent };
    const more = await agent.post(VIEWS, { ...typed, more: 'tests', 'tests-new': 'tags' });
    expect([more.status, more.text.includes('name="tests-1-value"')]).toEqual([200, true]);
    const less = await agent.post(VIEWS, { ...typed, drop: 'tests-0' });
    expect([less.text.includes('tests-0-value'), less.text.includes('value="Half done"')]).toEqual([false, true]);
    const look = await agent.post(VIEWS, { ...typed, more: 'nothing' });
    expect([look.status, look.text.includes('For the view')]).toEqual([200, true]);
    const wrong = await agent.post(VIEWS, { ...typed, 'tests-0-value': 'dire' });
    expect([wrong.status, wrong.text.includes('Complete the conditions')]).toEqual([422, true]);
    expect((await owner.get('/console/tickets')).text).not.toContain('Half done');
  });
});

describe('a view that names what has been removed', () => {
  let clerk: Visitor;
  beforeAll(async () => {
    clerk = await (await acme.agent('Cleo')).browser();
    await clerk.get('/console/tickets');
  });
  const bay = '0190f000-0000-7000-8000-00000000b0b1';
  const lane = '0190f000-0000-7000-8000-00000000b0b2';
  const groups = (...more: { id: string; name: string }[]) =>
    acme.inside(async () => {
      const kept = [{ id: GROUP, name: 'Workshop', memberIds: [(await mara.actor()).id!] }];
      await world.get(Collections).apply(ticketGroups, [...kept, ...more.map((one) => ({ ...one, memberIds: [] }))]);
    });
  const asks = (...ids: string[]) => ({ 'tests-0-field': 'groupId', 'tests-0-operator': 'is', 'tests-0-value': ids });

  test('says so above its list, and lets what is gone be taken out or its condition be removed', async () => {
    await groups({ id: bay, name: 'Loading bay' });
    const view = { name: 'Bay', ...asks(bay, GROUP) };
    const id = await kept(clerk, view as object);
    const [list, at] = [`/console/tickets?view=${id}`, `${VIEWS}/${id}`];
    const told = 'name something that was removed';
    expect((await clerk.get(list)).text).not.toContain(told);
    expect((await owner.post(`/console/settings/ticket-groups/${bay}/removal`)).status).toBe(303); // one’s own view keeps nobody
    const shown = (await clerk.get(list)).text;
    expect(shown).toContain(told);
    expect(shown.slice(shown.indexOf(told), shown.indexOf(told) + 300)).toContain(`href="${at}"`);
    const page = (await clerk.get(at)).text;
    expect(page).toMatch(
      new RegExp(`type="checkbox" name="tests-0-value" value="${bay}" checked><span><bdi>\\(removed`),
    );
    const typed = { share: 'nobody', order: 'touched', ...view };
    const refused = await clerk.post(at, typed as unknown as Record<string, string>);
    expect([refused.status, refused.text.includes('Untick what was removed')]).toEqual([422, true]);
    const taken = { ...typed, ...asks(GROUP) } as unknown as Record<string, string>;
    expect((await clerk.post(at, taken)).status).toBe(303);
    expect((await clerk.get(list)).text).not.toContain(told);
  });

  test('offers no box for ids when the last group is gone, and what a shared view asks for is not removed', async () => {
    await groups({ id: lane, name: 'Lane' });
    const own = await kept(clerk, { name: 'Own lane', ...asks(lane) } as object);
    const shared = await kept(agent, { name: 'Lane of all', share: 'team', ...asks(lane) } as object);
    const removal = `/console/settings/ticket-groups/${lane}/removal`;
    const refused = await owner.post(removal);
    expect([refused.status, refused.text.includes('Lane of all'), refused.text.includes('Own lane')]).toEqual([
      422,
      true,
      false,
    ]);
    await agent.post(`${VIEWS}/${shared}/removal`);
    expect((await owner.post(removal)).status).toBe(303);
    await acme.inside(() => world.get(Collections).apply(ticketGroups, []));
    const page = (await clerk.get(`${VIEWS}/${own}`)).text;
    expect(page).toMatch(new RegExp(`type="checkbox" name="tests-0-value" value="${lane}" checked`));
    expect(page).not.toContain('<option value="groupId"');
    const dropped = await clerk.post(`${VIEWS}/${own}`, { ...asks(lane), drop: 'tests-0' } as unknown as Record<
      string,
      string
    >);
    expect([dropped.status, dropped.text.includes(lane)]).toEqual([200, false]);
    await groups();
  });
});

describe('whose it is', () => {
  test('one’s own is nobody else’s; a group’s is its members’ and of those who set up the portal', async () => {
    const own = await kept(agent, { name: 'Only mine' });
    const shared = await kept(agent, { name: 'Workshop fires', share: GROUP, ...urgent });
    for (const [visitor, sees] of [
      [agent, [200, 200]],
      [other, [404, 404]],
      [owner, [404, 200]],
    ] as const) {
      const statuses = [
        (await visitor.get(`${VIEWS}/${own}`)).status,
        (await visitor.get(`${VIEWS}/${shared}`)).status,
      ];
      expect(statuses).toEqual(sees);
      expect((await visitor.get('/console/tickets')).text.includes('Workshop fires')).toBe(sees[1] === 200);
    }
    for (const verb of ['removal', 'up', 'down'])
      expect((await other.post(`${VIEWS}/${shared}/${verb}`)).status).toBe(404);
    expect((await other.post(`${VIEWS}/${shared}`, { name: 'x', share: 'nobody', order: 'touched' })).status).toBe(404);
    expect((await other.post(VIEWS, { name: 'x', share: GROUP, order: 'touched' })).status).toBe(422);
    const refused = await owner.post(`/console/settings/ticket-groups/${GROUP}/removal`);
    expect([refused.status, refused.text.includes('Workshop fires')]).toEqual([422, true]);
    const viewer = await (await acme.agent('Vic', 'viewer')).browser();
    await viewer.get('/console/tickets');
    expect((await viewer.post(VIEWS, { name: 'x', share: 'nobody', order: 'touched' })).status).toBe(403);
  });

  test('one that was removed while it was open elsewhere says so, and no other list goes by its name', async () => {
    const id = await kept(other, { name: 'Gone soon' });
    const address = `/console/tickets?view=${id}`;
    expect((await other.get(`/console/tickets/export?view=${id}`)).status).toBe(200);
    expect((await other.post(`${VIEWS}/${id}/removal`)).status).toBe(303);
    expect((await other.get(address)).headers['location']).toBe('/console/tickets');
    expect((await other.get('/console/tickets')).text).toContain('This view was deleted.');
    expect((await other.get(`/console/tickets/export?view=${id}`)).status).toBe(404);
    const all = await other.post('/console/tickets/bulk', { all: '1', priority: 'low', back: address });
    expect(all.status).toBe(404);
  });

  test('they are moved among those that stand together, and removed', async () => {
    const names = async () =>
      [...(await other.get(VIEWS)).text.matchAll(/class="row-link"[^>]*><bdi>([^<]+)/g)].map(([, name]) => name);
    const [first, second] = [await kept(other, { name: 'First' }), await kept(other, { name: 'Second' })];
    expect((await names()).slice(-2)).toEqual(['First', 'Second']);
    await other.post(`${VIEWS}/${second}/up`);
    expect((await names()).slice(-2)).toEqual(['Second', 'First']);
    await other.post(`${VIEWS}/${second}/up`); // a shared view stands above: one's own stay below
    await other.post(`${VIEWS}/${first}/down`);
    expect((await names()).slice(-2)).toEqual(['Second', 'First']);
    expect((await other.post(`${VIEWS}/${first}/removal`)).status).toBe(303);
    expect((await names()).slice(-1)).toEqual(['Second']);
  });
});

test.each(['touched', 'oldest', 'due'] as const)(
  'a list of %s first is the same page by page, there and back',
  async (order) => {
    for (let n = 0; n < 5; n++) await ana.opens(`${order} ${n}`);
    await acme.change(
      () => sql`update ${table('ticket')} set due_at = case number % 3 when 0 then null else now() - (number % 4) * interval '1 hour' end,
                   updated_at = now() - (number % 2) * interval '1 day'`,
    );
    const [actor, list] = [await mara.actor(), world.get(TicketList)];
    const page = (cursor: string | null, limit: number) =>
      acme.inside(() => list.page(actor, { order, cursor, limit }));
    const all = (await page(null, 100)).rows;
    const key = ({ dueAt, createdAt, updatedAt }: (typeof all)[number]) =>
      order === 'touched'
        ? -Date.parse(updatedAt)
        : order === 'oldest'
          ? Date.parse(createdAt)
          : dueAt
            ? Date.parse(dueAt)
            : Infinity;
    expect(all.map(key)).toEqual(all.map(key).toSorted((a, b) => (a === b ? 0 : a - b)));
    const there: number[] = [];
    const back: number[] = [];
    let cursor: string | null = null;
    let last = await page(null, 2);
    for (;;) {
      there.push(...last.rows.map(({ number }) => number));
      if (!last.next) break;
      last = await page((cursor = last.next), 2);
    }
    expect(cursor).not.toBeNull();
    for (;;) {
      back.unshift(...last.rows.map(({ number }) => number));
      if (!last.previous) break;
      last = await page(last.previous, 2);
    }
    expect(there.map(ticketNumber)).toEqual(all.map(({ number }) => ticketNumber(number)));
    expect(back).toEqual(there);
  },
);

describe('the list', () => {
  const row = (page: string, subject: string) =>
    page.split('<li class="ticket-row').find((one) => one.includes(`<bdi>${subject}</bdi>`));
  const order = (page: string, ...subjects: string[]) =>
    [...subjects].sort((a, b) => page.indexOf(`<bdi>${a}</bdi>`) - page.indexOf(`<bdi>${b}</bdi>`));

  test('shows two tags of a ticket, and says how many more it has', async () => {
    const ticket = await ana.opens('Much tagged');
    const tag = (...add: string[]) =>
      acme.inside(async () => world.get(Tickets).tag(await mara.actor(), ticket.number, add, []));
    const tagged = async () => row((await agent.get('/console/tickets?view=all')).text, 'Much tagged')!;
    await tag('ash', 'beech');
    expect(await tagged()).not.toContain('aria-hidden="true">+');
    await tag('cedar', 'elm');
    const page = await tagged();
    expect(page).toContain('<bdi>beech</bdi>');
    expect(page).toContain('<bdi aria-hidden="true">+2</bdi><span class="sr-only">cedar, elm</span>');
  });

  test('marks what came since one last had a ticket open, for each by themselves, with the last words in one line', async () => {
    const ticket = await ana.opens('Squeaking door', 'It **squeaks**\n\nvery loudly');
    const at = `/console/tickets/${ticketNumber(ticket.number)}`;
    expect(row((await agent.get('/console/tickets')).text, 'Squeaking door')).toMatch(
      /is-unread[^]*It squeaks very loudly/,
    );
    await agent.get(at);
    await agent.get('/console/tickets'); // a page that is read changes nothing
    expect(row((await agent.get('/console/tickets')).text, 'Squeaking door')).toContain('is-unread');
    expect((await agent.post(`${at}/presence`, { typing: '' })).status).toBe(204);
    expect(row((await agent.get('/console/tickets')).text, 'Squeaking door')).not.toContain('is-unread');
    expect(row((await other.get('/console/tickets')).text, 'Squeaking door')).toContain('is-unread');

    await other.get(at);
    await other.post(`${at}/notes`, { body: 'Oil is in the cupboard' });
    const seen = [
      row((await agent.get('/console/tickets')).text, 'Squeaking door')!,
      row((await other.get('/console/tickets')).text, 'Squeaking door')!,
    ];
    expect(seen.map((text) => text.includes('is-unread'))).toEqual([true, false]);
    expect(seen[0]).toMatch(/Internal note[^]*Oil is in the cupboard/);
    const hers = await (await ana.browser()).get('/tickets');
    expect(hers.text).not.toMatch(/cupboard|is-unread/);
  });

  test('begins with what is due first; to do is what waits for the team; another order is a choice in the address', async () => {
    const [late, soon] = [await ana.opens('Long overdue'), await ana.opens('Due soon'), await ana.opens('Due never')];
    await ana.opens('Due never');
    const pending = await ana.opens('Waits for Ana');
    await acme.change(
      () => sql`update ${table('ticket')} set due_at = now() - interval '14 days' where id = ${late.id}`,
    );
    await acme.change(
      () => sql`update ${table('ticket')} set due_at = now() + interval '1 hour' where id = ${soon.id}`,
    );
    await acme.change(() => sql`update ${table('ticket')} set status = 'pending' where id = ${pending.id}`);
    await acme.change(
      () => sql`update ${table('ticket')} set updated_at = now() - interval '20 days' where id = ${late.id}`,
    );
    const all = ['Due never', 'Due soon', 'Long overdue'];
    const page = (await agent.get('/console/tickets')).text;
    expect(order(page, ...all)).toEqual(['Long overdue', 'Due soon', 'Due never']);
    expect(page).not.toContain('<bdi>Waits for Ana</bdi>');
    expect((await agent.get('/console/tickets?view=unassigned')).text).toContain('<bdi>Waits for Ana</bdi>');
    expect(order((await agent.get('/console/tickets?sort=newest')).text, ...all)).toEqual([
      'Due never',
      'Due soon',
      'Long overdue',
    ]);
    expect(order((await agent.get('/console/tickets?sort=touched')).text, ...all).at(-1)).toBe('Long overdue');
    expect((await agent.get('/console/tickets?sort=newest')).text).toContain('name="sort" value="newest"');
  });
});

describe('a snoozed ticket', () => {
  const shown = async (view: string) => (await agent.get(`/console/tickets?view=${view}`)).text;
  const snoozed = async (subject: string, form: Record<string, string> = { until: 'tomorrow' }) => {
    const { number } = await ana.opens(subject);
    const path = `/console/tickets/${ticketNumber(Number(number))}`;
    await agent.get(path);
    return { number: Number(number), path, answer: await agent.post(`${path}/snooze`, form) };
  };

  test('is in no list of what is to be done until the customer writes, who sees nothing of it', async () => {
    const { number, path, answer } = await snoozed('Laid aside');
    expect([answer.status, answer.headers['location']]).toEqual([303, path]);
    for (const view of ['inbox', 'unassigned']) expect(await shown(view)).not.toContain('Laid aside');
    for (const view of ['snoozed', 'all']) expect(await shown(view)).toContain('Laid aside');
    expect((await agent.get(path)).text).toContain('Mara snoozed the ticket');
    const customer = await ana.browser();
    const own = `/tickets/${ticketNumber(number)}`;
    expect((await customer.get(own)).text).not.toMatch(/snooz/i);
    await customer.post(`${own}/replies`, { body: 'And another thing' });
    expect(await shown('inbox')).toContain('Laid aside');
    expect(await shown('snoozed')).not.toContain('Laid aside');
  });

  test('comes back when its time has come, to the head of the lists; or when somebody takes it up', async () => {
    const first = await snoozed('Time has come');
    const second = await snoozed('Taken up');
    await acme.inside(() =>
      world.get(Database).write(async (em) => {
        const past = sql`snoozed_until = now() - interval '1 minute', updated_at = '2020-01-01'`;
        await rows(em, sql`update ${table('ticket')} set ${past} where number = ${first.number}`);
      }),
    );
    expect(await shown('inbox')).toContain('Time has come'); // whether or not a worker has been there
    await acme.inside(() => world.get(Snoozes).sweep());
    expect((await agent.get(first.path)).text).toContain('The snooze ended');
    expect(/TKT-\d+/.exec(await shown('inbox&sort=touched'))![0]).toBe(ticketNumber(first.number));
    await agent.post(`${second.path}/snooze/removal`);
    expect(await shown('inbox')).toContain('Taken up');
    expect((await agent.get(second.path)).text).toContain('Mara ended the snooze');
  });

  test.each([
    ['no time', { at: '' }],
    ['words', { at: 'soon' }],
    ['the past', { at: '2020-01-01T09:00' }],
    ['in ten years', { at: '2036-12-01T09:00' }],
    ['something else', { until: 'never' }],
  ])('%s is refused', async (_, form) => {
    const { answer } = await snoozed('Not so', form as Record<string, string>);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('Choose a time in the future');
  });

  test('ends at nine in the reader’s own time, also where clocks change overnight', () => {
    const at = (snooze: 'later' | 'tomorrow' | 'week', zone: string, now: string) =>
      endOf(snooze, zone, Temporal.Instant.from(now)).toISOString();
    expect(at('tomorrow', 'Europe/Berlin', '2026-10-24T20:00Z')).toBe('2026-10-25T08:00:00.000Z');
    expect(at('week', 'Europe/Berlin', '2026-11-29T20:00Z')).toBe('2026-11-30T08:00:00.000Z');
    expect(at('week', 'Asia/Tokyo', '2026-11-30T01:00Z')).toBe('2026-12-07T00:00:00.000Z');
    expect(at('later', 'Asia/Tokyo', '2026-11-30T01:00Z')).toBe('2026-11-30T04:00:00.000Z');
  });
});
