import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Tickets } from '@foyer/tickets';
import { acme, chromium, openScene, signIn, textOf, WAYS, world } from './chromium.js';

beforeAll(openScene);

describe.each(WAYS)('$way', ({ script, mark }) => {
  test('a customer registers, verifies by the mail, asks with a file, is answered, replies, solves and reopens', async () => {
    const email = `ana.${mark}@customers.example`;
    const subject = `The printer is on fire (${mark})`;
    const ana = await chromium.newcomer(script);
    await ana.goto(acme.tenant.origin);
    await ana.getByRole('link', { name: 'Sign in' }).first().click();
    await ana.getByRole('link', { name: 'Create an account' }).click();
    await ana.getByLabel('Name').fill('Ana Sousa');
    await ana.getByLabel('Email').fill(email);
    await ana.getByRole('button', { name: 'Continue' }).click();
    expect(await textOf(ana)).toContain(email);

    await ana.goto(await world.mails.linkTo(email, '/verify'));
    await ana.getByLabel('Choose a password').fill('meadow-copper-77');
    await ana.getByRole('button', { name: 'Create account' }).click();
    await ana.getByText('Your address is confirmed.').waitFor();

    await ana.getByRole('link', { name: 'Ask a question' }).click();
    await ana.getByLabel('Subject').fill(subject);
    await ana.getByLabel('Priority').selectOption('High');
    await ana
      .getByRole('textbox', { name: 'What happened, or what do you need?' })
      .fill('It burns.\n\nWith a green flame.');
    await ana
      .getByLabel('Attachments')
      .setInputFiles({ name: 'smoke report.txt', mimeType: 'text/plain', buffer: Buffer.from('grey, then black\n') });
    await ana.getByRole('button', { name: 'Send ticket' }).click();
    await ana.getByRole('heading', { level: 1, name: subject }).waitFor();
    const number = /TKT-\d+/.exec(ana.url())![0];
    await world.mails.mailTo(email, (mail) => mail.subject === `[${number}] ${subject}`);

    const mara = await chromium.newcomer(script);
    await signIn(mara, `${acme.tenant.origin}/console/sign-in`, acme.owner.email);
    await mara.getByRole('navigation', { name: 'Main navigation' }).getByRole('link', { name: 'Inbox' }).click();
    await mara.getByRole('link', { name: subject }).click();
    await mara.getByText('With a green flame.').waitFor();
    await mara.getByRole('radio', { name: 'Internal note' }).check({ force: true });
    await mara.getByRole('textbox', { name: 'A note that only your team sees' }).fill('They smoke there.');
    await mara.getByRole('button', { name: 'Add note' }).click();
    await mara.getByRole('article', { name: /^Internal note by/ }).waitFor();
    await mara.getByRole('textbox', { name: 'Reply to Ana Sousa' }).fill('Use the extinguisher.');
    await mara.getByRole('button', { name: 'Send reply' }).click();
    await mara.getByText('Reply sent.').waitFor();

    const answer = await world.mails.mailTo(email, ({ text }) => text!.includes('Use the extinguisher.'));
    expect(answer.text).not.toContain('They smoke there.');
    expect(answer.headers.get('references')).toBeTruthy();
    await ana.goto(new RegExp(`http://\\S+/tickets/${number}`).exec(answer.text!)![0]);
    await ana.getByRole('article', { name: 'Message from Acme Owner' }).getByText('Use the extinguisher.').waitFor();
    expect(await textOf(ana)).not.toContain('They smoke there.');
    expect(await textOf(ana)).toContain('Waiting for you');

    const [download] = await Promise.all([
      ana.waitForEvent('download'),
      ana.getByRole('link', { name: 'smoke report.txt' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('smoke report.txt');
    expect(readFileSync(await download.path(), 'utf8')).toBe('grey, then black\n');

    await ana.getByRole('textbox', { name: 'Your reply' }).fill('It is out. Thank you!');
    await ana.getByRole('button', { name: 'Send reply' }).click();
    await ana.getByText('Reply sent.').waitFor();
    await mara.reload();
    await mara.getByText('It is out. Thank you!').waitFor();

    await ana.getByRole('button', { name: 'Mark as solved' }).click();
    await ana.getByText('Marked as solved.').waitFor();
    await mara.reload();
    expect(await mara.getByLabel('Status').inputValue()).toBe('solved');
    await ana.getByRole('button', { name: 'Reopen' }).click();
    await ana.getByText('Ticket reopened.').waitFor();
    await mara.reload();
    expect(await mara.getByLabel('Status').inputValue()).toBe('open');
  });
});

test('a mail is no wider than a telephone, whatever stands in it', async () => {
  const lea = await acme.customer('Lea of the long words');
  const word = 'Donaudampfschifffahrt'.repeat(10);
  const ticket = await lea.opens(`About ${word}`);
  const cells = [word, 'b', word, 'd', 'e', word];
  const table = [cells, cells.map(() => '---'), cells].map((row) => `| ${row.join(' | ')} |`).join('\n');
  const body = [word, `\`${word}\``, `\`\`\`\n${word} ${word}\n\`\`\``, table, `> ${word}`, `- ${word}`].join('\n\n');
  const owner = await acme.owner.actor();
  await acme.inside(() => world.get(Tickets).reply(owner, ticket.number, { body, fileIds: [] }));
  const { html } = await world.mails.mailTo(lea.email, ({ subject }) => subject!.startsWith('Re:'));
  const phone = await chromium.newcomer(false, { viewport: { width: 390, height: 800 } });
  await phone.setContent(html as string);
  expect(html).toContain('<table');
  expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

test('the page about the API is no wider than a telephone either', async () => {
  await (await acme.owner.browser()).post('/console/settings/api-keys/docs', { docs: '1' });
  const phone = await chromium.newcomer(false, { viewport: { width: 390, height: 800 } });
  await phone.goto(`${acme.tenant.origin}/api/docs`);
  expect(await textOf(phone)).toContain('curl');
  expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
