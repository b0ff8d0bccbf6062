import { beforeAll, expect, test } from '@jest/globals';
import { generateSecret, generateSync } from 'otplib';
import { PASSWORD } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { Factors } from '@foyer/factors';
import { acme, chromium, openScene, signIn, textOf, world } from './chromium.js';

beforeAll(openScene);

test('an admin who has lost the phone asks, is helped by an owner, waits, and comes back to set up another', async () => {
  const ada = await acme.agent('Ada', 'admin');
  const { id, name } = await ada.actor();
  const secret = generateSecret();
  await acme.inside(() =>
    world.get(Factors).addApp({ id: id!, name }, secret, generateSync({ secret }), 'The phone that is lost'),
  );
  const { origin } = acme.tenant;
  const page = await chromium.newcomer(true);
  await signIn(page, `${origin}/console/sign-in`, ada.email);
  await page.getByRole('link', { name: 'Can’t use any of these?' }).click();
  await page.getByRole('button', { name: 'Ask for a reset' }).click();
  await page.getByText('We have passed on your request.').waitFor();

  const asked = await world.mails.mailTo(acme.owner.email, ({ subject }) => subject === 'Ada cannot sign in');
  const person = /http\S+\/console\/people\/[0-9a-f-]{36}/.exec(asked.text!)![0];
  const owner = await chromium.signedIn(acme.owner, true);
  await owner.goto(person);
  await owner.getByRole('link', { name: 'Reset two-step verification' }).click();
  await owner.getByLabel('Reason').fill('Phone left on a train; called back on the number we know');
  await owner.getByRole('button', { name: 'Reset two-step verification' }).click();
  await owner.getByText('The reset has begun.').waitFor();

  const link = await world.mails.linkTo(ada.email, '/sign-in/recovery');
  await page.goto(link);
  expect(await textOf(page)).toContain('You can use this link from');
  await acme.change(
    () =>
      sql`update ${table('token')} set created_at = created_at - interval '25 hours' where purpose = 'factor-reset' returning id`,
  );
  await page.goto(link);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Your methods were reset. Set up new ones now.').waitFor();
  expect(await textOf(page)).not.toContain('The phone that is lost');
  await page.getByRole('link', { name: 'Add an authenticator app' }).waitFor();
});
