import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type TestPerson, type TestTenant, World } from '@foyer/app-cli/testing';
import { ALWAYS, businessTimeBetween } from '@foyer/hours';
import { Database, rows, sql, table } from '@foyer/database';
import { calendars, clockRows, hoursOf, SlaClocks, slaPolicies, type SlaPolicy } from '@foyer/service';
import { Collections, Settings } from '@foyer/settings';
import { Merges, type Ticket, Tickets } from '@foyer/tickets';

const HOUR = 3_600_000;
let world: World;
let acme: TestTenant;
let ana: TestPerson;
let mara: TestPerson;
const each = { first_response: 60, next_response: 30, resolution: 240 };
const policy: Omit<SlaPolicy, 'id'> = {
  ...{ name: 'Fast', enabled: true, hoursId: null, pauseOn: ['pending'], shown: true },
  conditions: { match: 'all', tests: [] },
  targets: { low: each, normal: each, high: each, urgent: { ...each, first_response: 10 } },
  warn: { before: 15, unit: 'minutes' },
  onWarning: { actions: [], notify: ['assignee'], addresses: [] },
  onBreach: { actions: [], notify: ['assignee'], addresses: [] },
};
const inside = <T>(fn: () => Promise<T>): Promise<T> => acme.inside(fn);
const updateClocks = (ticket: Ticket) => inside(() => world.get(SlaClocks).update(ticket.id));
const clocks = (ticket: Ticket) => inside(() => world.get(Database).read((em) => clockRows(em, ticket.id)));
const clock = async (ticket: Ticket, kind: string) => (await clocks(ticket)).find((one) => one.kind === kind)!;
const promise = (...policies: Omit<SlaPolicy, 'id'>[]) =>
  inside(() =>
    world.get(Collections).apply(
      slaPolicies,
      policies.map((one, index) => ({ ...one, id: `0190f000-0000-7000-8000-00000000000${index}` })),
    ),
  );
/** As if everything in the ticket had been said so many minutes earlier. */
const earlier = (ticket: Ticket, minutes: number) =>
  inside(() =>
    world.get(Database).write(async (em) => {
      const by = sql`${minutes} * interval '1 minute'`;
      await rows(
        em,
        sql`update ${table('ticket')} set created_at = created_at - ${by}, solved_at = solved_at - ${by} where id = ${ticket.id}`,
      );
      await rows(
        em,
        sql`update ${table('ticket_message')} set created_at = created_at - ${by} where ticket_id = ${ticket.id}`,
      );
      await rows(
        em,
        sql`update ${table('ticket_clock')} set started_at = started_at - ${by}, due_at = due_at - ${by}, warn_at = warn_at - ${by} where ticket_id = ${ticket.id}`,
      );
    }),
  );
const dueOf = async (ticket: Ticket) =>
  (
    await acme.query<{ due: string | null }>(
      () => sql`select due_at as due from ${table('ticket')} where id = ${ticket.id}`,
    )
  )[0]!.due;
const told = async (ticket: Ticket) =>
  (
    await acme.query<{ type: string }>(
      () =>
        sql`select data->>'type' as type from ${table('ticket_message')} where ticket_id = ${ticket.id} and data->>'type' like 'sla-%' order by created_at, id`,
    )
  ).map(({ type }) => type);

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  ana = await (await acme.customer('Ana')).of('Globex');
  mara = await acme.agent('Mara');
});
beforeEach(() => promise(policy));

const answer = async (ticket: Ticket, who: TestPerson, body = 'Hello') => {
  const actor = await who.actor();
  await inside(() => world.get(Tickets).reply(actor, ticket.id, { body, fileIds: [] }));
};

test('a new portal promises something in its own business hours', async () => {
  const bolt = await world.tenant('bolt');
  const [hours] = await bolt.inside(() => world.get(Collections).all(calendars));
  const [standard] = await bolt.inside(() => world.get(Collections).all(slaPolicies));
  expect(hours!.week.map((day) => day.length)).toEqual([1, 1, 1, 1, 1, 0, 0]);
  expect(standard).toMatchObject({ name: 'Standard', hoursId: hours!.id, shown: false });
  await bolt.inside(() => world.get(Settings).apply('general', { timeZone: 'Asia/Tokyo' }));
  expect(hoursOf([hours!], hours!.id, 'Asia/Tokyo').timeZone).toBe('Asia/Tokyo');
  expect(hoursOf([hours!], 'gone', 'Asia/Tokyo')).toBe(ALWAYS);
});

