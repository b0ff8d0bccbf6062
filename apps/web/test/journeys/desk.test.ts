import { beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { Tickets } from '@foyer/tickets';
import { acme, chromium, openScene, signIn, textOf, world } from './chromium.js';

beforeAll(async () => {
  await openScene();
  const ana = await (await acme.customer('Ana Sousa')).of('Lanternworks', 'company_admin');
  for (const subject of ['The lantern flickers', 'The lamp hums', 'The torch is dim']) await ana.opens(subject);
});

test('an agent goes through a view by keyboard: ticket by ticket, with the list beside it and the way back to it', async () => {
  const mara = await chromium.newcomer(true, { viewport: { width: 1680, height: 950 } });
  await signIn(mara, `${acme.tenant.origin}/console/sign-in`, acme.owner.email);
  await mara.goto(`${acme.tenant.origin}/console/tickets?view=all`);
  await mara.keyboard.press('j');
  await mara.keyboard.press('Enter');
  await mara.waitForURL('**/TKT-003');
  const list = mara.getByRole('navigation', { name: 'Views' });
  await list.getByRole('link', { name: 'The lantern flickers' }).waitFor();
  expect(await list.locator('[aria-current]').innerText()).toBe('The torch is dim');
  await mara.keyboard.press('j');
  await mara.waitForURL('**/TKT-002');
  await mara.getByRole('link', { name: 'Next ticket' }).waitFor();
  await mara.keyboard.press('k');
  await mara.waitForURL('**/TKT-003');
  await mara.getByRole('link', { name: 'Next ticket' }).waitFor();
  await mara.getByRole('main').getByRole('link', { name: 'Inbox' }).click();
  await mara.waitForURL('**/console/tickets?view=all');
});

test('who sends and goes on comes to the next ticket of the list, and after the last one back to the list', async () => {
  const mara = await chromium.newcomer(true, { viewport: { width: 1680, height: 950 } });
  await signIn(mara, `${acme.tenant.origin}/console/sign-in`, acme.owner.email);
  await mara.goto(`${acme.tenant.origin}/console/tickets?view=all`);
  await mara.goto(`${acme.tenant.origin}/console/tickets/TKT-002`);
  for (const leads of ['**/TKT-001', '**/console/tickets?view=all']) {
    await mara.getByRole('textbox', { name: 'Reply to Ana Sousa' }).fill('We are coming.');
    await mara.getByRole('button', { name: 'Send and next' }).click();
    await mara.waitForURL(leads);
    await mara.getByText('Reply sent.').waitFor();
  }
});

test('a tag in use is offered while another is typed, after those that stand there', async () => {
  await acme.inside(async () => world.get(Tickets).tag(await acme.owner.actor(), 1, ['billing', 'brass'], []));
  const mara = await chromium.newcomer(true);
  await signIn(mara, `${acme.tenant.origin}/console/sign-in`, acme.owner.email);
  await mara.goto(`${acme.tenant.origin}/console/tickets/TKT-003`);
  const tags = mara.getByRole('combobox', { name: 'Tags' });
  await mara.getByLabel('Tags').pressSequentially('vip, b');
  const offered = () => tags.evaluate((box: HTMLInputElement) => [...box.list!.options].map(({ value }) => value));
  await mara.waitForFunction(() => document.querySelectorAll('#properties-tags-words option').length > 1);
  expect(await offered()).toEqual(['vip, billing', 'vip, brass']);
  const guest = acme.visitor();
  expect((await guest.get('/console/tickets/tags')).status).toBe(303);
});

test('who writes while the page hears of changes goes on writing: words, place and files stay', async () => {
  const mara = await chromium.newcomer(true);
  await signIn(mara, `${acme.tenant.origin}/console/sign-in`, acme.owner.email);
  await mara.goto(`${acme.tenant.origin}/console/tickets/TKT-001`);
  await mara.waitForFunction(() => !document.querySelector('[data-rich]:not(.is-rich)'));
  const reply = mara.getByRole('textbox', { name: 'Reply to Ana Sousa' });
  const file = { name: 'shot.txt', mimeType: 'text/plain', buffer: Buffer.from('seen') };
  await mara.locator('#reply-attachments').setInputFiles(file);
  await reply.click();
  await mara.keyboard.type('We are ');
  for (const tag of ['rare', 'sea', 'area']) {
    await acme.inside(async () => world.get(Tickets).tag(await acme.owner.actor(), 1, [tag], []));
    await mara
      .locator('[data-region=thread]')
      .getByText(new RegExp(`\\b${tag}\\b`))
      .first()
      .waitFor();
    await mara.keyboard.type(`near ${tag} `);
  }
  expect((await reply.innerText()).trim()).toBe('We are near rare near sea near area');
  expect(await mara.locator('#reply-attachments').evaluate((box: HTMLInputElement) => box.files!.length)).toBe(1);
  expect(await mara.getByRole('button', { name: 'Solve' }).count()).toBe(1);
});

test('r and n go to where one writes', async () => {
  const mara = await chromium.newcomer(true);
  await signIn(mara, `${acme.tenant.origin}/console/sign-in`, acme.owner.email);
  await mara.goto(`${acme.tenant.origin}/console/tickets/TKT-001`);
  await mara.waitForFunction(() => !document.querySelector('[data-rich]:not(.is-rich)'));
  for (const [key, form] of [
    ['n', 'note'],
    ['r', 'reply'],
  ] as const) {
    await mara.keyboard.press(key);
    await mara.keyboard.type('Right here');
    expect(await mara.locator(`form[data-panel=${form}] [contenteditable]`).innerText()).toContain('Right here');
    await mara.locator('h1').click();
    await mara.evaluate(() => (document.activeElement as HTMLElement).blur());
  }
});

test('a property is saved as it is chosen and taken back, and follows a colleague without losing what is being typed', async () => {
  const [mara, nora] = [await chromium.newcomer(true), await chromium.newcomer(true)];
  for (const [page, person] of [
    [mara, acme.owner],
    [nora, await acme.agent('Nora')],
  ] as const) {
    await signIn(page, `${acme.tenant.origin}/console/sign-in`, person.email);
    await page.goto(`${acme.tenant.origin}/console/tickets/TKT-002`);
  }
  const field = (page: Page, name: string) => page.locator(`#properties-${name}`);
  const shows = (page: Page, name: string, value: string) =>
    page.waitForFunction(([id, wanted]) => document.querySelector<HTMLInputElement>(id)!.value === wanted, [
      `#properties-${name}`,
      value,
    ] as const);
  const line = mara.locator('[data-saved]');
  await field(mara, 'priority').selectOption('urgent');
  await line.getByText('Saved.').waitFor();
  await shows(nora, 'priority', 'urgent');
  await field(nora, 'tags').pressSequentially('lam');
  await line.getByRole('button', { name: 'Undo' }).click();
  await shows(nora, 'priority', 'normal');
  expect(await field(nora, 'tags').inputValue()).toBe('lam');
  await nora.keyboard.type('ps');
  await field(mara, 'subject').fill('The lamp hums loudly');
  await field(nora, 'subject').press('End');
  await nora.keyboard.type(' again');
  await shows(mara, 'tags', 'lamps');
  await mara.keyboard.press('Enter');
  await mara.getByRole('heading', { level: 1, name: 'The lamp hums loudly' }).waitFor();
  await nora
    .locator('[data-saved]', { hasText: 'Subject: changed in the meantime to: The lamp hums loudly' })
    .waitFor();
  expect(await field(nora, 'subject').inputValue()).toBe('The lamp hums again');
  await nora.keyboard.press('Enter');
  await shows(mara, 'subject', 'The lamp hums again');
  await field(mara, 'subject').fill('The lamp hums');
  await mara.keyboard.press('Enter');
  await shows(nora, 'subject', 'The lamp hums');
});

test('keys that go through the choices of a property save the one they stop at, and none they pass', async () => {
  const mara = await chromium.newcomer(true);
  await signIn(mara, `${acme.tenant.origin}/console/sign-in`, acme.owner.email);
  await mara.goto(`${acme.tenant.origin}/console/tickets/TKT-003`);
  const priority = mara.locator('#properties-priority');
  const line = mara.locator('[data-saved]', { hasText: 'Saved.' });
  const sent: string[] = [];
  mara.on('request', (request) => {
    if (request.url().endsWith('/properties'))
      sent.push(new URLSearchParams(request.postData() ?? '').get('priority')!);
  });
  await priority.focus();
  for (const key of ['ArrowUp', 'ArrowUp', 'ArrowDown', 'ArrowDown', 'ArrowDown']) await mara.keyboard.press(key);
  expect(sent).toEqual([]);
  await mara.keyboard.press('Tab');
  await line.waitFor();
  expect(sent).toEqual(['urgent']);
  const saved = (label: string) => mara.locator('[data-region=meta]', { hasText: label }).waitFor();
  await saved('Urgent');
  await priority.focus();
  await mara.keyboard.press('ArrowUp');
  await saved('High');
  for (const key of ['ArrowUp', 'ArrowUp', 'Enter']) await mara.keyboard.press(key);
  await saved('Low');
  expect(sent).toEqual(['urgent', 'high', 'low']);
});

test('⌘K does what the page can do; a name that is looked for comes before what could be done to it', async () => {
  await acme.agent('Lamp Lea');
  const mara = await chromium.newcomer(true);
  await signIn(mara, `${acme.tenant.origin}/console/sign-in`, acme.owner.email);
  await mara.goto(`${acme.tenant.origin}/console/tickets/TKT-001`);
  const found = mara.locator('#palette-found');
  const field = mara.getByRole('combobox', { name: 'Search everything' });
  await mara.keyboard.press('Control+k');
  await found.getByRole('option', { name: 'Merge' }).waitFor();
  await field.fill('prio urg');
  await found.getByRole('option', { name: 'Priority: Urgent', selected: true }).waitFor();
  await mara.keyboard.press('Enter');
  await mara.getByText('set the priority to “Urgent”').waitFor();
  await mara.keyboard.press('Control+k');
  await field.fill('lamp');
  await found.getByRole('option', { name: 'Assigned to: Lamp Lea' }).waitFor();
  expect(await found.getByRole('option', { selected: true }).innerText()).toContain('The lamp hums');
  await field.fill('solve');
  await found.getByRole('option', { name: 'Solve', exact: true, selected: true }).waitFor();
  await mara.keyboard.press('Enter');
  await mara.getByRole('button', { name: 'Reopen' }).waitFor();
});

test('⌘K and letters mean the same keys on a keyboard of other letters, and signing out is found by its name', async () => {
  const mara = await chromium.newcomer(true);
  await signIn(mara, `${acme.tenant.origin}/console/sign-in`, acme.owner.email);
  await mara.goto(`${acme.tenant.origin}/console/tickets`);
  const press = (key: string, code: string, init: object = {}) =>
    mara.evaluate((event) => document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', event)), {
      key,
      code,
      bubbles: true,
      cancelable: true,
      ...init,
    });
  await press('ت', 'KeyJ');
  expect(await mara.evaluate(() => document.activeElement!.className)).toContain('row-link');
  await press('ظ', 'Slash');
  expect(await mara.evaluate(() => (document.activeElement as HTMLInputElement).name)).toBe('q');
  await press('л', 'KeyK', { ctrlKey: true });
  const field = mara.getByRole('combobox', { name: 'Search everything' });
  await field.fill('sign o');
  const options = mara.locator('#palette-found').getByRole('option', { name: 'Sign out' });
  await options.first().waitFor();
  expect(await options.count()).toBe(1);
  await mara.keyboard.press('Enter');
  await mara.waitForURL(/sign-in/);
});

