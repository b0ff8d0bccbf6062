import { randomUUID } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, test } from '@jest/globals';
import type { TestPerson } from '@foyer/app-cli/testing';
import { macros } from '@foyer/service';
import { Collections, Settings } from '@foyer/settings';
import { ticketNumber } from '@foyer/tickets';
import { acme, chromium, openScene, signIn, textOf, world } from './chromium.js';

/** People who have never heard of Markdown write, by keyboard alone, and what they see is what arrives. */
let ana: TestPerson;
let mara: Page;
let ticket: string;

beforeAll(async () => {
  await openScene();
  ana = await acme.customer('Ana Sousa');
  const agent = await acme.agent('Mara');
  await acme.agent('Nils');
  await acme.agent('Nina');
  const rest = { enabled: true, groupId: null, ownerId: null, note: false, translations: {} };
  await acme.inside(() =>
    world.get(Collections).apply(macros, [
      {
        ...rest,
        id: randomUUID(),
        name: 'On our way',
        shortcut: 'way',
        text: 'A technician is **on the way**.',
        actions: [],
      },
      {
        ...{ ...rest, id: randomUUID(), name: 'Billing', shortcut: 'bill', text: 'The invoice is attached.' },
        actions: [
          { do: 'tag', add: ['billing'], remove: [] },
          { do: 'priority', to: 'high' },
        ],
      },
    ]),
  );
  ticket = `/console/tickets/${ticketNumber(Number((await ana.opens('The lift is stuck')).number))}`;
  mara = await chromium.newcomer(true);
  await signIn(mara, `${acme.tenant.origin}/console/sign-in`, agent.email);
}, 60_000);

const reply = () => mara.getByRole('textbox', { name: 'Reply to Ana Sousa' });
const written = (box = 'reply-body') => mara.locator(`#${box}`).inputValue();

async function open(page: Page, path: string): Promise<void> {
  await page.goto(acme.tenant.origin + path);
  await page.locator('.editor.is-rich').first().waitFor();
}

/** By keys, as people do, and again where the editor was still finding its place when they came. */
async function empty(): Promise<void> {
  await reply().focus();
  for (let tries = 0; tries < 50 && (await written()) !== ''; tries++) {
    await mara.keyboard.press('Control+a');
    await mara.keyboard.press('Delete');
  }
  expect(await written()).toBe('');
}

/** A picture of one point. */
const DOT = 'R0lGODlhAQABAIABAP///wAAACwAAAAAAQABAAACAkQBADs=';

/** As the clipboard hands it over when somebody pastes. */
async function paste(box: Locator, data: Record<string, string>, file?: string): Promise<void> {
  await box.evaluate(
    (element, [kinds, name, dot]) => {
      const clipboardData = new DataTransfer();
      for (const [kind, text] of Object.entries(kinds)) clipboardData.setData(kind, text);
      if (name)
        clipboardData.items.add(
          new File([Uint8Array.from(atob(dot), (char) => char.charCodeAt(0))], name, { type: 'image/gif' }),
        );
      element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
    },
    [data, file, DOT] as const,
  );
}

test('bold, a list and a link, by keys alone: in the thread and in the mail as they were seen', async () => {
  await open(mara, ticket);
  await reply().focus();
  await mara.keyboard.type('It is ');
  await mara.keyboard.press('Control+b');
  expect(await mara.locator('#reply-body ~ .editor-text strong').count()).toBe(0);
  await mara.keyboard.type('very');
  await mara.keyboard.press('Control+b');
  await mara.keyboard.type(' urgent:');
  await mara.keyboard.press('Enter');
  await mara.keyboard.type('- one *star');
  await mara.keyboard.press('Enter');
  await mara.keyboard.type('see the plan');
  for (let letter = 0; letter < 4; letter += 1) await mara.keyboard.press('Shift+ArrowLeft');
  // The browser tells of a selection a moment after it was made.
  await mara.waitForFunction(() => getSelection()?.toString() === 'plan');
  // … and the editor hears of it with the next frame.
  await mara.evaluate(
    () => new Promise((heard) => requestAnimationFrame(() => requestAnimationFrame(() => heard(undefined)))),
  );
  await mara.keyboard.press('Control+k');
  await mara.getByRole('textbox', { name: 'Link address' }).waitFor();
  await mara.keyboard.type('javascript:alert(1)');
  await mara.keyboard.press('Enter');
  await mara.locator('#reply-body-link-wrong').waitFor();
  await mara.keyboard.press('Control+a');
  await mara.keyboard.type('plans.example/lift');
  await mara.keyboard.press('Enter');
  expect(await written()).toBe('It is **very** urgent:\n\n- one *star\n- see the [plan](https://plans.example/lift)');
  await mara.getByRole('button', { name: 'Send reply' }).click();
  await mara.getByText('Reply sent.').waitFor();

  const message = mara.getByRole('article', { name: 'Message from Mara' });
  await message.locator('strong', { hasText: 'very' }).waitFor();
  expect(await message.locator('li').allInnerTexts()).toEqual(['one *star', 'see the plan']);
  expect(await message.getByRole('link', { name: 'plan' }).getAttribute('href')).toBe('https://plans.example/lift');
  const mail = await world.mails.mailTo(ana.email, ({ text }) => text!.includes('urgent'));
  expect(mail.html).toContain('<strong>very</strong>');
  expect(mail.html).toMatch(/<li>see the <a href="https:\/\/plans\.example\/lift"/);
  expect(mail.text).toContain('It is very urgent:');
  expect(mail.text).toContain(' * see the plan <https://plans.example/lift>');
  expect(mail.text).not.toContain('**');
});

