import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { type World } from '@foyer/app-cli/testing';
import { Chromium, openInstallation, signIn, textOf, WAYS } from './chromium.js';

interface Business {
  name: string;
  slug: string;
  owner: string;
  trade: string;
  colour: [hex: string, shown: string];
}
const PASSWORD = 'meadow-copper-77';

let world: World;
let chromium: Chromium;

beforeAll(async () => {
  [world, chromium] = await Promise.all([openInstallation(), Chromium.open()]);
  await world.staff();
});

describe.each(WAYS)('$way', ({ script, mark }) => {
  const heron: Business = {
    ...{ name: `Blue Heron Bikes ${mark}`, slug: `heron-${mark}`, owner: 'Joan Ellis', trade: 'Shop' },
    colour: ['#7a1f3d', 'rgb(122, 31, 61)'],
  };
  const north: Business = {
    ...{ name: `Northwind IT ${mark}`, slug: `northwind-${mark}`, owner: 'Omar Haddad', trade: 'IT services' },
    colour: ['#0b5d3b', 'rgb(11, 93, 59)'],
  };
  const origin = ({ slug }: Business) => `http://${slug}.${world.config.baseUrl.host}`;
  const address = ({ slug }: Business) => `owner@${slug}.example`;

  test('two businesses sign up, and each has its own host with its own brand', async () => {
    const consoles = [await open(heron), await open(north)];
    for (const [index, business] of [heron, north].entries()) await paint(consoles[index]!, business);

    for (const [own, other] of [
      [heron, north],
      [north, heron],
    ] as const) {
      const visitor = await chromium.newcomer(script);
      await visitor.goto(`${origin(own)}/sign-in`);
      expect(await visitor.title()).toBe(`Sign in · ${own.name}`);
      const button = visitor.getByRole('button', { name: 'Sign in' });
      expect(await button.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(own.colour[1]);
      for (const path of ['/', '/sign-in', '/register', '/nothing-here', '/console/sign-in']) {
        await visitor.goto(origin(own) + path);
        const source = await visitor.content();
        expect(source).toContain(own.name);
        expect(source).not.toContain(other.name);
        expect(source).not.toMatch(/foyer/i);
      }
      // The other's owner is nobody here.
      await signIn(visitor, `${origin(own)}/console/sign-in`, address(other), PASSWORD);
      expect(await textOf(visitor)).toContain('The email address or password is incorrect.');
    }
    for (const [index, own] of [heron, north].entries()) {
      const page = consoles[index]!;
      await page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link', { name: 'Team' }).click();
      expect(await textOf(page)).toContain(own.owner);
      expect(await page.content()).not.toContain(own === heron ? north.owner : heron.owner);
    }
  });

  test('an address that is taken is refused at its field, and what was typed stays', async () => {
    const page = await chromium.newcomer(script);
    await fill(page, { ...north, slug: heron.slug });
    const field = page.getByLabel('Address of the portal');
    await page.getByRole('alert').waitFor();
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    expect(await field.inputValue()).toBe(heron.slug);
    expect(await page.getByLabel('Name of your business').inputValue()).toBe(north.name);
    await page.getByRole('alert').getByRole('link').first().click();
    expect(await field.evaluate((element) => element.matches(':focus, :target'))).toBe(true);
    if (!script) return;
    // While one types, each time anew.
    for (const [slug, problem] of [
      [`${heron.slug}x`, false],
      [heron.slug, true],
      [`${heron.slug}y`, false],
      ['-', true],
      [heron.slug, true],
    ] as const) {
      await field.fill(slug);
      await page.locator(problem ? '#slug-said.error:not(:empty)' : '#slug-said.hint:not(:empty)').waitFor();
    }
  });

  test('staff suspend one; it stops at once and comes back as it was, and the other does not notice', async () => {
    const customer = await chromium.newcomer(script);
    await signIn(customer, `${origin(heron)}/console/sign-in`, address(heron), PASSWORD);
    await customer.getByRole('heading', { level: 1 }).waitFor();
    const staff = await chromium.newcomer(script);
    await signIn(staff, `http://admin.${world.config.baseUrl.host}/sign-in`, 'owner@staff.example');
    await staff.getByLabel('Search by name, address or owner').fill(heron.name);
    await staff.keyboard.press('Enter');
    await staff.getByRole('link', { name: heron.name }).click();
    await staff.getByRole('region', { name: 'Suspend' }).getByLabel('Reason').fill('Unpaid for months');
    await staff.getByLabel(`Yes, suspend ${heron.name}`).check();
    await staff.getByRole('button', { name: 'Suspend' }).click();
    await staff.getByText('Tenant suspended.').waitFor();

    for (const path of ['/console', '/', '/sign-in'])
      expect((await customer.goto(origin(heron) + path))!.status()).toBe(503);
    expect((await customer.goto(`${origin(north)}/sign-in`))!.status()).toBe(200);

    await staff.getByRole('region', { name: 'Resume' }).getByLabel('Reason').fill('They have paid');
    await staff.getByRole('button', { name: 'Resume' }).click();
    await staff.getByText('Tenant resumed.').waitFor();
    expect(await textOf(staff)).toContain('Suspended: Unpaid for months');
    expect((await customer.goto(`${origin(heron)}/console/team`))!.status()).toBe(200);
    expect(await textOf(customer)).toContain(heron.owner);
  });

  async function fill(page: Page, business: Business): Promise<void> {
    await page.goto(world.config.baseUrl.href);
    await page.getByLabel('Name of your business').fill(business.name);
    await page.getByLabel('Address of the portal').fill(business.slug);
    await page.getByLabel('Your name').fill(business.owner);
    await page.getByLabel('Email').fill(address(business));
    await page.getByLabel('Choose a password').fill(PASSWORD);
    const trades = page.getByLabel('What kind of business is it?');
    const option = trades.getByRole('option', { name: business.trade });
    await trades.selectOption((await option.getAttribute('value'))!);
    await page.getByRole('button', { name: 'Open the portal' }).click();
  }

  /** Signs the business up and enters its console. */
  async function open(business: Business): Promise<Page> {
    const page = await chromium.newcomer(script);
    await fill(page, business);
    await page.getByRole('heading', { name: `The portal of ${business.name} is ready` }).waitFor();
    await page.getByRole('link', { name: 'Open the console' }).click();
    const enter = page.getByRole('button', { name: 'Open the console' });
    const [plate, button] = [await page.locator('.address-plate').boundingBox(), await enter.boundingBox()];
    expect(button!.y - plate!.y - plate!.height).toBeGreaterThanOrEqual(16);
    await enter.click();
    await page.getByRole('heading', { name: `Welcome, ${business.owner.split(' ')[0]}` }).waitFor();
    expect(new URL(page.url()).origin).toBe(origin(business));
    const welcome = await world.mails.mailTo(address(business));
    expect(welcome.text).toContain(origin(business));
    return page;
  }

  async function paint(page: Page, { colour }: Business): Promise<void> {
    await page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Branding' }).click();
    await page.getByRole('textbox', { name: 'Primary colour', exact: true }).fill(colour[0]);
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Saved.').waitFor();
  }
});
