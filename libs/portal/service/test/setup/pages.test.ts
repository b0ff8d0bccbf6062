import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { rows, Database, sql, table } from '@foyer/database';
import { requestFields, ticketGroups } from '@foyer/requests';
import { automations, calendars, macros, routingRules, slaPolicies } from '@foyer/service';
import { Collections, Settings } from '@foyer/settings';
import { weekWords } from '../../src/hours/week-form.js';

let world: World;
let acme: TestTenant;
let owner: Visitor;
let maraId: string;
const NETWORK = '0190f000-0000-7000-8000-0000000000b1';
const FIELD = '0190f000-0000-7000-8000-0000000000c1';
const collections = () => world.get(Collections);
const at = (page: string) => `/console/settings/${page}`;

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  await acme.agent('Mara');
  await (await acme.customer('Ana')).opens('Printer is on fire');
  owner = await acme.owner.browser();
  [{ id: maraId }] = (await acme.query<{ id: string }>(
    () => sql`select id from ${table('person')} where name = 'Mara'`,
  )) as [{ id: string }];
  await acme.inside(() => collections().apply(ticketGroups, [{ id: NETWORK, name: 'Network', memberIds: [maraId] }]));
});

describe('everything can be set up', () => {
  test('business hours with a break and holidays', async () => {
    const typed = {
      name: 'Berlin office',
      timeZone: 'Europe/Berlin',
      'mon-a-from': '09:00',
      'mon-a-to': '12:00',
      'mon-b-from': '13:00',
      'mon-b-to': '00:00',
    };
    const more = await owner.post(at('hours'), { ...typed, more: 'holidays' });
    expect(more.status).toBe(200);
    expect(more.text).toContain('name="holidays-0-date"');
    expect(more.text).toContain('value="13:00"');
    const saved = await owner.post(at('hours'), {
      ...typed,
      'holidays-0-date': '2026-12-25',
      'holidays-0-name': 'Christmas',
      'holidays-0-yearly': '1',
    });
    expect(saved.status).toBe(303);
    const [, office] = await acme.inside(() => collections().all(calendars));
    expect(office).toMatchObject({
      week: [
        [
          [540, 720],
          [780, 1440],
        ],
        [],
        [],
        [],
        [],
        [],
        [],
      ],
      holidays: [{ date: '2026-12-25', name: 'Christmas', yearly: true }],
    });
    const list = await owner.get(at('hours'));
    expect(list.text).toContain('Berlin office');
    expect((await owner.get(`${at('hours')}/${office!.id}`)).text).toContain('value="2026-12-25"');
  });

  test('the summary of what is wrong names each control', async () => {
    const summary = async (page: string, typed: object) => {
      const { text } = await owner.post(at(page), typed as Record<string, string>);
      const list = /data-error-summary>([^]*?)<\/ul>/.exec(text)?.[1] ?? '';
      return [...list.matchAll(/<a href="#([^"]+)">([^<]+)</g)].map(([, id, words]) => `${id} ${words}`);
    };
    for (const page of ['hours', 'policies', 'routing', 'automations', 'macros', 'surveys'])
      await owner.get(`${at(page)}/new`);
    expect(await summary('hours', { name: 'x', timeZone: '', 'wed-b-to': '25:00', 'wed-b-from': '13:00' })).toEqual([
      expect.stringMatching(/^wed-b-to Wednesday.*: \S/),
    ]);
    const urgent = await summary('policies', {
      name: 'x',
      hoursId: '',
      warn: 'never',
      'urgent-first-response': 'soon',
    });
    expect(urgent).toEqual([expect.stringMatching(/^urgent-first-response Urgent, First reply: hours: \S/)]);
    const test = { match: 'all', 'tests-0-field': 'subject', 'tests-0-operator': 'contains', 'tests-0-value': '' };
    expect(await summary('routing', { ...test, name: 'x', priority: 'high', sharing: 'nobody' })).toEqual([
      expect.stringMatching(/^tests-0-value Subject: \S/),
    ]);
    for (const page of ['routing', 'automations', 'macros'])
      expect((await summary(page, { name: '' })).filter((one) => one.startsWith('name '))).toEqual([
        expect.stringMatching(/^name Name: \S/),
      ]);
    expect(await summary('surveys', { kind: 'csat', name: '', delayHours: 'x' })).toContainEqual(
      expect.stringMatching(/^delayHours [^:]+: \S/),
    );
  });

  test('a week is read from its first day in the region', () => {
    const [open, closed] = [[[480, 1020] as const], []];
    const week = [open, open, open, open, closed, closed, open];
    expect(weekWords('en-SA', week)).toBe('Sun–Thu 08:00–17:00');
    expect(weekWords('en-EG', week)).toBe('Sun–Thu 08:00–17:00');
    expect(weekWords('en-DE', week)).toBe('Mon–Thu 08:00–17:00, Sun 08:00–17:00');
  });

  test('what is left of business hours says so; what runs around the clock does not', async () => {
    const [standard] = await acme.inside(() => collections().all(slaPolicies));
    await acme.change(
      () => sql`insert into ${table('ticket_clock')} (ticket_id, kind, policy_id, started_at, due_at)
              select id, 'resolution', ${standard!.id}, now(), now() + interval '9 days' from ${table('ticket')}
               on conflict do nothing`,
    );
    const { text } = await owner.get('/console/tickets/TKT-001');
    expect(text).toMatch(/\d (?:hr|min)s? left \(business hours\)/);
    await acme.inside(() => collections().apply(slaPolicies, [{ ...standard!, hoursId: null }]));
    const always = (await owner.get('/console/tickets/TKT-001')).text;
    expect(always).toMatch(/\d (?:hr|min)s? left\b/);
    expect(always).not.toContain('left (business hours)');
    await acme.inside(() => collections().apply(slaPolicies, [standard!]));
  });

  test('response times by priority', async () => {
    const [, office] = await acme.inside(() => collections().all(calendars));
    const saved = await owner.post(at('policies'), {
      ...{
        name: 'VIP',
        hoursId: office!.id,
        warn: 'percent:25',
        shown: '1',
        pause: ['pending', 'on_hold'],
        'urgent-first-response': '0,5',
        'low-resolution': '40',
      },
      ...{ match: 'any', 'tests-0-field': 'tags', 'tests-0-operator': 'has', 'tests-0-value': 'vip, gold' },
      ...{
        'warning-notify': 'assignee',
        'breach-notify': ['assignee', 'group'],
        'breach-addresses': 'lead@acme.example',
        'breach-0-do': 'priority',
        'breach-0-to': 'urgent',
      },
    });
    expect(saved.status).toBe(303);
    const vip = (await acme.inside(() => collections().all(slaPolicies))).find(({ name }) => name === 'VIP')!;
    expect(vip).toMatchObject({
      conditions: { match: 'any', tests: [{ field: 'tags', operator: 'has', value: ['vip', 'gold'] }] },
      shown: true,
      warn: { before: 25, unit: 'percent' },
    });
    expect(vip.targets.urgent.first_response).toBe(30);
    expect(vip.targets.low).toEqual({ first_response: null, next_response: null, resolution: 2400 });
    expect(vip.onBreach).toEqual({
      actions: [{ do: 'priority', to: 'urgent' }],
      notify: ['assignee', 'group'],
      addresses: ['lead@acme.example'],
    });
    const page = await owner.get(`${at('policies')}/${vip.id}`);
    expect(page.text).toContain(
      'Tags include “vip” or “gold”: first reply within Urgent 30 mins, Low 40 hrs (business hours).',
    );
    expect(page.text).toContain('value="0.5"');
  });

  test('a routing rule, tried on the latest tickets before it is kept', async () => {
    const typed = {
      ...{
        name: 'Network',
        groupId: NETWORK,
        sharing: 'in-turn',
        agentId: '',
        priority: '',
        categoryId: '',
        tags: 'network',
        match: 'all',
      },
      ...{ 'tests-0-field': 'subject', 'tests-0-operator': 'contains', 'tests-0-value': 'printer' },
    };
    const tried = await owner.post(at('routing'), { ...typed, more: 'nothing' });
    expect(tried.text).toContain('Latest tickets looked at: 1. ');
    expect(await acme.inside(() => collections().all(routingRules))).toEqual([]);
    expect((await owner.post(at('routing'), typed)).status).toBe(303);
    expect((await owner.get(at('routing'))).text).toContain(
      'When a ticket is opened, if Subject contains “printer”: assign to the group Network, assign to the members of Network in turn and add the tag network.',
    );
  });

  test('an automation', async () => {
    const typed = {
      ...{
        name: 'Nobody answers',
        trigger: 'since-customer-replied',
        hours: '4',
        match: 'all',
        'tests-0-field': 'priority',
        'tests-0-operator': 'is',
        'tests-0-value': ['high', 'urgent'],
      },
      ...{
        'actions-0-do': 'assign',
        'actions-0-to': maraId,
        'actions-1-do': 'mail',
        'actions-1-to': 'group',
        'actions-1-text': 'Have a look at {{ticket.number}}',
        'actions-2-do': 'approval',
        'actions-2-text': '',
      },
    };
    const unknown = await owner.post(at('automations'), { ...typed, 'actions-1-text': 'Dear {{customer.nmae}}' });
    expect([unknown.status, unknown.text.includes('id="actions-1-text-error"')]).toEqual([422, true]);
    expect((await owner.post(at('automations'), typed)).status).toBe(303);
    const last = (await acme.inside(() => collections().all(automations))).at(-1)!;
    expect(last).toMatchObject({
      trigger: 'since-customer-replied',
      hours: 4,
      enabled: true,
      actions: [
        { do: 'assign', to: maraId },
        { do: 'mail', to: 'group' },
        { do: 'approval', of: 'company-admins', question: '' },
      ],
    });
    const page = await owner.get(`${at('automations')}/${last.id}`);
    expect(page.text).toContain(
      '4 hours after the customer’s last reply, if Priority is High or Urgent: assign to Mara, send an email to The ticket’s group and ask the company’s admins for approval.',
    );
  });

  test('a macro', async () => {
    const typed = {
      name: 'Thanks',
      shortcut: 'ty',
      groupId: '',
      text: 'Thank you, {{customer.first_name}}',
      'actions-0-do': 'status',
      'actions-0-to': 'solved',
      'actions-1-do': 'add-tags',
      'actions-1-to': 'Thanked',
    };
    expect((await owner.post(at('macros'), typed)).status).toBe(303);
    const [thanks] = await acme.inside(() => collections().all(macros));
    expect(thanks).toMatchObject({
      shortcut: 'ty',
      actions: [
        { do: 'status', to: 'solved', statusId: null },
        { do: 'tag', add: ['Thanked'], remove: [] },
      ],
    });
  });

  test('a macro is found by its shortcut too', async () => {
    expect((await owner.get('/console/find?q=ty')).text).toMatch(/settings\/macros\/[0-9a-f-]{36}/);
  });

  test('a macro is held to its rules by the verb, whoever calls it', async () => {
    const actor = await acme.owner.actor();
    const nobody = '0190f000-0000-7000-8000-00000000dead';
    const add = (given: object) =>
      acme.inside(() => collections().add(actor, macros, { name: 'By a program', text: 'Hello', ...given } as never));
    for (const [field, wrong] of [
      ['text', { text: '' }],
      ['text', { text: 'Dear {{customer.nmae}}' }],
      ['translations-de', { translations: { de: '{{kunde}}' } }],
      ['name', { name: 'THANKS' }],
      ['groupId', { groupId: nobody }],
      ['actions', { actions: [{ do: 'group', to: nobody }] }],
      ['actions', { actions: [{ do: 'assign', to: nobody }] }],
      ['actions', { actions: [{ do: 'note', text: 'See {{where}}' }] }],
    ] as const)
      expect([field, await add(wrong).catch((error: unknown) => error)]).toMatchObject([field, { field }]);
  });

  test('so is every other list of rules', async () => {
    const actor = await acme.owner.actor();
    const nobody = '0190f000-0000-7000-8000-00000000dead';
    const name = 'By a program';
    const asks = (field: string, id: string) => ({
      conditions: { match: 'all', tests: [{ field, operator: field.includes(':') ? 'is-empty' : 'is', value: [id] }] },
    });
    const closed = [[], [], [], [], [], [], []];
    const none = { first_response: null, next_response: null, resolution: null };
    const targets = { low: none, normal: none, high: none, urgent: { ...none, resolution: 60 } };
    const act = { trigger: 'opened', actions: [{ do: 'priority', to: 'high' }] };
    for (const [list, field, given] of [
      [calendars, 'week', { week: closed }],
      [calendars, 'timeZone', { week: closed, timeZone: 'Moon/Crater' }],
      [slaPolicies, 'targets', { targets: { ...targets, urgent: none } }],
      [slaPolicies, 'hoursId', { targets, hoursId: nobody }],
      [slaPolicies, 'onBreach', { targets, onBreach: { actions: [{ do: 'watch', personId: nobody }] } }],
      [automations, 'hours', { ...act, trigger: 'since-opened' }],
      [automations, 'actions', { ...act, actions: [] }],
      [automations, 'actions', { ...act, actions: [{ do: 'mail', to: 'group', text: '{{who}}' }] }],
      [automations, 'conditions', { ...act, ...asks('categoryId', nobody) }],
      [automations, 'conditions', { ...act, ...asks(`field:${nobody}`, 'x') }],
      [routingRules, 'conditions', { priority: 'high', ...asks('companyId', nobody) }],
      [routingRules, 'agentId', { agentId: nobody }],
      [routingRules, 'groupId', { sharing: 'in-turn' }],
      [routingRules, 'groupId', {}],
    ] as const) {
      const refused = acme.inside(() => collections().add(actor, list as never, { name, ...given } as never));
      expect([list.name, field, await refused.catch((error: unknown) => error)]).toMatchObject([
        ...[list.name, field],
        { field },
      ]);
    }
  });

  test('languages, keys and conditions are called as the reader’s language calls them, and a text has one place for each language', async () => {
    const bolt = await world.tenant('bolt');
    await bolt.inside(async () =>
      world.get(Settings).change(await bolt.owner.actor(), 'general', { locales: ['en', 'de', 'ar'] }),
    );
    const reader = await bolt.owner.browser();
    const german = async (page: string) => (await reader.get(at(page), { 'Accept-Language': 'de' })).text;
    const page = await german('macros/new');
    for (const words of ['Auf Deutsch, für', 'Auf Arabisch, für', '<kbd>Strg K</kbd>', 'data-control="Strg"'])
      expect(page).toContain(words);
    expect(page).not.toContain('Auf Englisch, für');
    await bolt.inside(async () => {
      const actor = await bolt.owner.actor();
      const greeting = { name: 'Greeting', text: 'Hallo', translations: { en: 'Hello', de: 'Guten Tag' } };
      const conditions = { match: 'all', tests: [{ field: 'priority', operator: 'is', value: ['high'] }] };
      await collections().add(actor, macros, greeting as never);
      await collections().add(actor, slaPolicies, {
        name: 'Swift',
        conditions,
        targets: { low: {}, normal: {}, high: { first_response: 60 }, urgent: {} },
      } as never);
    });
    expect(await german('policies')).toContain('Tickets, bei denen Priorität Hoch ist: erste Antwort');
    const greeting = async () =>
      (await bolt.inside(() => collections().all(macros))).find(({ name }) => name === 'Greeting')!;
    const { id } = await greeting();
    expect((await reader.get(`${at('macros')}/${id}`)).text).toMatch(/name="text"[^>]*>Hello</);
    const typed = { name: 'Greeting', shortcut: '', groupId: '', text: 'Good day', 'translations-de': 'Moin' };
    expect((await reader.post(`${at('macros')}/${id}`, typed)).status).toBe(303);
    expect(await greeting()).toMatchObject({ text: 'Good day', translations: { de: 'Moin' } });
    expect((await greeting()).translations).not.toHaveProperty('en');
    expect(await german('legal?language=de')).toContain('sehen Kunden den auf Englisch.');
  });

  test.each(['hours', 'policies', 'routing', 'automations', 'macros'])(
    '%s: list, order, switch and removal',
    async (page) => {
      const list = await owner.get(at(page));
      expect(list.status).toBe(200);
      const [href] = /\/console\/settings\/\w+\/[0-9a-f-]{36}/.exec(list.text)!;
      expect((await owner.get(href)).status).toBe(200);
      expect((await owner.get(`${at(page)}/new`)).status).toBe(200);
      if (list.text.includes(`${href}/switch`)) expect((await owner.post(`${href}/switch`)).status).toBe(303);
      expect((await owner.post(`${href}/down`)).status).toBe(303);
    },
  );
});