test('Tab and Escape lead out, buttons say what is on, an empty reply is not sent', async () => {
  await open(mara, ticket);
  await mara.getByRole('button', { name: 'Send reply' }).click();
  await mara.locator('#reply-body-missing', { hasText: 'Fill in this field.' }).waitFor();
  expect(await reply().getAttribute('aria-invalid')).toBe('true');
  expect(await reply().evaluate((element) => element === document.activeElement)).toBe(true);
  await mara.keyboard.press('Control+i');
  expect(await mara.getByRole('button', { name: 'Italic' }).first().getAttribute('aria-pressed')).toBe('true');
  await mara.keyboard.type('so');
  expect(await reply().getAttribute('aria-invalid')).toBeNull();
  await mara.keyboard.press('Shift+Tab');
  await mara.keyboard.press('ArrowRight');
  await mara.keyboard.press('ArrowRight');
  await mara.keyboard.press('Enter');
  expect(await written()).toBe('- *so*');
  await mara.keyboard.press('Control+z');
  expect(await written()).toBe('*so*');
  await mara.keyboard.press('Tab');
  expect(await mara.evaluate(() => document.activeElement?.id)).toBe('reply-attachments');
  await reply().focus();
  await mara.keyboard.press('Escape');
  expect(await reply().evaluate((element) => element === document.activeElement)).toBe(false);
});

test('what was begun is there again after a reload, as it looked', async () => {
  await open(mara, ticket);
  await empty();
  await reply().pressSequentially('1. First\n**second** thing');
  await mara.waitForResponse(
    (answer) => answer.url().endsWith('/drafts') && answer.ok() && !!answer.request().postData()?.includes('thing'),
  );
  await open(mara, ticket);
  await reply().locator('ol > li').nth(1).waitFor();
  expect(await reply().locator('ol > li').allInnerTexts()).toEqual(['First', 'second thing']);
  expect(await reply().locator('strong').innerText()).toBe('second');
});

test('whoever goes on with a draft by r writes after its words, in the editor and without it', async () => {
  await open(mara, ticket);
  await mara.keyboard.press('r');
  await mara.keyboard.type(' and more');
  expect(await written()).toMatch(/thing and more$/);
  await mara.route('**/editor*.js', (route) => route.abort());
  await mara.goto(acme.tenant.origin + ticket);
  await mara.locator('.editor.is-plain').first().waitFor();
  const before = await written();
  await mara.keyboard.press('r');
  await mara.keyboard.type(' at the end');
  expect(await written()).toBe(`${before} at the end`);
  await mara.unroute('**/editor*.js');
});

test('what was typed right before the page was left is there again, though the server has not heard of it', async () => {
  await open(mara, ticket);
  await empty();
  await mara.route('**/tickets/drafts', (route) => route.abort());
  await reply().pressSequentially('The very last words');
  await open(mara, ticket);
  expect(await written()).toBe('The very last words');
  await mara.unroute('**/tickets/drafts');
  await mara.waitForResponse((answer) => answer.url().endsWith('/drafts') && answer.ok());
  await empty();
});

const savedWith = (page: Page, words: string) =>
  page.waitForResponse(
    (answer) => answer.url().endsWith('/drafts') && answer.ok() && !!answer.request().postData()?.includes(words),
  );

