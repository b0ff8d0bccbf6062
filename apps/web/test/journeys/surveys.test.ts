import { beforeAll, describe, expect, test } from '@jest/globals';
import type { TestPerson } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { Collections } from '@foyer/settings';
import { FIRST_SURVEY, surveys } from '@foyer/surveys';
import { ticketNumber } from '@foyer/tickets';
import { acme, chromium, openScene, signIn, textOf, WAYS, world } from './chromium.js';

let agent: TestPerson;

beforeAll(async () => {
  await openScene();
  agent = await acme.agent('Mara');
  const atOnce = { ...FIRST_SURVEY, delayHours: 0 };
  await acme.inside(() => world.get(Collections).apply(surveys, [atOnce]));
});

describe.each(WAYS)('$way', ({ script, mark }) => {
  test('a request waits until the customer’s own manager has approved it', async () => {
    const una = await (await acme.customer(`Una ${mark}`)).of(`Globex ${mark}`);
    const boss = await (await acme.customer(`Boss ${mark}`)).of(`Globex ${mark}`, 'company_admin');
    const subject = `A new screen (${mark})`;
    const ticket = await una.opens(subject);
    const number = ticketNumber(Number(ticket.number));

    const mara = await chromium.newcomer(script);
    await signIn(mara, `${acme.tenant.origin}/console/sign-in`, agent.email);
    await mara.goto(`${acme.tenant.origin}/console/tickets/${number}`);
    await mara.getByRole('link', { name: 'Ask for approval' }).click();
    await mara.getByLabel(`Boss ${mark}`).check();
    await mara.getByLabel('Your question').fill('It costs 900. May we order it?');
    await mara.getByRole('button', { name: 'Send request', exact: true }).click();
    await mara.getByText('Approval requested.').waitFor();

    const mail = await world.mails.mailTo(boss.email, (one) => one.subject!.includes(subject));
    const link = new RegExp(`${acme.tenant.origin}/tickets/${number}`).exec(mail.text!)![0];
    const page = await chromium.newcomer(script);
    await page.goto(link);
    await page.getByLabel('Email').fill(boss.email);
    await page.getByLabel('Password').fill('orchard-lantern-42');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('It costs 900.').first().waitFor();
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByText('Write why you reject the request.').first().waitFor();
    await page.getByLabel('Comment').fill('Go ahead, but a smaller one.');
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await page.getByText('Approved. The team continues.').waitFor();
    expect(await textOf(page)).toContain('No approvals waiting for you');
    await page.getByRole('link', { name: 'Decided' }).click();
    await page.getByText('Go ahead, but a smaller one.').waitFor();

    await mara.reload();
    expect(await textOf(mara)).toContain('Go ahead, but a smaller one.');
    await world.mails.mailTo(una.email, (one) => one.subject === `Approved: [${number}] ${subject}`);
  });

  test('a customer answers by one click and one press, signed out, and the team reads it', async () => {
    const ana = await acme.customer(`Ana ${mark}`);
    const subject = `The lamp is out (${mark})`;
    const ticket = await ana.opens(subject);
    const mara = await chromium.newcomer(script);
    await signIn(mara, `${acme.tenant.origin}/console/sign-in`, agent.email);
    await mara.goto(`${acme.tenant.origin}/console/tickets/${ticketNumber(Number(ticket.number))}`);
    await mara.getByRole('button', { name: 'Assign to me' }).click();
    await mara.getByText('Assigned to you.').waitFor();
    await mara.getByRole('button', { name: 'Solve', exact: true }).click();

    const mail = await world.mails.mailTo(ana.email, ({ subject: said }) => said === 'Acme: How was our help?');
    const link = /href="([^"]+score[^"]+4)"[^>]*>/.exec(mail.html as string)![1]!;
    const page = await chromium.newcomer(script);
    await page.goto(link.replaceAll('&amp;', '&').replaceAll('&#x3D;', '='));
    expect(await page.getByLabel('Good', { exact: true }).isChecked()).toBe(true);
    await page.getByLabel('What is the reason for your rating?').fill(`Friendly and quick (${mark})`);
    await page.getByRole('button', { name: 'Send rating' }).click();
    await page.getByRole('heading', { name: 'Thank you' }).waitFor();
    await page.getByRole('link', { name: 'Change the answer' }).click();
    await page.getByLabel('Very good').check({ force: true });
    await page.getByRole('button', { name: 'Send rating' }).click();
    await page.getByRole('heading', { name: 'Thank you' }).waitFor();

    await mara.goto(`${acme.tenant.origin}/console/surveys`);
    await mara.getByText(`Friendly and quick (${mark})`).waitFor();
    await mara.getByRole('link', { name: new RegExp(subject.replace(/[()]/g, '\\$&')) }).click();
    await mara.getByText(`Ana ${mark} rated: Very good (5 of 5)`).waitFor();
  });

  test('a customer rates on the ticket’s own page, and wants no more questions', async () => {
    const kim = await acme.customer(`Kim ${mark}`);
    const ticket = await kim.opens(`The lift (${mark})`);
    const page = await chromium.signedIn(kim, script);
    await page.goto(`${acme.tenant.origin}/tickets/${ticketNumber(Number(ticket.number))}`);
    await page.getByRole('button', { name: 'Mark as solved' }).click();
    await page.getByRole('heading', { name: 'How was our help?' }).waitFor();
    await page.getByLabel('All right').check({ force: true });
    await page.getByRole('button', { name: 'Send rating' }).click();
    await page.getByText('Your answer: All right (3 of 5).').waitFor();

    const other = await acme.customer(`Lea ${mark}`);
    const second = await other.opens(`The door (${mark})`);
    const own = await chromium.signedIn(other, script);
    await own.goto(`${acme.tenant.origin}/tickets/${ticketNumber(Number(second.number))}`);
    await own.getByRole('button', { name: 'Mark as solved' }).click();
    const mail = await world.mails.mailTo(other.email, ({ subject }) => subject === 'Acme: How was our help?');
    const leave = /https?:\/\/[^\s<>]+\/survey\/unsubscribe\/[\w-]+/.exec(mail.text!)![0];
    const guest = await chromium.newcomer(script);
    await guest.goto(leave);
    await guest.getByRole('button', { name: 'Unsubscribe' }).click();
    await guest.getByRole('heading', { name: 'You are unsubscribed' }).waitFor();
    const out = await acme.query(
      () =>
        sql`select 1 from ${table('survey_opt_out')} o join ${table('person')} p on p.id = o.person_id where p.email = ${other.email}`,
    );
    expect(out).toHaveLength(1);
  });
});
