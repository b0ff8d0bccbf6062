import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type TestPerson, type TestTenant, World } from '@foyer/app-cli/testing';
import { Approvals } from '@foyer/approvals';
import { Database, rows, sql, table } from '@foyer/database';
import { ticketGroups } from '@foyer/requests';
import {
  Absences,
  type Automation,
  AutomationClock,
  automations,
  filled,
  type Filling,
  MacroShelf,
  macros,
  MAX_DEPTH,
  PLACEHOLDERS,
  type RoutingRule,
  routingRules,
  type Sharing,
} from '@foyer/service';
import { Collections, identified, Items, Settings } from '@foyer/settings';
import { reopeningRules, type Ticket, ticketNumber, Tickets } from '@foyer/tickets';
import { ownMacros } from '../src/macros/macros.js';
import { TIME_TRIGGERS } from '../src/automations/automations.js';

const GROUP = '0190f000-0000-7000-8000-0000000000b1';
const id = (n: number) => `0190f000-0000-7000-8000-${String(n).padStart(12, '0')}`;
let world: World;
let acme: TestTenant;
let ana: TestPerson;
let mara: TestPerson;
const ids: Record<string, string> = {};
const inside = <T>(fn: () => Promise<T>): Promise<T> => acme.inside(fn);
const apply = (rules: Partial<RoutingRule>[], automatic: Partial<Automation>[] = []) =>
  inside(async () => {
    const conditions = { match: 'all' as const, tests: [] };
    const base = {
      enabled: true,
      conditions,
      groupId: null,
      agentId: null,
      sharing: 'nobody' as const,
      priority: null,
      categoryId: null,
      tags: [],
    };
    await world.get(Collections).apply(
      routingRules,
      rules.map((rule, n) => ({ ...base, id: id(n), name: `Rule ${n}`, ...rule })),
    );
    await world.get(Collections).apply(
      automations,
      automatic.map((one, n) => ({
        ...{
          id: id(100 + n),
          name: `Automation ${n}`,
          enabled: true,
          hours: null,
          conditions,
          trigger: 'opened' as const,
          actions: [],
        },
        ...one,
      })),
    );
  });
const now = async (ticket: Ticket) =>
  (
    await acme.query<{
      status: string;
      priority: string;
      tags: string[];
      agent: string | null;
      groupId: string | null;
    }>(
      () => sql`select t.status, t.priority, t.tags, t.group_id as "groupId", a.name as agent from ${table('ticket')} t
                  left join ${table('person')} a on a.id = t.assignee_id where t.id = ${ticket.id}`,
    )
  )[0]!;
const runs = (ticket: Ticket) =>
  acme.query<{ cause: string; depth: number }>(
    () => sql`select cause, depth from ${table('rule_run')} where ticket_id = ${ticket.id} order by ran_at`,
  );
/** The worker has nothing left to do. */
const quiet = () => world.calm();

beforeAll(async () => {
  world = await World.startWithWorker();
  acme = await world.tenant('acme');
  ana = await (await acme.customer('Ana')).of('Globex');
  mara = await acme.agent('Mara');
  for (const name of ['Bo', 'Cy']) await acme.agent(name);
  for (const { id, name } of await acme.query<{ id: string; name: string }>(
    () => sql`select id, name from ${table('person')}`,
  ))
    ids[name] = id;
  await inside(() =>
    world
      .get(Collections)
      .apply(ticketGroups, [{ id: GROUP, name: 'Network', memberIds: [ids['Mara']!, ids['Bo']!, ids['Cy']!] }]),
  );
});
beforeEach(async () => {
  await apply([]);
  await inside(() =>
    world.get(Database).write(async (em) => {
      await rows(em, sql`delete from ${table('agent_absence')}`);
      await rows(em, sql`delete from ${table('routing_turn')}`);
      await rows(em, sql`update ${table('ticket')} set status = 'closed'`);
    }),
  );
});
const sharing = (how: Sharing): Partial<RoutingRule> => ({ groupId: GROUP, sharing: how });