test('⌘K finds anything from anywhere; without a script the same is a page', async () => {
  const mara = await chromium.newcomer(true);
  await signIn(mara, `${acme.tenant.origin}/console/sign-in`, acme.owner.email);
  await mara.goto(`${acme.tenant.origin}/console/people`);
  await mara.keyboard.press('Control+k');
  const field = mara.getByRole('combobox', { name: 'Search everything' });
  await mara.getByRole('option', { name: 'Inbox' }).waitFor();
  await field.pressSequentially('lantern');
  await mara.getByRole('option', { name: /Lanternworks/ }).waitFor();
  await mara.getByRole('option', { name: /The lantern flickers/ }).waitFor();
  // Its tickets are found by its name as well, and stand before it.
  const chosen = mara.getByRole('option', { selected: true });
  for (let down = 0; down < 15 && !(await chosen.innerText()).startsWith('Lanternworks'); down += 1)
    await mara.keyboard.press('ArrowDown');
  await mara.keyboard.press('Enter');
  await mara.getByRole('heading', { level: 1, name: 'Lanternworks' }).waitFor();

  const plain = await chromium.newcomer(false);
  await signIn(plain, `${acme.tenant.origin}/console/sign-in`, acme.owner.email);
  await plain.goto(`${acme.tenant.origin}/console/find`);
  await plain.getByRole('main').getByLabel('Search everything').fill('TKT-002');
  await plain.keyboard.press('Enter');
  await plain.getByRole('main').getByRole('link', { name: 'The lamp hums' }).click();
  expect(await textOf(plain)).toContain('TKT-002');
});

