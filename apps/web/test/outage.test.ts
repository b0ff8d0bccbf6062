import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PASSWORD, type Visitor, World } from '@foyer/app-cli/testing';
import { formsOf, unescaped } from './page-forms.js';
import { routesOf } from './routes.js';

const WORDS = 'It smells of smoke.\nThe lamp beside it is “red” & blinks.';

const { world, database } = await World.startBehindFaucet();
const acme = await world.tenant('acme', 'Acme Lamps');
const ana = await acme.customer('Ana');
afterEach(() => database.open());

/** The form by which a page gives back what was typed. */
const givenBack = (html: string) =>
  formsOf(html).find(({ controls }) => controls.some(({ name }) => name === 'subject'))!;

/** Sends what a page gave back, as its button does. */
async function sendAgain(browser: Visitor, html: string) {
  const { action, controls } = givenBack(html);
  return browser.post(action, Object.fromEntries(controls.map(({ name, value }) => [name, value])));
}
/** Opens it like somebody who has seen what it resembles. */
const ticket = (subject: string) => ({ subject, description: WORDS, priority: 'normal', seen: 'all' });

/** Until the application has noticed that the database is back. */
async function back(browser: Visitor): Promise<void> {
  await database.open();
  for (let tries = 0; tries < 200 && (await browser.get('/')).status !== 200; tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

describe('while the database is away', () => {
  test('pages answer 503 in the operator’s look, say when to come back, and tell nothing of the inside', async () => {
    const browser = await ana.browser();
    const look = /<link rel="stylesheet" href="([^"]+)"/.exec((await browser.get('/tickets')).text)![1]!;
    await database.shut();
    for (const path of ['/tickets', '/', '/nowhere']) {
      const answer = await browser.get(path);
      expect([path, answer.status, answer.get('Retry-After')]).toEqual([path, 503, '5']);
      expect(answer.text).toContain('Acme Lamps');
      expect(answer.text).toContain(look);
      expect(answer.text).not.toMatch(/ECONN|postgres|at .*\.ts|Reference/);
    }
  });

  test('what was typed comes back, and can be sent as it is once the database is there again', async () => {
    const browser = await ana.browser();
    await browser.get('/tickets/new');
    await database.shut();
    const refused = await browser.upload('/tickets', ticket('On fire'), [
      { field: 'attachments', name: 'a.txt', content: 'file' },
    ]);
    expect(refused.status).toBe(503);
    expect(givenBack(refused.text).controls).toContainEqual(
      expect.objectContaining({ name: 'description', value: WORDS }),
    );
    expect(refused.text).toContain('Attach them again');
    await back(browser);
    const sent = await sendAgain(browser, refused.text);
    expect([sent.status, sent.get('Location')]).toEqual([303, expect.stringMatching(/^\/tickets\/TKT-/)]);
    expect((await browser.get(sent.get('Location')!)).text).toContain('It smells of smoke.');
  });

  test('a password is not given back, nor what another site sent', async () => {
    const browser = acme.visitor();
    await browser.get('/sign-in');
    await database.shut();
    const refused = await browser.post('/sign-in', { email: 'ana@customers.example', password: 'a secret of hers' });
    expect(refused.status).toBe(503);
    expect(refused.text).toContain('ana@customers.example');
    expect(refused.text).not.toContain('a secret of hers');
    const forged = await browser.post('/tickets', ticket('Forged'), { 'Sec-Fetch-Site': 'cross-site' });
    expect(forged.text).not.toContain('It smells of smoke');
  });

  test('a host nobody has asked for yet gets a plain 503', async () => {
    await database.shut();
    const answer = await world.visitor('unheard.localhost:3000').get('/');
    expect([answer.status, answer.get('Retry-After')]).toEqual([503, '5']);
  });
});

