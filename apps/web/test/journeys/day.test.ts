import { createServer } from 'node:net';
import { createTransport } from 'nodemailer';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from '@jest/globals';
import { type TestPerson, type TestTenant, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { Chromium, openInstallation, signIn, textOf } from './chromium.js';

/** An operator's day, from setting up a request to a satisfied customer: each step is what the one before made possible. */
let world: World;
let acme: TestTenant;
let chromium: Chromium;
let ana: TestPerson;
let boss: TestPerson;
let smtp: number;
let owner: Page;
let mara: Page;
let customer: Page;
let number: string;
let url: (path: string) => string;
const SUBJECT = 'The lift in house four is stuck';

beforeAll(async () => {
  smtp = await freePort();
  const variables = { INBOUND_SMTP_PORT: String(smtp), INBOUND_AUTHSERV_ID: 'mx.test' };
  [world, chromium] = await Promise.all([openInstallation(variables), Chromium.open()]);
  acme = await world.tenant('acme');
  url = (path) => acme.tenant.origin + path;
  ana = await (await acme.customer('Ana Sousa')).of('Globex', 'company_user');
  boss = await (await acme.customer('Boss Bravo')).of('Globex', 'company_admin');
  const [agent] = [await acme.agent('Mara'), await acme.agent('Nils')];
  [owner, mara] = [await chromium.newcomer(true), await chromium.newcomer(true)];
  await signIn(owner, url('/console/sign-in'), acme.owner.email);
  await signIn(mara, url('/console/sign-in'), agent.email);
  customer = await chromium.signedIn(ana, true);
}, 60_000);

async function open(page: Page, path: string): Promise<void> {
  await page.goto(url(path));
}

test('set up: a field asked on a certain answer, a group, a rule that routes, a promise, a macro', async () => {
  const add = async (label: string, kind: string, options = '') => {
    await open(owner, '/console/settings/ticket-fields/new');
    await owner.getByLabel('Question', { exact: true }).fill(label);
    await owner.getByLabel('Kind of answer').selectOption(kind);
    if (options) await owner.getByLabel('Answers to choose from').fill(options);
    await owner.getByRole('button', { name: 'Save' }).click();
    await owner.getByText('Added.').waitFor();
  };
  await add('What is it about?', 'One option', 'Lift\nDoor');
  await add('Number of the lift', 'Short text');
  await open(owner, '/console/settings/request-types/new');
  await owner.getByLabel('Name', { exact: true }).fill('Fault');
  const place = async (field: string, at: string, when?: string) => {
    const row = owner.getByRole('group', { name: field });
    await row.getByLabel('In this form').selectOption('Required');
    await row.getByLabel('Position').fill(at);
    if (!when) return;
    await row.getByText('Show only after certain answers').click();
    await row.getByLabel('Show when').selectOption(when);
  };
  await place('What is it about?', '1');
  await place('Number of the lift', '2', 'What is it about? is “Lift”');
  await owner.getByRole('button', { name: 'Save' }).click();
  await owner.getByText('Added.').waitFor();

  await open(owner, '/console/settings/ticket-groups/new');
  await owner.getByLabel('Name', { exact: true }).fill('Technicians');
  await owner.getByLabel('Mara').check();
  await owner.getByRole('button', { name: 'Save' }).click();
  await owner.getByText('Added.').waitFor();

  await open(owner, '/console/settings/routing/new');
  await owner.getByLabel('Name', { exact: true }).fill('Lifts to technicians');
  await owner.getByLabel('Group', { exact: true }).selectOption('Technicians');
  await owner.getByLabel('Priority', { exact: true }).selectOption('Urgent');
  await owner.getByLabel('Tags', { exact: false }).last().fill('lift');
  await owner.getByRole('button', { name: 'Save' }).click();
  await owner.getByText('Added.').waitFor();

  await open(owner, '/console/settings/policies/new');
  await owner.getByLabel('Name', { exact: true }).fill('Urgent within the hour');
  await owner.locator('[name=urgent-resolution]').fill('0.02'); // a minute and a bit
  await owner.locator('[name=warn]').selectOption('minutes:30');
  await owner.getByRole('button', { name: 'Save' }).click();
  await owner.getByText('Added.').waitFor();
  for (let ups = 0; ups < 5; ups += 1) {
    const up = owner.getByRole('button', { name: 'Move Urgent within the hour up' });
    if (await up.isDisabled()) break;
    await up.click();
  }

  await open(owner, '/console/settings/macros/new');
  await owner.getByLabel('Name', { exact: true }).fill('On our way');
  await owner.getByRole('textbox', { name: 'Text' }).fill('Hello {{customer.name}}, a technician is on the way.');
  await owner.getByRole('button', { name: 'Save' }).click();
  await owner.getByText('Added.').waitFor();
});

test('a customer asks with a file; a wrong one is refused and nothing typed is lost; the confirmation comes', async () => {
  await open(mara, '/console/tickets');
  await open(customer, '/tickets/new');
  await customer.getByRole('link', { name: 'Fault' }).click();
  await customer.getByLabel('Subject').fill(SUBJECT);
  await customer.getByLabel('What is it about?').selectOption('Lift');
  await customer.getByLabel('Number of the lift').fill('L-17');
  await customer
    .getByRole('textbox', { name: 'What happened, or what do you need?' })
    .fill('It stands between two floors.');
  const files = customer.getByLabel('Attachments');
  await files.setInputFiles({ name: 'virus.exe', mimeType: 'application/x-msdownload', buffer: Buffer.from('MZ') });
  await customer.getByText('Files like virus.exe are not accepted.').waitFor();
  expect(await customer.getByLabel('Number of the lift').inputValue()).toBe('L-17');
  await files.setInputFiles({ name: 'photo.txt', mimeType: 'text/plain', buffer: Buffer.from('between 2 and 3') });
  await customer.getByRole('button', { name: 'Send ticket' }).click();
  await customer.getByRole('heading', { level: 1, name: SUBJECT }).waitFor();
  number = /TKT-\d+/.exec(customer.url())![0];
  await world.mails.mailTo(ana.email, ({ subject }) => subject === `[${number}] ${SUBJECT}`);
});

test('it is routed, appears in the inbox that is open, and the clock warns', async () => {
  // Mara has had her inbox open all the time.
  await mara.getByRole('link', { name: SUBJECT }).waitFor();
  await mara.getByRole('link', { name: SUBJECT }).click();
  await mara.getByText('It stands between two floors.').waitFor();
  expect(await mara.locator('#properties-group').inputValue()).not.toBe('');
  expect(await mara.locator('#properties-priority').inputValue()).toBe('urgent');
  expect(await mara.locator('#properties-tags').inputValue()).toBe('lift');
  await mara.getByText('L-17').waitFor();
  // Half of the minute that was promised.
  await mara.getByText(/Due soon/).waitFor({ timeout: 60_000 });
});

test('a macro, a note that calls a colleague, a reply that appears at the customer without reloading', async () => {
  await mara.getByText('Macros', { exact: true }).click();
  await mara.getByRole('button', { name: /On our way/ }).click();
  const reply = mara.getByRole('textbox', { name: 'Reply to Ana Sousa' });
  await reply.getByText('Hello Ana Sousa, a technician is on the way.').waitFor();
  expect(await mara.locator('#reply-body').inputValue()).toBe('Hello Ana Sousa, a technician is on the way.');
  await mara.getByRole('radio', { name: 'Internal note' }).check({ force: true });
  await mara.getByRole('textbox', { name: 'A note that only your team sees' }).fill('@Nils can you drive?');
  await mara.getByRole('button', { name: 'Add note' }).click();
  await mara.getByRole('article', { name: /^Internal note by/ }).waitFor();
  await world.mails.mailTo('nils@acme.example', ({ subject }) => subject!.startsWith('Mentioned in a note'));
  await mara.getByRole('radio', { name: 'Reply' }).check({ force: true });
  await reply.fill('');
  await reply.pressSequentially('Hello Ana, a technician is **on the way**.');
  await mara.getByRole('button', { name: 'Send reply' }).click();
  await mara.getByText('Reply sent.').waitFor();
  await customer.locator('strong', { hasText: 'on the way' }).waitFor();
  expect(await textOf(customer)).not.toContain('can you drive');
});

test('the customer answers by e-mail, and the agent sees it arrive', async () => {
  const mail = await world.mails.mailTo(ana.email, ({ text }) => text!.includes('on the way'));
  const to = [mail.replyTo!.value[0]!.address!];
  const quoted =
    'On Fri, 20 Nov 2026 at 10:12, Acme <acme@in.localhost> wrote:\r\n> Hello Ana, a technician is on the way.';
  const raw = [
    'Authentication-Results: mx.test; dmarc=pass',
    `From: Ana Sousa <${ana.email}>`,
    `To: ${to[0]}`,
    `Subject: Re: ${mail.subject}`,
    'Message-ID: <answer@phone.example>',
    `In-Reply-To: ${mail.messageId}`,
    `References: ${mail.messageId}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    `Thank you, we wait at the door.\r\n\r\n${quoted}`,
  ].join('\r\n');
  await createTransport({ host: '127.0.0.1', port: smtp, ignoreTLS: true }).sendMail({
    envelope: { from: ana.email, to },
    raw,
  });
  const arrived = mara.getByRole('article', { name: 'Message from Ana Sousa' }).last();
  await arrived.getByText('we wait at the door').waitFor();
  await arrived.getByText('by email').waitFor();
  expect(await arrived.locator('.message-body').innerText()).not.toContain('wrote:');
});

test('the customer’s manager approves', async () => {
  await mara.getByRole('link', { name: 'Ask for approval' }).click();
  await mara.getByLabel(/Boss Bravo/).check();
  await mara.getByLabel('Your question').fill('A new cable costs 900. Shall we?');
  await mara.locator('main form button[type=submit]').first().click();
  const mail = await world.mails.mailTo(boss.email, ({ text }) => text!.includes('900'));
  const page = await chromium.signedIn(boss, true);
  await page.goto(/http:[^\s>]+\/tickets\/[^\s>]*/.exec(mail.text!)![0]);
  await page.getByRole('button', { name: /^Approve/ }).click();
  await open(mara, `/console/tickets/${number}`);
  await mara.getByText('Boss Bravo approved').waitFor();
});

test('solved, and the customer says how it was: the survey is asked, answered, and told in the thread', async () => {
  await open(owner, '/console/settings/surveys');
  await owner.locator('.collection .row-link').first().click();
  await owner.locator('[name=delayHours]').fill('0');
  await owner.getByRole('button', { name: 'Save' }).click();
  await mara.getByRole('button', { name: 'Solve' }).click();
  await world.mails.mailTo(ana.email, ({ subject }) => subject!.includes('solved') || subject!.includes(number));
  const asked = await world.mails.mailTo(ana.email, ({ text }) => text!.includes('/survey?token='));
  const link = [...asked.text!.matchAll(/http:[^\s>]+\/survey\?token=[^\s>]+/g)].map(([found]) => found).at(-1)!;
  const guest = await chromium.newcomer(true);
  await guest.goto(link);
  await guest.getByRole('button', { name: 'Send' }).click();
  await guest.getByRole('heading', { level: 1, name: /Thank/ }).waitFor();
  await open(mara, `/console/tickets/${number}`);
  await mara.getByText(/Ana Sousa rated/).waitFor();
});

test('the facts of the day stand in the thread, each with who and when', async () => {
  const thread = await acme.query<{ type: string }>(
    () =>
      sql`select distinct m.data->>'type' as type from ${table('ticket_message')} m join ${table('ticket')} t on t.id = m.ticket_id where m.kind = 'event'`,
  );
  expect(thread.map(({ type }) => type)).toEqual(
    expect.arrayContaining([
      'group',
      'priority',
      'tags',
      'status',
      'sla-warned',
      'approval-asked',
      'approved',
      'rated',
    ]),
  );
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