describe('clocks of a ticket', () => {
  test('run from its opening, and the nearest is when it is due', async () => {
    const ticket = await ana.opens('Printer is on fire');
    await updateClocks(ticket);
    const first = await clock(ticket, 'first_response');
    expect(first.dueAt!.getTime() - first.startedAt.getTime()).toBe(HOUR);
    expect(new Date((await dueOf(ticket))!)).toEqual(first.dueAt);
    expect((await clocks(ticket)).map(({ kind }) => kind)).toEqual(['first_response', 'resolution']);
  });

  test('the team’s answer meets the first and pauses the last; the customer’s starts the next', async () => {
    const ticket = await ana.opens('Lamp is out');
    await answer(ticket, mara);
    await updateClocks(ticket);
    expect((await clock(ticket, 'first_response')).metAt).not.toBeNull();
    expect((await clock(ticket, 'resolution')).pausedAt).not.toBeNull();
    expect(await dueOf(ticket)).toBeNull();
    await answer(ticket, ana);
    await updateClocks(ticket);
    const next = await clock(ticket, 'next_response');
    expect(next.dueAt!.getTime() - next.startedAt.getTime()).toBe(HOUR / 2);
    expect((await clock(ticket, 'resolution')).pausedAt).toBeNull();
  });

  test('count the open question of a ticket that was merged into it, from the merge on; what was answered there is not one', async () => {
    const actor = await mara.actor();
    const merge = (from: Ticket, into: Ticket) =>
      inside(() => world.get(Merges).merge(actor, Number(from.number), Number(into.number)));
    const [into, other, inner] = [await ana.opens('Lift'), await ana.opens('Elevator'), await ana.opens('Cabin')];
    await answer(into, mara);
    await answer(other, mara);
    await earlier(other, 600);
    await earlier(inner, 600);
    await merge(other, into);
    await updateClocks(into);
    expect(await clock(into, 'next_response')).toBeUndefined();
    await inside(() => world.get(Merges).unmerge(actor, Number(other.number)));
    // A question of ten hours ago in a ticket of a ticket: the promise is of now.
    await merge(inner, other);
    await merge(other, into);
    await updateClocks(into);
    const next = await clock(into, 'next_response');
    expect(Date.now() - next.startedAt.getTime()).toBeLessThan(60_000);
    expect([next.metAt, next.breachedAt]).toEqual([null, null]);
    expect(new Date((await dueOf(into))!)).toEqual(next.dueAt);
    await answer(into, mara);
    await updateClocks(into);
    expect((await clock(into, 'next_response')).metAt).not.toBeNull();
    await inside(() => world.get(Merges).unmerge(actor, Number(other.number)));
    await updateClocks(into);
    expect(await clock(into, 'next_response')).toBeUndefined();
  });

  test('are the same in whatever order and however often they are worked out', async () => {
    const ticket = await ana.opens('Again and again');
    await answer(ticket, mara);
    await answer(ticket, ana);
    await updateClocks(ticket);
    const once = await clocks(ticket);
    await Promise.all([updateClocks(ticket), updateClocks(ticket), updateClocks(ticket)]);
    const strip = (all: typeof once) => all.map(({ remainingSeconds: _, ...rest }) => rest);
    expect(strip(await clocks(ticket))).toEqual(strip(once));
  });

  test('warn and break once each, and the thread tells the team', async () => {
    const ticket = await ana.opens('Nobody answers');
    await updateClocks(ticket);
    await earlier(ticket, 50);
    await Promise.all([updateClocks(ticket), updateClocks(ticket)]);
    expect(await told(ticket)).toEqual(['sla-warned']);
    await earlier(ticket, 20);
    await updateClocks(ticket);
    await updateClocks(ticket);
    expect(await told(ticket)).toEqual(['sla-warned', 'sla-breached']);
    await answer(ticket, mara);
    await updateClocks(ticket);
    const late = await clock(ticket, 'first_response');
    expect(late.breachedAt!.getTime()).toBeLessThan(late.metAt!.getTime());
    expect(await told(ticket)).toEqual(['sla-warned', 'sla-breached']);
  });

  test('an automatic answer answers nobody', async () => {
    const ticket = await ana.opens('Only a robot');
    const { robot } = await import('@foyer/tickets');
    await inside(() =>
      world.get(Tickets).act(robot('Thank you'), ticket.id, [{ do: 'reply', text: 'We have received your message.' }]),
    );
    await updateClocks(ticket);
    expect((await clock(ticket, 'first_response')).metAt).toBeNull();
  });

  test('another priority is another target', async () => {
    const ticket = await ana.opens('Now it is urgent');
    const owner = await acme.owner.actor();
    await inside(() => world.get(Tickets).update(owner, ticket.id, { priority: 'urgent' }));
    await updateClocks(ticket);
    const first = await clock(ticket, 'first_response');
    expect(first.dueAt!.getTime() - first.startedAt.getTime()).toBe(HOUR / 6);
  });

  test('reopened after four weeks, the rest of the time is left', async () => {
    const ticket = await ana.opens('It is back');
    const actor = await mara.actor();
    await inside(() => world.get(Tickets).solve(actor, ticket.id));
    await earlier(ticket, 40_320);
    await answer(ticket, ana, 'It is back');
    await updateClocks(ticket);
    const resolution = await clock(ticket, 'resolution');
    expect(resolution.metAt).toBeNull();
    expect(resolution.remainingSeconds! / 3600).toBeCloseTo(4, 1);
  });
});

