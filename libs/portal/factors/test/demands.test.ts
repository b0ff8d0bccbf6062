import { beforeAll, expect, test } from '@jest/globals';
import { PASSWORD, type TestPerson, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { SoftKey } from './soft-key.js';
import { codeOf, Holder, recoveryIn, secretOn } from './holder.js';

let world: World;
let acme: TestTenant;
let owner: Visitor;
beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  owner = (await Holder.of(acme.owner, '/console')).browser;
});

const SETTINGS = '/console/settings/second-factor';
const demand = async (roles: string[], grace = '7') => {
  await owner.get(SETTINGS);
  return owner.post(SETTINGS, { roles, grace, wait: '24' });
};
const signIn = async (person: TestPerson, path?: string) => {
  const browser = acme.visitor();
  const { headers } = await browser.signIn(person.email, PASSWORD, path);
  return { browser, to: headers['location'] };
};
const idOf = (company: string) => acme.companyId(company);

test('when the days of grace are over an open session is led to set it up, and asks who it is', async () => {
  const nora = await acme.agent('Nora', 'editor');
  const [browser, stale] = [await nora.browser(), await nora.browser()];
  await demand(['editor'], '0');
  const led = await browser.get('/console/account');
  expect([led.status, led.headers['location']]).toEqual([303, '/sign-in/set-up?return_to=%2Fconsole%2Faccount']);
  const kept = await browser.post('/console/account/profile', { name: 'Typed before' });
  expect([kept.status, kept.text.includes('Typed before')]).toEqual([401, true]);
  const { secret, form } = await secretOn(browser, '/sign-in/set-up');
  // Whoever has the session alone changes nothing.
  for (const current_password of ['', 'not-the-password-1']) {
    const refused = await browser.post('/sign-in/set-up', { ...form, code: codeOf(secret), current_password });
    expect([current_password, refused.status]).toEqual([current_password, 422]);
  }
  const done = await browser.post('/sign-in/set-up', { ...form, code: codeOf(secret), current_password: PASSWORD });
  expect([done.status, recoveryIn(done.text).length, done.text.includes('href="/console"')]).toEqual([200, 10, true]);
  expect((await browser.get('/console/account')).status).toBe(200);
  // Their other session shows what there is by now.
  expect((await stale.get('/sign-in/set-up')).headers['location']).toBe('/sign-in/code');
  expect((await stale.get('/console/account')).status).toBe(303);
  await demand([]);
});

test('a passkey can be what is set up', async () => {
  await demand(['editor']);
  const { browser, to } = await signIn(await acme.agent('Pia', 'editor'), '/console/sign-in');
  const { text } = await browser.get(to!);
  const [, action, options] = /action="([^"]+)" data-passkey="create" data-options="([^"]+)"/.exec(text)!;
  const { challenge } = JSON.parse(options!.replaceAll('&quot;', '"').replaceAll('&#x3D;', '=')) as {
    challenge: string;
  };
  const [, kept_token] = /name="kept_token" value="([^"]+)"/.exec(text)!;
  const answer_token = new SoftKey().create({ challenge, origin: acme.tenant.origin });
  expect((await browser.post(action!, { kept_token: kept_token!, answer_token: '{}' })).status).toBe(422);
  const done = await browser.post(action!, { kept_token: kept_token!, answer_token });
  expect([done.status, recoveryIn(done.text).length]).toEqual([200, 10]);
  expect((await browser.get('/console/tickets')).status).toBe(200);
  await demand([]);
});

test('a role that must have one is led to set it up before anybody is in, whichever way', async () => {
  const mara = await acme.agent('Mara');
  const before = await mara.browser();
  expect((await demand(['nonsense'])).status).toBe(422);
  expect((await demand(['agent'])).status).toBe(303);
  const { browser, to } = await signIn(mara, '/console/sign-in');
  expect(to).toBe('/sign-in/set-up');
  expect((await browser.get('/console')).status).toBe(303);
  const page = await browser.get('/console/sign-in');
  expect(page.status).toBe(200);
  const { secret, form } = await secretOn(browser, to!);
  expect((await browser.post(to!, { ...form, code: '000000' })).status).toBe(422);
  const done = await browser.post(to!, { ...form, code: codeOf(secret) });
  expect(recoveryIn(done.text)).toHaveLength(10);
  expect(done.text).toContain('href="/console"');
  expect((await browser.get('/console/tickets')).status).toBe(200);
  expect((await signIn(mara, '/console/sign-in')).to).toBe('/sign-in/code');
  // What was open before goes on for the days of grace, and says so.
  const open = await before.get('/console/account');
  expect([open.status, open.text.includes('you need two-step verification')]).toEqual([200, true]);
  await demand(['agent'], '0');
  expect((await before.get('/console/account')).status).toBe(303);
  expect((await browser.get('/console/tickets')).text).not.toContain('you need two-step verification');
  await demand([]);
});

