import { beforeAll, describe, expect, test } from '@jest/globals';
import { DnsStand, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table, verbatim } from '@foyer/database';
import { type Control, formsOf, type PageForm } from './page-forms.js';
import { routesOf } from './routes.js';

const SETTINGS = '/console/settings';
const OF_SETTINGS = /^\/console\/(?:settings|team)(?:\/|$)/;
/** Where everything that is set up is kept, and what of a person is not theirs alone to change. */
const KEPT: Record<string, string> = {
  ...{ setting: '*', item: '*', template_override: '*', company: '*', membership: '*', ticket_category: '*' },
  ...{ api_key: 'id, name, hash, revoked_at', claimed_domain: '*', identity_link: 'id', inbound_mailbox: 'id' },
  ...{ provisioned: 'id', person: 'id, email, team_role, status' },
  token: "case when purpose = 'invitation' then id end",
};
/** They are no settings, although their pages stand among them: customers' mails go on, and a page is asked for a row more. */
const GOES_ON = /^\/console\/settings\/mail-log\//;

let world: World;
let acme: TestTenant;
let owner: Visitor;
const forms = new Map<string, PageForm>();

/** One of each kind, so that there is something to change, move and remove. */
async function setUp(): Promise<void> {
  const provider = { name: 'Ours', audience: 'customers' };
  const made: [string, Record<string, string>][] = [
    ['ticket-fields', { label: 'Serial number', kind: 'text', visibility: 'customer' }],
    ['ticket-groups', { name: 'Workshop' }],
    ['ticket-categories', { name: 'Faults' }],
    ['api-keys', { name: 'ERP', scopes: 'tickets:read', days: '365' }],
    ['roles', { name: 'Head office', 'tickets.view': 'company' }],
    ['team-roles', { name: 'Night shift', 'tickets.view': 'groups' }],
    ['macros', { name: 'Thanks', shortcut: 'ty', groupId: '', text: 'Thank you' }],
    ['articles', { title: 'Paper jams', url: 'https://help.acme.example/jams', audience: 'everybody' }],
    ['sign-in-domains', { domain: 'acme.example' }],
    ['oidc-connections', { ...provider, issuer: 'https://id.acme.example' }],
    ['saml-connections', provider],
    ['directories', { name: 'Ours', audience: 'team', enabled: '1' }],
  ];
  await owner.get(SETTINGS);
  for (const [page, values] of made) {
    const { status } = await owner.post(`${SETTINGS}/${page}`, values);
    if (status !== 303 && status !== 200) throw new Error(`${page}: ${status}`);
  }
  const directory = /\/console\/settings\/directories\/[0-9a-f-]{36}/.exec(
    (await owner.get(`${SETTINGS}/directories`)).text,
  )![0];
  await owner.post(`${directory}/tokens`, { label: 'Okta', days: '365' });
  await acme.agent('Mara');
  await owner.post('/console/team/invitations', { name: 'Noor', email: 'noor@acme.example', role: 'agent' });
}

/** Every form that a page of the settings offers, found by following every link among them. */
async function crawl(): Promise<void> {
  const [todo, seen] = [[SETTINGS, '/console/team'], new Set<string>()];
  for (let path = todo.pop(); path !== undefined; path = todo.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const { status, text, type } = await owner.get(path);
    if (status !== 200 || !type.includes('html')) continue;
    for (const form of formsOf(text)) if (OF_SETTINGS.test(form.action)) forms.set(keyOf(form), form);
    for (const [, href] of text.matchAll(/href="([^"#?]+)/g)) if (OF_SETTINGS.test(href!)) todo.push(href!);
  }
}
const keyOf = ({ action, controls }: PageForm) =>
  `${action.replace(/[0-9a-f-]{36}/g, ':id')} ${controls.map(({ name }) => name).join(' ')}`;

/** As somebody who changes a little everywhere. */
function filled({ controls }: PageForm): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = {};
  for (const one of controls.filter(({ name, type }) => name !== '_csrf' && type !== 'file')) {
    if (one.type === 'checkbox' || one.type === 'radio') {
      if (one.checked) values[one.name] = [values[one.name] ?? [], one.value].flat();
    } else values[one.name] = changed(one);
  }
  return values;
}
function changed({ name, type, value, options, required }: Control): string {
  if (options) return required && value === '' ? (options.find(Boolean) ?? '') : value;
  if (type === 'hidden' || type === 'password') return value;
  if (type === 'email' || name === 'email') return value || 'new@acme.example';
  if (type === 'url') return value || 'https://www.acme.example/';
  if (/name|title|label|message|text|contact|phone/i.test(name)) return `${value} more`.trim();
  return value === '' && required ? '10' : value;
}

async function digest(): Promise<string> {
  const parts: string[] = [];
  for (const [name, columns] of Object.entries(KEPT)) {
    const [row] = await acme.query<{ sum: string }>(
      () =>
        sql`select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as sum
              from (select ${verbatim(columns)} from ${table(name)}) t`,
    );
    parts.push(`${name} ${row!.sum}`);
  }
  return parts.join('\n');
}

/** Sends every form once; those whose sending changed what is set up. */
async function writing(): Promise<string[]> {
  const wrote: string[] = [];
  for (const [key, form] of forms) {
    const before = await digest();
    if (form.multipart) await owner.upload(form.action, filled(form) as Record<string, string>, []);
    else await owner.post(form.action, filled(form));
    if ((await digest()) !== before) wrote.push(key);
  }
  return wrote;
}

beforeAll(async () => {
  world = await World.start({ DNS_SERVERS: (await DnsStand.open()).address });
  acme = await world.tenant('acme');
  await (await acme.customer('Ana')).of('Globex');
  owner = await acme.owner.browser();
  await setUp();
  await crawl();
});

describe('while the bill is open', () => {
  test('no form of the settings or of the team writes anything, and each says why', async () => {
    await acme.isRestricted();
    expect((await writing()).filter((key) => !GOES_ON.test(key))).toEqual([]);
    const general = [...forms.values()].find(({ action }) => action === `${SETTINGS}/general`)!;
    const saved = await owner.post(general.action, filled(general));
    expect(saved.text.includes('Nothing new can be set up')).toBe(true);
    expect(saved.text.includes(`href="${SETTINGS}/plan"`)).toBe(true);
  });

  test('no other post there does either, whatever it is sent', async () => {
    const before = await digest();
    const posts = routesOf(world.app)
      .filter(({ method }) => method === 'post')
      .map(({ path }) => path.replace(/^\/_portal/, ''))
      .filter((path) => OF_SETTINGS.test(path));
    for (const path of posts.filter((one) => !GOES_ON.test(one)))
      await owner.post(path.replace(/:\w+/g, '0199c2f4-7d3e-7a11-9c5e-2f6f0e1b4a77'), {});
    expect(await digest()).toBe(before);
    expect(posts.length).toBeGreaterThan(60);
  });

  test('tickets, replies and one’s own account go on', async () => {
    await (await acme.customer('Ben')).opens('Lamp is out');
    await owner.get('/console/tickets/TKT-001');
    const reply = await owner.post('/console/tickets/TKT-001/replies', { body: 'On its way.', status: 'pending' });
    expect(reply.status).toBe(303);
    const banner = await owner.get('/console/tickets');
    expect(banner.text).toContain('There is no paid plan at the moment.');
    expect((await owner.get('/console/account')).status).toBe(200);
  });

  test('once it is paid the same forms write', async () => {
    await acme.isActive();
    // Many of them, so that the test above has looked at something.
    expect((await writing()).length).toBeGreaterThan(40);
  });
});
