import { describe, expect, test } from '@jest/globals';
import { World } from '@foyer/app-cli/testing';
import { Database, rows, sql, table } from '@foyer/database';
import { ticketGroups } from '@foyer/requests';
import { automations, SlaClocks, slaPolicies, type SlaPolicy } from '@foyer/service';
import { Collections } from '@foyer/settings';
import { type Ticket, ticketNumber, Tickets } from '@foyer/tickets';

const GROUP = '0190f000-0000-7000-8000-0000000000b1';
const POLICY = '0190f000-0000-7000-8000-0000000000a1';
const ids: Record<string, string> = {};
const each = { first_response: 60, next_response: 30, resolution: null };
const policy: SlaPolicy = {
  ...{ id: POLICY, name: 'Fast', enabled: true, hoursId: null, pauseOn: ['pending'], shown: true },
  conditions: { match: 'all', tests: [] },
  targets: { low: each, normal: each, high: each, urgent: each },
  warn: { before: 15, unit: 'minutes' },
  onWarning: { actions: [], notify: ['assignee'], addresses: [] },
  onBreach: {
    actions: [
      { do: 'priority', to: 'urgent' },
      { do: 'note', text: '{{ticket.number}} of {{customer.name}} is late' },
    ],
    notify: ['assignee', 'group'],
    addresses: ['lead@acme.example'],
  },
};
const inside = <T>(fn: () => Promise<T>): Promise<T> => acme.inside(fn);
/** Sets the policy, and waits until the worker has worked out all tickets by it. */
const promise = async (...policies: SlaPolicy[]) => {
  await inside(() => world.get(Collections).apply(slaPolicies, policies));
  await world.calm();
};
const updateClocks = (ticket: Ticket) => inside(() => world.get(SlaClocks).update(ticket.id));
const earlier = (ticket: Ticket, minutes: number) =>
  inside(() =>
    world.get(Database).write(async (em) => {
      const by = sql`${minutes} * interval '1 minute'`;
      await rows(em, sql`update ${table('ticket')} set created_at = created_at - ${by} where id = ${ticket.id}`);
      await rows(
        em,
        sql`update ${table('ticket_message')} set created_at = created_at - ${by} where ticket_id = ${ticket.id}`,
      );
      await rows(em, sql`delete from ${table('ticket_clock')} where ticket_id = ${ticket.id}`);
    }),
  );
const late = async (ticket: Ticket) =>
  (
    await acme.query<{ to: string }>(
      () =>
        sql`select to_address as to from ${table('mail')} where template = 'service/email/late' and key like ${`%:${ticket.id}:%`} order by 1`,
    )
  ).map(({ to }) => to);
const numberOf = (ticket: Ticket) => ticketNumber(Number(ticket.number));
const until = async (done: () => Promise<boolean>) => {
  for (let tries = 0; tries < 100 && !(await done()); tries++) await new Promise((resolve) => setTimeout(resolve, 60));
};
const assign = async (ticket: Ticket) => {
  const actor = await mara.actor();
  await inside(() =>
    world.get(Tickets).act(actor, ticket.id, [
      { do: 'group', to: GROUP },
      { do: 'assign', to: ids['Mara']! },
    ]),
  );
};

const world = await World.startWithWorker();
const acme = await world.tenant('acme');
const ana = await (await acme.customer('Ana')).of('Globex');
const mara = await acme.agent('Mara');
await acme.agent('Bo');
for (const { id, name } of await acme.query<{ id: string; name: string }>(
  () => sql`select id, name from ${table('person')}`,
))
  ids[name] = id;
await inside(() =>
  world.get(Collections).apply(ticketGroups, [{ id: GROUP, name: 'Network', memberIds: [ids['Mara']!, ids['Bo']!] }]),
);
await inside(() => world.get(Collections).apply(automations, []));
await promise(policy);