test.each(['the team', 'a customer'] as const)(
  'on a dead line %s is told that nothing is saved or sent, is warned before leaving, and loses nothing',
  async (who) => {
    const { number } = await ana.opens('In the tunnel');
    const name = ticketNumber(Number(number));
    const page = who === 'the team' ? mara : await chromium.signedIn(ana, true);
    const [at, box] = who === 'the team' ? [`/console/tickets/${name}`, '#reply-body'] : [`/tickets/${name}`, '#body'];
    await open(page, at);
    const editor = page.getByRole('textbox', { name: who === 'the team' ? 'Reply to Ana Sousa' : 'Your reply' });
    await page.context().setOffline(true);
    await editor.pressSequentially('Typed-in-a-tunnel');
    await page.getByText('Not saved: no connection.').waitFor();
    await page.getByRole('button', { name: 'Send reply' }).click();
    await page.getByText('Not sent: no connection.').waitFor();
    expect(page.url()).toBe(acme.tenant.origin + at);
    const [warning] = await Promise.all([page.waitForEvent('dialog'), page.close({ runBeforeUnload: true })]);
    expect(warning.type()).toBe('beforeunload');
    await warning.dismiss();
    await Promise.all([savedWith(page, 'Typed-in-a-tunnel'), page.context().setOffline(false)]);
    await page.getByText('Not saved: no connection.').waitFor({ state: 'detached' });
    await open(page, at);
    expect(await page.locator(box).inputValue()).toBe('Typed-in-a-tunnel');

    // The line dies without the browser's knowledge.
    await page.route('**/replies', (route) => route.abort());
    await editor.press('Control+End');
    await editor.pressSequentially('-and-beyond');
    await page.getByRole('button', { name: 'Send reply' }).click();
    await page.waitForURL(/chrome-error|replies/);
    await page.unroute('**/replies');
    await Promise.all([savedWith(page, 'and-beyond'), page.goBack()]);
    await open(page, at);
    expect(await page.locator(box).inputValue()).toBe('Typed-in-a-tunnel-and-beyond');

    // What has arrived is no draft, whichever way one comes back.
    await page.getByRole('button', { name: 'Send reply' }).click();
    await page.locator('.entry, .message, article').getByText('Typed-in-a-tunnel-and-beyond').first().waitFor();
    await page.goBack();
    await open(page, at);
    expect(await page.locator(box).inputValue()).toBe('');
  },
);

test('Ctrl and Enter send a reply, a note and a customer’s answer; what is solved stays solved', async () => {
  const at = `/console/tickets/${ticketNumber(Number((await ana.opens('By keys alone')).number))}`;
  await open(mara, at);
  await mara.getByRole('button', { name: 'Solve' }).click();
  for (const [key, said] of [
    ['r', 'Reply sent.'],
    ['n', 'Note added.'],
  ] as const) {
    await open(mara, at);
    await mara.keyboard.press(key);
    await mara.keyboard.type(`By ${key}`);
    await mara.keyboard.press('Control+Enter');
    await mara.getByText(said).waitFor();
  }
  expect(await mara.locator('#properties-status').inputValue()).toBe('solved');
  const customer = await chromium.signedIn(ana, true);
  await open(customer, at.replace('/console', ''));
  await customer.getByRole('textbox', { name: 'Your reply' }).pressSequentially('It works');
  await customer.keyboard.press('Control+Enter');
  await customer.getByText('Reply sent.').waitFor();
  await open(customer, '/tickets/new');
  await customer.getByLabel('Subject').fill('Parcel never arrived');
  await customer.locator('.editor [contenteditable=true]').pressSequentially('From the words');
  await customer.keyboard.press('Control+Enter');
  await customer.getByRole('heading', { name: 'Parcel never arrived' }).waitFor();
  await customer.context().close();
  await mara.goto(`${acme.tenant.origin}/console/tickets/new`);
  await mara.getByRole('link', { name: /Ana Sousa/ }).click();
  await mara.locator('.editor [contenteditable=true]').pressSequentially('For Ana');
  await mara.getByLabel('Subject').fill('Sent for Ana by keys');
  await mara.keyboard.press('Control+Enter');
  await mara.getByRole('heading', { name: 'Sent for Ana by keys' }).waitFor();
});

test('whoever deletes everything begins anew, without the list that stood there', async () => {
  await open(mara, ticket);
  await empty();
  await reply().pressSequentially('- one\ntwo');
  expect(await written()).toBe('- one\n- two');
  await mara.keyboard.press('Control+a');
  await mara.keyboard.press('Delete');
  await mara.keyboard.type('plain');
  expect(await written()).toBe('plain');
});

