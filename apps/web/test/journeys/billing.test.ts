import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type AddressInfo } from 'node:net';
import { beforeAll, expect, test } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import Stripe from 'stripe';
import { whenLeaving, type World } from '@foyer/app-cli/testing';
import { StripeSandbox } from '@foyer/app-stripe-sandbox';
import { runAsOwner } from '@foyer/database';
import { Directory } from '@foyer/tenants';
import { Chromium, openInstallation, textOf } from './chromium.js';

const SECRET = 'whsec_journey0123456789';
const DAY = 86_400;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let world: World;
let chromium: Chromium;
let sandbox: StripeSandbox;
let stripe: Stripe;

const freePort = () =>
  new Promise<number>((resolve) => {
    const probe = createServer().listen(0, () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });

beforeAll(async () => {
  const port = await freePort();
  const variables = {
    STRIPE_SECRET_KEY: 'sk_sandbox_foyer',
    STRIPE_WEBHOOK_SECRET: SECRET,
    STRIPE_API_BASE: `http://127.0.0.1:${port}`,
  };
  [world, chromium] = await Promise.all([openInstallation(variables), Chromium.open()]);
  const webhookUrl = `${world.config.baseUrl.origin}/webhooks/stripe`;
  sandbox = await StripeSandbox.start({ port, webhookUrl, webhookSecret: SECRET });
  whenLeaving(() => sandbox.stop());
  stripe = new Stripe(sandbox.apiKey(), sandbox.clientOptions);
}, 60_000);

const statusOf = async (slug: string) => (await world.get(Directory).bySlug(slug))!.status;
async function becomes(slug: string, status: string) {
  for (let tries = 0; tries < 100 && (await statusOf(slug)) !== status; tries += 1)
    await new Promise((done) => setTimeout(done, 200));
  expect(await statusOf(slug)).toBe(status);
}
async function card(page: Page, number: string) {
  const fields = {
    ...{ cardNumber: number, cardExpiry: '12 / 34', cardCvc: '123', billingName: 'Joan Ellis' },
    ...{ billingAddressLine1: 'Quay 1', billingPostalCode: 'LA1 1AA', billingLocality: 'Lancaster' },
  };
  for (const [id, value] of Object.entries(fields)) {
    const field = page.locator(`#${id}`);
    if (await field.count()) await field.fill(value);
  }
  await page.locator('button[value="pay"]:not(.unseen)').click();
}
async function isAccessible(page: Page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<AxeResults> } };
    return (await axe.run()).violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
  expect(found).toEqual([]);
}
async function invite(page: Page, origin: string, email: string) {
  await page.goto(`${origin}/console/team`);
  await page.getByLabel('Name').first().fill(email.split('@')[0]!);
  await page.getByLabel('Email').first().fill(email);
  await page.getByRole('button', { name: 'Send invitation' }).click();
}

