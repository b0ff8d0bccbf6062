import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Response } from 'supertest';
import { afterTests, DnsStand, PASSWORD, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { Tokens } from '@foyer/credentials';
import { loginUrl, sql, table } from '@foyer/database';
import { Answers, Asking, FIRST_SURVEY, SurveyDue } from '@foyer/surveys';
import { type Control, formsOf, type PageForm, unescaped } from './page-forms.js';
import pg from 'pg';
import { Factors, Resets } from '@foyer/factors';
import { generateSecret, generateSync } from 'otplib';
import { type Method, signInSettings } from '@foyer/identity';
import { Settings } from '@foyer/settings';
import { Approvals } from '@foyer/approvals';
import { ticketNumber, Tickets } from '@foyer/tickets';
import { routesOf } from './routes.js';

const SCRIPT = '"><script>alert(4711)</script>\'--><img src=x onerror=alert(4711)>{{constructor}}${7*7}';
/** Strange, but somebody's honest words. */
const ODD = {
  emoji: '👩🏽‍🚀🔥 ça brûle',
  'right to left': 'الطابعة تحترق \u202Eabc\u202C',
  NUL: 'before\u0000after',
  'half a character': 'x\uD800y',
  'a script': SCRIPT,
  'a script in an address': '<svg/onload=alert(4711)>@customers.example',
  'line breaks': 'a\r\nBcc: b@evil.example\r\n\r\nc',
};
const TEN_MEGABYTES = 'A long story. '.repeat(750_000);
/** As good in every other form: what reads it is the same, and ten megabytes take half a second. */
const HALF_A_MEGABYTE = TEN_MEGABYTES.slice(0, 500_000);
/** What strangers may send is less, and beyond it there is a page that says so. */
const OF_STRANGERS = 'A long story. '.repeat(4_000);
const GUEST_PAGES = [
  '/sign-in',
  '/sign-in/company',
  '/register',
  '/forgot',
  '/sign-in/link',
  'a link to sign in',
  '/console/sign-in',
  'a directory',
  'reset',
  'not-me',
  'invitation',
  'verify',
  'welcome',
  ...['a survey', 'leaving surveys', 'having left surveys'],
];
const CUSTOMER_PAGES = [
  ...['/tickets', '/tickets/new', 'a form of its own', '/tickets/TKT-001', '/tickets/TKT-002', 'a request to approve'],
  ...[
    '/account',
    '/account/security',
    '/account/security/app',
    '/account/security/passkey',
    'an app that shows codes',
    '/company',
    'new address',
    'a ticket to share',
    'a ticket shared with Ana',
    'a closed ticket',
  ],
  ...['sign-in of a company', 'a provider of a company', 'a new provider of a company', 'a directory of a company'],
];
const TEAM_PAGES = [
  '/console/start',
  ...[
    '/console/account/security',
    '/console/account/security/app',
    '/console/account/security/passkey',
    'an app of the team',
    'a person whose factors are reset',
    'resetting factors',
    '/console/settings/second-factor',
    '/console/settings/sign-in',
  ],
  ...['/console/tickets', '/console/tickets/TKT-001', '/console/tickets/TKT-003', '/console/people', 'a person'],
  '/console/held-mails',
  ...['oidc-connections', 'social-connections', 'saml-connections', 'directory-connections'].flatMap((page) => [
    `/console/settings/${page}`,
    `/console/settings/${page}/new`,
    `one of ${page}`,
  ]),
  '/console/settings/sign-in-domains',
  ...['/console/settings/directories', '/console/settings/directories/new', 'a directory of the team'],
  ...['a deactivated person', '/console/companies/new', 'a company', '/console/team', '/console/account'],
  ...['general', 'branding', 'features', 'portal', 'legal'].map((page) => `/console/settings/${page}`),
  ...['mail-in', 'mailboxes', 'mailboxes/new', 'mail-log'].map((page) => `/console/settings/${page}`),
  'a mailbox',
  ...['request-types', 'ticket-fields', 'ticket-categories', 'ticket-statuses', 'ticket-groups'].flatMap((page) => [
    `/console/settings/${page}`,
    `/console/settings/${page}/new`,
    `one of ${page}`,
  ]),
  ...[
    '/console/settings/ticket-priorities',
    '/console/settings/reopening',
    'a category put away',
    'a new ticket for Ana',
    'answers of a ticket',
  ],
  ...['hours', 'policies', 'routing', 'automations', 'macros', 'surveys', 'articles'].flatMap((page) => [
    `/console/settings/${page}`,
    `/console/settings/${page}/new`,
    `one of ${page}`,
  ]),
  ...['asking for approval', 'an approval asked for', '/console/people/new', 'a snoozed ticket', 'snoozing'],
  ...['/console/availability', '/console/macros'],
  ...['/console/settings/api-keys', '/console/settings/api-keys/new', 'an API key'],
  ...['roles', 'team-roles'].flatMap((page) => [
    `/console/settings/${page}`,
    `/console/settings/${page}/new`,
    `one of ${page}`,
  ]),
  ...['a merged ticket', 'who sees a ticket', 'merging', 'splitting'],
  ...['/console/tickets/views', '/console/tickets/views/new?view=mine', 'a view', 'a change to several'],
];
const STAFF_PAGES = ['/account', '/tenants/new', 'a tenant', 'a suspended tenant', '/jobs'];
/** What would otherwise go through again and again: a sign-up takes a second, a password changes everything. */
const TAKEN: Record<string, string> = { slug: 'acme', current_password: 'not the password', password: 'short' };
/** A mail that waits for the team to decide. */
const HELD_MAIL = () => sql`
  with kept as (insert into ${table('file')} (id, name, type, size, sha256, storage_key)
                values (gen_random_uuid(), 'mail.eml', 'message/rfc822', 1, '', 'none') returning id)
  insert into ${table('inbound_mail')} (id, message_id, way, sender, recipient, subject, status, reason, file_id)
  select gen_random_uuid(), '<held@client.example>', 'smtp', 'x@client.example', 'acme@in.localhost', 'Held', 'held', 'automatic', id from kept`;
/** A row of a list has no room for a message: it is said above the list, or on a page of its own. */
const SAID_ELSEWHERE = /\/bulk$|\/drafts\/removal$|\/members\/[^/]+\/role$|\/team\/[^/]+\/role$/;

let world: World;
/** Forgets who has tried how often: here everybody tries a thousand times. */
let owner: pg.Client;
let acme: TestTenant;
const visitors: Record<string, Visitor> = {};
const named: Record<string, string> = {};
const seen = new Set<string>();
/** What pages have answered since something was sent: nothing has changed, and neither have they. */
const looked = new Map<string, number>();
const shapes = new Set<string>();
const triedTen = new Set<Visitor>();

beforeAll(async () => {
  world = await World.startWithWorker({ DNS_SERVERS: (await DnsStand.open()).address });
  owner = new pg.Client({ connectionString: loginUrl(world.config, 'owner') });
  await owner.connect();
  afterTests(() => owner.end());
  acme = await world.tenant('acme');
  const ana = await (await acme.customer('Ana')).of('Globex', 'company_admin');
  await (await acme.customer('Ulf')).of('Globex');
  await acme.agent('Mara');
  for (const subject of ['Printer is on fire', 'Lamp is out', 'Lift is stuck']) await ana.opens(subject);
  visitors['guest'] = acme.visitor();
  visitors['customer'] = await ana.browser();
  visitors['team'] = await acme.owner.browser();
  visitors['staff'] = await world.staff();
  visitors['staff at the door'] = world.visitor('admin.localhost:3000');
  visitors['business'] = world.visitor('localhost:3000');
  await prepare();
});

/** The pages that only exist once something has happened. */
/** A form with a field of its own, and one of everything it can be set up with. */
async function setUpRequests(team: Visitor, customer: Visitor): Promise<void> {
  const settings = '/console/settings';
  await team.get(`${settings}/ticket-fields`);
  await team.post(`${settings}/ticket-fields`, { label: 'Serial number', kind: 'text', visibility: 'customer' });
  await team.post(`${settings}/ticket-groups`, { name: 'Workshop' });
  for (const name of ['Faults', 'Gone']) await team.post(`${settings}/ticket-categories`, { name });
  for (const page of ['request-types', 'ticket-fields', 'ticket-categories', 'ticket-statuses', 'ticket-groups']) {
    const { text } = await team.get(`${settings}/${page}`);
    named[`one of ${page}`] = new RegExp(`${settings}/${page}/[0-9a-f-]{36}`).exec(text)![0];
    if (page === 'ticket-categories')
      named['a category put away'] = [...text.matchAll(new RegExp(`${settings}/${page}/[0-9a-f-]{36}`, 'g'))].at(
        -1,
      )![0];
  }
  await team.post(`${named['a category put away']}/removal`, { to: 'archive' });
  const field = named['one of ticket-fields']!.split('/').at(-1)!;
  const type = {
    ...{
      icon: 'ticket',
      enabled: '1',
      'audience-who': 'everybody',
      'defaults-priority': 'normal',
      [`ask-${field}`]: 'required',
    },
    ...{
      'needs-category': 'optional',
      'needs-priority': 'required',
      'needs-attachments': 'optional',
      'needs-company': 'optional',
    },
  };
  await team.post(`${settings}/request-types`, { ...type, name: 'Repair' });
  named['a form of its own'] = '/tickets/new/repair';
  const form = await customer.get('/tickets/new/repair');
  const id = /name="type" value="([^"]+)"/.exec(form.text)![1]!;
  const typed = { subject: 'Something rattles', description: 'Inside', priority: 'low', type: id };
  const sent = await customer.upload('/tickets', { ...typed, [`f-${field}`]: 'SN-1' }, []);
  named['answers of a ticket'] = `/console${sent.headers['location']}/fields`;
  const [ana] = await acme.query<{ id: string }>(() => sql`select id from ${table('person')} where name = 'Ana'`);
  named['a new ticket for Ana'] = `/console/tickets/new?customer=${ana!.id}&type=repair`;
  await customer.post('/tickets/drafts', { ...typed, place: `new:${id}` });
  await customer.post('/tickets/drafts', { place: 'reply:TKT-001', body: 'About to' });
  await team.post(`${settings}/api-keys`, { name: 'ERP', scopes: 'tickets:read', days: '365' });
  const [key] = await acme.query<{ id: string }>(() => sql`select id from ${table('api_key')}`);
  named['an API key'] = `${settings}/api-keys/${key!.id}`;
}