describe('rows come and go without losing a word', () => {
  const typed = {
    name: 'Typed',
    trigger: 'opened',
    hours: '',
    match: 'any',
    'actions-0-do': 'reply',
    'actions-0-text': 'Hello <b>',
  };

  test('one more', async () => {
    const { status, text } = await owner.post(at('automations'), { ...typed, more: 'tests', 'tests-new': 'priority' });
    expect(status).toBe(200);
    expect(text).toContain('name="tests-0-operator"');
    expect(text).toContain('value="urgent"');
    expect(text).toContain('Hello &lt;b&gt;');
  });

  test('chosen and not added yet is added, whichever button was pressed', async () => {
    const { status, text } = await owner.post(at('automations'), { ...typed, 'tests-new': 'companyId' });
    expect(status).toBe(200);
    expect(text).toContain('name="tests-0-operator"');
  });

  test('one less', async () => {
    const { text } = await owner.post(at('automations'), {
      ...typed,
      'actions-1-do': 'note',
      'actions-1-text': 'Second',
      drop: 'actions-0',
    });
    expect(text).not.toContain('Hello');
    expect(text).toContain('Second');
  });

  test('what is wrong is said at its control', async () => {
    const wrong = async (page: string, values: Record<string, string | string[]>, id: string) => {
      const { status, text } = await owner.post(at(page), values);
      expect([status, text.includes(`id="${id}-error"`)]).toEqual([422, true]);
    };
    await wrong('automations', { ...typed, trigger: 'since-opened' }, 'hours');
    await wrong(
      'automations',
      { ...typed, 'tests-0-field': 'priority', 'tests-0-operator': 'contains', 'tests-0-value': 'urgent' },
      'tests-0-operator',
    );
    await wrong('automations', { ...typed, 'tests-0-field': 'priority', 'tests-0-operator': 'is' }, 'tests-0-value');
    await wrong(
      'automations',
      { ...typed, 'tests-0-field': 'createdAt', 'tests-0-operator': 'more-than', 'tests-0-value': 'soon' },
      'tests-0-value',
    );
    await wrong('automations', { ...typed, 'actions-1-do': 'assign', 'actions-1-to': NETWORK }, 'actions-1-to');
    await wrong('automations', { name: 'No action', trigger: 'opened' }, 'actions-new');
    await wrong('hours', { name: 'Backwards', timeZone: '', 'mon-a-from': '17:00', 'mon-a-to': '09:00' }, 'mon-a-to');
    await wrong('policies', { name: 'Nothing', hoursId: '', warn: 'never' }, 'urgent-first-response');
    await wrong(
      'routing',
      { name: 'Nothing', groupId: '', agentId: '', sharing: 'nobody', priority: '', categoryId: '', tags: '' },
      'groupId',
    );
  });
});

