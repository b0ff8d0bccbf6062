import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { PASSWORD, type TestPerson, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';

let world: World;
let acme: TestTenant;
let owner: Visitor;
let ana: TestPerson;
beforeAll(async () => {
  world = await World.startWithWorker();
  acme = await world.tenant('acme');
  owner = await acme.owner.browser();
  ana = await acme.customer('Ana');
});

const PAGE = '/console/settings/sign-in';
const STANDING = {
  ...{ 'team-methods': ['password', 'passkey'], 'team-idle': '24', 'team-absolute': '14' },
  ...{ 'customers-methods': ['password', 'passkey'], 'customers-idle': '72', 'customers-absolute': '30' },
  shortest: '10',
};
const set = async (changes: Record<string, string | string[]> = {}) => {
  await owner.get(PAGE);
  return owner.post(PAGE, { ...STANDING, ...changes });
};
beforeEach(async () => void (await set()));
const isIn = async (browser: Visitor) => (await browser.get('/account')).status === 200;

describe('17: how long a session lasts', () => {
  const age = (column: 'last_seen_at' | 'created_at', hours: number) =>
    acme.change(() =>
      column === 'created_at'
        ? sql`update ${table('session')} set created_at = now() - ${hours} * interval '1 hour' where owner_id in (select id from ${table('person')} where name <> 'Acme Owner')`
        : sql`update ${table('session')} set last_seen_at = now() - ${hours} * interval '1 hour' where owner_id in (select id from ${table('person')} where name <> 'Acme Owner')`,
    );

  test.each([
    ['last_seen_at', 25],
    ['created_at', 15 * 24],
  ] as const)('is set for team and customers apart: %s', async (column, hours) => {
    const [customer, agent] = [await ana.browser(), await (await acme.agent('Mara')).browser()];
    await age(column, hours);
    expect([await isIn(customer), await isIn(agent)]).toEqual([true, false]);
    await set({ 'customers-idle': '1', 'customers-absolute': '1' });
    await age(column, hours);
    expect(await isIn(customer)).toBe(false);
  });

  test('numbers that are none, or too great, are refused at their field', async () => {
    for (const [field, value] of Object.entries({ 'team-idle': '0', 'customers-idle': '721', 'team-absolute': 'x' })) {
      const answer = await set({ [field]: value });
      expect([field, answer.status, answer.text.includes(`id="${field}-error"`)]).toEqual([field, 422, true]);
    }
  });
});

describe('ways to sign in', () => {
  test('are offered and taken where they are on, for team and customers apart', async () => {
    await set({ 'customers-methods': ['email-link'] });
    const page = (await acme.visitor().get('/sign-in')).text;
    expect([page.includes('type="password"'), page.includes('data-passkey'), page.includes('/sign-in/link')]).toEqual([
      false,
      false,
      true,
    ]);
    const typed = async (password: string) => {
      const browser = acme.visitor();
      await browser.get('/register');
      return (await browser.post('/sign-in', { email: ana.email, password })).text;
    };
    expect(await typed(PASSWORD)).toContain('You cannot sign in with a password here');
    expect(await typed('not-the-password-1')).toContain('is incorrect');
    const mara = await acme.agent('Mara');
    expect((await acme.visitor().signIn(mara.email, PASSWORD, '/console/sign-in')).status).toBe(303);
  });

  test('one stays for each audience, and an owner’s password opens whatever is chosen', async () => {
    const none = await set({ 'team-methods': [] });
    expect([none.status, none.text.includes('id="team-methods-error"')]).toEqual([422, true]);
    await set({ 'team-methods': ['passkey'] });
    const mara = await acme.agent('Mara');
    expect((await acme.visitor().signIn(mara.email, PASSWORD, '/console/sign-in')).status).toBe(422);
    expect((await acme.visitor().signIn(acme.owner.email, PASSWORD, '/console/sign-in')).status).toBe(303);
  });

  test('who may not come by a password gets no link to choose one', async () => {
    const bea = await acme.customer('Bea');
    await set({ 'customers-methods': ['passkey'] });
    await acme.visitor().post('/forgot', { email: bea.email });
    await world.calm();
    expect(world.mails.mails.filter(({ to }) => [to].flat()[0]?.text === bea.email)).toEqual([]);
  });
});

describe('how long a password has to be', () => {
  const change = async (browser: Visitor, password: string) => {
    await browser.get('/account');
    return browser.post('/account/password', { current_password: PASSWORD, password });
  };

  test('20: is set from 10 to 64, and holds from the next one that is chosen', async () => {
    for (const shortest of ['9', '65', 'x', ''])
      expect([shortest, (await set({ shortest })).status]).toEqual([shortest, 422]);
    expect((await set({ shortest: '20' })).status).toBe(303);
    const { email } = await acme.customer('Gus');
    const browser = acme.visitor();
    // What was chosen before goes on.
    expect((await browser.signIn(email, PASSWORD)).status).toBe(303);
    const page = await change(browser, 'orchard-lantern-77');
    expect([page.status, page.text.includes('Use at least 20 characters.')]).toEqual([422, true]);
    expect(page.text).toContain('At least 20 characters.');
    await acme.visitor().post('/forgot', { email });
    const link = new URL(await world.mails.linkTo(email, '/reset'));
    const reset = acme.visitor();
    expect((await reset.get(`${link.pathname}${link.search}`)).text).toContain('At least 20 characters.');
    const token = link.searchParams.get('token')!;
    expect((await reset.post(`/reset?token=${token}`, { token, password: 'orchard-lantern-77' })).status).toBe(422);
    expect((await change(browser, 'orchard-lantern-orchard-77')).status).toBe(303);
  });
});

describe('a link to the mailbox', () => {
  const ask = async (email: string, browser = acme.visitor()) => {
    await browser.get('/sign-in/link?return_to=/tickets');
    const answer = await browser.post('/sign-in/link', { email, return_to: '/tickets' });
    return { browser, answer };
  };
  const tokenFor = async (email: string) =>
    new URL(await world.mails.linkTo(email, '/sign-in/link')).searchParams.get('token')!;
  const open = async (browser: Visitor, token: string) => {
    const page = await browser.get(`/sign-in/link?token=${token}`);
    return { page, to: await browser.post('/sign-in/link/entry', { token }) };
  };

  test('is not there unless it is switched on', async () => {
    expect((await acme.visitor().get('/sign-in/link')).status).toBe(404);
    expect((await acme.visitor().post('/sign-in/link', { email: ana.email })).status).toBe(404);
  });

  test('opens once, by its button alone, and says so in another browser', async () => {
    await set({ 'customers-methods': ['password', 'email-link'] });
    const { email } = await acme.customer('Cal');
    const { browser } = await ask(email);
    const token = await tokenFor(email);
    expect((await browser.get(`/sign-in/link?token=${token}`)).text).not.toContain('another browser');
    const elsewhere = acme.visitor();
    await elsewhere.get('/sign-in');
    const { page, to } = await open(elsewhere, token);
    expect(page.text).toContain('This link was requested in another browser.');
    expect([to.headers['location'], await isIn(elsewhere)]).toEqual(['/tickets', true]);
    expect([(await open(browser, token)).to.status, await isIn(browser)]).toEqual([410, false]);
  });

  test('ends after a quarter of an hour, and with the way', async () => {
    await set({ 'customers-methods': ['password', 'email-link'] });
    const { email } = await acme.customer('Dan');
    const { browser } = await ask(email);
    const token = await tokenFor(email);
    const [{ isShort }] = (await acme.query<{ isShort: boolean }>(
      () =>
        sql`select expires_at < created_at + interval '15 minutes 1 second' as "isShort" from ${table('token')} where email = ${email}`,
    )) as [{ isShort: boolean }];
    expect(isShort).toBe(true);
    await set();
    await browser.post('/sign-in/link/entry', { token });
    expect(await isIn(browser)).toBe(false);
  });

  test('21: answers the same for a known and an unknown address, and mails nothing to that', async () => {
    await set({ 'customers-methods': ['email-link'] });
    const { email: known } = await acme.customer('Eve');
    const pages = [];
    for (const email of [known, 'unknown.at.link@customers.example']) {
      const { answer } = await ask(email);
      pages.push(answer.text.replaceAll(email, '…').replace(/value="[\w-]{43,}"/g, ''));
    }
    expect(pages[0]).toBe(pages[1]);
    await world.mails.mailTo(known);
    await world.calm();
    expect(world.mails.mails.some(({ to }) => [to].flat()[0]?.text.startsWith('unknown.at.link'))).toBe(false);
  });
});

test('how the team signs in is for owners to say, also where others may change settings', async () => {
  const admin = await (await acme.agent('Adam', 'admin')).browser();
  await admin.get(PAGE);
  expect((await admin.post(PAGE, { ...STANDING, 'customers-idle': '48' })).status).toBe(303);
  const changes: Record<string, string>[] = [
    { 'team-idle': '700' },
    { 'team-addresses': '192.0.2.0/24' },
    { 'team-methods': 'passkey' },
  ];
  for (const change of changes) {
    const refused = await admin.post(PAGE, { ...STANDING, ...change });
    expect([refused.status, refused.text.includes('Only owners can change how the team signs in.')]).toEqual([
      422,
      true,
    ]);
  }
});

test('whoever is signed in without a password accepts an invitation without choosing one', async () => {
  const sam = await acme.customer('Sam');
  const browser = await sam.browser();
  await acme.change(
    () => sql`update ${table('person')} set password_hash = null where email = ${sam.email} returning id`,
  );
  await owner.get('/console/team');
  expect((await owner.post('/console/team/invitations', { name: 'Sam', email: sam.email, role: 'agent' })).status).toBe(
    303,
  );
  const link = new URL(await world.mails.linkTo(sam.email, '/invitation'));
  const page = await browser.get(link.pathname + link.search);
  expect(page.text).not.toContain('type="password"');
  const accepted = await browser.post('/invitation', { token: link.searchParams.get('token')! });
  expect([accepted.status, accepted.headers['location']]).toEqual([303, '/console']);
});

test('nobody is left with connections alone where there is none', async () => {
  for (const audience of ['team', 'customers']) {
    const refused = await set({ [`${audience}-methods`]: 'connection' });
    expect([refused.status, refused.text.includes('No connection works yet.')]).toEqual([422, true]);
  }
});

test('an account without a password is offered to choose one, and asked for none', async () => {
  const sue = await acme.customer('Sue');
  const browser = await sue.browser();
  await acme.change(
    () => sql`update ${table('person')} set password_hash = null where email = ${sue.email} returning id`,
  );
  const { text } = await browser.get('/account');
  expect([text.includes('current_password'), text.includes('href="/forgot"')]).toEqual([false, true]);
});