describe('routing', () => {
  test('each rule sees what those before have decided, and what is decided stays', async () => {
    const urgent = { match: 'all' as const, tests: [{ field: 'priority', operator: 'is', value: ['urgent'] }] };
    await apply([
      { priority: 'urgent', tags: ['fire'] },
      { conditions: urgent, groupId: GROUP, priority: 'low', tags: ['hot'] },
      { enabled: false, tags: ['never'] },
    ]);
    expect(await now(await ana.opens('Fire'))).toMatchObject({
      priority: 'urgent',
      groupId: GROUP,
      tags: ['fire', 'hot'],
      agent: null,
    });
  });

  test('in turn, also for tickets opened at once: nobody twice before everybody once', async () => {
    await apply([sharing('in-turn')]);
    const tickets = await Promise.all(Array.from({ length: 9 }, (_, n) => ana.opens(`At once ${n}`)));
    const agents = (await Promise.all(tickets.map(now))).map(({ agent }) => agent);
    for (const name of ['Mara', 'Bo', 'Cy']) expect(agents.filter((agent) => agent === name)).toHaveLength(3);
  });

  test('by load, also at once', async () => {
    await apply([{ agentId: ids['Mara']! }]);
    for (const n of [1, 2, 3]) await ana.opens(`Mara’s ${n}`);
    await apply([sharing('fewest')]);
    const tickets = await Promise.all(Array.from({ length: 6 }, (_, n) => ana.opens(`Load ${n}`)));
    const agents = (await Promise.all(tickets.map(now))).map(({ agent }) => agent);
    expect(agents.filter((agent) => agent === 'Mara')).toHaveLength(0);
    expect(agents.filter((agent) => agent === 'Bo')).toHaveLength(3);
  });

  test('not to those who are away, until they are back', async () => {
    await apply([sharing('in-turn')]);
    const actor = await mara.actor();
    await inside(() => world.get(Absences).leave(actor, ids['Mara']!, new Date(Date.now() + 60_000)));
    const away = await Promise.all([1, 2, 3, 4].map((n) => ana.opens(`Away ${n}`)));
    expect((await Promise.all(away.map(now))).map(({ agent }) => agent).sort()).toEqual(['Bo', 'Bo', 'Cy', 'Cy']);
    await inside(() => world.get(Absences).leave(actor, ids['Mara']!, new Date(Date.now() - 60_000)));
    expect((await now(await ana.opens('Back'))).agent).toBe('Mara');
  });

  test('a reopened ticket comes back to its agent, or to nobody while they are away', async () => {
    await apply([{ agentId: ids['Mara']! }]);
    const [one, two] = [await ana.opens('One'), await ana.opens('Two')];
    const [actor, customer] = [await mara.actor(), await ana.actor()];
    await inside(() => world.get(Settings).apply(reopeningRules, { returns: 'assignee-there' }));
    for (const ticket of [one, two]) await inside(() => world.get(Tickets).solve(actor, ticket.id));
    await inside(() => world.get(Tickets).reopen(customer, one.id));
    await inside(() => world.get(Absences).leave(actor, ids['Mara']!, new Date(Date.now() + 60_000)));
    await inside(() => world.get(Tickets).reopen(customer, two.id));
    await inside(() => world.get(Absences).leave(actor, ids['Mara']!, new Date(Date.now() - 60_000)));
    expect([(await now(one)).agent, (await now(two)).agent]).toEqual(['Mara', null]);
  });

  test('the thread says by whom in the reader’s language', async () => {
    await apply([{ agentId: ids['Mara']! }]);
    const ticket = await ana.opens('Who gave it to me?');
    await inside(() => world.get(Settings).apply('general', { locales: ['en', 'de'] }));
    const agent = await mara.browser();
    const path = `/console/tickets/${ticketNumber(Number(ticket.number))}`;
    expect((await agent.get(path)).text).toContain('Routing assigned the ticket to Mara');
    expect((await agent.get(`${path}?lang=de`)).text).toContain('Verteilung hat das Ticket');
    for (const to of [null, ids['Mara']!])
      await inside(async () => world.get(Tickets).act(await mara.actor(), ticket.id, [{ do: 'assign', to }]));
    const { text } = await agent.get(`${path}?lang=de`);
    expect([text.includes('Mara hat das Ticket übernommen'), text.includes('Mara hat das Ticket Mara')]).toEqual([
      true,
      false,
    ]);
    await agent.get('/console?lang=en');
  });

  test('an agent who has left, and a group of nobody: the ticket waits', async () => {
    await acme.change(() => sql`update ${table('person')} set status = 'deactivated' where id = ${ids['Cy']!}`);
    await apply([{ agentId: ids['Cy']! }]);
    expect((await now(await ana.opens('For Cy'))).agent).toBeNull();
    await apply([{ groupId: id(99), sharing: 'fewest' }]);
    expect((await now(await ana.opens('For a group that is gone'))).agent).toBeNull();
    await acme.change(() => sql`update ${table('person')} set status = 'active' where id = ${ids['Cy']!}`);
  });
});

