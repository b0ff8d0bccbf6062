import { beforeAll, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { formsOf, type PageForm } from './page-forms.js';
import { sql, table } from '@foyer/database';

let world: World;
let acme: TestTenant;
const visitors: Record<string, Visitor> = {};
/** What is not an effect: who was seen, and the keys themselves. */
const BESIDE = ['sent_form', 'session', 'setting'];

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  const ana = await (await acme.customer('Ana')).of('Globex', 'company_admin');
  await acme.agent('Mara');
  for (const subject of ['Printer is on fire', 'Lamp is out']) await ana.opens(subject);
  visitors['customer'] = await ana.browser();
  visitors['team'] = await acme.owner.browser();
});

/** How many rows each table has. */
async function counts(): Promise<Map<string, number>> {
  const tables = await acme.query<{ name: string; n: string }>(
    () => sql`
      select relname as name, (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I.%I', nspname, relname), false, true, '')))[1]::text as n
      from pg_class join pg_namespace s on s.oid = relnamespace where nspname = ${acme.tenant.schema} and relkind = 'r'`,
  );
  // What is set up is kept in lists of one row each.
  const [lists] = await acme.query<{ n: string }>(
    () => sql`select coalesce(sum(length(value::text)), 0) as n from ${table('setting')}`,
  );
  tables.push({ name: 'lists', n: lists!.n });
  return new Map(tables.filter(({ name }) => !BESIDE.includes(name)).map(({ name, n }) => [name, Number(n)]));
}

async function grown(effect: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = await counts();
  await effect();
  const after = await counts();
  return Object.fromEntries(
    [...after].map(([name, n]) => [name, n - (before.get(name) ?? 0)] as const).filter(([, by]) => by !== 0),
  );
}

const SPECIAL: Record<string, string> = {
  url: 'https://help.acme.example',
  host: 'imap.acme.example',
  port: '993',
  minutes: '60',
};

/** What somebody would fill in, other words each time. */
function filled({ controls }: PageForm, words: string): Record<string, string | string[]> {
  const values: Record<string, string> = {};
  for (const { name, type, value, options, checked, required } of controls) {
    if (type === 'file' || name.endsWith('password')) continue;
    if (type === 'checkbox' || type === 'radio') {
      if (checked) values[name] = value;
    } else if (type === 'email') values[name] = `${words}@customers.example`;
    else if (options) values[name] = value || (required ? (options.find(Boolean) ?? '') : '');
    else if (type === 'hidden' || value !== '') values[name] = value;
    else values[name] = type === 'textarea' || required ? (SPECIAL[name] ?? `Words ${words}`) : '';
  }
  return values;
}

/** These make nothing, and close what is to be written to. */
const ENDING = /sign-out|removal|solution|taking/;
const SETTINGS = [
  'hours',
  'policies',
  'routing',
  'automations',
  'macros',
  'surveys',
  'articles',
  'roles',
  'team-roles',
];
const SETUP = ['request-types', 'ticket-fields', 'ticket-categories', 'ticket-statuses', 'ticket-groups', 'mailboxes'];
const PAGES: [string, string][] = [
  ...['/tickets/new', '/tickets/TKT-001', '/company'].map((page): [string, string] => ['customer', page]),
  ...['/console/tickets/TKT-002', '/console/companies/new', '/console/team', '/console/macros', '/console/people'].map(
    (page): [string, string] => ['team', page],
  ),
  ...[...SETTINGS, ...SETUP].map((page): [string, string] => ['team', `/console/settings/${page}/new`]),
];

