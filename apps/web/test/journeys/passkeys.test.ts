import { beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { PASSWORD, type TestPerson } from '@foyer/app-cli/testing';
import { acme, chromium, openScene, signIn, textOf, world } from './chromium.js';

beforeAll(openScene);

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** A device that holds keys and whose owner is there, or is not. */
async function device(page: Page, isThere = true) {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable', { enableUI: false });
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
      ...{ isUserVerified: isThere, automaticPresenceSimulation: true },
    },
  });
  const keys = async () => (await session.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  return {
    keys,
    give: (credential: Awaited<ReturnType<typeof keys>>[number]) =>
      session.send('WebAuthn.addCredential', { authenticatorId, credential }),
    is: (verified: boolean) => session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: verified }),
  };
}

async function withPasskey(person: TestPerson, base = '') {
  const page = await chromium.signedIn(person, true, PHONE);
  const its = await device(page);
  await page.goto(`${acme.tenant.origin}${base}/account/security`);
  await page.getByRole('link', { name: 'Add a passkey' }).click();
  await page.getByLabel('Name').fill('My phone');
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create passkey' }).click();
  await page.getByRole('heading', { name: 'Save your recovery codes' }).waitFor();
  expect(await page.getByRole('listitem').count()).toBeGreaterThanOrEqual(10);
  await page.getByRole('link', { name: 'I have saved them' }).click();
  await page.getByText('My phone').waitFor();
  return { page, its };
}

test('on a phone a passkey is registered, signs in without a password, and is removed', async () => {
  const ana = await acme.customer('Ana');
  const { page, its } = await withPasskey(ana);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  const told = await world.mails.mailTo(ana.email, ({ subject }) => /passkey was added/.test(subject!));
  expect(told.text).toContain('If this was not you');
  await page.context().clearCookies();
  await page.goto(`${acme.tenant.origin}/sign-in`);
  if (new URL(page.url()).pathname === '/sign-in')
    await page
      .getByRole('button', { name: 'Use a passkey' })
      .click({ timeout: 2_000 })
      .catch(() => undefined); // while the address is being typed the browser has offered it already
  await page.getByRole('heading', { name: 'Hello, Ana' }).waitFor();
  expect(await its.keys()).toHaveLength(1);
  await page.goto(`${acme.tenant.origin}/account/security`);
  await page.getByRole('link', { name: 'My phone' }).click();
  await page.getByLabel('Current password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('Method removed.').waitFor();
});

test('after a password a passkey stands in the place of a code; whoever is not there does not open anything', async () => {
  const bea = await acme.agent('Bea');
  const { its } = await withPasskey(bea, '/console');
  const [key] = await its.keys();
  const page = await chromium.newcomer(true);
  await signIn(page, `${acme.tenant.origin}/console/sign-in`, bea.email, PASSWORD);
  await page.getByRole('heading', { name: 'Enter your code' }).waitFor();
  const there = await device(page, false);
  await there.give(key!);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.getByText('Your device did not answer').waitFor();
  await there.is(true);
  await page.getByRole('button', { name: 'Use a passkey' }).click();
  await page.waitForURL(`${acme.tenant.origin}/console**`);
  expect(await textOf(page)).not.toContain('Enter your code');
});

test('without JavaScript the page says that a passkey needs it, and the password opens', async () => {
  const cal = await acme.customer('Cal');
  const page = await chromium.newcomer(false);
  await page.goto(`${acme.tenant.origin}/sign-in`);
  expect(await page.getByRole('button', { name: 'Use a passkey' }).count()).toBe(0);
  expect(await textOf(page)).toContain('Passkeys need JavaScript');
  await signIn(page, `${acme.tenant.origin}/sign-in`, cal.email, PASSWORD);
  await page.getByRole('heading', { name: 'Hello, Cal' }).waitFor();
});
