import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { generateSecret, generateSync } from 'otplib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { PASSWORD, type TestPerson, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { Approvals } from '@foyer/approvals';
import { PlanChanged } from '@foyer/entitlements';
import { Database, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { Factors, Resets } from '@foyer/factors';
import { Companies, signInSettings } from '@foyer/identity';
import { Mail, MailRules } from '@foyer/mail';
import { Keys, KeyWarnings } from '@foyer/keys';
import { PlanMails } from '@foyer/plan';
import { inTenant } from '@foyer/tenancy';
import { Notices } from '@foyer/notify';
import { ticketGroups } from '@foyer/requests';
import { Collections, Settings } from '@foyer/settings';
import { automations, RuleMails } from '@foyer/service';
import { CertificateMails, ClaimedDomains, DomainMissing, IdentityLinked } from '@foyer/signon';
import { Answers, Asking, FIRST_SURVEY, SurveyDue, surveys } from '@foyer/surveys';
import { Tickets, Watching } from '@foyer/tickets';
import { formsOf, unescaped } from './page-forms.js';

/** Words of the team, planted wherever the team can write some. No customer ever reads one. */
const PLANTED = ['Tagxqz', 'Notexqz', 'Rulexqz', 'Groupxqz', 'Macroxqz'];
const CHOSEN = 'meadow-thistle-77';
/** Every template of a mail there is, as mails name it: approvals keep the name by which workers of 0.1 know theirs. */
const TEMPLATES = readdirSync(join(import.meta.dirname, '../../../libs'), { recursive: true, encoding: 'utf8' })
  .map((path) => /^[a-z]+\/([a-z]+)\/templates\/((?:[\w-]+\/)*email\/[\w-]+)\.hbs$/.exec(path))
  .flatMap((found) => (found && !found[0].includes('node_modules') ? [`${found[1]}/${found[2]}`] : []))
  .map((name) => name.replace(/^approvals/, 'tickets/approvals'))
  .sort();

let world: World;
let acme: TestTenant;
let ana: TestPerson;
let sent: { tenant: TestTenant; mail: Mail; links: string[]; words: string }[];

const inside = <T>(fn: () => Promise<T>) => acme.inside(fn);
const run = (statement: () => ReturnType<typeof sql>, tenant = acme) => tenant.change(() => statement());
const mailsOf = (tenant: TestTenant) =>
  tenant.inside(() => world.get(Database).read((em) => em.find(Mail, {}, { orderBy: { createdAt: 'asc' } })));

beforeAll(async () => {
  world = await World.startWithWorker();
  acme = await world.tenant('acme');
  ana = await (await acme.customer('Ana')).of('Globex', 'company_user');
  await inside(() => everyMail());
  const heron = await signUp();
  const deadline = Date.now() + 60_000;
  for (;;) {
    const all = [...(await mailsOf(acme)), ...(await mailsOf(heron))];
    if (
      all.every(({ status }) => status !== 'queued') &&
      TEMPLATES.every((one) => all.some((mail) => mail.template === one))
    )
      break;
    if (Date.now() > deadline) break; // the first test says what is missing
    await new Promise((later) => setTimeout(later, 100));
  }
  sent = [];
  for (const tenant of [acme, heron])
    for (const mail of await mailsOf(tenant)) {
      const letter = world.mails.mails.find(({ messageId }) => messageId === mail.messageId);
      if (!letter) continue;
      const html = String(letter.html);
      const links = [...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => unescaped(href!));
      const words = [letter.subject, letter.text, html, JSON.stringify([...letter.headers.values()])].join(' ');
      sent.push({ tenant, mail, links: [...new Set(links)].filter((link) => link.includes(tenant.host)), words });
    }
}, 120_000);

async function signUp(): Promise<TestTenant> {
  const site = world.visitor(world.config.baseUrl.host);
  await site.get('/');
  await site.post('/sign-up', {
    ...{ business: 'Heron', slug: 'heron', name: 'Joan', email: 'joan@heron.example', password: CHOSEN },
    ...{ plan: 'team', blueprint: '' },
  });
  return world.signedUp('heron');
}

/** Second factors, and links to sign in. */
async function factorMails(): Promise<void> {
  const fin = await acme.customer('Fin');
  const [{ id, name }, secret] = [await fin.actor(), generateSecret()];
  await world.get(Factors).addApp({ id: id!, name }, secret, generateSync({ secret }), 'Phone');
  await world.get(Resets).beginFor(fin.email, 'Lost');
  const lost = acme.visitor();
  await lost.signIn(fin.email, PASSWORD);
  await lost.get('/sign-in/code/lost');
  await lost.post('/sign-in/code/lost');
  await newDevice();
  const customers = { methods: ['password' as const, 'email-link' as const], idleHours: 72, absoluteDays: 30 };
  await world.get(Settings).apply(signInSettings, { customers });
  await lost.post('/sign-in/link', { email: 'bec@customers.example' });
}

/** Somebody comes from a telephone who never did. */
async function newDevice(): Promise<void> {
  const { email } = await acme.customer('Ida');
  await acme.visitor().signIn(email, PASSWORD);
  await acme.visitor().moveTo('192.0.2.1', 'Mozilla/5.0 (iPhone) Safari').signIn(email, PASSWORD);
}

async function linkedIdentity(): Promise<void> {
  const { id } = await (await acme.customer('Lin')).actor();
  const linked = new IdentityLinked(id!, '0190f000-0000-7000-8000-0000000000d1', false, new Date().toISOString());
  await world.get(Database).write(() => world.get(Outbox).publish(linked));
}

async function endingKey(): Promise<void> {
  const draft = { name: 'ERP', scopes: ['tickets:read'], companyId: null, addresses: [], days: 30 };
  await world.get(Keys).create(await acme.owner.actor(), draft);
  await run(
    () =>
      sql`update ${table('api_key')} set created_at = now() - interval '23 days', expires_at = now() + interval '7 days'`,
  );
  await world.get(KeyWarnings).warn();
}

/** The record of a domain that was verified is gone. */
async function missingDomain(): Promise<void> {
  const { id, domain } = await world.get(ClaimedDomains).claim(await acme.owner.actor(), null, 'acme.example');
  await world.get(Database).write(() => world.get(Outbox).publish(new DomainMissing(id, domain, null)));
}

/** A connection in ten years, when certificates end. */
async function endingCertificate(): Promise<void> {
  const owner = await acme.owner.browser();
  const path = '/console/settings/saml-connections';
  await owner.get(`${path}/new`);
  await owner.post(path, { name: 'Globex ID', audience: 'customers', makesAccounts: '1', enabled: '1' });
  const at = new RegExp(`${path}/[0-9a-f-]{36}`).exec((await owner.get(path)).text)![0];
  const ours = await owner.get(`/sign-in/with/${at.split('/').at(-1)}/metadata`);
  const [, der] = /X509Certificate>([^<]+)</.exec(ours.text)!;
  const certificate = `-----BEGIN CERTIFICATE-----\n${der!.match(/.{1,64}/g)!.join('\n')}\n-----END CERTIFICATE-----`;
  const [form] = formsOf((await owner.get(at)).text).filter(({ action }) => action === at);
  const kept = form!.controls.filter(({ type, checked }) => !['file', 'checkbox'].includes(type) || checked);
  const fields = Object.fromEntries(kept.map(({ name, value }) => [name, value]));
  const provider = { entityId: 'https://idp.example', signOnUrl: 'https://idp.example/sso', certificates: certificate };
  expect((await owner.post(at, { ...fields, ...provider })).status).toBe(303);
  await world.get(CertificateMails).run(Date.now() + 3_640 * 86_400_000);
}

async function secondFactor(): Promise<void> {
  const { id, name } = await (await acme.customer('Fay')).actor();
  const secret = generateSecret();
  await world.get(Factors).addApp({ id: id!, name }, secret, generateSync({ secret }), 'Phone');
}

/** The trial ends in three days; a payment failed. */
async function planMails(): Promise<void> {
  const mails = world.get(PlanMails);
  await inTenant(acme.tenant, async () => {
    await mails.remind(new Date(Date.parse(acme.tenant.trialEndsAt!) - 2.5 * 86_400_000));
    await mails.tell(new PlanChanged('team', 'past_due', 'active', 'late'), 'evt-1');
  });
}

/** Everything that makes the product write a mail. */
async function everyMail(): Promise<void> {
  await endingKey();
  await planMails();
  await missingDomain();
  await endingCertificate();
  await linkedIdentity();
  await secondFactor();
  const [mara, bec] = [await acme.agent('Mara'), await (await acme.customer('Bec')).of('Globex', 'company_admin')];
  const [get, draft] = [world.get(Tickets), { priority: 'normal' as const, categoryId: null, fileIds: [] }];
  const group = '0190f000-0000-7000-8000-0000000000b1';
  await world.get(Collections).apply(ticketGroups, [{ id: group, name: 'Groupxqz', memberIds: [] }] as never);
  await world.get(Collections).apply(automations, [
    {
      ...{ id: '0190f000-0000-7000-8000-0000000000c1', name: 'Rulexqz', enabled: true, trigger: 'opened', hours: null },
      conditions: { match: 'all', tests: [] },
      actions: [
        { do: 'mail', to: 'requester', text: 'We are on it' },
        { do: 'reply', text: 'An answer by a rule' },
        { do: 'priority', to: 'high' },
      ],
    },
  ] as never);
  const [first] = await world.get(Collections).all(surveys);
  await world.get(Collections).apply(surveys, [{ ...first!, onLow: { ...first!.onLow, notify: true } }] as never);

  const [asAna, asMara, asBec] = [await ana.actor(), await mara.actor(), await bec.actor()];
  const companyId = asAna.companies[0]!.id;
  const ticket = await get.open(asAna, {
    ...draft,
    subject: 'My lamp',
    description: 'It flickers',
    companyId,
    confirm: true,
  });
  // Who is told of a new ticket depends on whose it is by then.
  await world.mails.mailTo(acme.owner.email, ({ subject }) => subject?.includes('My lamp') ?? false);
  await get.tag(asMara, ticket.id, ['Tagxqz'], []);
  await get.update(asMara, ticket.id, { groupId: group });
  await get.note(asMara, ticket.id, { body: '@Acme Owner Notexqz', fileIds: [] });
  await get.update(await acme.owner.actor(), ticket.id, { assigneeId: asMara.id });
  await get.reply(asMara, ticket.id, { body: 'Have you turned it off?', fileIds: [] });
  await world.get(Watching).share(asAna, ticket.number, bec.email);
  await world.get(Approvals).ask(asMara, ticket.id, { approvers: 'company-admins', question: 'May we?' });
  // Who has decided by the time of sending is not asked any more.
  await world.mails.mailTo(bec.email, ({ subject }) => /approv/i.test(subject ?? ''));
  const [approval] = await acme.query<{ id: string }>(() => sql`select id from ${table('ticket_approval')}`);
  await world.get(Approvals).decide(asBec, approval!.id, 'approved', 'Yes');
  await get.solve(asMara, ticket.id);
  const [solved] = await acme.query<{ at: string }>(
    () => sql`select solved_at::text as at from ${table('ticket')} where id = ${ticket.id}`,
  );
  await world.get(Asking).due(new SurveyDue(FIRST_SURVEY.id, ticket.id, solved!.at));
  const [answer] = await acme.query<{ id: string }>(() => sql`select id from ${table('survey_answer')}`);
  const [asked] = await world.get(Collections).all(surveys);
  await world.get(Answers).record(asked, answer!.id, { score: 1, comment: 'Meh' });
  const clock = { kind: 'first_response', stage: 'warned', dueAt: new Date().toISOString() };
  await world.get(RuleMails).warn(ticket.id, ['assignee'], clock, 'late');

  const visitor = acme.visitor();
  for (const email of ['new@customers.example', ana.email]) await visitor.post('/register', { name: 'New', email });
  await visitor.post('/forgot', { email: ana.email });
  const browser = await (await acme.customer('Eve')).browser();
  await browser.get('/account');
  await factorMails();
  await browser.get('/account');
  await browser.post('/account/email', { email: 'evelyn@customers.example', current_password: PASSWORD });
  await browser.post('/account/password', { current_password: PASSWORD, password: CHOSEN });
  const admin = await bec.browser();
  await admin.get('/company');
  await admin.post('/company/invitations', { company: companyId, email: 'guest@customers.example', role: 'user' });
}

const pathOf = (link: string) => new URL(link).pathname + new URL(link).search;
/** All that a link could change. */
const state = (tenant: TestTenant) =>
  tenant.query(
    () => sql`select (select json_agg(t order by id) from ${table('token')} t) as tokens, (select json_agg(a order by id) from ${table('survey_answer')} a) as answers,
                     (select count(*) from ${table('survey_opt_out')}) as out, (select count(*) from ${table('membership')}) as members,
                     (select json_agg(json_build_array(email, password_hash, email_verified_at, team_role) order by id) from ${table('person')}) as people`,
  );

describe('62: every link of every mail', () => {
  test('stands in a mail that this test has sent', () => {
    expect([...new Set(sent.map(({ mail }) => mail.template))].sort()).toEqual(TEMPLATES);
  });

  test('changes nothing when a scanner follows it, nor when somebody does who is signed in as another', async () => {
    const wrong = new Map<string, Visitor>();
    for (const { tenant, links, mail } of sent) {
      if (!wrong.has(tenant.host)) wrong.set(tenant.host, await (await tenant.customer('Wen')).browser());
      const before = await state(tenant);
      for (const link of links) {
        const scanner = tenant.visitor();
        for (let twice = 0; twice < 2; twice += 1)
          expect([mail.template, (await scanner.get(pathOf(link))).status < 500]).toEqual([mail.template, true]);
        expect(scanner.cookie('session')).toBeUndefined();
        const wen = wrong.get(tenant.host)!;
        const page = await wen.get(pathOf(link));
        if (/\/tickets\/TKT-/.test(link))
          expect([mail.template, page.status]).toEqual([mail.template, /\/console\//.test(link) ? 403 : 404]);
        expect((await wen.get('/account')).text).toContain('wen@customers.example');
      }
      expect(await state(tenant)).toEqual(before);
    }
  });

  test('opens for whom it is meant', async () => {
    for (const { tenant, links, mail } of sent) {
      const reader = tenant.visitor();
      for (const password of [PASSWORD, CHOSEN])
        if ((await reader.signIn(mail.toAddress, password)).status === 303) break;
      for (const link of links) {
        const { status } = await reader.get(pathOf(link));
        expect([mail.template, link, status < 400]).toEqual([mail.template, link, true]);
      }
    }
  });

  test('works once, and not late', async () => {
    const tokens = sent.flatMap(({ tenant, links, mail }) =>
      // That of a reset takes a password as well, and time: its own test follows it.
      links
        .filter((link) => /token=/.test(link) && !/\/survey|\/sign-in\/recovery/.test(link))
        .map((link) => ({ tenant, link, mail })),
    );
    expect(new Set(tokens.map(({ mail }) => mail.template.split('/').at(-1)))).toEqual(
      new Set(['verify', 'reset', 'sign-in', 'invitation', 'welcome', 'new-device']),
    );
    for (const { tenant, link, mail } of tokens) {
      const follow = async () => {
        const reader = tenant.visitor();
        if (link.includes('/account/email'))
          for (const email of ['eve@customers.example', 'evelyn@customers.example']) await reader.signIn(email, CHOSEN);
        const page = await reader.get(pathOf(link));
        const [form] = formsOf(page.text).filter(({ controls }) => controls.some(({ name }) => name === 'token'));
        if (!form) return page.status;
        const fields = Object.fromEntries(form.controls.map(({ name, value }) => [name, value]));
        const password: Record<string, string> = fields['password'] === undefined ? {} : { password: CHOSEN };
        return (await reader.post(form.action, { ...fields, name: 'Reader', ...password })).status;
      };
      // Late: the same link when its time is over, then as it was.
      await run(
        () => sql`update ${table('token')} set expires_at = expires_at - interval '1 year' returning id`,
        tenant,
      );
      expect([mail.template, link, await follow()]).toEqual([mail.template, link, 410]);
      await run(
        () => sql`update ${table('token')} set expires_at = expires_at + interval '1 year' returning id`,
        tenant,
      );
      expect([mail.template, link, await follow()]).toEqual([mail.template, link, 303]);
      expect([mail.template, link, await follow()]).toEqual([mail.template, link, 410]);
    }
  });
});

test('65: nothing that a customer gets holds the team’s words: mails, pages, spreadsheet', async () => {
  const team = new Set(['mara@acme.example', acme.owner.email]);
  const texts: [string, string][] = sent.flatMap(({ mail, words }) =>
    team.has(mail.toAddress) ? [] : [[mail.template, words] as [string, string]],
  );
  for (const email of [ana.email, 'bec@customers.example']) {
    const browser = acme.visitor();
    for (const password of [PASSWORD, CHOSEN]) if ((await browser.signIn(email, password)).status === 303) break;
    for (const path of [
      '/',
      '/tickets',
      '/tickets?scope=company',
      '/tickets/TKT-001',
      '/tickets/TKT-001/access',
      '/tickets/export',
      '/approvals',
      '/company',
      '/account',
    ])
      texts.push([path, (await browser.get(path)).text]);
  }
  const leaks = texts.flatMap(([where, text]) =>
    PLANTED.filter((word) => text.toLowerCase().includes(word.toLowerCase())).map((word) => `${word} in ${where}`),
  );
  expect(leaks).toEqual([]);
  // The rule's answer is the business's.
  const [, answered] = texts.find(([where]) => where === '/tickets/TKT-001')!;
  expect(answered).toContain('An answer by a rule');
  const console = await (await acme.owner.browser()).get('/console/tickets/TKT-001');
  for (const word of ['tagxqz', 'Notexqz', 'Rulexqz', 'Groupxqz']) expect(console.text).toContain(word);
});

test('each template of a mail belongs to one kind of notice, and what nobody asked for says how to end it', () => {
  const declared = world.get(Notices).all();
  expect(declared.map(({ template }) => template).sort()).toEqual(TEMPLATES);
  const optional = declared.filter((one) => one.class === 'optional').map(({ template }) => template);
  for (const { mail } of sent)
    expect([mail.template, mail.unsubscribe !== null]).toEqual([mail.template, optional.includes(mail.template)]);
});

test('61: whoever is shut out or removed by the time of sending gets none of the mails that waited', async () => {
  const rules = world.get(MailRules);
  const meant = async () => {
    const kept = new Set<string>();
    for (const { tenant, mail } of sent)
      if (await tenant.inside(() => rules.stillMeant(mail))) kept.add(`${mail.template} ${mail.toAddress}`);
    return kept;
  };
  const before = await meant();
  expect(before.size).toBeGreaterThan(8);
  const ofTickets = [...before].filter((one) => /^(tickets|service|surveys)\//.test(one));
  const [owner, companies] = [await acme.owner.actor(), world.get(Companies)];
  const asAna = await ana.actor();
  const companyId = asAna.companies[0]!.id;
  const members = await acme.query<{ id: string }>(() => sql`select person_id as id from ${table('membership')}`);
  for (const { id } of members) await inside(() => companies.remove(owner, companyId, id));
  const removed = await meant();
  expect(
    ofTickets.filter((one) => removed.has(one) && /customers\.example/.test(one) && !one.startsWith('surveys')),
  ).toEqual([]);
  await run(() => sql`update ${table('person')} set team_role = null where email <> ${acme.owner.email} returning id`);
  const left = await meant();
  expect(ofTickets.filter((one) => left.has(one) && one.includes('mara@'))).toEqual([]);
  await run(() => sql`update ${table('person')} set status = 'deactivated' returning id`);
  expect([...(await meant())].filter((one) => !one.includes('heron'))).toEqual([]);
});