test('a business tries, meets a limit, buys, fails to pay, pays, goes down, thaws, cancels, resumes and ends', async () => {
  const page = await chromium.newcomer(true);
  const slug = 'quayside';
  await page.goto(`${world.config.baseUrl.origin}/?plan=starter#start`);
  await page.getByLabel('Name of your business').fill('Quayside');
  await page.getByLabel('Address of the portal').fill(slug);
  await page.getByLabel('Your name').fill('Joan Ellis');
  await page.getByLabel('Email').fill('joan@quayside.example');
  await page.getByLabel('Choose a password').fill('orchard-lantern-42');
  await page.getByRole('button', { name: 'Open the portal' }).click();
  await page.getByRole('link', { name: 'Open the console' }).click();
  await page.getByRole('button', { name: 'Open the console' }).click();
  await page.getByRole('heading', { name: 'Welcome, Joan' }).waitFor();
  const { origin, id } = (await world.get(Directory).bySlug(slug))!;

  // An address that is confirmed may invite.
  await page.goto(await world.mails.linkTo('joan@quayside.example', '/verify'));
  if (await page.getByRole('button', { name: /Confirm/ }).count())
    await page.getByRole('button', { name: /Confirm/ }).click();

  // Two more fit beside the owner, and the third is told why not, and where there is more room.
  for (const name of ['bo', 'cy']) {
    await invite(page, origin, `${name}@quayside.example`);
    await page.getByRole('status').or(page.locator('.toast')).first().waitFor();
  }
  await invite(page, origin, 'di@quayside.example');
  expect(await textOf(page)).toContain('Your plan holds 3 team members');
  expect(await page.getByLabel('Email').first().inputValue()).toBe('di@quayside.example');
  await page.getByRole('main').getByRole('link', { name: 'Go to the plan' }).first().click();
  expect(await textOf(page)).toMatch(/Team members\s+3 of 3/);

  // By a clock of its own at Stripe, so that months pass in a moment.
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: Math.floor(Date.now() / 1000) });
  const customer = await stripe.customers.create({
    ...{ name: 'Quayside', email: 'joan@quayside.example', test_clock: clock.id },
    metadata: { tenant_id: id },
  });
  await runAsOwner(world.config, async (client) => {
    await client.query('insert into platform.billing_account (tenant_id, customer_id, currency) values ($1, $2, $3)', [
      ...[id, customer.id, 'eur'],
    ]);
  });
  await page.getByRole('link', { name: 'Choose a plan' }).click();
  await page.getByRole('link', { name: 'EUR' }).click();
  await isAccessible(page);
  await page.getByRole('button', { name: 'Choose Team' }).click();
  await page.waitForURL(new RegExp(`:${sandbox.port}/`));
  await card(page, '4000 0000 0000 0002');
  await page
    .getByText(/declined/i)
    .first()
    .waitFor();
  await card(page, '4000 0025 0000 3155');
  await page.getByRole('button', { name: 'Complete' }).click();
  await page.waitForURL(`${origin}/console/settings/plan`);
  expect(await textOf(page)).toMatch(/Thank you\. Your plan is active\.|Team members\s+3 of 10/);
  expect(await textOf(page)).toMatch(/Invoices[\s\S]*€59[\s\S]*Paid/);
  for (const name of ['di', 'ed']) {
    await invite(page, origin, `${name}@quayside.example`);
    await page.getByText(`${name}@quayside.example`).first().waitFor();
  }

  // The next month is not paid: late, then restricted, then closed; paying opens everything at once.
  sandbox.forceCharges(customer.id, 'insufficient_funds', { times: 4 });
  let now = clock.frozen_time + 32 * DAY;
  await sandbox.advance(clock.id, now);
  await becomes(slug, 'past_due');
  await page.goto(`${origin}/console/settings/plan`);
  expect(await textOf(page)).toContain('€59 is owed');
  await isAccessible(page);
  await sandbox.advance(clock.id, (now += 9 * DAY));
  await becomes(slug, 'restricted');
  await invite(page, origin, 'fi@quayside.example');
  expect(await textOf(page)).toContain('Nothing new can be set up');
  await page.goto(`${origin}/console/settings/plan`);
  const payHere = (await page.getByRole('link', { name: 'Pay now' }).getAttribute('href'))!;
  await sandbox.advance(clock.id, now + 8 * DAY);
  await becomes(slug, 'suspended');
  expect((await page.goto(`${origin}/console/settings/plan`))!.status()).toBe(503);
  await page.goto(payHere);
  await page.locator('button[value="pay"]:not(.unseen)').first().click();
  await becomes(slug, 'active');
  await page.goto(`${origin}/console/settings/plan`);
  expect(await textOf(page)).not.toContain('is owed');

  // Down again: it comes at the end of the period, and who is too many then reads only.
  await page.getByRole('link', { name: 'Change plan' }).click();
  await page.getByRole('link', { name: 'See the change Starter' }).click();
  await isAccessible(page);
  await page.getByRole('button', { name: 'Change at the end of the period' }).click();
  expect(await textOf(page)).toContain('Changes to Starter on');
  await page.getByText('Cancel plan').first().click();
  await page.getByRole('button', { name: 'Cancel plan' }).click();
  expect(await textOf(page)).toContain('It ends on');
  await page.getByRole('button', { name: 'Resume plan' }).click();
  expect(await textOf(page)).toContain('Your plan goes on.');

  // Whoever was invited has come; with the smaller plan two of five read only, until one who works goes.
  for (const name of ['bo', 'cy', 'di', 'ed']) {
    const member = await chromium.newcomer(true);
    await member.goto(await world.mails.linkTo(`${name}@quayside.example`, '/invitation'));
    await member.getByLabel('Choose a password').fill('meadow-copper-77');
    await member.getByRole('button', { name: 'Accept the invitation' }).click();
    await member.waitForURL(/console/);
    await member.context().close();
  }
  await page.goto(`${origin}/console/settings/plan/preview?plan=starter&interval=month`);
  await page.getByRole('button', { name: 'Change at the end of the period' }).click();
  await sandbox.advance(clock.id, now + 45 * DAY);
  const frozen = page.getByRole('region', { name: /read-only/ });
  for (let tries = 0; tries < 50 && (await frozen.count()) === 0; tries += 1) {
    await new Promise((done) => setTimeout(done, 200));
    await page.goto(`${origin}/console/settings/plan`);
  }
  expect(await frozen.innerText()).toContain('2 team members are read-only');
  await isAccessible(page);
  const kept = async (name: string) => frozen.getByRole('checkbox', { name: new RegExp(name) });
  expect(await (await kept('di')).isChecked()).toBe(false);
  await (await kept('bo')).uncheck();
  await (await kept('di')).check();
  await frozen.getByRole('button', { name: 'Save' }).click();
  expect(await (await kept('di')).isChecked()).toBe(true);
  expect(await (await kept('bo')).isChecked()).toBe(false);

  // It ends when what was paid for is over; by the clock on the wall, the trial is not over yet.
  await page.getByText('Cancel plan').first().click();
  await page.getByRole('button', { name: 'Cancel plan' }).click();
  await sandbox.advance(clock.id, now + 90 * DAY);
  await becomes(slug, 'trialing');
});
