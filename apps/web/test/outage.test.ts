import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Faucet, PASSWORD, type TestPerson, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { formsOf } from './page-forms.js';

const WORDS = 'It smells of smoke.\nThe lamp beside it is “red” & blinks.';

let world: World;
let database: Faucet;
let acme: TestTenant;
let ana: TestPerson;

beforeAll(async () => {
  ({ world, database } = await World.startBehindFaucet());
  acme = await world.tenant('acme', 'Acme Lamps');
  ana = await acme.customer('Ana');
});
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
