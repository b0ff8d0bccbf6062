import { beforeAll, describe, expect, test } from '@jest/globals';
import { sql, table } from '@foyer/database';
import type { TestPerson } from '@foyer/app-cli/testing';
import { acme, chromium, openScene, signIn, textOf, WAYS, world } from './chromium.js';

let boss: TestPerson;

beforeAll(async () => {
  await openScene();
  boss = await (await acme.customer('Boss')).of('Globex', 'company_admin');
  await (await acme.customer('Jon')).of('Globex');
});

describe.each(WAYS)('$way', ({ script, mark }) => {
  const type = `Repair (${mark})`;

  test('an operator sets up a request type whose form depends on its answers, and sees it', async () => {
    const owner = await chromium.newcomer(script);
    await signIn(owner, `${acme.tenant.origin}/console/sign-in`, acme.owner.email);
    await owner.goto(`${acme.tenant.origin}/console/settings/ticket-fields`);
    const add = async (label: string, kind: string, options = '') => {
      await owner.goto(`${acme.tenant.origin}/console/settings/ticket-fields/new`);
      await owner.getByLabel('Question', { exact: true }).fill(label);
      await owner.getByLabel('Kind of answer').selectOption(kind);
      if (options) await owner.getByLabel('Answers to choose from').fill(options);
      await owner.getByRole('button', { name: 'Save' }).click();
      await owner.getByText('Added.').waitFor();
    };
    await add(`Device (${mark})`, 'One option', 'Laptop\nTelephone');
    await add(`Serial number (${mark})`, 'Short text');

    await owner.goto(`${acme.tenant.origin}/console/settings/request-types/new`);
    await owner.getByLabel('Name', { exact: true }).fill(type);
    await owner.getByLabel('Short description').fill('When something is broken.');
    const device = owner.getByRole('group', { name: `Device (${mark})` });
    await device.getByLabel('In this form').selectOption('Required');
    await device.getByLabel('Position').fill('1');
    const serial = owner.getByRole('group', { name: `Serial number (${mark})` });
    await serial.getByLabel('In this form').selectOption('Required');
    await serial.getByLabel('Position').fill('2');
    await serial.getByText('Show only after certain answers').click();
    await serial.getByLabel('Show when').selectOption(`Device (${mark}) is “Laptop”`);
    await owner.getByRole('button', { name: 'Save' }).click();
    await owner.getByText('Added.').waitFor();
    await owner.getByRole('link', { name: type }).click();
    await owner.getByRole('heading', { name: 'Preview' }).waitFor();
  });

  test('a customer is asked what the answers call for, keeps a draft, is shown what may help, and sends', async () => {
    const person = await (await acme.customer(`Ana ${mark}`)).of('Initech', 'company_user');
    await person.opens(`Laptop battery swollen ${mark}`);
    const ana = await chromium.signedIn(person, script);
    await ana.goto(`${acme.tenant.origin}/tickets/new`);
    await ana.getByRole('link', { name: type }).click();
    const serial = ana.getByLabel(`Serial number (${mark})`);
    expect(await serial.isVisible()).toBe(false);
    await ana.getByLabel('Subject').fill(`The battery of my laptop is swollen ${mark}`);
    await ana.getByLabel(`Device (${mark})`).selectOption('Laptop');
    if (!script) await ana.getByRole('button', { name: 'Update the form' }).click();
    await serial.waitFor();
    if (script) {
      await ana.getByLabel(`Device (${mark})`).selectOption('Telephone');
      expect(await serial.isVisible()).toBe(false);
      await ana.getByLabel(`Device (${mark})`).selectOption('Laptop');
    }
    await serial.fill('SN-4711');
    await ana.getByRole('textbox', { name: 'What happened, or what do you need?' }).fill('It bulges.');

    // Something else comes up: what has been typed is there again later.
    if (script) {
      await Promise.all([
        ana.waitForResponse((response) => response.url().endsWith('/tickets/drafts') && response.status() === 204),
        ana.getByLabel('Subject').pressSequentially('!'),
      ]);
      await ana.goto(`${acme.tenant.origin}/tickets`);
    } else await ana.getByRole('button', { name: 'Save draft' }).click();
    await ana.getByText('You have an unfinished request').waitFor();
    await ana.getByRole('link', { name: 'Continue' }).click();
    await ana.getByText(/Draft of .* restored/).waitFor();
    expect(await serial.inputValue()).toBe('SN-4711');

    if (script) {
      await ana.getByLabel('Subject').press('End');
      await ana.getByLabel('Subject').pressSequentially(' now');
      await ana.getByText('These articles may already help:').waitFor();
      await ana.getByRole('link', { name: `Laptop battery swollen ${mark}` }).waitFor();
    } else {
      await ana.getByRole('button', { name: 'Send ticket' }).click();
      await ana.getByRole('heading', { name: 'Before you send' }).waitFor();
      await ana.getByRole('link', { name: `Laptop battery swollen ${mark}` }).waitFor();
    }
    await ana.getByRole('button', { name: script ? 'Send ticket' : 'Send anyway' }).click();
    await ana.getByText('We have received your message.').waitFor();
    expect(await textOf(ana)).toContain('SN-4711');
    await ana.goto(`${acme.tenant.origin}/tickets`);
    expect(await textOf(ana)).not.toContain('You have an unfinished request');
  });

  test('a company’s admin asks for a colleague, and the team for a customer', async () => {
    const page = await chromium.signedIn(boss, script);
    await page.goto(`${acme.tenant.origin}/tickets/new/general`);
    await page.getByLabel('On behalf of').selectOption('Jon');
    const subject = script ? 'A chair for Jon' : 'Desk lamp wanted upstairs';
    await page.getByLabel('Subject').fill(subject);
    await page.getByRole('textbox', { name: 'What happened, or what do you need?' }).fill('His back hurts.');
    await page.getByRole('button', { name: 'Send ticket' }).click();
    await page.getByText('We have received your message.').waitFor();
    for (const address of ['jon@customers.example', boss.email])
      await world.mails.mailTo(address, (mail) => mail.subject!.includes(subject));

    const owner = await chromium.newcomer(script);
    await signIn(owner, `${acme.tenant.origin}/console/sign-in`, acme.owner.email);
    await owner.goto(`${acme.tenant.origin}/console/tickets/new`);
    const search = owner.getByRole('main').getByRole('searchbox');
    await search.fill('jon@');
    await search.press('Enter');
    await owner.getByRole('link', { name: 'Jon' }).click();
    await owner.getByRole('link', { name: 'General request' }).click();
    await owner.getByLabel('Subject').fill(`Jon telephoned ${mark}`);
    await owner.getByRole('textbox', { name: 'What happened, or what do you need?' }).fill('He wants a desk as well.');
    await owner.getByRole('button', { name: 'Open ticket' }).click();
    await owner.getByText('Ticket opened.').waitFor();
    const [ticket] = await acme.query<{ requester: string; source: string }>(
      () => sql`select r.name as requester, t.source from ${table('ticket')} t join ${table('person')} r on r.id = t.requester_id
                 where t.subject = ${`Jon telephoned ${mark}`}`,
    );
    expect(ticket).toEqual({ requester: 'Jon', source: 'console' });
  });
});