test('a guest who registers or signs up, and staff, do so once', async () => {
  const five = async (visitor: Visitor, page: string, action: string, fields: Record<string, string>) => {
    const _csrf = formsOf((await visitor.get(page)).text)
      .find((form) => form.action === action)!
      .controls.find(({ name }) => name === '_csrf')!.value;
    const answers = await Promise.all(Array.from({ length: 5 }, () => visitor.post(action, { ...fields, _csrf })));
    return [...new Set(answers.map(({ status, text }) => `${status} ${/<h1[^>]*>([^<]+)/.exec(text)?.[1] ?? ''}`))];
  };
  const mails = async () => (await acme.query(() => sql`select 1 from ${table('mail')}`)).length;
  const before = await mails();
  const registered = await five(acme.visitor(), '/register', '/register', { name: 'Gil', email: 'gil@x.example' });
  expect(registered).toEqual([expect.stringContaining('200 ')]);
  expect((await mails()) - before).toBe(1);

  const business = { business: 'Five Doors', slug: 'five-doors', plan: 'team', blueprint: '' };
  const owner = { name: 'Fay', email: 'fay@doors.example', password: 'orchard-lantern-42' };
  const signedUp = await five(world.visitor('localhost:3000'), '/', '/sign-up', { ...business, ...owner });
  expect(signedUp).toEqual([expect.stringContaining('200 ')]);

  const staff = await world.staff();
  const page = `/tenants/${(await world.tenant('unpaid')).tenant.id}`;
  const suspension = formsOf((await staff.get(page)).text).find(({ action }) => action.includes('suspen'))!.action;
  const reason = 'Unpaid for a year';
  expect(await five(staff, page, suspension, { reason, confirmed: '1' })).toEqual([expect.stringContaining('303')]);
  expect((await staff.get(page)).text.match(/<li>Suspended/g)).toHaveLength(1);
});

test('a form that is sent again later says that it was sent before, as what it did may be undone by then', async () => {
  const owner = await acme.owner.browser();
  const categories = '/console/settings/ticket-categories';
  const _csrf = formsOf((await owner.get(`${categories}/new`)).text)
    .find(({ action }) => action === categories)!
    .controls.find(({ name }) => name === '_csrf')!.value;
  const told = async () => {
    const { status, headers } = await owner.post(categories, { name: 'Twice', _csrf });
    expect([status, headers['location']]).toEqual([303, categories]);
    const { text } = await owner.get(categories);
    return [text.includes('Added.'), text.includes('was already sent')];
  };
  expect(await told()).toEqual([true, false]);
  expect(await told()).toEqual([true, false]);
  await acme.change(() => sql`update ${table('sent_form')} set sent_at = now() - interval '1 minute'`);
  expect(await told()).toEqual([false, true]);
});

test('any form that makes something makes it once, though it is sent five times at the same moment', async () => {
  const making: string[] = [];
  let turn = 100;
  for (const [who, page] of PAGES) {
    const visitor = visitors[who]!;
    const forms = formsOf((await visitor.get(page)).text).filter(({ action }) => !ENDING.test(action));
    for (const [at, { action }] of forms.entries()) {
      const send = async (times: number) => {
        const form = formsOf((await visitor.get(page)).text).filter(({ action }) => !ENDING.test(action))[at];
        if (form?.action !== action) return [];
        const fields = filled(form, `w${(turn += 1)}`);
        return Promise.all(
          Array.from({ length: times }, () =>
            form.multipart ? visitor.upload(action, fields, []) : visitor.post(action, fields),
          ),
        );
      };
      await send(1); // the first of its kind moves more than those after it
      const one = await grown(() => send(1));
      if (Object.keys(one).length === 0) continue;
      let answers: { status: number; headers: Record<string, string> }[] = [];
      const five = await grown(async () => (answers = await send(5)));
      if (Object.keys(five).length === 0) continue; // there is only one to be had
      making.push(`${action} ${at}`);
      expect({ action, ...five }).toEqual({ action, ...one });
      expect([action, ...new Set(answers.map(({ status, headers }) => `${status} ${headers['location']}`))]).toEqual([
        action,
        expect.stringContaining('303'),
      ]);
    }
  }
  expect(making.length).toBeGreaterThan(15);
}, 120_000);