/** Tickets and each other, views, a change to several, a role, and who follows what. */
async function setUpDesk(team: Visitor): Promise<void> {
  const ulf = await (await acme.customer('Ulf')).of('Globex');
  const ana = await (await (await acme.customer('Ana')).of('Globex', 'company_admin')).of('Initech', 'user');
  const opened = [];
  for (const subject of ['Merged', 'Into', 'Closed', 'Shared by Ulf']) opened.push(await ulf.opens(subject));
  const [merged, into, closed, shared] = opened.map(({ number }) => `TKT-${String(number).padStart(3, '0')}`);
  const at = (number: string | undefined) => `/console/tickets/${number}`;
  await team.get(at(merged));
  await team.post(`${at(merged)}/merge`, { into: into! });
  await team.post(`${at('TKT-001')}/links`, { other: into! });
  await team.post(`${at(closed)}/solution`);
  await team.post('/console/tickets/bulk', { ticket: closed!, status: 'closed', back: '/console/tickets' });
  for (const number of [shared, 'TKT-001'])
    await team.post(`${at(number)}/followers`, { email: number === shared ? ana.email : ulf.email });
  const bulk = await team.post('/console/tickets/bulk', { ticket: into!, priority: 'low', back: '/console/tickets' });
  named['a change to several'] = `/console/tickets/bulk/${/bulk=(.+)$/.exec(bulk.headers['location']!)![1]}`;
  const view = await team.post('/console/tickets/views', { name: 'Everything', share: 'team' });
  named['a view'] = `/console/tickets/views/${/view=(.+)$/.exec(view.headers['location']!)![1]}`;
  for (const [page, scope] of [
    ['roles', 'company'],
    ['team-roles', 'groups'],
  ] as const) {
    await team.post(`/console/settings/${page}`, { name: 'Head office', 'tickets.view': scope });
    const { text } = await team.get(`/console/settings/${page}`);
    named[`one of ${page}`] = new RegExp(`/console/settings/${page}/[0-9a-f-]{36}`).exec(text)![0];
  }
  named['a merged ticket'] = at(merged);
  named['merging'] = `${at('TKT-001')}/merge`;
  named['splitting'] = `${at('TKT-001')}/split`;
  named['who sees a ticket'] = `${at('TKT-001')}/access`;
  named['a ticket to share'] = '/tickets/TKT-001/access';
  named['a ticket shared with Ana'] = `/tickets/${shared}`;
  named['a closed ticket'] = `/tickets/${closed}`;
}