test('a macro comes where the cursor is, by its name at the beginning of a line', async () => {
  await open(mara, ticket);
  await empty();
  await reply().pressSequentially('Hello Ana,\n/way ');
  await reply().locator('strong', { hasText: 'on the way' }).waitFor();
  expect(await written()).toBe('Hello Ana,\n\nA technician is **on the way**.');
  await mara.keyboard.type(' Bye.');
  expect(await written()).toBe('Hello Ana,\n\nA technician is **on the way**. Bye.');
});

test('what a macro does beside its words stands above Send, can be left out, and happens with the sending', async () => {
  await open(mara, ticket);
  await empty();
  await reply().pressSequentially('/bill ');
  await reply().getByText('The invoice is attached.').waitFor();
  const also = mara.locator('form[data-panel="reply"]').getByRole('group', { name: 'Also:' });
  await also.getByRole('checkbox', { name: 'set the priority to High' }).uncheck();
  await mara.getByText('Macros', { exact: true }).click();
  await mara.getByRole('button', { name: /On our way/ }).click();
  await reply().locator('strong', { hasText: 'on the way' }).waitFor();
  expect(await also.getByRole('checkbox').count()).toBe(2);
  await mara.getByRole('button', { name: 'Send reply' }).click();
  await mara.getByText('Reply sent.').waitFor();
  await mara.getByText('Mara set the tags to billing').waitFor();
  expect(await mara.getByText('set the priority').count()).toBe(0);
  expect(await mara.getByRole('group', { name: 'Also:' }).count()).toBe(0);
});

test('a colleague is called by the beginning of the name, arrows and Enter', async () => {
  await open(mara, ticket);
  await mara.getByRole('radio', { name: 'Internal note' }).check({ force: true });
  const note = mara.getByRole('textbox', { name: 'A note that only your team sees' });
  await note.pressSequentially('Can you look, @ni');
  const names = mara.getByRole('listbox', { name: 'Team members' });
  expect(await names.getByRole('option').allInnerTexts()).toEqual(['Nils', 'Nina']);
  await mara.keyboard.press('ArrowDown');
  const chosen = names.getByRole('option', { selected: true });
  expect(await chosen.innerText()).toBe('Nina');
  expect(await note.getAttribute('aria-activedescendant')).toBe(await chosen.getAttribute('id'));
  await mara.keyboard.press('Enter');
  expect(await names.count()).toBe(0);
  await mara.keyboard.type('and @nil');
  await names.waitFor();
  await mara.keyboard.press('Escape');
  expect(await names.count()).toBe(0);
  expect(await written('note-body')).toBe('Can you look, @Nina and @nil');
  await mara.getByRole('button', { name: 'Add note' }).click();
  await world.mails.mailTo('nina@acme.example', ({ subject }) => subject!.startsWith('Mentioned in a note'));
});

test('what is pasted keeps its shape and nothing else; a picture goes along as a file and stands where it was put', async () => {
  await open(mara, ticket);
  await empty();
  await paste(reply(), {
    'text/plain': 'Title Safe bold evil',
    'text/html': `<style>p { color: red }</style><script>document.title = 'owned'</script><h2>Title</h2>
      <p style="position:fixed" onclick="alert(1)">Safe <span style="font-weight:700">bold</span> <a href="javascript:alert(1)">evil</a></p>
      <img src="x" onerror="document.title = 'owned'"><iframe src="//evil.example"></iframe>
      <ul><li>item <a href="https://a.example">there</a></ul>`,
  });
  expect(await written()).toBe('## Title\n\nSafe **bold** evil\n\n- item [there](https://a.example)');
  expect(await reply().innerHTML()).not.toMatch(/style|onclick|onerror|iframe|javascript/);
  expect(await mara.title()).not.toContain('owned');
  await empty();
  await paste(reply(), {
    'text/plain': 'A\tB\nC\tD',
    'text/html': '<table><tr><td><p>A</p></td><td>B</td></tr><tr><th>C</th><td>D</td></tr></table>',
  });
  expect(await written()).toMatch(/^A\s*\\?\| B\\?\nC \\?\| D$/);
  await paste(reply(), { 'text/plain': '' }, 'shot.gif');
  await mara.locator('.file-chosen', { hasText: 'shot.gif' }).waitFor();
  await mara.keyboard.type(' and again ');
  await paste(reply(), { 'text/plain': '' }, 'shot.gif');
  expect(await written()).toContain('![shot.gif] and again ![shot-2.gif]');
  await mara.getByRole('button', { name: 'Send reply' }).click();
  const pictures = mara.locator('.message').last().locator('.message-body img');
  await pictures.nth(1).scrollIntoViewIfNeeded();
  const [first, second] = await pictures.all();
  for (const picture of [first!, second!])
    await mara.waitForFunction(
      (image) => (image as HTMLImageElement).naturalWidth === 1,
      await picture.elementHandle(),
    );
  expect(await second!.getAttribute('alt')).toBe('shot-2.gif');
});

