import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { sql, table } from '@foyer/database';
import { type TestPerson, type TestTenant, World } from '@foyer/app-cli/testing';
import { Chromium, openInstallation, signIn, textOf, WAYS } from './chromium.js';

let world: World;
let chromium: Chromium;

beforeAll(async () => {
  [world, chromium] = await Promise.all([openInstallation(), Chromium.open()]);
});

describe.each(WAYS)('$way', ({ script, mark }) => {
  let shop: TestTenant;
  let ana: TestPerson;
  let owner: Page;
  let customer: Page;

  beforeAll(async () => {
    shop = await world.tenant(`shop-${mark}`, `Shop ${mark}`);
    ana = await shop.customer('Ana');
    await ana.opens('My bell does not ring');
    customer = await chromium.signedIn(ana, script);
    owner = await chromium.newcomer(script);
    await signIn(owner, `${shop.tenant.origin}/console/sign-in`, shop.owner.email);
  });

  test('a section switched off is gone from navigation, home, pages and console, and comes back unharmed', async () => {
    const places = ['/tickets', '/tickets/new', '/tickets/TKT-001', '/console/tickets', '/console/tickets/TKT-001'];
    await customer.goto(shop.tenant.origin);
    await customer.getByRole('link', { name: 'Ask a question' }).waitFor();
    await settings('Features');
    await owner.getByRole('switch', { name: /^Tickets/ }).uncheck();
    await save();

    expect(await owner.getByRole('link', { name: 'Inbox' }).count()).toBe(0);
    await customer.goto(shop.tenant.origin);
    const home = await customer.content();
    for (const trace of ['href="/tickets', 'Ask a question', 'My bell does not ring'])
      expect(home).not.toContain(trace);
    for (const path of places)
      expect([path, (await owner.goto(shop.tenant.origin + path))!.status()]).toEqual([path, 404]);
    for (const path of places.slice(0, 3))
      expect([path, (await customer.goto(shop.tenant.origin + path))!.status()]).toEqual([path, 404]);
    expect(await customer.content()).not.toContain('My bell does not ring');
    const [{ id }] = (await shop.query<{ id: string }>(
      () => sql`select id from ${table('person')} where email = ${ana.email}`,
    )) as [{ id: string }];
    const others = ['people', `people/${id}`, 'companies', 'team', 'account', 'start', 'settings/general'];
    for (const path of ['/console', ...others.map((name) => `/console/${name}`)]) {
      expect((await owner.goto(shop.tenant.origin + path))!.status()).toBe(200);
      const trace = /(?:href|action)="\/(?:console\/)?tickets[^"]*"|open tickets|my bell/i;
      expect([path, trace.exec(await owner.content())?.[0]]).toEqual([path, undefined]);
    }

    await settings('Features');
    await owner.getByRole('switch', { name: /^Tickets/ }).check();
    await save();
    await customer.goto(`${shop.tenant.origin}/tickets`);
    await customer.getByRole('link', { name: 'My bell does not ring' }).waitFor();
  });

  test('in maintenance and when closed, customers read the message and the team still gets in', async () => {
    const states = [
      { state: 'Maintenance', title: 'We will be back soon' },
      { state: 'Closed', title: 'This portal is closed' },
    ];
    for (const { state, title } of states) {
      await settings('Portal state');
      await owner.getByRole('radio', { name: new RegExp(`^${state}`) }).check();
      await owner.getByLabel('Message to customers').fill(`New shelves until Friday (${state}).`);
      await save();
      for (const path of ['/', '/tickets', '/register', '/account']) {
        expect([path, (await customer.goto(shop.tenant.origin + path))!.status()]).toEqual([path, 503]);
        expect(await textOf(customer)).toContain(title);
        expect(await textOf(customer)).toContain(`New shelves until Friday (${state}).`);
        expect(await customer.title()).toContain(`Shop ${mark}`);
      }
      await owner.goto(`${shop.tenant.origin}/console/tickets`);
      expect(await textOf(owner)).toContain('customers have no access');
      await owner.getByRole('link', { name: 'My bell does not ring' }).waitFor();
    }
    const colleague = await chromium.newcomer(script);
    await signIn(colleague, `${shop.tenant.origin}/console/sign-in`, shop.owner.email);
    await colleague.getByRole('navigation', { name: 'Main navigation' }).waitFor();

    await settings('Portal state');
    await owner.getByRole('radio', { name: /^Open/ }).check();
    await save();
    expect((await customer.goto(`${shop.tenant.origin}/tickets`))!.status()).toBe(200);
  });

  async function settings(tab: string): Promise<void> {
    await owner.goto(`${shop.tenant.origin}/console`);
    await owner.getByRole('navigation', { name: 'Main navigation' }).getByRole('link', { name: 'Settings' }).click();
    await owner.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: tab }).click();
  }

  async function save(): Promise<void> {
    await owner.getByRole('button', { name: 'Save changes' }).click();
    await owner.getByText('Saved.').waitFor();
  }
});

test('on the narrowest screen a wide logo leaves the menu where it is; few ways in fill the page of a wide one', async () => {
  const wide = await world.tenant('wide-logo');
  const ana = await wide.customer('Ana');
  const picture =
    '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="100"><rect width="600" height="100"/></svg>';
  const colours = { primary: '#0b6e4f', secondary: '#7a3e9d', background: '#ffffff', text: '#10201a' };
  const look = { ...colours, font: 'serif', radius: 'large', logoPosition: 'start', showFooter: '1' };
  const team = await wide.owner.browser();
  await team.get('/console/settings/branding');
  const saved = await team.upload('/console/settings/branding', look, [
    { field: 'logo', name: 'logo.svg', content: Buffer.from(picture) },
  ]);
  expect(saved.status).toBe(303);
  const page = await chromium.signedIn(ana, true, { viewport: { width: 320, height: 640 } });
  await page.goto(wide.tenant.origin);
  const edges = await page.evaluate(() =>
    ['.logo img', '.portal-tools', '.portal-burger'].flatMap((one) => {
      const { left, right } = document.querySelector(one)!.getBoundingClientRect();
      return [Math.round(left), Math.round(right)];
    }),
  );
  expect(edges).toEqual(edges.toSorted((a, b) => a - b));
  expect(edges.at(-1)).toBeLessThanOrEqual(320);
  await page.setViewportSize({ width: 1920, height: 1080 });
  const rest = await page.evaluate(() => {
    const [list, last] = ['.home-actions', '.home-actions > :last-child'].map((one) =>
      document.querySelector(one)!.getBoundingClientRect(),
    );
    return Math.round(list!.right - last!.right);
  });
  expect(rest).toBe(0);
});