test('a disk that takes no uploads is not the sender’s fault: 503, and the words before and after the file come back', async () => {
  const browser = await ana.browser();
  await browser.get('/tickets/new');
  const uploads = join(world.config.dataDir, 'uploads');
  rmSync(uploads, { recursive: true, force: true });
  writeFileSync(uploads, 'in the way');
  try {
    const files = [{ field: 'attachments', name: 'a.txt', content: 'file '.repeat(50_000) }];
    const refused = await browser.upload('/tickets', ticket('Disk is full'), files);
    expect(refused.status).toBe(503);
    expect(givenBack(refused.text).controls).toContainEqual(
      expect.objectContaining({ name: 'description', value: WORDS }),
    );
    rmSync(uploads);
    expect((await sendAgain(browser, refused.text)).status).toBe(303);
  } finally {
    rmSync(uploads, { force: true });
  }
});

test('eleven files are one too many, and cost no word', async () => {
  const browser = await ana.browser();
  await browser.get('/tickets/new');
  const files = Array.from({ length: 11 }, (_, n) => ({ field: 'attachments', name: `${n}.txt`, content: 'small' }));
  const refused = await browser.upload('/tickets', ticket('Many files'), files);
  expect(refused.status).toBe(422);
  expect(refused.text).toContain('At most 10 files can be attached');
  const form = formsOf(refused.text).find(({ action }) => action === '/tickets')!;
  expect(form.controls).toContainEqual(expect.objectContaining({ name: 'description', value: WORDS }));
  const kept = form.controls.filter(({ name, checked }) => name === 'kept' && checked).map(({ value }) => value);
  expect(kept).toHaveLength(10);
  const sent = await browser.post('/tickets', { ...ticket('Many files'), kept: kept.slice(1) });
  const shown = (await browser.get(sent.headers['location']!)).text;
  for (let n = 1; n < 10; n += 1) expect(shown).toContain(`${n}.txt`);
  expect(shown).not.toContain('>0.txt');
});

test('a session that ended while somebody was writing costs no word', async () => {
  const browser = await ana.browser();
  await browser.get('/tickets/new');
  const elsewhere = acme.visitor();
  elsewhere.setCookie('session', browser.cookie('session')!);
  await elsewhere.get('/account');
  await elsewhere.post('/sign-out');
  const ended = await browser.post('/tickets', ticket('Written for an hour'));
  expect(ended.status).toBe(401);
  expect(givenBack(ended.text).controls).toContainEqual(expect.objectContaining({ name: 'description', value: WORDS }));

  await browser.signIn(ana.email, PASSWORD);
  // The form's token was the ended session's: the page says so, with one that is good.
  const { controls } = givenBack(ended.text);
  const stale = await browser.post('/tickets', Object.fromEntries(controls.map(({ name, value }) => [name, value])));
  expect(stale.status).toBe(403);
  expect((await sendAgain(browser, stale.text)).status).toBe(303);
});

test('nor one that another tab has ended, cookie and all', async () => {
  const browser = await ana.browser();
  await browser.get('/tickets/new');
  const _csrf = await browser.csrf();
  await browser.post('/sign-out');
  const ended = await browser.post('/tickets', { ...ticket('Written in the other tab'), _csrf });
  expect(ended.status).toBe(401);
  expect(givenBack(ended.text).controls).toContainEqual(expect.objectContaining({ name: 'description', value: WORDS }));
});

test('a guest without a session is sent to the sign-in as ever', async () => {
  const guest = acme.visitor();
  await guest.get('/sign-in');
  const answer = await guest.post('/account/profile', { name: 'A name of more than some letters' });
  expect([answer.status, answer.get('Location')]).toEqual([303, '/sign-in']);
});

