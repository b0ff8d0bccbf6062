import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { DnsStand, OIDC_CLIENT, OidcStand, type TestPerson, type TestTenant, type World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { Factors } from '@foyer/factors';
import { ClaimedDomains, recordOf } from '@foyer/signon';
import { generateSecret, generateSync } from 'otplib';
import { Chromium, openInstallation, signIn, textOf, WAYS } from './chromium.js';

let world: World;
let acme: TestTenant;
let chromium: Chromium;
let stand: OidcStand;
let dns: DnsStand;

beforeAll(async () => {
  [stand, dns] = await Promise.all([OidcStand.open(), DnsStand.open()]);
  const variables = { PRIVATE_NETWORKS: '127.0.0.0/8', DNS_SERVERS: dns.address };
  [world, chromium] = await Promise.all([openInstallation(variables), Chromium.open()]);
  acme = await world.tenant('acme');
});

async function claims(page: Page, domain: string): Promise<void> {
  await page.getByLabel('Domain', { exact: true }).fill(domain);
  await page.getByRole('button', { name: 'Add domain' }).click();
  await page.getByText('Domain added').waitFor();
  const claim = (await acme.inside(() => world.get(ClaimedDomains).all())).find((one) => one.domain === domain)!;
  const { name, value } = recordOf(claim);
  expect(await textOf(page)).toContain(value);
  dns.records.set(name, [value]);
  await page.getByRole('button', { name: `Check record ${domain}` }).click();
  await page.getByText('Domain verified.').waitFor();
}

/** Says what the provider gives, once the page has shown what the provider asks for. */
async function finishes(page: Page): Promise<void> {
  await page.getByText('Redirect address').waitFor();
  await page.getByLabel('Client ID').fill(OIDC_CLIENT.id);
  await page.getByLabel('Client secret').fill(OIDC_CLIENT.secret);
  await page.getByLabel('Scopes').fill('openid email profile groups');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.', { exact: true }).waitFor();
}

/** Of the connection that the page is about. */
async function requires(page: Page, group: string, role: string): Promise<void> {
  await page.getByRole('button', { name: 'Add group' }).click();
  await page.getByLabel('Group', { exact: true }).fill(group);
  await page.getByLabel('Role', { exact: true }).selectOption(role);
  await page.getByLabel('Required').check();
}

describe.each(WAYS)('$way', ({ script, mark }) => {
  const domain = `globex-${mark}.example`;
  let ana: TestPerson;

  test('a company claims its domain, brings its provider, and its people come by it alone', async () => {
    ana = await (await acme.customer(`Ana ${mark}`)).of(`Globex ${mark}`, 'company_admin');
    const page = await chromium.signedIn(ana, script);
    await page.goto(`${acme.tenant.origin}/company`);
    await page.getByRole('link', { name: 'Set up sign-in' }).click();
    await claims(page, domain);
    await page.getByRole('link', { name: 'Connect: OpenID Connect' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Globex ID');
    await page.getByLabel('Issuer').fill(stand.issuer);
    await page.getByRole('button', { name: 'Save' }).click();
    await finishes(page);
    const connection = page.url();
    stand.account(`tess-${mark}`, { email: `tess@${domain}`, email_verified: true, name: 'Tess', groups: ['Heads'] });
    await page.getByRole('link', { name: 'Test connection' }).click();
    await page.getByText('An account would be created.').waitFor();
    await page.goto(connection);
    await requires(page, 'Heads', 'Company admin');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();

    const tess = await chromium.newcomer(script);
    await tess.goto(`${acme.tenant.origin}/account`);
    await tess.getByRole('link', { name: 'Sign in with your company' }).click();
    await tess.getByLabel('Email address').fill(`tess@${domain}`);
    await tess.getByRole('button', { name: 'Continue' }).click();
    await tess.waitForURL(`${acme.tenant.origin}/account`);
    await tess.goto(`${acme.tenant.origin}/company`);
    await tess.getByRole('heading', { name: `Globex ${mark}` }).waitFor();
    await tess.getByRole('heading', { name: 'Invite someone' }).waitFor();
  });

  test('a password is not enough for whoever has to come by it', async () => {
    const uma = await acme.customer(`Uma ${mark}`);
    await acme.change(() => sql`update ${table('person')} set email = ${`uma@${domain}`} where email = ${uma.email} returning id`); // prettier-ignore
    const page = await chromium.newcomer(script);
    await signIn(page, `${acme.tenant.origin}/sign-in`, `uma@${domain}`);
    await page.getByText('Your organisation requires its own sign-in.').waitFor();
    await page.goto(`${acme.tenant.origin}/account`);
    expect(page.url()).toContain('/sign-in');
    stand.account(`uma-${mark}`, { email: `uma@${domain}`, email_verified: true });
    await page.goto(`${acme.tenant.origin}/sign-in`);
    await signIn(page, `${acme.tenant.origin}/sign-in`, `uma@${domain}`);
    await page.getByRole('link', { name: 'Continue with Globex ID' }).click();
    await page.waitForURL(`${acme.tenant.origin}/`);
    await page.getByRole('banner').getByText('Uma').first().waitFor();
  });
});

test('the operator requires its provider of the team; an owner keeps the password', async () => {
  const owner = await chromium.signedIn(acme.owner, true);
  await owner.goto(`${acme.tenant.origin}/console/settings/sign-in-domains`);
  await claims(owner, 'acme.example');
  await owner.goto(`${acme.tenant.origin}/console/settings/oidc-connections/new`);
  await owner.getByLabel('Name', { exact: true }).fill('Acme ID');
  await owner.getByLabel('For whom').selectOption('Team');
  await owner.getByLabel('Issuer').fill(stand.issuer);
  await owner.getByRole('button', { name: 'Save' }).click();
  await owner.getByRole('link', { name: 'Acme ID' }).click();
  await finishes(owner);
  await owner.getByRole('link', { name: 'Acme ID' }).click();
  stand.account('dee', { email: 'dee@acme.example', email_verified: true, name: 'Dee', groups: ['Desk'] });
  await owner.getByRole('link', { name: 'Test connection' }).click();
  // Her groups give no role yet.
  await owner.getByText('No group gives you a role here.').waitFor();
  await owner.goto(`${acme.tenant.origin}/console/settings/oidc-connections`);
  await owner.getByRole('link', { name: 'Acme ID' }).click();
  await owner.getByRole('button', { name: 'Add group' }).click();
  await owner.getByLabel('Group', { exact: true }).fill('Desk');
  await owner.getByLabel('Role', { exact: true }).selectOption('Agent');
  await owner.getByRole('button', { name: 'Save' }).click();
  await owner.getByRole('link', { name: 'Acme ID' }).click();
  await owner.getByRole('link', { name: 'Test connection' }).click();
  await owner.getByText('Role in the team would be Agent.').waitFor();
  await owner.goto(`${acme.tenant.origin}/console/settings/oidc-connections`);
  await owner.getByRole('link', { name: 'Acme ID' }).click();
  await owner.getByLabel('Required').check();
  await owner.getByLabel('Owner who keeps the password').selectOption('Acme Owner');
  await owner.getByRole('button', { name: 'Save' }).click();
  await owner.locator('#keeperId-error').waitFor();
  const secret = generateSecret();
  const { id, name } = await acme.owner.actor();
  const shown = generateSync({ secret });
  await acme.inside(() => world.get(Factors).addApp({ id: id!, name }, secret, shown, 'Phone'));
  await owner.getByRole('button', { name: 'Save' }).click();
  await owner.getByText('Saved.', { exact: true }).waitFor();

  const dee = await chromium.newcomer(true);
  await dee.goto(`${acme.tenant.origin}/console/tickets`);
  await dee.getByRole('link', { name: 'Continue with Acme ID' }).click();
  await dee.waitForURL(`${acme.tenant.origin}/console/tickets`);
  // The provider is away, and the owner who keeps the password comes in.
  stand.away = true;
  const page = await chromium.newcomer(true);
  await signIn(page, `${acme.tenant.origin}/console/sign-in`, acme.owner.email);
  await page.waitForURL(/\/sign-in\/code/);
  // The one before was used up when the app was added.
  const code = generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + 30 });
  await page.getByLabel('Code').fill(code);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL(/\/console(?!\/sign-in)/);
  await page.getByRole('link', { name: 'Settings' }).waitFor();
});
