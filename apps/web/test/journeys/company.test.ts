import { beforeAll, describe, expect, test } from '@jest/globals';
import type { TestPerson } from '@foyer/app-cli/testing';
import { acme, chromium, openScene, textOf, WAYS, world } from './chromium.js';

let ana: TestPerson;
let ulf: TestPerson;
let cora: TestPerson;
let ian: TestPerson;

beforeAll(async () => {
  await openScene();
  ana = await (await acme.customer('Ana')).of('Globex', 'company_admin');
  ulf = await (await acme.customer('Ulf')).of('Globex', 'user');
  cora = await (await acme.customer('Cora')).of('Globex', 'company_user');
  ian = await (await acme.customer('Ian')).of('Initech', 'company_admin');
  await ana.opens('The lift of Globex is stuck');
  await ulf.opens('The lamp of Ulf flickers');
  await ian.opens('The secret of Initech');
});

describe.each(WAYS)('$way', ({ script, mark }) => {
  test('a company’s admin invites a colleague by mail, who accepts and sees the company’s tickets', async () => {
    const email = `dora.${mark}@customers.example`;
    const name = `Dora ${mark}`;
    const page = await chromium.signedIn(ana, script);
    await page.getByRole('banner').getByText('Ana').first().click();
    await page.getByRole('link', { name: 'Your company' }).click();
    const form = page.getByRole('region', { name: 'Invite someone' });
    await form.getByLabel('Email').fill(email);
    await form.getByLabel('Role').selectOption('Company user');
    await form.getByRole('button', { name: 'Send invitation' }).click();
    await page.getByText('Invitation sent.').waitFor();
    expect(await page.getByRole('region', { name: 'Open invitations' }).innerText()).toContain(email);

    const dora = await chromium.newcomer(script);
    await dora.goto(await world.mails.linkTo(email, '/invitation'));
    await dora.getByRole('heading', { name: 'Join Globex' }).waitFor();
    await dora.getByLabel('Name').fill(name);
    await dora.getByLabel('Choose a password').fill('meadow-copper-77');
    await dora.getByRole('button', { name: 'Accept the invitation' }).click();
    await dora.getByText('You have joined.').waitFor();
    await dora.goto(`${acme.tenant.origin}/tickets`);
    await dora.getByRole('link', { name: 'Your company’s' }).click();
    await dora.getByRole('link', { name: 'The lift of Globex is stuck' }).waitFor();

    await page.reload();
    const row = page.getByRole('row', { name: new RegExp(email) });
    await row.getByLabel(`Role of ${name}`).selectOption('User');
    await row.getByRole('button', { name: 'Change' }).click();
    await page.getByText('Role changed.').waitFor();
    await dora.goto(`${acme.tenant.origin}/tickets`);
    expect(await textOf(dora)).not.toContain('Globex');
    expect(await dora.getByRole('link', { name: 'Your company’s' }).count()).toBe(0);

    await row.getByText('Remove', { exact: true }).click();
    await row.getByRole('button', { name: `Remove ${name}` }).click();
    await page.getByText('Member removed.').waitFor();
    expect(await textOf(page)).not.toContain(email);
  });

  test.each([
    { who: 'a user: their own tickets', person: () => ulf, sees: ['The lamp of Ulf flickers'], company: false },
    {
      ...{ who: 'a company user: the company’s tickets', person: () => cora, company: true },
      sees: ['The lift of Globex is stuck', 'The lamp of Ulf flickers'],
    },
    { who: 'another company’s admin: only theirs', person: () => ian, sees: ['The secret of Initech'], company: true },
  ])('what is seen by $who', async ({ person, sees, company }) => {
    const all = {
      ...{ 'The lift of Globex is stuck': 'TKT-001', 'The lamp of Ulf flickers': 'TKT-002' },
      ...{ 'The secret of Initech': 'TKT-003' },
    };
    const page = await chromium.signedIn(person(), script);
    await page.goto(`${acme.tenant.origin}/tickets`);
    const tab = page.getByRole('link', { name: 'Your company’s' });
    expect(await tab.count()).toBe(company ? 1 : 0);
    if (company) await tab.click();
    await page.getByRole('link', { name: sees[0] }).waitFor();
    const list = await textOf(page);
    for (const [subject, number] of Object.entries(all)) {
      const visible = sees.includes(subject);
      expect([subject, list.includes(subject)]).toEqual([subject, visible]);
      const answer = await page.goto(`${acme.tenant.origin}/tickets/${number}`);
      expect([subject, answer!.status()]).toEqual([subject, visible ? 200 : 404]);
      expect((await page.content()).includes(subject)).toBe(visible);
    }
  });
});