describe('what is in use is kept', () => {
  test('hours that response times use', async () => {
    const hours = (await acme.inside(() => collections().all(calendars))).find(({ name }) => name === 'Business hours');
    const refused = await owner.post(`${at('hours')}/${hours!.id}/removal`);
    expect(refused.status).toBe(422);
    expect(refused.text).toMatch(/This is still in use[^]+\/console\/settings\/policies\/[^]+Standard/);
  });

  test('a group and a field that rules speak of', async () => {
    const actor = await acme.owner.actor();
    await expect(acme.inside(() => collections().remove(actor, ticketGroups, NETWORK))).rejects.toMatchObject({
      code: 'settings.uses.heading',
    });
    await acme.inside(() => collections().apply(requestFields, [{ ...field, id: FIELD }]));
    const typed = {
      name: 'By field',
      trigger: 'opened',
      match: 'all',
      'tests-0-field': `field:${FIELD}`,
      'tests-0-operator': 'is',
      'tests-0-value': 'x',
      'actions-0-do': 'priority',
      'actions-0-to': 'low',
    };
    expect((await owner.post(at('automations'), typed)).status).toBe(303);
    const page = '/console/settings/ticket-fields';
    const kept = await owner.post(`${page}/${FIELD}/removal`);
    expect(kept.status).toBe(422);
    expect(kept.text).toMatch(/<a href="\/console\/settings\/automations\/[^"]+"><bdi>By field<\/bdi>/);
    const put = { label: field.label, kind: field.kind, visibility: field.visibility, archived: '1' };
    const archived = await owner.post(`${page}/${FIELD}`, put);
    expect(archived.status).toBe(422);
    expect(archived.text).toContain('<bdi>By field</bdi>');
    expect((await owner.post(`${page}/${FIELD}`, { ...put, archived: '' })).status).toBe(303);
  });

  const rule = (name: string, to: Record<string, string>) => ({
    ...{ name, trigger: 'opened', match: 'all', 'tests-0-field': 'priority', 'tests-0-operator': 'is' },
    ...{ 'tests-0-value': 'low', ...to },
  });

  test('a category, be it put away, removed, or given to another', async () => {
    const categories = '/console/settings/ticket-categories';
    expect((await owner.post(categories, { name: 'Ruled' })).status).toBe(303);
    const [{ id }] = (await acme.query<{ id: string }>(
      () => sql`select id from ${table('ticket_category')} where name = 'Ruled'`,
    )) as [{ id: string }];
    const typed = rule('By category', { 'actions-0-do': 'category', 'actions-0-to': id });
    expect((await owner.post(at('automations'), typed)).status).toBe(303);
    const answers: Record<string, string>[] = [{}, { to: 'archive' }];
    for (const answer of answers) {
      const kept = await owner.post(`${categories}/${id}/removal`, answer);
      expect(kept.status).toBe(422);
      expect(kept.text).toMatch(/href="\/console\/settings\/automations\/[^"]+"><bdi>By category<\/bdi>/);
    }
    const made = (await acme.inside(() => collections().all(automations))).find(({ name }) => name === 'By category')!;
    expect((await owner.post(`${at('automations')}/${made.id}/removal`)).status).toBe(303);
    expect((await owner.post(`${categories}/${id}/removal`)).status).toBe(303);
  });

  test('somebody of the team, whose leaving is asked about first', async () => {
    const { id } = await (await acme.agent('Leaver')).actor();
    const typed = rule('To the leaver', { 'actions-0-do': 'assign', 'actions-0-to': id! });
    expect((await owner.post(at('automations'), typed)).status).toBe(303);
    const removal = `/console/team/${id}/removal`;
    for (const way of [removal, `/console/people/${id}/deactivation`]) {
      const asked = await owner.post(way);
      expect(asked.status).toBe(422);
      expect(asked.text).toMatch(/href="\/console\/settings\/automations\/[^"]+"><bdi>To the leaver<\/bdi>/);
    }
    expect((await owner.get('/console/team')).text).toContain('Leaver');
    expect((await owner.post(removal, { anyway: '1' })).status).toBe(303);
    expect((await owner.get('/console/team')).text).not.toContain('Leaver');
  });

  test('a condition on a field that is gone says so, and can be taken away', async () => {
    await acme.inside(() => collections().apply(requestFields, []));
    const rule = (await acme.inside(() => collections().all(automations))).find(({ name }) => name === 'By field')!;
    const list = await owner.get(at('automations'));
    expect(list.text).toContain('a field that no longer exists');
    const page = await owner.get(`${at('automations')}/${rule.id}`);
    expect(page.text).toContain('(removed)');
    const typed = {
      name: 'By field',
      trigger: 'opened',
      match: 'all',
      'tests-0-field': `field:${FIELD}`,
      'tests-0-operator': 'is',
      'actions-0-do': 'priority',
      'actions-0-to': 'low',
    };
    expect((await owner.post(`${at('automations')}/${rule.id}`, typed)).status).toBe(422);
    expect((await owner.post(`${at('automations')}/${rule.id}`, { ...typed, drop: 'tests-0' })).text).not.toContain(
      'tests-0-operator',
    );
  });
});