test('among the settings one sees where one is, and what is wrong stands apart from what follows', async () => {
  const mara = await chromium.newcomer(true, { viewport: { width: 1280, height: 700 } });
  await signIn(mara, `${acme.tenant.origin}/console/sign-in`, acme.owner.email);
  const settings = `${acme.tenant.origin}/console/settings`;
  for (const page of ['general', 'mail-in', 'surveys']) {
    await mara.goto(`${settings}/${page}`);
    const here = await mara.locator('.setup-nav [aria-current]').boundingBox();
    expect(here!.y + here!.height).toBeLessThanOrEqual(700);
    expect(await mara.evaluate(() => window.scrollY)).toBe(0);
  }
  await mara.goto(`${settings}/general`);
  await mara.locator('#supportEmail').fill('help@nowhere');
  await mara.locator('.settings-form').evaluate((form: HTMLFormElement) => form.requestSubmit());
  const summary = await mara.locator('.error-summary').boundingBox();
  const next = await mara.locator('.error-summary + *').boundingBox();
  expect(next!.y - summary!.y - summary!.height).toBeGreaterThanOrEqual(16);
});

test('what stands beside a thread follows with it, for the customer and the team', async () => {
  const ben = await (await acme.customer('Ben Kalu')).of('Lanternworks', 'company_user');
  const { id, number } = await ben.opens('The wick is short');
  const path = `tickets/TKT-${String(number).padStart(3, '0')}`;
  const [page, console] = [await chromium.newcomer(true), await chromium.newcomer(true)];
  await signIn(page, `${acme.tenant.origin}/sign-in`, ben.email);
  await page.goto(`${acme.tenant.origin}/${path}`);
  await signIn(console, `${acme.tenant.origin}/console/sign-in`, acme.owner.email);
  await console.goto(`${acme.tenant.origin}/console/${path}`);
  await Promise.all([page, console].map((one) => one.waitForLoadState('networkidle').catch(() => undefined)));
  await acme.inside(async () => {
    const [owner, tickets] = [await acme.owner.actor(), world.get(Tickets)];
    await tickets.act(owner, id, [
      { do: 'assign', to: 'me' },
      { do: 'priority', to: 'high' },
      { do: 'watch', personId: owner.id! },
    ]);
    await tickets.reply(owner, id, { body: 'We cut a longer one.', fileIds: [] });
  });
  const facts = page.getByRole('complementary', { name: 'About this ticket' });
  await facts.getByText('High').waitFor();
  expect(await facts.innerText()).toContain('Acme Owner');
  await console.locator('[data-region=around]').getByText('Acme Owner').waitFor();
});