async function prepare(): Promise<void> {
  const { customer, team, staff, business } = visitors as Record<string, Visitor>;
  // Each is signed in twice, so that there is a session to end.
  await acme.visitor().signIn('ana@customers.example', PASSWORD);
  await acme.owner.browser();
  const [person] = await acme.query<{ id: string }>(
    () => sql`select id from ${table('person')} where email = 'ulf@customers.example'`,
  );
  const [company] = await acme.query<{ id: string }>(() => sql`select id from ${table('company')}`);
  named['a person'] = `/console/people/${person!.id}`;
  named['a company'] = `/console/companies/${company!.id}`;
  await acme.customer('Dirk');
  const [dirk] = await acme.query<{ id: string }>(
    () => sql`select id from ${table('person')} where email = 'dirk@customers.example'`,
  );
  named['a deactivated person'] = `/console/people/${dirk!.id}`;
  await team!.post(`/console/people/${dirk!.id}/deactivation`);
  for (const number of ['TKT-002', 'TKT-003']) await customer!.post(`/tickets/${number}/solution`);
  await customer!.get('/company');
  await customer!.post('/company/invitations', { company: company!.id, email: 'new@customers.example', role: 'user' });
  await team!.post('/console/team/invitations', { email: 'agent@acme.example', role: 'agent' });
  await team!.post(`${named['a company']}/invitations`, { email: 'newer@customers.example', role: 'user' });
  await setUpRequests(team!, customer!);
  await askCustomers();
  await mailLinks();
  await holdFactors();
  await setUpSignOn(team!, customer!);
  await layAside();
  named['invitation'] = pathOf(await world.mails.linkTo('new@customers.example', '/invitation'));
  const rule = { groupId: '', agentId: '', sharing: 'nobody', priority: 'low', categoryId: '', tags: '', match: 'all' };
  await team!.post('/console/settings/routing', { ...rule, name: 'Routine' });
  await team!.post('/console/settings/macros', { name: 'Thanks', shortcut: 'ty', groupId: '', text: 'Thank you' });
  await team!.post('/console/macros', { name: 'My own', shortcut: '', text: 'Hello' });
  const [mara] = await acme.query<{ id: string }>(() => sql`select id from ${table('person')} where name = 'Mara'`);
  await team!.post(`/console/availability/${mara!.id}/absence`, { until: '' });
  await team!.get('/console/settings/articles/new');
  await team!.post('/console/settings/articles', {
    ...{ title: 'Paper jams', url: 'https://help.acme.example/jams', audience: 'everybody' },
  });
  for (const page of ['hours', 'policies', 'routing', 'automations', 'macros', 'surveys', 'articles']) {
    const list = await team!.get(`/console/settings/${page}`);
    named[`one of ${page}`] = new RegExp(`/console/settings/${page}/[0-9a-f-]{36}`).exec(list.text)![0];
  }
  await setUpDesk(team!);
  await customer!.post('/account/email', { email: 'anna@customers.example', current_password: PASSWORD });
  named['new address'] = pathOf(await world.mails.linkTo('anna@customers.example', '/account/email'));
  const token = (kind: 'reset' | 'verify' | 'not-me') =>
    acme.inside(() =>
      world.get(Tokens).issue(kind, { email: 'ulf@customers.example', personId: person!.id, hours: 1 }),
    );
  for (const kind of ['reset', 'verify'] as const) named[kind] = `/${kind}?token=${await token(kind)}`;
  named['not-me'] = `/sign-in/not-me?token=${await token('not-me')}`;

  await team!.get('/console/settings/mailboxes/new');
  await team!.post('/console/settings/mailboxes', {
    ...{ name: 'Support', host: 'imap.acme.example', port: '993', security: 'tls', user: 'support', password: 'hush' },
  });
  const { text: boxes } = await team!.get('/console/settings/mailboxes');
  named['a mailbox'] = /href="(\/console\/settings\/mailboxes\/[0-9a-f-]{36})"/.exec(boxes)![1]!;
  await acme.change(() => HELD_MAIL());
  for (const [name, slug] of [
    ['a tenant', 'victim'],
    ['a suspended tenant', 'resting'],
  ] as const)
    named[name] = `/tenants/${(await world.tenant(slug)).tenant.id}`;
  await staff!.get('/');
  await staff!.post(`${named['a suspended tenant']}/suspension`, { reason: 'Asleep', confirmed: '1' });
  await business!.get('/');
  const signedUp = await business!.post('/sign-up', {
    ...{ business: 'Heron', slug: 'heron', name: 'Joan', email: 'joan@heron.example', password: PASSWORD },
    ...{ plan: 'team', blueprint: '' },
  });
  const entry = new URL(unescaped(/href="(http:[^"]+welcome\?token[^"]+)"/.exec(signedUp.text)![1]!));
  visitors['new owner'] = world.visitor(entry.host);
  named['welcome'] = entry.pathname + entry.search;
}