test('agents set nothing up, and others’ macros and absences are not theirs', async () => {
  const mara = await acme.visitor();
  await mara.signIn('mara@acme.example', 'orchard-lantern-42');
  for (const page of ['hours', 'policies', 'routing', 'automations', 'macros'])
    expect((await mara.get(at(page))).status).toBe(403);
  expect(
    (await mara.post('/console/macros', { name: 'Mine', shortcut: '', text: 'Hi {{customer.name}}' })).status,
  ).toBe(303);
  const [own] = /\/console\/macros\/[0-9a-f-]{36}\/removal/.exec((await mara.get('/console/macros')).text)!;
  expect((await owner.get('/console/macros')).text).not.toContain('Hi {{customer.name}}');
  expect((await owner.post(own)).status).toBe(404);
  expect((await mara.post(own)).status).toBe(303);
  const [{ id }] = (await acme.query<{ id: string }>(
    () => sql`select id from ${table('person')} where team_role = 'owner'`,
  )) as [{ id: string }];
  expect((await mara.post(`/console/availability/${id}/absence`, { until: '' })).status).toBe(404);
  expect((await mara.post(`/console/availability/${maraId}/absence`, { until: '2099-01-01' })).status).toBe(303);
  expect((await owner.get('/console/availability')).text).toContain('Away, back on');
  // On one's own account page as well: a section that identity knows nothing of.
  expect((await mara.get('/console/account')).text).toMatch(/Away, back on [^<]*2099/);
  expect((await owner.get('/console/account')).text).toContain('>Available<');
  expect((await owner.post(`/console/availability/${maraId}/return`)).status).toBe(303);
  expect(
    await acme.inside(() => world.get(Database).read((em) => rows(em, sql`select 1 from ${table('agent_absence')}`))),
  ).toEqual([]);
});

const field = {
  ...{ label: 'Serial number', hint: '', kind: 'text' as const, visibility: 'customer' as const, options: [] },
  ...{ min: null, max: null, unit: '', archived: false, translations: {} },
};
