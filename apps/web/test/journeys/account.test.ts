import { beforeAll, describe, expect, test } from '@jest/globals';
import { PASSWORD, type TestPerson } from '@foyer/app-cli/testing';
import { acme, chromium, openScene, signIn, textOf, WAYS, world } from './chromium.js';

beforeAll(openScene);

describe.each(WAYS)('$way', ({ script, mark }) => {
  let ana: TestPerson;
  beforeAll(async () => {
    ana = await acme.customer(`Ana ${mark}`);
  });

  test('a forgotten password is replaced by the mail’s link, once, and ends what was open elsewhere', async () => {
    const elsewhere = await chromium.signedIn(ana, script);
    const page = await chromium.newcomer(script);
    await page.goto(`${acme.tenant.origin}/sign-in`);
    await page.getByLabel('Email').fill(ana.email);
    await page.getByRole('button', { name: 'Forgot your password?' }).click();
    await page.getByRole('button', { name: 'Send the link' }).click();
    await page.getByRole('heading', { name: 'Check your email' }).waitFor();
    const link = await world.mails.linkTo(ana.email, '/reset');
    await page.goto(link);
    await page.getByLabel('Choose a password').fill('short');
    await page.getByRole('button', { name: 'Save password' }).click();
    await page.getByRole('alert').getByText('Use at least 10 characters.').waitFor();
    await page.getByLabel('Choose a password').fill('walnut-harbour-31');
    await page.getByRole('button', { name: 'Save password' }).click();
    await page.getByText('Your new password is saved.').waitFor();

    await elsewhere.goto(`${acme.tenant.origin}/account`);
    expect(new URL(elsewhere.url()).pathname).toBe('/sign-in');
    await signIn(elsewhere, `${acme.tenant.origin}/sign-in`, ana.email, PASSWORD);
    expect(await textOf(elsewhere)).toContain('The email address or password is incorrect.');
    await signIn(elsewhere, `${acme.tenant.origin}/sign-in`, ana.email, 'walnut-harbour-31');
    await elsewhere.getByRole('heading', { name: `Hello, ${ana.name}` }).waitFor();
    await page.goto(link);
    await page.getByRole('heading', { name: 'This link no longer works' }).waitFor();
  });

  test('sessions are listed and ended one by one; a new name, password and address take effect', async () => {
    const ben = await acme.customer(`Ben ${mark}`);
    const page = await chromium.signedIn(ben, script);
    const phone = await chromium.signedIn(ben, script, {
      userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1',
    });
    await phone.goto(`${acme.tenant.origin}/account`);
    await page.getByRole('banner').getByText(ben.name).first().click();
    await page.getByRole('link', { name: 'Your account' }).click();
    const sessions = page.getByRole('region', { name: 'Where you are signed in' });
    expect(await sessions.getByRole('listitem').count()).toBe(2);
    expect(await sessions.getByText('This device').count()).toBe(1);
    await sessions.getByRole('button', { name: /End the session on .*(?:iPhone|iOS)/ }).click();
    await page.getByText('Session ended.').waitFor();
    expect(await sessions.getByRole('listitem').count()).toBe(1);
    await phone.reload();
    expect(new URL(phone.url()).pathname).toBe('/sign-in');

    const profile = page.getByRole('region', { name: 'Profile' });
    await profile.getByLabel('Name').fill(`Benedict ${mark}`);
    await profile.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('Profile saved.').waitFor();
    expect(await page.getByRole('banner').innerText()).toContain(`Benedict ${mark}`);

    const password = page.getByRole('region', { name: 'Password' });
    await password.getByLabel('Current password').fill('not my password');
    await password.getByLabel('Choose a password').fill('walnut-harbour-31');
    await password.getByRole('button', { name: 'Change password' }).click();
    await password.getByRole('alert').getByText('This is not your current password.').waitFor();
    await password.getByLabel('Current password').fill(PASSWORD);
    await password.getByLabel('Choose a password').fill('walnut-harbour-31');
    await password.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Password changed. You are signed out on all other devices.').waitFor();

    const address = page.getByRole('region', { name: 'Email' });
    await address.getByLabel('New email address').fill(`benedict.${mark}@customers.example`);
    await address.getByLabel('Current password').fill('walnut-harbour-31');
    await address.getByRole('button', { name: 'Change address' }).click();
    await page.getByText('Open the link we have sent to your new address.').waitFor();
    await world.mails.mailTo(ben.email, ({ text }) => text!.includes(`benedict.${mark}@customers.example`));
    await page.goto(await world.mails.linkTo(`benedict.${mark}@customers.example`, '/account/email'));
    await page.getByRole('button', { name: 'Confirm address' }).click();
    await page.getByText('Address changed.').waitFor();

    await page.getByRole('banner').getByText(`Benedict ${mark}`).first().click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You have signed out.').waitFor();
    await signIn(page, `${acme.tenant.origin}/sign-in`, `benedict.${mark}@customers.example`, 'walnut-harbour-31');
    await page.getByRole('heading', { name: `Hello, Benedict ${mark}` }).waitFor();
  });
});