/** Links to sign in, which have to be switched on. */
async function mailLinks(): Promise<void> {
  const all = { methods: ['password', 'email-link', 'passkey', 'connection'] as Method[] };
  await acme.inside(() =>
    world.get(Settings).apply(signInSettings, {
      team: { ...all, idleHours: 24, absoluteDays: 14 },
      customers: { ...all, idleHours: 72, absoluteDays: 30 },
    }),
  );
  const { email } = await acme.customer('Lio');
  await visitors['guest']!.get('/sign-in/link');
  await visitors['guest']!.post('/sign-in/link', { email });
  named['a link to sign in'] = pathOf(await world.mails.linkTo(email, '/sign-in/link'));
}

/** Identity providers and domains, of the operator and of a company. */
async function setUpSignOn(team: Visitor, admin: Visitor): Promise<void> {
  const settings = '/console/settings';
  await team.get(`${settings}/sign-in-domains`);
  await team.post(`${settings}/sign-in-domains`, { domain: 'acme.example' });
  const [fields, issuer] = [{ name: 'Ours', audience: 'customers' }, 'https://id.acme.example'];
  await team.post(`${settings}/oidc-connections`, { ...fields, issuer });
  await team.post(`${settings}/social-connections`, { ...fields, provider: 'github' });
  await team.post(`${settings}/saml-connections`, fields);
  const directory = {
    host: '127.0.0.1',
    port: '1',
    security: 'plain',
    product: 'other',
    bindDn: 'cn=a,dc=x',
    baseDn: 'dc=x',
  };
  await team.post(`${settings}/directory-connections`, {
    ...fields,
    ...directory,
    bindPassword: 'secret',
    enabled: '1',
  });
  for (const page of ['oidc-connections', 'social-connections', 'saml-connections', 'directory-connections']) {
    const { text } = await team.get(`${settings}/${page}`);
    named[`one of ${page}`] = new RegExp(`${settings}/${page}/[0-9a-f-]{36}`).exec(text)![0];
  }
  named['a directory'] = `/sign-in/with/${named['one of directory-connections']!.split('/').at(-1)!}`;
  const link = named['one of oidc-connections']!.split('/').at(-1)!;
  const ulf = named['a person']!.split('/').at(-1)!;
  await acme.change(
    () => sql`insert into ${table('identity_link')} (id, connection_id, subject, person_id)
              values (gen_random_uuid(), ${link}, 'ulf', ${ulf}) returning id`,
  );
  const own = /\/company\/sign-in\/[0-9a-f-]{36}/.exec((await admin.get('/company')).text)![0];
  await admin.post(`${own}/domains`, { domain: 'globex.example' });
  named['sign-in of a company'] = own;
  await team.post(`${settings}/directories`, { name: 'Ours', audience: 'team', enabled: '1' });
  named['a directory of the team'] = /\/console\/settings\/directories\/[0-9a-f-]{36}/.exec((await team.get(`${settings}/directories`)).text)![0]; // prettier-ignore
  named['a directory of a company'] = `${own}/directory`;
  await admin.post(`${own}/directory`);
  for (const [visitor, at] of [
    [team, named['a directory of the team']],
    [admin, `${own}/directory`],
  ] as const)
    await visitor.post(`${at}/tokens`, { label: 'Okta', days: '365' });
  named['a new provider of a company'] = `${own}/providers/oidc/new`;
  const made = await admin.post(`${own}/providers/oidc`, { name: 'Globex ID', issuer });
  named['a provider of a company'] = made.headers['location']!;
}