test('in Arabic the line runs from the right, and an English one from the left', async () => {
  const page = await chromium.signedIn(ana, true);
  await open(page, '/tickets/new?lang=ar');
  const box = page.locator('.editor-text');
  await box.pressSequentially('المصعد عالق\nThe lift is stuck');
  const sides = await box.evaluate((element) =>
    [...element.querySelectorAll('p')].map((line) => {
      const range = document.createRange();
      range.selectNodeContents(line);
      const [words, whole] = [range.getBoundingClientRect(), line.getBoundingClientRect()];
      return words.left - whole.left > whole.right - words.right ? 'right' : 'left';
    }),
  );
  expect(sides).toEqual(['right', 'left']);
  expect(await page.locator('#description').inputValue()).toBe('المصعد عالق\n\nThe lift is stuck');
  expect(await textOf(page)).toContain('المصعد عالق');
});

test('files that cannot be taken are told at the field before anything is sent, the others stay, and another language asks for them again', async () => {
  await acme.inside(() => world.get(Settings).apply('general', { locales: ['en', 'de'] }));
  const page = await chromium.signedIn(ana, true);
  await page.goto(`${acme.tenant.origin}/tickets/new`);
  const input = page.locator('#attachments');
  const choose = (...files: [name: string, bytes: number][]) =>
    input.evaluate((element: HTMLInputElement, wanted) => {
      const transfer = new DataTransfer();
      for (const [name, bytes] of wanted) transfer.items.add(new File([new Uint8Array(bytes)], name));
      element.files = transfer.files;
      element.dispatchEvent(new Event('change', { bubbles: true }));
    }, files);
  const chosen = () => input.evaluate((element: HTMLInputElement) => [...element.files!].map(({ name }) => name));
  const said = () => page.locator('#attachments-error').innerText();
  await choose(['setup.exe', 5], ['notes.txt', 5], ['empty.txt', 0], ['film.mp4', 25 * 1024 * 1024 + 1]);
  expect(await chosen()).toEqual(['notes.txt']);
  expect(await said()).toContain('Files like setup.exe are not accepted.');
  expect(await said()).toContain('empty.txt is empty.');
  expect(await said()).toContain('film.mp4 is too large. The limit is 25 MB.');
  await choose(...Array.from({ length: 12 }, (_, n): [string, number] => [`${n}.txt`, 5]));
  expect(await chosen()).toHaveLength(10);
  expect(await said()).toContain('At most 10 files');
  await choose(['notes.txt', 5]);
  expect(await page.locator('#attachments-error').count()).toBe(0);
  await page.getByLabel('Subject').fill('Written in two languages');
  await page.evaluate(() => document.querySelector<HTMLAnchorElement>('a[href*="?lang=de"]')!.click());
  await page.waitForURL(/lang=de/);
  expect(await page.locator('html').getAttribute('lang')).toBe('de');
  expect(await page.getByLabel('Betreff').inputValue()).toBe('Written in two languages');
  expect(await said()).toContain('notes.txt');
  // The page that comes next has a form more, which throws the draft away, and what is sent from it leaves no draft.
  await page.waitForResponse((answer) => answer.url().endsWith('/drafts') && answer.ok());
  await choose(['photo.png', 5]);
  await page.evaluate(() => document.querySelector<HTMLAnchorElement>('a[href*="?lang=en"]')!.click());
  await page.waitForURL(/lang=en/);
  await page.locator('form.restored').waitFor();
  expect(await said()).toContain('photo.png');
  await page.locator('.editor.is-rich').first().waitFor();
  await page.locator('.editor [contenteditable=true]').pressSequentially('In both');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('heading', { name: 'Written in two languages' }).waitFor();
  await page.goto(`${acme.tenant.origin}/tickets/new`);
  expect(await page.getByLabel('Subject').inputValue()).toBe('');
});