describe('automations', () => {
  test('ask for approval, go on when it comes, and say in the thread where there is nobody to ask', async () => {
    const boss = await (await acme.customer('Gina')).of('Globex', 'company_admin');
    const lonely = await (await acme.customer('Otto')).of('Initech');
    const approved = { match: 'all' as const, tests: [{ field: 'approval', operator: 'is', value: ['approved'] }] };
    await apply(
      [],
      [
        {
          trigger: 'opened',
          actions: [
            { do: 'tag', add: ['new'], remove: [] },
            { do: 'approval', of: 'company-admins', question: 'May {{customer.first_name}} have it?' },
            { do: 'priority', to: 'high' },
          ],
        },
        { trigger: 'approved', conditions: approved, actions: [{ do: 'tag', add: ['go'], remove: [] }] },
      ],
    );
    const [asked, alone] = [await ana.opens('A new laptop'), await lonely.opens('A new chair')];
    await quiet();
    expect(await now(asked)).toMatchObject({ status: 'on_hold', tags: ['new'], priority: 'high' });
    expect(await now(alone)).toMatchObject({ status: 'open', tags: ['new'], priority: 'high' });
    const [note] = await acme.query<{ body: string }>(
      () => sql`select body from ${table('ticket_message')} where ticket_id = ${alone.id} and kind = 'note'`,
    );
    expect(note!.body).toMatch(/^No one else in this company/);
    const [approval] = await acme.query<{ id: string; question: string }>(
      () => sql`select id, question from ${table('ticket_approval')} where ticket_id = ${asked.id}`,
    );
    expect(approval!.question).toBe('May Ana have it?');
    const actor = await boss.actor();
    await inside(() => world.get(Approvals).decide(actor, approval!.id, 'approved', ''));
    await quiet();
    expect(await now(asked)).toMatchObject({ status: 'open', tags: ['go', 'new'] });
  });

  test('run once for a cause, with words filled in', async () => {
    await apply(
      [],
      [
        {
          trigger: 'opened',
          actions: [
            { do: 'note', text: 'Hello {{customer.first_name}}, {{ticket.number}} {{nonsense}}' },
            { do: 'tag', add: ['seen'], remove: [] },
          ],
        },
      ],
    );
    const ticket = await ana.opens('Lamp');
    await quiet();
    expect((await now(ticket)).tags).toEqual(['seen']);
    const [note] = await acme.query<{ body: string; by: string }>(
      () =>
        sql`select body, data->>'by' as by from ${table('ticket_message')} where ticket_id = ${ticket.id} and kind = 'note'`,
    );
    expect(note!.body).toMatch(/^Hello Ana, TKT-\d+ \{\{nonsense\}\}$/);
    expect(note!.by).toBe('Automation 0');
    expect(await runs(ticket)).toHaveLength(1);
  });

  test('two that set each other going come to an end', async () => {
    const to = (priority: 'low' | 'high') => ({
      match: 'all' as const,
      tests: [{ field: 'priority', operator: 'is', value: [priority] }],
    });
    await apply(
      [],
      [
        { trigger: 'priority', conditions: to('high'), actions: [{ do: 'priority', to: 'low' }] },
        { trigger: 'priority', conditions: to('low'), actions: [{ do: 'priority', to: 'high' }] },
      ],
    );
    const ticket = await ana.opens('Ping');
    const actor = await mara.actor();
    await inside(() => world.get(Tickets).update(actor, ticket.id, { priority: 'high' }));
    await quiet();
    const ran = await runs(ticket);
    expect(ran.map(({ depth }) => depth)).toEqual(Array.from({ length: MAX_DEPTH }, (_, depth) => depth));
  });

  test('what cannot be done is told to the team and not tried again', async () => {
    await apply(
      [],
      [
        {
          trigger: 'opened',
          actions: [
            { do: 'tag', add: ['half'], remove: [] },
            { do: 'assign', to: id(77) },
          ],
        },
      ],
    );
    const ticket = await ana.opens('Assign to nobody known');
    await quiet();
    expect((await now(ticket)).tags).toEqual([]);
    const notes = await acme.query<{ body: string }>(
      () => sql`select body from ${table('ticket_message')} where ticket_id = ${ticket.id} and kind = 'note'`,
    );
    expect(notes).toHaveLength(1);
    expect(notes[0]!.body).toContain('failed');
  });

  test('a status hidden behind other changes of the same moment is seen', async () => {
    await apply(
      [],
      [
        { trigger: 'assigned', actions: [{ do: 'tag', add: ['assigned'], remove: [] }] },
        { trigger: 'solved', actions: [{ do: 'tag', add: ['solved'], remove: [] }] },
      ],
    );
    const ticket = await ana.opens('Two at once');
    const actor = await mara.actor();
    await inside(() =>
      world.get(Tickets).act(actor, ticket.id, [
        { do: 'status', to: 'solved', statusId: null },
        { do: 'assign', to: ids['Bo']! },
      ]),
    );
    await quiet();
    expect((await now(ticket)).tags).toEqual(['assigned', 'solved']);
  });

  test('close solved tickets after their time, once, and not those reopened', async () => {
    await apply(
      [],
      [{ trigger: 'since-solved', hours: 336, actions: [{ do: 'status', to: 'closed', statusId: null }] }],
    );
    const [old, young, reopened] = [await ana.opens('Old'), await ana.opens('Young'), await ana.opens('Reopened')];
    const actor = await mara.actor();
    for (const ticket of [old, young, reopened]) await inside(() => world.get(Tickets).solve(actor, ticket.id));
    await acme.change(
      () =>
        sql`update ${table('ticket')} set solved_at = now() - interval '15 days' where id in (${old.id}, ${reopened.id})`,
    );
    await inside(() => world.get(Tickets).reopen(actor, reopened.id));
    expect(await inside(() => world.get(AutomationClock).sweep())).toBe(1);
    expect(await inside(() => world.get(AutomationClock).sweep())).toBe(0);
    expect((await Promise.all([old, young, reopened].map(now))).map(({ status }) => status)).toEqual([
      'closed',
      'solved',
      'open',
    ]);
  });

  test('remind a waiting customer once, and again only after a person has done something', async () => {
    await apply([], [{ trigger: 'since-team-replied', hours: 72, actions: [{ do: 'reply', text: 'Still there?' }] }]);
    const ticket = await ana.opens('Remind me');
    const actor = await mara.actor();
    const sweep = () => inside(() => world.get(AutomationClock).sweep());
    const later = () =>
      acme.change(
        () =>
          sql`update ${table('ticket')} set team_replied_at = team_replied_at - interval '4 days', customer_replied_at = customer_replied_at - interval '4 days' where id = ${ticket.id}`,
      );
    await inside(() => world.get(Tickets).reply(actor, ticket.id, { body: 'Which printer?', fileIds: [] }));
    await later();
    expect(await sweep()).toBe(1);
    await later();
    expect(await sweep()).toBe(0);
    await inside(() => world.get(Tickets).reply(actor, ticket.id, { body: 'Hello again', fileIds: [] }));
    await later();
    expect(await sweep()).toBe(1);
  });

  test('every time trigger asks something the database understands', async () => {
    await apply(
      [],
      TIME_TRIGGERS.map((trigger) => ({
        trigger,
        hours: 1,
        conditions: { match: 'all' as const, tests: [{ field: 'subject', operator: 'contains', value: ['nowhere'] }] },
        actions: [{ do: 'priority' as const, to: 'low' as const }],
      })),
    );
    expect(await inside(() => world.get(AutomationClock).sweep())).toBe(0);
  });

  test('write mails to people and addresses, each once', async () => {
    await apply(
      [{ groupId: GROUP }],
      [
        {
          trigger: 'opened',
          actions: [
            { do: 'mail', to: 'group', text: 'Look at {{ticket.number}}' },
            { do: 'mail', to: 'lead@acme.example', text: 'New: {{ticket.subject}}' },
          ],
        },
      ],
    );
    await ana.opens('Tell everybody');
    await quiet();
    const sent = await acme.query<{ to: string }>(
      () => sql`select to_address as to from ${table('mail')} where template = 'service/email/rule' order by 1`,
    );
    expect(sent.map(({ to }) => to)).toEqual([
      'bo@acme.example',
      'cy@acme.example',
      'lead@acme.example',
      'mara@acme.example',
    ]);
  });
});