/** Apps that show codes, and somebody whose code is waited for. */
async function holdFactors(): Promise<void> {
  const factors = world.get(Factors);
  const uma = await acme.customer('Uma');
  for (const person of [await acme.customer('Ana'), acme.owner, uma]) {
    const [who, secret] = [await person.actor(), generateSecret()];
    const code = generateSync({ secret });
    await acme.inside(() => factors.addApp({ id: who.id!, name: who.name }, secret, code, 'Phone'));
    const key = { id: randomUUID(), label: 'Key', handle: randomUUID(), data: { publicKey: '' }, counter: 0 };
    await acme.inside(() => factors.addPasskey({ id: who.id!, name: who.name }, key));
    const [held] = await acme.inside(() => factors.of(who.id!));
    const path = `/account/security/methods/${held!.id}`;
    if (person.name === 'Ana') named['an app that shows codes'] = path;
    if (person.name === 'Owner') named['an app of the team'] = `/console${path}`;
  }
  for (const { email } of [await acme.customer('Ana'), acme.owner, uma])
    await acme.inside(() => world.get(Resets).beginFor(email, 'Lost'));
  named['a person whose factors are reset'] = `/console/people/${(await uma.actor()).id}`;
  named['resetting factors'] = `${named['a person whose factors are reset']}/factors`;
  const link = await world.mails.linkTo((await acme.customer('Ana')).email, '/sign-in/recovery');
  await acme.change(
    () => sql`update ${table('token')} set created_at = now() - interval '2 days' where purpose = 'factor-reset'`,
  );
  named['a reset of factors'] = pathOf(link);
  visitors['on the way in'] = acme.visitor();
  await visitors['on the way in'].signIn(uma.email, PASSWORD);
  const lin = await (await acme.customer('Lin')).of('Strict');
  await acme.change(() => sql`update ${table('company')} set second_factor_since = now() where name = 'Strict'`);
  visitors['must set up'] = acme.visitor();
  await visitors['must set up'].signIn(lin.email, PASSWORD);
}

/** A ticket that the team has laid aside. */
async function layAside(): Promise<void> {
  const { number } = await (await acme.customer('Sia')).opens('Laid aside');
  named['a snoozed ticket'] = `/console/tickets/${ticketNumber(Number(number))}`;
  named['snoozing'] = `${named['a snoozed ticket']}/snooze`;
  await visitors['team']!.get(named['a snoozed ticket']);
  await visitors['team']!.post(named['snoozing'], { until: 'tomorrow' });
}