describe('whatever refuses a form, it costs no word', () => {
  const REFUSALS: {
    what: string;
    settings?: [string, Record<string, string>];
    sends: 'customer' | 'guest';
  }[] = [
    { what: 'maintenance', settings: ['portal', { status: 'maintenance', message: '' }], sends: 'customer' },
    { what: 'a closed portal', settings: ['portal', { status: 'disabled', message: '' }], sends: 'customer' },
    { what: 'sections switched off', settings: ['features', { account: '1' }], sends: 'customer' },
    { what: 'records one may not see any more, and rights one has lost', sends: 'customer' },
    { what: 'being signed out', sends: 'guest' },
  ];

  /** With a date, an id and a page's address of the form's own, which nobody has typed. */
  const form = {
    ...{ subject: 'Lamp', body: WORDS, description: WORDS, name: 'Ana of the lamps' },
    ...{ _version: '2026-11-28 21:23:15.5+00', seen: '2026-11-28T20:23:15.553Z', back: '/tickets?q=a b&view=c' },
    ...{ was_subject: 'The old lamp', time_zone: 'Europe/Berlin' },
  };
  const shown = (html: string) =>
    [...html.matchAll(/class="typed-words"[^>]*>([^<]*)</g)].map(([, text]) => unescaped(text!));

  test.each(REFUSALS)('$what', async ({ settings, sends }) => {
    const owner = await acme.owner.browser();
    const browser = await ana.browser();
    const before = settings ? formsOf((await owner.get(`/console/settings/${settings[0]}`)).text) : [];
    await browser.get('/account');
    const _csrf = await browser.csrf();
    if (settings) expect((await owner.post(`/console/settings/${settings[0]}`, settings[1])).status).toBe(303);
    const signedOut = acme.visitor();
    const wrong: string[] = [];
    const tried: Record<number, number> = {};
    const posts = routesOf(world.app).filter(({ method, path }) => method === 'post' && path.startsWith('/_portal/'));
    for (const { path } of [...posts, { path: '/_portal/nowhere/at-all' }]) {
      const address = path.slice('/_portal'.length).replace(/:[a-z]+/gi, '01a228e9-6edb-7f91-96cf-346713ee8331');
      if (/^\/(inbound|survey|scim|sign-in\/with)\/|sign-out|presence|drafts/.test(address)) continue;
      const visitor = sends === 'customer' ? browser : signedOut;
      if (sends === 'guest') visitor.setCookie('session', 'an-ended-session');
      const { status, text } = await visitor.post(address, { ...form, ...(sends === 'guest' ? { _csrf } : {}) });
      // A link that is used up had nothing but a password with it.
      if (status < 400 || [400, 410].includes(status) || text.includes('data-error-summary')) continue;
      tried[status] = (tried[status] ?? 0) + 1;
      const words = shown(text);
      if (![WORDS, form.name, form.subject].every((one) => words.includes(one)))
        wrong.push(`${address}: ${status} keeps ${words.join(', ')}`);
      const [version, seen, back, was] = [form._version, form.seen, form.back, form.was_subject];
      for (const own of [version, seen, back, was, form.time_zone])
        if (words.includes(own)) wrong.push(`${address}: ${own} is shown as typed`);
    }
    if (settings) {
      const controls = before.find(({ action }) => action.endsWith(settings[0]))!.controls;
      // Back to what it was, whatever has been saved since.
      const chosen = controls
        .filter(({ type, checked }) => !['checkbox', 'radio'].includes(type) || checked)
        .filter(({ name }) => name !== '_version');
      await owner.post(
        `/console/settings/${settings[0]}`,
        Object.fromEntries(chosen.map(({ name, value }) => [name, value])),
      );
    }
    expect(wrong).toEqual([]);
    expect(Object.values(tried).reduce((a, b) => a + b, 0)).toBeGreaterThan(10);
  });

  test('what waits for the end of maintenance is sent by its button; what is closed for good is only shown', async () => {
    const owner = await acme.owner.browser();
    const browser = await ana.browser();
    const become = async (status: string) => {
      await owner.get('/console/settings/portal');
      await owner.post('/console/settings/portal', { status, message: '' });
    };
    await browser.get('/tickets/new');
    await become('disabled');
    const closed = await browser.post('/tickets', ticket('Closed meanwhile'));
    expect([closed.status, formsOf(closed.text).flatMap(({ controls }) => controls)]).toEqual([503, []]);
    await become('maintenance');
    const waiting = await browser.post('/tickets', ticket('Under maintenance'));
    expect(waiting.status).toBe(503);
    await become('active');
    expect((await sendAgain(browser, waiting.text)).status).toBe(303);
  });
});
