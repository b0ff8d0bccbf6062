import { beforeAll, describe, expect, test } from '@jest/globals';
import { PASSWORD, type TestPerson, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { Resets } from '@foyer/factors';
import { Holder } from './holder.js';

let world: World;
let acme: TestTenant;
let owner: Visitor;
beforeAll(async () => {
  world = await World.startWithWorker();
  acme = await world.tenant('acme');
  owner = await acme.owner.browser();
});

const idOf = async ({ email }: TestPerson) =>
  (await acme.query<{ id: string }>(() => sql`select id from ${table('person')} where email = ${email}`))[0]!.id;
const begin = async (person: TestPerson, by: Visitor = owner, reason = 'Lost the phone, called back') => {
  const path = `/console/people/${await idOf(person)}/factors`;
  await by.get('/console');
  return by.post(path, { reason });
};
const linkOf = async ({ email }: TestPerson) => {
  const { pathname, search, searchParams } = new URL(await world.mails.linkTo(email, '/sign-in/recovery'));
  return { path: pathname + search, token: searchParams.get('token')! };
};
/** As if so many hours had gone by. */
const later = (hours: number) =>
  acme.change(
    () => sql`update ${table('token')} set created_at = created_at - ${hours} * interval '1 hour',
                used_at = used_at - ${hours} * interval '1 hour' where true`,
  );
const finish = async (token: string, password = PASSWORD) => {
  const browser = acme.visitor();
  await browser.get(`/sign-in/recovery?token=${token}`);
  const answer = await browser.post('/sign-in/recovery', { token, password });
  return { answer, browser, isIn: (await browser.get('/account')).status === 200 };
};

describe('who has lost everything', () => {
  test('asks, is helped by somebody who manages people, waits, and comes back with password and link', async () => {
    const ana = await Holder.of(await acme.customer('Ana'));
    const lost = await ana.arriving();
    expect((await lost.get('/sign-in/code')).text).toContain('/sign-in/code/lost');
    await lost.get('/sign-in/code/lost');
    expect((await lost.post('/sign-in/code/lost')).text).toContain('passed on your request');
    const asked = await world.mails.mailTo(acme.owner.email, ({ subject }) => subject === 'Ana cannot sign in');
    expect(asked.text).toContain(`/console/people/${await idOf(ana.person)}`);
    expect((await owner.get(`/console/people/${await idOf(ana.person)}`)).text).toContain('/factors');
    expect((await begin(ana.person, owner, ' ')).status).toBe(422);
    expect((await begin(ana.person)).status).toBe(303);
    const { token } = await linkOf(ana.person);
    const early = await finish(token);
    expect([early.answer.status, early.isIn]).toEqual([422, false]);
    await later(25);
    const wrong = await finish(token, 'not-the-password-1');
    expect([wrong.answer.status, wrong.isIn]).toEqual([422, false]);
    const done = await finish(token);
    expect([done.answer.headers['location'], done.isIn]).toEqual(['/account/security', true]);
    expect((await ana.browser.get('/account')).status).toBe(303); // what was open before has ended
    const told = await world.mails.mailTo(ana.person.email, ({ subject }) => /was reset/.test(subject!));
    expect(told.text).toContain('If this was not you');
    expect((await finish(token)).isIn).toBe(false);
  });

  test.each([
    [
      'by the link of the mail, without signing in',
      async (holder: Holder, token: string) => {
        const browser = acme.visitor();
        await browser.get(`/sign-in/recovery?token=${token}`);
        expect((await holder.browser.get('/account')).text).toContain('A reset of the sign-in methods takes effect');
        return browser.post('/sign-in/recovery', { token, stop: '1' });
      },
    ],
    ['by who is signed in', async (holder: Holder) => holder.browser.post('/account/security/reset/stop')],
    ['by the team', async ({ person }: Holder) => owner.post(`/console/people/${await idOf(person)}/factors/stop`)],
  ] as const)('its owner stops it: %s', async (how, stop) => {
    const holder = await Holder.of(await acme.customer(`Stopped ${how}`));
    await begin(holder.person);
    const { token } = await linkOf(holder.person);
    expect((await stop(holder, token)).status).toBe(303);
    await later(25);
    expect((await finish(token)).isIn).toBe(false);
    expect((await (await holder.arriving()).get('/sign-in/code')).status).toBe(200);
  });
});

describe('a thief', () => {
  test('with the password alone has no link, however long it takes', async () => {
    const bea = await Holder.of(await acme.customer('Bea'));
    await begin(bea.person);
    await later(30);
    const thief = await bea.arriving();
    for (const path of ['/sign-in/set-up', '/sign-in/recovery?token=', '/sign-in/recovery', '/account'])
      expect([path, (await thief.get(path)).status === 200]).toEqual([path, false]);
  });

  test('with the mailbox alone has no password; one chosen by a link counts after a week', async () => {
    const cal = await Holder.of(await acme.customer('Cal'));
    await begin(cal.person);
    const { token } = await linkOf(cal.person);
    await later(25);
    await acme.visitor().post('/forgot', { email: cal.person.email });
    const link = new URL(await world.mails.linkTo(cal.person.email, '/reset?'));
    const reset = acme.visitor();
    await reset.get(link.pathname + link.search);
    const chosen = 'meadow-thistle-77';
    const to = await reset.post('/reset', { token: link.searchParams.get('token')!, password: chosen });
    expect(to.headers['location']).toBe('/sign-in/code');
    expect((await finish(token, chosen)).isIn).toBe(false);
    await later(6 * 24);
    expect((await finish(token, chosen)).isIn).toBe(false);
    await later(25);
    expect((await finish(token, chosen)).isIn).toBe(true);
  });
});

describe('who may begin it', () => {
  test('of customers who manages people, of the team its owners, nobody their own', async () => {
    const customer = (await Holder.of(await acme.customer('Dan'))).person;
    const agent = (await Holder.of(await acme.agent('Eli'), '/console')).person;
    const admin = await Holder.of(await acme.agent('Fay', 'admin'), '/console');
    const plain = await (await acme.agent('Gil')).browser();
    const status = async (person: TestPerson, by: Visitor) => (await begin(person, by)).status;
    expect(await status(customer, plain)).toBe(404);
    expect(await status(customer, admin.browser)).toBe(303);
    expect(await status(agent, admin.browser)).toBe(404);
    expect(await status(admin.person, admin.browser)).toBe(404);
    expect(await status(agent, owner)).toBe(303);
    const other = await acme.customer('Hal');
    expect((await begin(other)).text).toContain('This person has no two-step verification.');
  });

  test('a lone owner is helped by whoever runs the platform, by the same way', async () => {
    const bolt = await world.tenant('bolt');
    const alone = await Holder.of(bolt.owner, '/console');
    await bolt.inside(() => world.get(Resets).beginFor(bolt.owner.email, 'Lost the phone'));
    const link = new URL(await world.mails.linkTo(bolt.owner.email, '/sign-in/recovery'));
    const token = link.searchParams.get('token')!;
    const browser = bolt.visitor();
    expect((await browser.get(link.pathname + link.search)).text).toContain('You can use this link from');
    await bolt.change(() => sql`update ${table('token')} set created_at = now() - interval '25 hours' where true`);
    await browser.get(link.pathname + link.search);
    const done = await browser.post('/sign-in/recovery', { token, password: PASSWORD });
    expect(done.headers['location']).toBe('/console/account/security');
    expect((await alone.arriving()).cookie('session')).toBeDefined();
  });
});
