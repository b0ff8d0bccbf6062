import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, expect, test } from '@jest/globals';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import type { World } from '@foyer/app-cli/testing';
import { Chromium, openInstallation, textOf, WAYS } from './chromium.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SOLD = { STRIPE_SECRET_KEY: 'sk_test_0123456789', STRIPE_WEBHOOK_SECRET: 'whsec_0123456789' };
let world: World;
let chromium: Chromium;

beforeAll(async () => {
  [world, chromium] = await Promise.all([openInstallation(SOLD), Chromium.open()]);
}, 60_000);

test.each(WAYS)(
  'a business finds out what it gets, and signs up for it ($way)',
  async ({ script, mark }) => {
    const page = await chromium.newcomer(script);
    await page.goto(world.config.baseUrl.origin);
    await page
      .getByRole('navigation', { name: 'Main navigation' })
      .getByRole('link', { name: 'Plans and prices' })
      .click();
    await page.getByRole('link', { name: 'Yearly' }).click();
    await page.getByRole('link', { name: 'USD' }).click();
    const row = page.getByRole('row', { name: /^Tickets a month/ });
    expect((await row.innerText()).split(/\s*[\t\n]\s*/).filter(Boolean)).toEqual([
      'Tickets a month',
      '300',
      '2,000',
      '20,000',
    ]);
    await page.getByText('What happens after the trial?').click();
    expect(await textOf(page)).toContain('Nothing is deleted');
    const business = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Business' }) });
    expect(await business.innerText()).toContain('$2,190');
    await business.getByRole('link', { name: 'Try free for 14 days' }).click();

    expect(await page.getByRole('radio', { name: /^Business/ }).isChecked()).toBe(true);
    await page.getByLabel('Name of your business').fill('Harbour Clinic');
    await page.getByLabel('Address of the portal').fill(`harbour-${mark}`);
    await page.getByLabel('Your name').fill('Joan Ellis');
    await page.getByLabel('Email').fill(`joan@harbour-${mark}.example`);
    await page.getByLabel('Choose a password').fill('orchard-lantern-42');
    await page.getByRole('combobox', { name: 'What kind of business is it?' }).selectOption('healthcare');
    await page.getByRole('button', { name: 'Open the portal' }).click();
    await page.getByRole('link', { name: 'Open the console' }).click();
    await page.getByRole('button', { name: 'Open the console' }).click();

    // Its first hour: one step skipped, one done by its fact, the list put away and found again.
    await page.getByRole('heading', { name: 'Welcome, Joan' }).waitFor();
    expect(await textOf(page)).toContain('0 of 9 done');
    await page.getByRole('button', { name: 'Skip Protect sign-in' }).click();
    await page.getByText('Skipped', { exact: true }).waitFor();
    if (script) {
      await page.evaluate(AXE);
      expect(await violations(page)).toEqual([]);
    }
    await page.getByRole('link', { name: 'Set the address' }).click();
    await page.getByLabel('Support email').fill('help@harbour.example');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Saved.').waitFor();
    await page.getByRole('link', { name: 'Getting started' }).first().click();
    await page.getByText('1 of 9 done').waitFor();
    await page.getByRole('button', { name: 'Hide the list' }).click();
    await page.getByText('You find it under Settings').waitFor();
    await page.getByRole('navigation', { name: 'Main navigation' }).getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('main').getByRole('link', { name: 'Getting started' }).first().click();
    await page.getByRole('button', { name: 'Show the list in the menu' }).waitFor();
  },
  120_000,
);

test.each([
  ['/plans?interval=year', 'light', 1280],
  ['/plans?interval=year&lang=ar', 'dark', 390],
  ['/plans', 'dark', 768],
  ['/', 'light', 390],
  ['/privacy?lang=de', 'dark', 390],
] as const)('%s is clean by %s at %i', async (path, colorScheme, width) => {
  const page = await chromium.newcomer(true, {
    reducedMotion: 'reduce',
    colorScheme,
    viewport: { width, height: 900 },
  });
  await page.goto(world.config.baseUrl.origin + path);
  await page.evaluate(AXE);
  expect(await violations(page)).toEqual([]);
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
});

const violations = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<AxeResults> } };
    const found = (await axe.run()).violations;
    return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  });