/** A survey that somebody got by mail, and requests that wait for one of the customer's company. */
async function askCustomers(): Promise<void> {
  const jan = await (await acme.customer('Jan')).of('Globex');
  const owner = await acme.owner.actor();
  const [held, free] = [await jan.opens('A new screen'), await jan.opens('A new desk')];
  for (const ticket of [held, await jan.opens('A new chair')])
    await acme.inside(() =>
      world.get(Approvals).ask(owner, ticket.id, { approvers: 'company-admins', question: 'May we?' }),
    );
  named['a request to approve'] = `/tickets/${ticketNumber(Number(held.number))}`;
  named['an approval asked for'] = `/console/tickets/${ticketNumber(Number(held.number))}`;
  named['asking for approval'] = `/console/tickets/${ticketNumber(Number(free.number))}/approvals`;
  for (const [name, page] of [
    ['Kim', 'a survey'],
    ['Lea', 'leaving surveys'],
    ['Max', 'having left surveys'],
  ] as const) {
    const person = await acme.customer(name);
    const { id } = await person.opens('Solved');
    await acme.inside(() => world.get(Tickets).solve(owner, id));
    const [solved] = await acme.query<{ at: string }>(
      () => sql`select solved_at::text as at from ${table('ticket')} where id = ${id}`,
    );
    await acme.inside(() => world.get(Asking).due(new SurveyDue(FIRST_SURVEY.id, id, solved!.at)));
    const token = new URL(await world.mails.linkTo(person.email, '/survey')).searchParams.get('token')!;
    named[page] = page === 'a survey' ? `/survey?token=${token}` : `/survey/unsubscribe/${token}`;
    if (page.startsWith('having')) await acme.inside(() => world.get(Answers).optOut(token, true));
  }
}

const pathOf = (link: string): string => new URL(link).pathname + new URL(link).search;

describe('bad input gets a message by its field, and what was typed comes back', () => {
  test.each([
    ...GUEST_PAGES.map((page) => [page === 'welcome' ? 'new owner' : 'guest', page]),
    ...CUSTOMER_PAGES.map((page) => ['customer', page]),
    ...TEAM_PAGES.map((page) => ['team', page]),
    ...STAFF_PAGES.map((page) => ['staff', page]),
    ['staff at the door', '/sign-in'],
    ['on the way in', '/sign-in/code'],
    ['must set up', '/sign-in/set-up'],
    ['on the way in', '/sign-in/code/lost'],
    ['guest', 'a reset of factors'],
    ['business', '/'],
  ])(
    '%s: %s',
    async (who, page) => {
      const visitor = visitors[who]!;
      const path = named[page] ?? page;
      looked.clear();
      const opened = await visitor.get(path);
      expect(opened.status).toBe(200);
      looked.set(path, opened.status);
      const complaints: string[] = [];
      for (const form of formsOf(opened.text)) {
        seen.add(`${visitor.host === acme.host ? 'portal' : visitor.host} ${form.action}`);
        const reload = async () => {
          const again = await reloaded(visitor, form.action);
          if (again >= 400) complaints.push(`${form.action}: reloaded by its address → ${again}`);
        };
        await reload(); // as after a refusal, while a link is still good
        complaints.push(...(await tryOut(visitor, form)).map((complaint) => `${form.action}: ${complaint}`));
        if (!form.action.includes('token=')) await reload();
      }
      expect(complaints).toEqual([]);
    },
    180_000,
  );

  test('every form the router takes was tried', () => {
    const tried = [...seen].map((line) => {
      const [host = '', action = ''] = line.split('?')[0]!.split(' ');
      const face = host.startsWith('admin.') ? 'admin' : host === 'localhost:3000' ? 'site' : 'portal';
      return `/_${face}${action}`;
    });
    const patternOf = (path: string) => new RegExp(`^${path.replace(/\/:[^/]+/g, '/[^/]+').replace(/\/$/, '')}/?$`);
    // Programs post there; there is no form for it.
    const posts = routesOf(world.app).filter(
      ({ method, path }) =>
        method === 'post' &&
        !/^\/_(?:api|site\/webhooks|portal\/inbound|portal\/sign-in\/with|portal\/scim)\//.test(path) &&
        // Nothing is sold in this installation: billing.test.ts.
        !/^\/_(?:portal\/console\/settings|site)\/plan\//.test(path) &&
        path !== '/_portal/survey/unsubscribe/:token',
    );
    expect(posts.length).toBeGreaterThan(40);
    // What is typed is kept by a script, which also says that somebody is there; their content is any form's.
    const byScript = ['/_portal/tickets/drafts', '/_portal/console/tickets/:number/presence'];
    // The form of a role, sent by another button to see what it would mean.
    byScript.push('/_portal/console/settings/roles/preview', '/_portal/console/settings/team-roles/preview');
    // Lists that have no order, or nothing to switch, share their routes with those that do, and answer 404.
    const ofOtherLists = /^\/_portal\/console\/settings\/[a-z-]+\/:item\/(?:up|down|switch)$/;
    const untried = posts.filter(
      ({ path }) =>
        !byScript.includes(path) && !ofOtherLists.test(path) && !tried.some((action) => patternOf(path).test(action)),
    );
    // Nothing has failed for good in this installation, so staff see nothing to try again; no first hour is over, and nobody pays.
    expect(untried.map(({ path }) => path)).toEqual([
      '/_admin/tenants/:id/credit',
      ...['/_admin/jobs/retry', '/_admin/jobs/:id/retry'],
      '/_portal/console/start/finished',
    ]);
  });
});

