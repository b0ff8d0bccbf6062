import { beforeAll, describe, expect, test } from '@jest/globals';
import { PASSWORD, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { Tokens } from '@foyer/credentials';
import { sql, table } from '@foyer/database';
import { codeOf, Holder, secretOn } from './holder.js';

let world: World;
let acme: TestTenant;
beforeAll(async () => {
  world = await World.startWithWorker();
  acme = await world.tenant('acme');
});

const CODE = '/sign-in/code';
const isIn = async (browser: Visitor) => (await browser.get('/account')).status === 200;
const show = (browser: Visitor, code: string) => browser.post(CODE, { code });
const issue = async (purpose: string, email: string, data = {}) => {
  const [person] = await acme.query<{ id: string }>(
    () => sql`select id from ${table('person')} where email = ${email}`,
  );
  return acme.inside(() => world.get(Tokens).issue(purpose, { email, personId: person!.id, data, hours: 1 }));
};

describe('23: a second factor', () => {
  test('is asked after the password, and opens once it is shown', async () => {
    const ana = await Holder.of(await acme.customer('Ana'));
    const browser = await ana.arriving();
    expect(await isIn(browser)).toBe(false);
    expect((await browser.get(CODE)).text).toContain('one-time-code');
    const wrong = await show(browser, '000000');
    expect([wrong.status, await isIn(browser)]).toEqual([422, false]);
    expect((await show(browser, ana.code)).headers['location']).toBe('/');
    expect(await isIn(browser)).toBe(true);
  });

  const ways: [string, (email: string) => Promise<Visitor>][] = [
    [
      'a password',
      async (email) => {
        const browser = acme.visitor();
        expect((await browser.signIn(email, PASSWORD)).headers['location']).toBe(CODE);
        return browser;
      },
    ],
    ['a reset link', (email) => followed('reset', email, '/reset', { password: 'meadow-thistle-77' })],
    ['an invitation', (email) => followed('invitation', email, '/invitation', { password: PASSWORD })],
    ['a verification link', (email) => followed('verify', email, '/verify', { name: 'X', password: PASSWORD })],
    ['a welcome link', (email) => followed('welcome', email, '/console/welcome', {})],
  ];
  const followed = async (purpose: string, email: string, path: string, fields: Record<string, string>) => {
    const token = await issue(purpose, email, purpose === 'invitation' ? { teamRole: 'agent' } : {});
    const browser = acme.visitor();
    await browser.get(`${path}?token=${token}`);
    await browser.post(path, { ...fields, token });
    return browser;
  };
  test.each(ways)('%s stops at the step', async (name, arrive) => {
    const { person } = await Holder.of(await acme.customer(`By ${name}`));
    const browser = await arrive(person.email);
    expect(await isIn(browser)).toBe(false);
    expect(browser.cookie('session')).toBeUndefined();
  });

  test('the cookie of somebody on their way opens nothing but the step', async () => {
    const bo = await Holder.of(await acme.agent('Bo', 'admin'), '/console');
    const browser = await bo.arriving('/console/sign-in');
    expect((await browser.get(CODE)).text).toContain('href="/console/sign-in"');
    const secret = browser.cookie('arriving')!;
    for (const path of ['/account', '/tickets', '/console', '/console/people', '/account/security'])
      expect([path, (await browser.get(path)).status]).toEqual([path, 303]);
    const planted = acme.visitor();
    planted.setCookie('session', secret);
    expect(await isIn(planted)).toBe(false);
    expect((await show(browser, bo.code)).headers['location']).toBe('/console');
    planted.setCookie('arriving', secret);
    expect((await planted.get(CODE)).status).toBe(303);
  });

  test('a code works once, also when it comes at the same moment in many browsers', async () => {
    const cy = await Holder.of(await acme.customer('Cy'));
    const browsers = await Promise.all(Array.from({ length: 5 }, () => cy.arriving()));
    // Of several on their way at once each has its own secret.
    for (const browser of browsers) expect((await browser.get(CODE)).status).toBe(200);
    const code = cy.code;
    await Promise.all(browsers.map((browser) => show(browser, code)));
    const opened = await Promise.all(browsers.map(isIn));
    expect(opened.filter(Boolean)).toHaveLength(1);
    const again = await cy.arriving();
    expect((await show(again, code)).status).toBe(422);
  });

  test('of two that pass with the same secret one is in', async () => {
    const di = await Holder.of(await acme.customer('Di'));
    const browser = await di.arriving();
    const twin = acme.visitor();
    for (const name of ['arriving', 'visitor']) twin.setCookie(name, browser.cookie(name)!);
    await Promise.all([browser.get(CODE), twin.get(CODE)]);
    await Promise.all([show(browser, di.recovery[0]!), show(twin, di.recovery[1]!)]);
    expect([await isIn(browser), await isIn(twin)].filter(Boolean)).toHaveLength(1);
  });

  test('whoever is half in is out again when the password changes', async () => {
    const gil = await Holder.of(await acme.customer('Gil'));
    const [thief, own] = [await gil.arriving(), await gil.arriving()];
    await show(own, gil.code);
    const change = { current_password: PASSWORD, password: 'meadow-thistle-77' };
    expect((await own.post('/account/password', change)).status).toBe(303);
    await show(thief, codeOf(gil.secret, 30));
    expect([await isIn(thief), await isIn(own)]).toEqual([false, true]);
  });

  test('codes are typed in the digits that a keyboard has', async () => {
    const zeros = ['٠', '۰', '０'];
    for (const [at, zero] of zeros.entries()) {
      const person = await Holder.of(await acme.customer(`Digits ${at}`));
      const browser = await person.arriving();
      const typed = person.code.replace(/\d/g, (digit) => String.fromCodePoint(zero.codePointAt(0)! + Number(digit)));
      await show(browser, `${typed.slice(0, 3)} ${typed.slice(3)}`);
      expect([zero, await isIn(browser)]).toEqual([zero, true]);
    }
  });

  test('clocks may be half a minute wrong, and no more', async () => {
    const ed = await Holder.of(await acme.customer('Ed'));
    for (const [seconds, opens] of [
      [-60, false],
      [90, false],
      [-30, true],
      [30, true],
    ] as const) {
      const browser = await ed.arriving();
      await show(browser, codeOf(ed.secret, seconds));
      expect([seconds, await isIn(browser)]).toEqual([seconds, opens]);
    }
  });

  test('recovery codes work once each, however they are typed, and the last few are told of', async () => {
    const fay = await Holder.of(await acme.customer('Fay'));
    expect(new Set(fay.recovery).size).toBe(10);
    for (const typed of [fay.recovery[0]!, ` ${fay.recovery[1]!.toLowerCase().replace('-', ' ')} `]) {
      const browser = await fay.arriving();
      await show(browser, typed);
      expect(await isIn(browser)).toBe(true);
      const again = await fay.arriving();
      expect((await show(again, typed)).status).toBe(422);
    }
    await world.mails.mailTo(fay.person.email, ({ text }) => /8 recovery codes are left/.test(text!));
    for (let n = 2; n < 7; n += 1) await show(await fay.arriving(), fay.recovery[n]!);
    const browser = await fay.arriving();
    await show(browser, fay.code);
    expect((await browser.get('/account')).text).toContain('You have 3 recovery codes left');
    const stored = await acme.query<{ all: string }>(
      () => sql`select json_agg(c)::text as all from ${table('credential')} c`,
    );
    for (const secret of [fay.secret, ...fay.recovery]) expect(stored[0]!.all).not.toContain(secret.replace('-', ''));
  });
});

test('22: guesses at codes are few, and lock out nobody on a device they have used, nor with a recovery code', async () => {
  const gus = await Holder.of(await acme.customer('Gus'));
  const home = gus.browser;
  await home.post('/sign-out');
  const thief = await gus.arriving();
  const answers = [];
  for (let n = 0; n < 8; n += 1) answers.push((await show(thief, `00000${n}`)).text);
  expect(answers.at(-1)).toMatch(/too many/i);
  expect((await show(thief, gus.code)).text).toMatch(/too many/i);
  await home.signIn(gus.person.email, PASSWORD);
  await show(home, gus.code);
  expect(await isIn(home)).toBe(true);
  const elsewhere = await gus.arriving();
  await show(elsewhere, gus.recovery[0]!);
  expect(await isIn(elsewhere)).toBe(true);
});

describe('15, 18 and 19: changing what one signs in with', () => {
  const changes: [string, RegExp, (of: Holder) => Promise<unknown>][] = [
    [
      'adding an app',
      /app was added/,
      async ({ browser }) => {
        const { secret, form } = await secretOn(browser, '/account/security/app');
        const filled = { ...form, label: 'Second', code: codeOf(secret) };
        const refused = await browser.post('/account/security/app', { ...filled, current_password: 'wrong' });
        expect(refused.status).toBe(422);
        return browser.post('/account/security/app', { ...filled, current_password: PASSWORD });
      },
    ],
    ['removing one', /method was removed/, ({ browser, person }) => change(browser, person.email, 'removal')],
    ['new recovery codes', /codes were replaced/, ({ browser }) => change(browser, null, 'codes')],
  ];
  const change = async (browser: Visitor, email: string | null, what: string) => {
    const found = await acme.query<{ id: string }>(
      () =>
        sql`select c.id from ${table('credential')} c join ${table('person')} p on p.id = c.person_id where p.email = ${email} and c.kind = 'app'`,
    );
    const path = found[0] ? `/account/security/methods/${found[0].id}/${what}` : `/account/security/${what}`;
    await browser.get('/account/security');
    expect((await browser.post(path, { current_password: 'wrong' })).status).toBe(422);
    return browser.post(path, { current_password: PASSWORD });
  };
  test.each(changes)(
    '%s asks for the password, gives the session another id, ends the others and is told by email',
    async (name, subject, make) => {
      const of = await Holder.of(await acme.customer(`Who is ${name}`));
      const other = await of.arriving();
      await show(other, of.code);
      expect(await isIn(other)).toBe(true);
      const before = of.browser.cookie('session');
      await make(of);
      expect(of.browser.cookie('session')).not.toBe(before);
      expect([await isIn(of.browser), await isIn(other)]).toEqual([true, false]);
      const mail = await world.mails.mailTo(of.person.email, (one) => subject.test(one.subject!));
      expect(mail.text).toContain('If this was not you');
    },
  );

  test('with the last factor recovery codes go, and the password is enough again', async () => {
    const ivo = await Holder.of(await acme.customer('Ivo'));
    await change(ivo.browser, ivo.person.email, 'removal');
    const browser = await ivo.arriving();
    expect(await isIn(browser)).toBe(true);
    expect((await browser.get('/account')).text).toMatch(/badge">Off/);
    expect(
      await acme.query(
        () =>
          sql`select 1 from ${table('credential')} c join ${table('person')} p on p.id = c.person_id where p.email = ${ivo.person.email}`,
      ),
    ).toEqual([]);
  });

  test('nobody touches those of somebody else, or of another portal', async () => {
    const [jo, kim] = [await Holder.of(await acme.customer('Jo')), await Holder.of(await acme.customer('Kim'))];
    const [{ id }] = (await acme.query<{ id: string }>(
      () =>
        sql`select c.id from ${table('credential')} c join ${table('person')} p on p.id = c.person_id where p.email = ${jo.person.email} and kind = 'app'`,
    )) as [{ id: string }];
    await kim.browser.get('/account/security');
    for (const [path, fields] of [
      ['name', { label: 'Mine' }],
      ['removal', { current_password: PASSWORD }],
    ] as const)
      expect((await kim.browser.post(`/account/security/methods/${id}/${path}`, fields)).status).toBe(404);
    const foreign = await secretOn(jo.browser, '/account/security/app');
    await kim.browser.get('/account/security/app');
    const planted = { ...foreign.form, label: 'X', code: codeOf(foreign.secret), current_password: PASSWORD };
    expect((await kim.browser.post('/account/security/app', planted)).status).toBe(422);
  });
});
