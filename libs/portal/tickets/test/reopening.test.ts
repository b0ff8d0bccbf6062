import { beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { TICKET_STATUSES, ticketGroups, ticketStatuses } from '@foyer/requests';
import { Collections, Settings } from '@foyer/settings';
import {
  chancesOf,
  type ReopeningRules,
  reopeningRules,
  robot,
  type Ticket,
  ticketNumber,
  Tickets,
} from '@foyer/tickets';

const DAY = 86_400_000;
const PAGE = '/console/settings/reopening';
const AGAIN = '0190f000-0000-7000-8000-00000000a001';
const GROUP = '0190f000-0000-7000-8000-00000000a002';

const world = await World.start();
const acme = await world.tenant('acme');
const ana = await (await acme.customer('Ana')).of('Globex', 'company_user');
const mara = await acme.agent('Mara');
const owner = await acme.owner.browser();
const customer = await ana.browser();
await owner.get('/console/settings/ticket-statuses');
await acme.inside(async () => {
  const { items } = await world.get(Settings).stored(ticketStatuses.section);
  const again = {
    id: AGAIN,
    kind: 'open' as const,
    standard: false,
    name: 'Came back',
    customerName: '',
    translations: {},
  };
  await world.get(Collections).apply(ticketStatuses, [...items, again]);
  await world.get(Collections).apply(ticketGroups, [{ id: GROUP, name: 'Workshop', memberIds: [] }]);
});
const rule = (rules: Partial<ReopeningRules>) => acme.inside(() => world.get(Settings).apply(reopeningRules, rules));
beforeEach(() => rule(reopeningRules.schema.parse({})));

const solved = async (daysAgo: number, subject = 'Lift'): Promise<Ticket> => {
  const ticket = await ana.opens(subject);
  const actor = await mara.actor();
  await acme.inside(() => world.get(Tickets).update(actor, ticket.id, { assigneeId: actor.id, groupId: GROUP }));
  await acme.inside(() => world.get(Tickets).solve(actor, ticket.id));
  await acme.change(
    () => sql`update ${table('ticket')} set solved_at = now() - ${daysAgo} * interval '1 day' where id = ${ticket.id}`,
  );
  return ticket;
};
const now = async ({ id }: Ticket) =>
  (
    await acme.query<{ status: string; statusId: string | null; agent: string | null; told: string[] }>(
      () => sql`select t.status, t.status_id as "statusId", a.name as agent,
                       (select coalesce(json_agg(m.data->>'byKey') filter (where m.data ? 'byKey'), '[]') from ${table('ticket_message')} m where m.ticket_id = t.id) as told
                  from ${table('ticket')} t left join ${table('person')} a on a.id = t.assignee_id where t.id = ${id}`,
    )
  )[0]!;
const at = ({ number }: Ticket) => `/tickets/${ticketNumber(Number(number))}`;

describe('the decision', () => {
  const given = fc.record({
    status: fc.constantFrom(...TICKET_STATUSES),
    age: fc.integer({ min: 0, max: 400 }),
    replies: fc.constantFrom('reopens' as const, 'reopens-within' as const, 'follows-up' as const),
    days: fc.integer({ min: 1, max: 365 }),
    button: fc.boolean(),
  });

  test('there is always exactly one way to go on with words, and time only ever takes chances away', () => {
    const at = Date.UTC(2026, 10, 21);
    fc.assert(
      fc.property(given, ({ status, age, ...rules }) => {
        const over = status === 'solved' || status === 'closed';
        const ticket = { status, solvedAt: over ? new Date(at - age * DAY) : null };
        const chances = chancesOf(ticket, rules, at);
        expect(chances.followUp).toBe(!chances.reply);
        expect(chancesOf(ticket, null, at)).toMatchObject({ reply: status !== 'closed', reopen: status === 'solved' });
        const later = chancesOf(ticket, rules, at + 1000 * DAY);
        for (const chance of ['reply', 'reopen'] as const)
          expect(Number(later[chance]) <= Number(chances[chance])).toBe(true);
        // The moment that is told is the moment at which it ends.
        if (!chances.until) return expect([later.reply, later.reopen]).toEqual([chances.reply, chances.reopen]);
        const end = chances.until.getTime();
        expect(chancesOf(ticket, rules, end)).toMatchObject({ reply: chances.reply, reopen: chances.reopen });
        expect(chancesOf(ticket, rules, end + 1)).toMatchObject({ reply: false, reopen: false, followUp: true });
      }),
    );
  });
});

describe('a customer', () => {
  test('writes and reopens within the days, and is told until when', async () => {
    const ticket = await solved(3);
    const page = await customer.get(at(ticket));
    expect(page.text).toMatch(/write below or reopen the ticket\. Possible until/);
    expect((await customer.post(`${at(ticket)}/replies`, { body: 'Still stuck' })).status).toBe(303);
    expect(await now(ticket)).toMatchObject({ status: 'open', agent: 'Mara' });
    const other = await solved(3);
    await customer.get(at(other));
    expect((await customer.post(`${at(other)}/reopening`)).status).toBe(303);
    expect((await now(other)).status).toBe('open');
  });

  test('is led to a ticket that follows afterwards, with what was typed', async () => {
    const ticket = await solved(31, 'Old lift');
    const page = await customer.get(at(ticket));
    expect(page.text).not.toMatch(/\/replies"|\/reopening"/);
    expect(page.text).toContain('linked to this one');
    const late = await customer.post(`${at(ticket)}/replies`, { body: 'Typed before midnight' });
    expect([late.status, late.text.includes('Typed before midnight'), late.text.includes('/follow-ups')]).toEqual([
      422,
      true,
      true,
    ]);
    expect((await customer.post(`${at(ticket)}/reopening`)).status).toBe(409);
    const sent = await customer.post(`${at(ticket)}/follow-ups`, { body: 'Typed before midnight' });
    expect(sent.status).toBe(303);
    expect((await customer.get(sent.headers['location']!)).text).toContain('This ticket follows up on');
    expect((await now(ticket)).status).toBe('solved');
  });

  test('may write for ever where a reply always reopens, and never where it always follows up', async () => {
    await rule({ replies: 'reopens', button: false });
    const ticket = await solved(300);
    expect((await customer.get(at(ticket))).text).not.toMatch(/\/reopening"|Possible until/);
    expect((await customer.post(`${at(ticket)}/reopening`)).status).toBe(409);
    expect((await customer.post(`${at(ticket)}/follow-ups`, { body: 'x' })).status).toBe(422);
    expect((await customer.post(`${at(ticket)}/replies`, { body: 'After a year' })).status).toBe(303);
    await rule({ replies: 'follows-up', button: true });
    const fresh = await solved(0);
    const page = await customer.get(at(fresh));
    expect([page.text.includes('/reopening"'), page.text.includes('/follow-ups"')]).toEqual([true, true]);
    expect((await customer.post(`${at(fresh)}/replies`, { body: 'x' })).status).toBe(422);
  });
});

test('whoever answers their own ticket at the desk answers it as the team; in the portal they are its customer', async () => {
  const { number } = await acme.owner.opens('My own question');
  const at = `/console/tickets/${ticketNumber(number)}`;
  await owner.get(at);
  expect((await owner.upload(`${at}/replies`, { body: 'An answer', status: 'pending' }, [])).status).toBe(303);
  const statusOf = async () =>
    (
      await acme.query<{ status: string }>(() => sql`select status from ${table('ticket')} where number = ${number}`)
    )[0]!.status;
  expect(await statusOf()).toBe('pending');
  await owner.get(`/tickets/${ticketNumber(number)}`);
  expect((await owner.upload(`/tickets/${ticketNumber(number)}/replies`, { body: 'And now?' }, [])).status).toBe(303);
  expect(await statusOf()).toBe('open');
});

test('the team, and rules, are bound by none of it', async () => {
  await rule({ replies: 'follows-up', button: false });
  const [one, two, three] = [await solved(200), await solved(200), await solved(200)];
  const actor = await mara.actor();
  await acme.inside(() => world.get(Tickets).reply(actor, one.id, { body: 'A late word', fileIds: [] }));
  await acme.inside(() => world.get(Tickets).reopen(actor, two.id));
  await acme.inside(() => world.get(Tickets).reopen(robot('A survey'), three.id));
  expect((await Promise.all([one, two, three].map(now))).map(({ status }) => status)).toEqual([
    'solved', // the team's afterthought asks nothing
    'open',
    'open',
  ]);
});

describe('coming back', () => {
  test('gets the name the operator chose, for as long as there is one, and the name cannot go before', async () => {
    await rule({ statusId: AGAIN });
    const refused = await owner.post(`/console/settings/ticket-statuses/${AGAIN}/removal`);
    expect([refused.status, refused.text.includes('/console/settings/reopening"><bdi>Reopening')]).toEqual([422, true]);
    const ticket = await solved(1);
    await customer.get(at(ticket));
    await customer.post(`${at(ticket)}/replies`, { body: 'Again' });
    expect(await now(ticket)).toMatchObject({ status: 'open', statusId: AGAIN });
    await rule({ statusId: '0190f000-0000-7000-8000-00000000ffff' });
    const other = await solved(1);
    await customer.post(`${at(other)}/reopening`);
    expect(await now(other)).toMatchObject({ status: 'open', statusId: null });
  });

  test('goes to its group, and says which rule took it there, unless somebody of the team reopens it', async () => {
    await rule({ returns: 'group' });
    const [one, two] = [await solved(1), await solved(1)];
    await customer.get(at(one));
    await customer.post(`${at(one)}/replies`, { body: 'Again' });
    expect(await now(one)).toMatchObject({ agent: null, told: ['tickets.reopening.by'] });
    expect((await owner.get(`/console${at(one)}`)).text).toContain('The reopening rule removed the assignee');
    await owner.post(`/console${at(two)}/reopening`);
    expect(await now(two)).toMatchObject({ status: 'open', agent: 'Mara' });
  });
});

test('it is set on a page that shows what closes tickets, keeps what was typed wrong, and is not for agents', async () => {
  const page = await owner.get(PAGE);
  expect(page.text).toContain('Close solved tickets after 14 days');
  const typed = { replies: 'follows-up', days: '0', button: '1', status: '', returns: 'group' };
  const wrong = await owner.post(PAGE, typed);
  expect([wrong.status, wrong.text.includes('from 1 to 365')]).toEqual([422, true]);
  expect(wrong.text).toMatch(/value="follows-up" checked/);
  expect((await owner.post(PAGE, { ...typed, days: '7', status: GROUP })).status).toBe(422);
  expect((await owner.post(PAGE, { ...typed, days: '7', status: AGAIN })).status).toBe(303);
  expect(await acme.inside(() => world.get(Settings).stored(reopeningRules))).toEqual({
    replies: 'follows-up',
    days: 7,
    button: true,
    statusId: AGAIN,
    returns: 'group',
  });
  const agent = await mara.browser();
  expect((await agent.get(PAGE)).status).toBe(403);
});