/** Where somebody ends who opens the address that a form was sent to. */
async function reloaded(visitor: Visitor, address: string): Promise<number> {
  const known = looked.get(address);
  if (known !== undefined) return known;
  const { status, headers } = await visitor.get(address);
  if (status !== 303) looked.set(address, status);
  const to = headers['location'];
  return status === 303 && to?.startsWith('/') && to !== address ? reloaded(visitor, to) : status;
}

async function tryOut(visitor: Visitor, form: PageForm): Promise<string[]> {
  const complaints: string[] = [];
  const forbidden = await send(visitor, form, { '__proto__[polluted]': '1', 'constructor.prototype': '1' });
  if (forbidden.status !== 400) complaints.push(`keys of a prototype → ${forbidden.status}`);
  if (({} as { polluted?: unknown }).polluted !== undefined) complaints.push('a prototype is polluted');
  const written = form.controls.filter(({ type }) => !['file', 'checkbox', 'radio', 'hidden'].includes(type));
  const longest = written.find(({ type }) => type === 'textarea');

  complaints.push(...(await shownAsTyped(visitor, form)));
  // The same controls again, as on the pages of a new thing and of an existing one: what may go through, and ten megabytes, were tried.
  const shape = [visitor.host, ...form.controls.map(({ name }) => name)].join(' ');
  const isKnown = shapes.has(shape);
  shapes.add(shape);
  const tries = form.controls
    .filter(({ name, type }) => name !== '_csrf' && type !== 'file')
    .flatMap((control) =>
      inputsFor(control, control === longest && visitor).map(([what, value]) => {
        return { what, control, value, bad: !SAID_ELSEWHERE.test(form.action) && isBad(control, what, form) };
      }),
    )
    .filter(({ bad, what }) => !isKnown || (bad && what !== 'far too long'));
  // What goes through may change the page, so it comes last.
  for (const { what, control, value, bad } of tries.sort((a, b) => Number(b.bad) - Number(a.bad))) {
    const changes = { [control.name]: value };
    for (const problem of problemsOf(await send(visitor, form, changes), form, changes, bad ? control : null))
      complaints.push(`${control.name}, ${what}: ${problem}`);
  }
  // Honest words, however strange, in everything at once.
  const words = form.controls.filter(({ type, options, name }) => type !== 'file' && !options && name !== '_csrf');
  for (const [what, value] of words.length > 0 ? Object.entries(ODD) : []) {
    const changes = Object.fromEntries(
      words.filter(({ type }) => type !== 'password').map(({ name }) => [name, value]),
    );
    for (const problem of problemsOf(await send(visitor, form, changes), form, changes, null))
      complaints.push(`everything, ${what}: ${problem}`);
  }
  return complaints;
}

/** A page that cannot take the form shows what people wrote in it, and nothing that was hidden there or chosen. */
async function shownAsTyped(visitor: Visitor, form: PageForm): Promise<string[]> {
  const nowhere = { ...form, action: `${form.action.split('?')[0]}/nowhere/at-all` };
  const boxes = form.controls.filter(({ type }) => type === 'textarea' || type === 'text');
  const { text } = await send(visitor, nowhere, Object.fromEntries(boxes.map(({ name }) => [name, 'Honest words.'])));
  const shown = [...text.matchAll(/class="typed-words"[^>]*>([^<]*)</g)].map(([, words]) => unescaped(words!));
  const visible = form.controls.filter(({ type }) => type !== 'hidden' && type !== 'select');
  const typed = visible.flatMap(({ name }) => filled(form)[name] ?? []);
  return [
    ...(boxes.length > 0 && !shown.includes('Honest words.')
      ? ['what was written is not shown by the page of an error']
      : []),
    ...shown
      .filter((words) => words !== 'Honest words.' && !typed.includes(words))
      .map((words) => `${words} is shown as typed`),
  ];
}