test('who has a factor already cannot have another one set up by who knows the password', async () => {
  await demand(['owner']);
  const { browser, to } = await signIn(acme.owner);
  expect(to).toBe('/sign-in/code');
  expect((await browser.get('/sign-in/set-up')).headers['location']).toBe('/sign-in/code');
  const other = await acme.agent('Olga', 'owner');
  const { form, secret } = await secretOn((await signIn(other)).browser, '/sign-in/set-up');
  // Neither with the page of somebody else.
  expect((await browser.post('/sign-in/set-up', { ...form, code: codeOf(secret) })).status).toBe(422);
  expect((await browser.get('/account')).status).toBe(303);
  await demand([]);
});

test('of two who set one up with one password at the same moment one is in', async () => {
  await demand(['viewer']);
  const vera = await acme.agent('Vera', 'viewer');
  const both = await Promise.all([1, 2].map(async () => (await signIn(vera)).browser));
  const pages = await Promise.all(both.map((browser) => secretOn(browser, '/sign-in/set-up')));
  await Promise.all(
    both.map((browser, n) => browser.post('/sign-in/set-up', { ...pages[n]!.form, code: codeOf(pages[n]!.secret) })),
  );
  const isIn = await Promise.all(both.map(async (browser) => (await browser.get('/account')).status === 200));
  expect(isIn.filter(Boolean)).toHaveLength(1);
  await demand([]);
});

test('a company’s admin, or the team, demands it of the company’s people, and of nobody else', async () => {
  const [ana, ben, cat] = [await acme.customer('Ana'), await acme.customer('Ben'), await acme.customer('Cat')];
  await ana.of('Globex', 'company_admin');
  await ben.of('Globex');
  await cat.of('Initech', 'company_admin');
  const globex = await idOf('Globex');
  const [admin, user, other] = [await ana.browser(), await ben.browser(), await cat.browser()];
  for (const stranger of [user, other]) {
    await stranger.get('/company');
    expect((await stranger.post(`/company/${globex}/second-factor`, { demanded: '1' })).status).toBe(404);
  }
  expect((await user.get('/company')).text).not.toContain('second-factor');
  expect((await admin.get('/company')).text).toContain(`/company/${globex}/second-factor`);
  await admin.post(`/company/${globex}/second-factor`, { demanded: '1' });
  expect((await admin.get('/company')).text).toContain('Required');
  expect((await signIn(ben)).to).toBe('/sign-in/set-up');
  expect((await signIn(cat)).to).toBe('/');
  expect((await user.get('/account')).text).toContain('you need two-step verification');
  await acme.change(
    () => sql`update ${table('company')} set second_factor_since = now() - interval '9 days' where id = ${globex}`,
  );
  expect((await user.get('/account')).status).toBe(200); // the session is younger than that
  await acme.change(() => sql`update ${table('session')} set created_at = now() - interval '8 days' where true`);
  expect([(await user.get('/account')).status, (await other.get('/account')).status]).toEqual([303, 200]);
  const fresh = (await Holder.of(await acme.agent('Adi', 'admin'), '/console')).browser;
  expect((await fresh.get(`/console/companies/${globex}`)).text).toContain('Required');
  await fresh.post(`/console/companies/${globex}/second-factor`, { demanded: '' });
  expect((await signIn(ben)).to).toBe('/');
  // What the operator demands, only the operator takes back.
  const own = await ana.browser();
  await fresh.post(`/console/companies/${globex}/second-factor`, { demanded: '1' });
  expect((await own.get('/company')).text).toContain('Only they can stop requiring it.');
  expect((await own.post(`/company/${globex}/second-factor`, { demanded: '' })).status).toBe(403);
  expect((await signIn(ben)).to).toBe('/sign-in/set-up');
  await fresh.post(`/console/companies/${globex}/second-factor`, { demanded: '' });
  await own.post(`/company/${globex}/second-factor`, { demanded: '1' });
  expect((await own.post(`/company/${globex}/second-factor`, { demanded: '' })).status).toBe(303);
});