describe('macros', () => {
  test('each keeps fifty of their own, whatever colleagues keep; doubled names and shortcuts and unknown placeholders are told at the field', async () => {
    const shelf = world.get(MacroShelf);
    const mine = { ...{ shortcut: '', groupId: null, note: false, text: 'Hello' }, translations: {}, actions: [] };
    const eleventh = await acme.agent('Elva');
    for (const name of ['Nora', 'Olaf', 'Pia']) {
      const other = await (await acme.agent(name)).actor();
      const theirs = Array.from({ length: 50 }, (_, n) => ({
        ...mine,
        name: `Macro ${n}`,
        enabled: true,
        ownerId: other.id,
      }));
      await inside(() => world.get(Items).update(ownMacros, other.id, () => theirs.map(identified)));
    }
    const actor = await eleventh.actor();
    for (let n = 0; n < 50; n += 1)
      await inside(() => shelf.add(actor, { ...mine, name: `Mine ${n}`, shortcut: n === 0 ? 'hi' : '' }));
    await expect(inside(() => shelf.add(actor, { ...mine, name: 'One too many' }))).rejects.toThrow('collection.full');
    for (const [field, wrong] of [
      ['name', { name: 'MINE 1' }],
      ['shortcut', { name: 'New', shortcut: 'HI' }],
      ['text', { name: 'New', text: 'Dear {{customer.nmae}}' }],
    ] as const)
      await expect(inside(() => shelf.add(actor, { ...mine, ...wrong }))).rejects.toMatchObject({ field });
    const owner = await acme.owner.browser();
    const path = '/console/settings/macros';
    const typed = { name: 'Thanks a lot', shortcut: 'thx', groupId: '', text: 'Thank you, {{customer.name}}' };
    await owner.get(`${path}/new`);
    expect((await owner.post(path, typed)).status).toBe(303);
    for (const [field, wrong] of [
      ['name', { name: 'thanks A lot', shortcut: '' }],
      ['shortcut', { name: 'Other' }],
      ['text', { name: 'Other', shortcut: '', text: '{{customer}}' }],
    ] as const) {
      const refused = await owner.post(path, { ...typed, ...wrong });
      expect([field, refused.status, refused.text.includes(`id="${field}-error"`)]).toEqual([field, 422, true]);
    }
    await inside(() => world.get(Items).update(ownMacros, actor.id, () => []));
  });

  test('only those of the team, one’s groups and oneself; one without words changes at once', async () => {
    const base = {
      enabled: true,
      shortcut: '',
      groupId: null,
      ownerId: null,
      note: false,
      text: '',
      translations: {},
      actions: [],
    };
    await inside(() =>
      world.get(Collections).apply(macros, [
        {
          ...base,
          id: id(1),
          name: 'All',
          text: 'Hello {{customer.name}}',
          actions: [
            { do: 'tag', add: ['greeted'], remove: [] },
            { do: 'status', to: 'solved', statusId: null },
          ],
        },
        { ...base, id: id(2), name: 'Network', groupId: GROUP, actions: [{ do: 'priority', to: 'high' }] },
      ]),
    );
    const names = async (person: TestPerson) => {
      const actor = await person.actor();
      return (await inside(() => world.get(MacroShelf).of(actor))).map(({ name }) => name);
    };
    expect(await names(mara)).toEqual(['All', 'Network']);
    expect(await names(acme.owner)).toEqual(['All']);
    const ticket = await ana.opens('Macro');
    const path = `/console/tickets/TKT-${String(ticket.number).padStart(3, '0')}`;
    const [browser, owner, customer] = [await mara.browser(), await acme.owner.browser(), await ana.browser()];
    expect((await browser.post(`${path}/macros/${id(1)}`)).headers['location']).toContain(`macro=${id(1)}`);
    // Without a script the whole box goes along, and comes back with the macro's words below what was typed.
    const filled = await browser.upload(`${path}/macros/${id(1)}`, { body: 'Typed already' }, []);
    const back = await browser.get(filled.headers['location']!.split('#')[0]!);
    expect(/<textarea[^>]*id="reply-body"[^>]*>([^<]*)/.exec(back.text)![1]).toMatch(/^Typed already\n\nHello Ana/);
    expect((await browser.post(`${path}/macros/${id(2)}`)).status).toBe(303);
    // What it does beside its words waits for them; one without words acts at once.
    expect(await now(ticket)).toMatchObject({ priority: 'high', tags: [], status: 'open' });
    for (const [visitor, macro] of [
      [owner, id(2)],
      [browser, id(3)],
    ] as const) {
      const gone = await visitor.post(`${path}/macros/${macro}`);
      expect([gone.status, gone.headers['location']]).toEqual([303, `${path}#composer`]);
      expect((await visitor.get(path)).text).toContain('This macro is no longer available.');
    }
    expect((await browser.post(`/console/tickets/TKT-9999/macros/${id(2)}`)).status).toBe(404);
    expect((await customer.post(`${path}/macros/${id(1)}`)).status).toBe(403);
  });

  describe('what a macro does beside its words', () => {
    const MACRO = {
      ...{ id: id(5), name: 'Billing', enabled: true, shortcut: '', groupId: null, ownerId: null, note: false },
      ...{ text: 'On its way', translations: {} },
      actions: [
        { do: 'tag' as const, add: ['billing'], remove: [] },
        { do: 'priority' as const, to: 'high' as const },
        { do: 'group' as const, to: GROUP },
        { do: 'status' as const, to: 'solved' as const, statusId: null },
      ],
    };
    const proposed = (html: string) =>
      [...html.matchAll(/name="also" value="([^"]+)"( checked)?><span><bdi>([^<]+)/g)].map(([, value, on, label]) => ({
        value: value!,
        label,
        on: on !== undefined,
      }));
    const begin = async (macro = MACRO) => {
      await inside(() => world.get(Collections).apply(macros, [macro]));
      const ticket = await ana.opens('Invoice');
      const path = `/console/tickets/${ticketNumber(Number(ticket.number))}`;
      const browser = await mara.browser();
      const page = (await browser.get(`${path}?macro=${MACRO.id}`)).text;
      return { ticket, path, browser, page, also: proposed(page).map(({ value }) => value) };
    };

    test('is proposed with them, and done when they are sent, but for what was left out', async () => {
      const { ticket, path, browser, page, also } = await begin();
      expect(proposed(page).map(({ label, on }) => [label, on])).toEqual([
        ['add the tag billing', true],
        ['set the priority to High', true],
        ['assign to the group Network', true],
      ]);
      expect(page).toMatch(/<option value="solved" selected/);
      expect((await now(ticket)).tags).toEqual([]);
      const sent = { body: 'On its way', status: 'solved', also: [also[0]!, also[2]!] };
      expect((await browser.post(`${path}/replies`, sent)).status).toBe(303);
      expect(await now(ticket)).toMatchObject({
        status: 'solved',
        tags: ['billing'],
        priority: 'normal',
        groupId: GROUP,
      });
    });

    test('comes back as it was chosen when the form does', async () => {
      const { path, browser, also } = await begin();
      const back = await browser.post(`${path}/replies`, { body: '', status: 'solved', also: also[1]! });
      expect(back.status).toBe(422);
      expect(proposed(back.text).map(({ on }) => on)).toEqual([false, true, false]);
    });

    test('goes with the words or not at all, and is never something else than was shown', async () => {
      const { ticket, path, browser, also } = await begin();
      const urgent = { ...MACRO, actions: [{ do: 'priority' as const, to: 'urgent' as const }] };
      await inside(() => world.get(Collections).apply(macros, [urgent]));
      const stale = await browser.post(`${path}/replies`, { body: 'Changed', status: 'open', also: also[1]! });
      expect([stale.status, stale.text.includes('The macro has changed')]).toEqual([422, true]);
      expect(proposed(stale.text)).toMatchObject([{ label: 'set the priority to Urgent', on: false }]);
      const gone = { ...MACRO, actions: [{ do: 'group' as const, to: id(98) }, MACRO.actions[0]!] };
      await inside(() => world.get(Collections).apply(macros, [gone]));
      const values = proposed((await browser.get(`${path}?macro=${MACRO.id}`)).text).map(({ value }) => value);
      const impossible = await browser.post(`${path}/replies`, { body: 'Gone', status: 'open', also: values });
      expect([impossible.status, impossible.text.includes('is no longer possible')]).toEqual([422, true]);
      const said = await acme.query(
        () =>
          sql`select 1 from ${table('ticket_message')} where ticket_id = ${ticket.id} and body in ('Changed', 'Gone')`,
      );
      expect(said).toEqual([]);
      expect(await now(ticket)).toMatchObject({ tags: [], priority: 'normal' });
      const foreign = await browser.post(`${path}/replies`, { body: 'x', status: 'open', also: `${id(77)}.abc` });
      expect(foreign.status).toBe(422);
    });

    test('in a note counts the status in, for a note has no field for it', async () => {
      const { ticket, path, browser, also } = await begin({ ...MACRO, note: true });
      expect(also).toHaveLength(4);
      expect((await browser.post(`${path}/notes`, { body: 'Done', also })).status).toBe(303);
      expect(await now(ticket)).toMatchObject({ status: 'solved', tags: ['billing'], priority: 'high' });
    });
  });

  test('a text is filled in once, and what is put in stays plain words', () => {
    const values = Object.fromEntries(PLACEHOLDERS.map((name) => [name, `<${name}>`])) as Filling;
    expect(
      filled('{{customer.name}} {{ ticket.number }} {{customer.password}} {{constructor}} {{{site.name}}}', {
        ...values,
        'customer.name': '{{site.name}} [x](y)',
      }),
    ).toBe('{{site.name}} \\[x\\](y) \\<ticket.number\\> {{customer.password}} {{constructor}} {\\<site.name\\>}');
    fc.assert(
      fc.property(fc.string(), (text) => filled(text.replaceAll('{{', ''), values) === text.replaceAll('{{', '')),
    );
  });
});