function inputsFor({ type, options, maxlength }: Control, longestOf: Visitor | false): [string, string | string[]][] {
  const inputs: [string, string | string[]][] = [
    ['empty', ''],
    ['spaces', ' \t  '],
    ['twice', ['one', 'two']],
  ];
  if (type === 'email') inputs.push(['no address', 'nobody'], ['two addresses', 'a@b.example,c@d.example']);
  if (options || type === 'radio') inputs.push(['no such choice', 'nonsense']);
  if (maxlength) inputs.push(['too long', 'x'.repeat(maxlength + 1)]);
  if (type === 'number') inputs.push(['without end', 'Infinity'], ['too great', '1e400'], ['no number', 'NaN']);
  if (type === 'date') inputs.push(['no such day', '2026-02-30'], ['before all time', '0000-00-00']);
  if (longestOf) inputs.push(['far too long', farTooLong(longestOf)]);
  return inputs;
}

/** Ten megabytes once for whoever is signed in on a host. */
function farTooLong(visitor: Visitor): string {
  if (!visitor.cookie('session')) return OF_STRANGERS;
  const isFirst = !triedTen.has(visitor);
  triedTen.add(visitor);
  return isFirst ? TEN_MEGABYTES : HALF_A_MEGABYTE;
}

/** Must this be refused with a message at the field? */
function isBad({ type, required, options, name, readonly }: Control, what: string, form: PageForm): boolean {
  if (type === 'hidden' || type === 'checkbox' || name === 'username' || readonly) return false;
  // A sign-in does not tell which of the two was wrong, and spaces may well be somebody's password.
  if (form.action.endsWith('sign-in') && what !== 'empty') return false;
  if (type === 'password' && what === 'spaces') return false;
  if (what === 'empty' || what === 'spaces') return required;
  if (what === 'no such choice') return true;
  if (options || type === 'radio') return false;
  if (what === 'twice') return type !== 'password';
  return what === 'too long' || what === 'far too long' || ['no address', 'two addresses'].includes(what);
}

/** @param bad the control that must say what is wrong */
function problemsOf(
  { status, text }: Response,
  form: PageForm,
  changes: Record<string, string | string[]>,
  bad: Control | null,
): string[] {
  const problems: string[] = [];
  if (status >= 500) return [`answers ${status}`];
  if (/<script>alert|<img src=x|<svg\/onload/.test(text)) problems.push('comes back as markup');
  if (bad && status !== 422) return [`answers ${status}`];
  if (status !== 422) return problems;

  const again = formsOf(text).find(({ action }) => action === form.action);
  if (!again) return bad ? ['answers without the form'] : problems;
  if (bad) {
    const back = again.controls.find(({ name, type }) => name === bad.name && type === bad.type);
    const error = back?.describedBy?.split(' ').find((id) => id.endsWith('-error'));
    const group = new RegExp(`<fieldset[^>]* id="${bad.name}" aria-describedby="${bad.name}-error"`);
    const said = bad.type === 'radio' ? group.test(text) && `${bad.name}-error` : back?.invalid && error;
    if (!said || !new RegExp(`id="${said}"[^>]*>.*?<span>[^<]`).test(text)) problems.push('no message at the field');
    const place = bad.type === 'radio' ? bad.name : (back?.id ?? '');
    if (!text.includes(`href="#${place}"`) && text.includes('data-error-summary'))
      problems.push('the summary does not lead there');
  }
  for (const { name, type, value: typed, readonly } of again.controls) {
    if (readonly) continue;
    const sent = changes[name] ?? filled(form)[name] ?? '';
    if (type === 'password') {
      if (typed !== '') problems.push('a password comes back');
    } else if (['text', 'email', 'tel', 'textarea'].includes(type) && name !== 'username' && typeof sent === 'string') {
      // A form does not carry bare line feeds, and a text begins where its first line does.
      const kept = sent.replaceAll('\u0000', '').toWellFormed();
      if (typed.replace(/\r\n?/g, '\n') !== kept.replace(/\r\n?/g, '\n')) problems.push(`${name} comes back changed`);
    }
  }
  return problems;
}

/** What somebody would fill in. */
function filled(form: PageForm): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { name, type, value, required, options, checked } of form.controls) {
    if (name === '_csrf' || type === 'file') continue;
    if (type === 'checkbox' || type === 'radio') {
      if (checked) values[name] = value;
    } else if (TAKEN[name] !== undefined) values[name] = TAKEN[name];
    else if (value !== '' || !required) values[name] = value;
    else values[name] = options?.find((option) => option !== '') ?? (type === 'email' ? 'ana@x.example' : 'Words here');
  }
  return values;
}

async function send(visitor: Visitor, form: PageForm, changes: Record<string, string | string[]>): Promise<Response> {
  looked.clear();
  // Faster than to truncate it, which takes a new file each time.
  await owner.query('delete from platform.rate_limit');
  const fields = { _csrf: form.controls.find(({ name }) => name === '_csrf')!.value, ...filled(form), ...changes };
  return form.multipart ? visitor.upload(form.action, fields, []) : visitor.post(form.action, fields);
}