describe('when what is promised changes', () => {
  test('no policy: no clocks, nothing due', async () => {
    const ticket = await ana.opens('Without promises');
    await updateClocks(ticket);
    await promise();
    await updateClocks(ticket);
    expect(await clocks(ticket)).toEqual([]);
    expect(await dueOf(ticket)).toBeNull();
  });

  test('the first policy that fits counts, one that is off never', async () => {
    const none = { first_response: null, next_response: null, resolution: null };
    const only = (minutes: number) => ({ ...none, first_response: minutes });
    const all = (minutes: number) => ({
      low: only(minutes),
      normal: only(minutes),
      high: only(minutes),
      urgent: only(minutes),
    });
    await promise(
      { ...policy, name: 'Off', enabled: false, targets: all(1) },
      {
        ...policy,
        name: 'Others',
        targets: all(2),
        conditions: { match: 'all', tests: [{ field: 'priority', operator: 'is', value: ['urgent'] }] },
      },
      { ...policy, name: 'All', targets: all(3) },
      { ...policy, name: 'Too late', targets: all(4) },
    );
    const ticket = await ana.opens('Which one');
    await updateClocks(ticket);
    const [first, ...rest] = await clocks(ticket);
    expect(first!.dueAt!.getTime() - first!.startedAt.getTime()).toBe(3 * 60_000);
    expect(rest).toEqual([]);
  });

  test('what a new policy finds late already raises no alarm', async () => {
    await promise();
    const ticket = await ana.opens('Old and late');
    await earlier(ticket, 600);
    await promise(policy);
    await inside(() => world.get(SlaClocks).stale({ afterId: null }));
    expect((await clock(ticket, 'first_response')).breachedAt).not.toBeNull();
    expect(await told(ticket)).toEqual([]);
    await updateClocks(ticket);
    expect(await told(ticket)).toEqual([]);
  });

  test('a condition on a field that is gone fits nobody', async () => {
    const gone = { field: 'field:0190f000-0000-7000-8000-0000000000ff', operator: 'is', value: ['x'] };
    await promise({ ...policy, conditions: { match: 'all', tests: [gone] } });
    const ticket = await ana.opens('Deleted field');
    await updateClocks(ticket);
    expect(await clocks(ticket)).toEqual([]);
  });
});

test('due dates are those of the calendar', async () => {
  const id = '0190f000-0000-7000-8000-0000000000aa';
  const nineToFive = Array.from({ length: 7 }, (_, day): [number, number][] => (day < 5 ? [[540, 1020]] : []));
  const berlin = { id, name: 'Berlin', timeZone: 'Europe/Berlin', week: nineToFive, holidays: [] };
  await inside(() => world.get(Collections).apply(calendars, [berlin]));
  await promise({ ...policy, hoursId: id });
  const ticket = await ana.opens('In Berlin');
  await updateClocks(ticket);
  const first = await clock(ticket, 'first_response');
  const hours = { timeZone: 'Europe/Berlin', week: nineToFive, holidays: [] };
  expect(businessTimeBetween(hours, first.startedAt.getTime(), first.dueAt!.getTime())).toBe(HOUR);
});