describe('what is late', () => {
  test('is mailed once to everybody whom it concerns, and the ticket is given what the policy says', async () => {
    const ticket = await ana.opens('Late');
    await assign(ticket);
    await earlier(ticket, 90);
    await updateClocks(ticket);
    await updateClocks(ticket);
    await until(async () => (await late(ticket)).length === 3);
    expect(await late(ticket)).toEqual(['bo@acme.example', 'lead@acme.example', 'mara@acme.example']);
    const now = () =>
      acme.query<{ priority: string; notes: string[] }>(
        () =>
          sql`select t.priority, array(select body from ${table('ticket_message')} m where m.ticket_id = t.id and kind = 'note') as notes from ${table('ticket')} t where t.id = ${ticket.id}`,
      );
    await until(async () => (await now())[0]!.priority === 'urgent');
    expect((await now())[0]).toEqual({ priority: 'urgent', notes: [`${numberOf(ticket)} of Ana is late`] });
  });

  test('and answered meanwhile calls nobody', async () => {
    const ticket = await ana.opens('Answered late');
    await assign(ticket);
    const actor = await mara.actor();
    await inside(() => world.get(Tickets).reply(actor, ticket.id, { body: 'Here I am', fileIds: [] }));
    // Opened long ago, but answered just now.
    await inside(() =>
      world.get(Database).write(async (em) => {
        await rows(
          em,
          sql`update ${table('ticket')} set created_at = created_at - interval '90 minutes' where id = ${ticket.id}`,
        );
        await rows(em, sql`delete from ${table('ticket_clock')} where ticket_id = ${ticket.id}`);
      }),
    );
    await updateClocks(ticket);
    const told = () =>
      acme.query(
        () =>
          sql`select 1 from ${table('ticket_message')} where ticket_id = ${ticket.id} and data->>'type' = 'sla-breached'`,
      );
    expect(await told()).toHaveLength(1);
    expect(await late(ticket)).toEqual([]);
  });

  test('of a policy removed meanwhile is only history', async () => {
    const ticket = await ana.opens('Policy gone');
    await assign(ticket);
    await promise();
    await earlier(ticket, 90);
    await updateClocks(ticket);
    expect(await late(ticket)).toEqual([]);
    await promise(policy);
  });

  test('with an agent who has left in its actions is mailed all the same', async () => {
    await promise({
      ...policy,
      onBreach: { ...policy.onBreach, actions: [{ do: 'assign', to: '0190f000-0000-7000-8000-0000000000ff' }] },
    });
    const ticket = await ana.opens('Somebody left');
    await earlier(ticket, 90);
    await updateClocks(ticket);
    await until(async () => (await late(ticket)).length > 0);
    expect(await late(ticket)).toEqual(['lead@acme.example']);
    await promise(policy);
  });
});

describe('on the ticket', () => {
  test('the team sees the time left, the customer when they hear from us, if they are told', async () => {
    const ticket = await ana.opens('Shown');
    await updateClocks(ticket);
    const path = `/tickets/${numberOf(ticket)}`;
    const [team, customer] = [await mara.browser(), await ana.browser()];
    expect((await team.get(`/console${path}`)).text).toMatch(/First reply[^]*\d+ mins? left/);
    expect((await customer.get(path)).text).toContain('We reply by');
    await promise({ ...policy, shown: false });
    expect((await customer.get(path)).text).not.toContain('We reply by');
    await promise(policy);
  });

  test('what is late is not promised any more, and internal names stay inside', async () => {
    const ticket = await ana.opens('Late and shown');
    await earlier(ticket, 90);
    await updateClocks(ticket);
    const path = `/tickets/${numberOf(ticket)}`;
    expect((await (await mara.browser()).get(`/console${path}`)).text).toContain('Missed since');
    const page = await (await ana.browser()).get(path);
    expect(page.text).not.toContain('We reply by');
    expect(page.text).not.toMatch(/Fast|Overdue|breach/);
  });

  test('a macro fills the box in which the team writes, in the customer’s words', async () => {
    const { macros } = await import('@foyer/service');
    const macro = {
      id: '0190f000-0000-7000-8000-0000000000d1',
      name: 'Thanks',
      enabled: true,
      shortcut: 'ty',
      groupId: null,
      ownerId: null,
      note: false,
    };
    await inside(() =>
      world.get(Collections).apply(macros, [
        {
          ...macro,
          text: 'Hello {{customer.first_name}}, {{agent.name}} here.',
          translations: { de: 'Guten Tag {{customer.name}}' },
          actions: [{ do: 'status', to: 'solved', statusId: null }],
        },
      ]),
    );
    const ticket = await ana.opens('Macro');
    const page = await (await mara.browser()).get(`/console/tickets/${numberOf(ticket)}?macro=${macro.id}`);
    expect(page.text).toMatch(/<textarea[^>]*id="reply-body"[^>]*>\s*Hello Ana, Mara here\./);
    await acme.change(() => sql`update ${table('person')} set locale = 'de' where id = ${ids['Ana']!}`);
    expect((await (await mara.browser()).get(`/console/tickets/${numberOf(ticket)}?macro=${macro.id}`)).text).toContain(
      'Guten Tag Ana',
    );
  });
});
