import { beforeAll, describe, expect, test } from '@jest/globals';
import { PASSWORD, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { Companies, Deactivations } from '@foyer/identity';
import { unescaped } from './page-forms.js';

const CHOSEN = 'meadow-thistle-77';
let world: World;
let acme: TestTenant;
let owner: Visitor;

beforeAll(async () => {
  world = await World.startWithWorker();
  acme = await world.tenant('acme');
  await (await acme.customer('Bec')).of('Globex', 'company_admin');
  owner = await acme.owner.browser();
});

const run = (statement: () => ReturnType<typeof sql>) => acme.change(() => statement());
async function follow(email: string, path: string, browser = acme.visitor()) {
  const link = new URL(await world.mails.linkTo(email, path));
  const page = await browser.get(link.pathname + link.search);
  return { browser, page, token: link.searchParams.get('token')! };
}
const company = () => acme.companyId('Globex');

/** Each ends with somebody signed in, in the browser it returns. */
const WAYS: Record<string, () => Promise<{ email: string; password: string; browser: Visitor }>> = {
  'registers, and goes on where they were going': async () => {
    const email = 'reg@customers.example';
    const stranger = acme.visitor();
    const asked = await stranger.get('/tickets/new');
    const signIn = await stranger.get(asked.headers['location']!);
    await stranger.get(unescaped(/href="(\/register[^"]*)"/.exec(signIn.text)![1]!));
    await stranger.post('/register', { name: 'Reg', email, return_to: '/tickets/new' });
    // On another device than the one they registered with.
    const { browser, token } = await follow(email, '/verify');
    const done = await browser.post('/verify', { token, name: 'Reg', password: CHOSEN, phone: '' });
    expect([done.status, done.headers['location']]).toEqual([303, '/tickets/new']);
    return { email, password: CHOSEN, browser };
  },
  'is invited to a company': async () => {
    const email = 'dora@customers.example';
    const bec = acme.visitor();
    await bec.signIn('bec@customers.example', PASSWORD);
    await bec.get('/company');
    await bec.post('/company/invitations', { company: await company(), email, role: 'user' });
    const { browser, token } = await follow(email, '/invitation');
    expect((await browser.post('/invitation', { token, name: 'Dora', password: CHOSEN })).status).toBe(303);
    return { email, password: CHOSEN, browser };
  },
  'is invited to the team': async () => {
    const email = 'mara@acme.example';
    await owner.get('/console/team');
    await owner.post('/console/team/invitations', { email, role: 'agent' });
    const { browser, token } = await follow(email, '/invitation');
    expect((await browser.post('/invitation', { token, name: 'Mara', password: CHOSEN })).status).toBe(303);
    return { email, password: CHOSEN, browser };
  },
  'is added by the team, and invited': async () => {
    const email = 'rosa@customers.example';
    await owner.get('/console/people/new');
    await owner.post('/console/people/new', { name: 'Rosa', email, role: 'user', invite: '1' });
    const { browser, page, token } = await follow(email, '/invitation');
    expect(page.text).toContain('invites you to the customer portal');
    expect((await owner.get('/console/team')).text).not.toContain(email);
    expect((await browser.post('/invitation', { token, name: 'Rosa', password: CHOSEN })).status).toBe(303);
    return { email, password: CHOSEN, browser };
  },
  'writes a mail, and then registers': async () => {
    const email = 'mailer@customers.example';
    await run(() => sql`insert into ${table('person')} (id, email, name) values (gen_random_uuid(), ${email}, 'M')`);
    await acme.visitor().post('/register', { name: 'Mailer', email });
    const { browser, token } = await follow(email, '/verify');
    expect((await browser.post('/verify', { token, name: 'Mailer', password: CHOSEN })).status).toBe(303);
    return { email, password: CHOSEN, browser };
  },
  'comes with a pack': async () => {
    const pack = await acme.customer('Pack');
    return { email: pack.email, password: PASSWORD, browser: await pack.browser() };
  },
  'forgot the password': async () => {
    const { email } = await acme.customer('Fora');
    await acme.visitor().post('/forgot', { email });
    const { browser, token } = await follow(email, '/reset');
    expect((await browser.post('/reset', { token, password: CHOSEN })).status).toBe(303);
    return { email, password: CHOSEN, browser };
  },
  'changes the password': async () => {
    const chris = await acme.customer('Chris');
    const browser = await chris.browser();
    await browser.get('/account');
    await browser.post('/account/password', { current_password: PASSWORD, password: CHOSEN });
    return { email: chris.email, password: CHOSEN, browser };
  },
  'changes the address': async () => {
    const eve = await acme.customer('Eve');
    const browser = await eve.browser();
    await browser.get('/account');
    await browser.post('/account/email', { email: 'evelyn@customers.example', current_password: PASSWORD });
    const { token } = await follow('evelyn@customers.example', '/account/email', browser);
    expect((await browser.post('/account/email/confirmation', { token })).status).toBe(303);
    return { email: 'evelyn@customers.example', password: PASSWORD, browser };
  },
};

describe('signs out and in again, whoever', () => {
  test.each(Object.entries(WAYS))('%s', async (_, way) => {
    const { email, password, browser } = await way();
    expect((await browser.get('/account')).text).toContain(email);
    await browser.post('/sign-out');
    expect((await browser.get('/account')).status).toBe(303);
    expect((await browser.signIn(email, password)).status).toBe(303);
    expect((await browser.get('/account')).text).toContain(email);
    expect((await acme.visitor().signIn(email, `${password}!`)).status).toBe(422);
  });

  test('signs a business up, or has it signed up by the staff', async () => {
    const site = world.visitor(world.config.baseUrl.host);
    await site.get('/');
    const made = await site.post('/sign-up', {
      ...{ business: 'Heron', slug: 'heron', name: 'Joan', email: 'joan@heron.example', password: CHOSEN },
      ...{ plan: 'team', blueprint: '' },
    });
    const entry = new URL(unescaped(/href="(http:[^"]+welcome\?token[^"]+)"/.exec(made.text)![1]!));
    const joan = world.visitor(entry.host);
    await joan.get(entry.pathname + entry.search);
    expect((await joan.post('/console/welcome', { token: entry.searchParams.get('token')! })).status).toBe(303);
    await joan.post('/console/sign-out');
    expect((await joan.signIn('joan@heron.example', CHOSEN, '/console/sign-in')).status).toBe(303);

    const staff = await world.staff();
    await staff.get('/tenants/new');
    const created = await staff.post('/tenants', {
      ...{ business: 'Ibis', slug: 'ibis', name: 'Ida', email: 'ida@ibis.example', plan: 'team', blueprint: '' },
    });
    expect(created.status).toBe(303);
    const host = entry.host.replace('heron', 'ibis');
    await world.visitor(host).post('/forgot', { email: 'ida@ibis.example' });
    const link = new URL(await world.mails.linkTo('ida@ibis.example', '/reset'));
    const ida = world.visitor(host);
    await ida.get(link.pathname + link.search);
    expect((await ida.post('/reset', { token: link.searchParams.get('token')!, password: CHOSEN })).status).toBe(303);
    await ida.post('/console/sign-out');
    expect((await ida.signIn('ida@ibis.example', CHOSEN, '/console/sign-in')).status).toBe(303);
  });
});

describe('62: an invitation never opens an account that is there', () => {
  const invite = async (email: string) => {
    await owner.get('/console/team');
    expect((await owner.post('/console/team/invitations', { email, role: 'agent' })).status).toBe(303);
  };
  const roleOf = async (email: string) =>
    (
      await acme.query<{ role: string | null }>(
        () => sql`select team_role as role from ${table('person')} where email = ${email}`,
      )
    )[0]!.role;

  test('it asks for the account’s password, and joins nobody without', async () => {
    const { email } = await acme.customer('Ivy');
    await invite(email);
    const { browser, page, token } = await follow(email, '/invitation');
    expect(page.text).toContain('current-password');
    for (const password of ['', 'not-the-password-1', CHOSEN]) {
      expect((await browser.post('/invitation', { token, name: 'Thief', password })).status).toBe(422);
      expect((await browser.get('/account')).status).toBe(303);
    }
    expect(await roleOf(email)).toBeNull();
    await browser.get(`/invitation?token=${token}`);
    expect((await browser.post('/invitation', { token, password: PASSWORD })).headers['location']).toBe('/console');
    expect(await roleOf(email)).toBe('agent');
  });

  test('who is signed in to it only agrees', async () => {
    const jo = await acme.customer('Jo');
    await invite(jo.email);
    const { browser, page, token } = await follow(jo.email, '/invitation', await jo.browser());
    expect(page.text).not.toContain('type="password"');
    expect((await browser.post('/invitation', { token })).headers['location']).toBe('/console');
    expect(await roleOf(jo.email)).toBe('agent');
  });

  test('to somebody else it says who is signed in, and offers to switch', async () => {
    const [kit, lou] = [await acme.customer('Kit'), await acme.customer('Lou')];
    await invite(kit.email);
    const { browser, page, token } = await follow(kit.email, '/invitation', await lou.browser());
    expect(page.text).toContain(lou.email);
    expect(page.text).toContain('Sign out and continue');
    expect((await browser.post('/invitation', { token })).status).toBe(422);
    expect([await roleOf(kit.email), await roleOf(lou.email)]).toEqual([null, null]);
    await browser.get(`/invitation?token=${token}`);
    const switched = await browser.post('/sign-out', { return_to: `/invitation?token=${token}` });
    expect(switched.headers['location']).toBe(`/invitation?token=${token}`);
    expect((await browser.get('/account')).status).toBe(303);
    expect((await browser.get(switched.headers['location']!)).text).toContain('current-password');
  });
});

describe('there is always an owner', () => {
  test('however many leave at the same moment, by whatever way', async () => {
    const bolt = await world.tenant('bolt');
    const owners = [bolt.owner, ...(await Promise.all([1, 2, 3, 4].map((n) => bolt.agent(`Owner${n}`, 'owner'))))];
    for (let round = 0; round < 3; round += 1) {
      const actors = await Promise.all(owners.map((one) => one.actor()));
      await bolt.inside(() =>
        Promise.allSettled(
          actors.map((actor, index) => {
            const victim = actors[(index + 1) % actors.length]!.id!;
            const [deactivations, companies] = [world.get(Deactivations), world.get(Companies)];
            if (index % 3 === 0) return deactivations.deactivate(actor, victim);
            return companies.changeTeamRole(actor, victim, index % 3 === 1 ? 'agent' : null);
          }),
        ),
      );
      const left = await bolt.query(
        () => sql`select 1 from ${table('person')} where team_role = 'owner' and status = 'active'`,
      );
      expect(left.length).toBeGreaterThanOrEqual(1);
      await bolt.change(
        () => sql`update ${table('person')} set team_role = 'owner', status = 'active' where true returning id`,
      );
    }
  });

  test('nor is a company left without an admin by its own people', async () => {
    const two = [await acme.customer('Uma'), await acme.customer('Ugo')];
    for (const one of two) await one.of('Umbra', 'company_admin');
    const [uma, ugo] = [await two[0]!.actor(), await two[1]!.actor()];
    const { id } = uma.companies[0]!;
    await acme.inside(() =>
      Promise.allSettled([
        world.get(Companies).changeRole(uma, id, ugo.id!, 'user'),
        world.get(Companies).remove(ugo, id, uma.id!),
      ]),
    );
    const admins = await acme.query(
      () => sql`select 1 from ${table('membership')} where company_id = ${id} and role = 'company_admin'`,
    );
    expect(admins).toHaveLength(1);
  });
});

describe('signing a business up', () => {
  const wanted = {
    business: 'Kite & Söhne',
    slug: 'kite',
    name: 'Kim',
    email: 'kim@kite.example',
    plan: 'team',
    blueprint: '',
  };

  test('tells everything that is wrong at once, and asks for no good password twice', async () => {
    const site = world.visitor(world.config.baseUrl.host);
    await site.get('/');
    const wrong = await site.post('/sign-up', { ...wanted, slug: acme.tenant.slug, email: 'kim', password: 'short' });
    expect(wrong.status).toBe(422);
    for (const field of ['slug', 'email', 'password']) expect(wrong.text).toContain(`id="${field}-error"`);

    const taken = await site.post('/sign-up', { ...wanted, slug: acme.tenant.slug, password: CHOSEN });
    expect(taken.status).toBe(422);
    expect(taken.text).not.toContain(CHOSEN);
    const kept = /name="kept_password" value="([^"]+)"/.exec(taken.text)![1]!;
    const forged = await site.post('/sign-up', { ...wanted, kept_password: `${kept}x` });
    expect(forged.text).toContain('id="password-error"');
    const made = await site.post(
      '/sign-up',
      { ...wanted, kept_password: kept, timeZone: 'Asia/Tokyo' },
      { 'Accept-Language': 'en-NZ,en;q=0.8' },
    );
    expect(made.status).toBe(200);

    const kite = world.visitor(`kite.${world.config.baseUrl.host}`);
    expect((await kite.signIn(wanted.email, CHOSEN, '/console/sign-in')).status).toBe(303);
    const settings = (await kite.get('/console/settings/general')).text;
    expect(settings).toMatch(/value="Asia\/Tokyo" selected/);
    expect(settings).toMatch(/value="en-NZ" selected/);
    // Customers see an address of the business once it has said which.
    expect(settings).toMatch(/name="supportEmail" value=""/);
  });

  test('suggests a free address while the name is typed, and says whether one can be had', async () => {
    const site = world.visitor(world.config.baseUrl.host);
    const ask = async (query: string) => (await site.get(`/sign-up/address?${query}`)).body as object;
    const german = world.visitor(world.config.baseUrl.host);
    for (const name of ['Bäckerei Grünwald', 'BA\u0308CKEREI GRU\u0308NWALD'])
      expect(
        (await german.get(`/sign-up/address?business=${encodeURIComponent(name)}`, { 'Accept-Language': 'de' })).body,
      ).toMatchObject({ suggestion: 'baeckerei-gruenwald' });
    expect(await ask(`business=${encodeURIComponent('Ströme & Söhne GmbH')}`)).toMatchObject({
      suggestion: 'strome-sohne-gmbh',
    });
    expect(await ask(`business=${encodeURIComponent('Łódź Đorđe Ærø Þór Straße')}`)).toMatchObject({
      suggestion: 'lodz-dorde-aero-thor-strasse',
    });
    expect(await ask('business=Acme')).toMatchObject({ suggestion: 'acme-support' });
    expect(await ask(`business=${encodeURIComponent('روافد')}`)).toMatchObject({ suggestion: null });
    expect(await ask('slug=acme')).toMatchObject({ problem: expect.stringMatching(/./) as unknown });
    expect(await ask('slug=entirely-free')).toMatchObject({ problem: null });
  });
});

test('who registers with an address of a company’s own domain belongs to it once the address is proved, and nobody by a public one', async () => {
  await owner.get('/console/companies/new');
  const made = await owner.post('/console/companies', { name: 'Umbrella', domain: 'umbrella.example' });
  expect(made.status).toBe(303);
  const refused = await owner.post('/console/companies', { name: 'Everybody', domain: 'gmail.com' });
  expect([refused.status, refused.text.includes('Anyone can have an address at gmail.com.')]).toEqual([422, true]);
  const munich = await owner.post('/console/companies', { name: 'Isar', domain: 'München.example' });
  expect(munich.status).toBe(303);
  for (const path of ['/console/companies', munich.headers['location']!, '/console/find?q=Isar'])
    expect((await owner.get(path)).text).toContain('münchen.example');
  const more = await owner.post('/console/companies', { name: 'More', domain: 'münchen.example/x' });
  expect([more.status, more.text.includes('without http or @')]).toEqual([422, true]);
  const placesOf = (email: string) =>
    acme.query<{ name: string; role: string }>(
      () => sql`select c.name, m.role from ${table('membership')} m join ${table('company')} c on c.id = m.company_id
                  join ${table('person')} p on p.id = m.person_id where p.email = ${email}`,
    );
  for (const [email, places, kept = email] of [
    ['jill@umbrella.example', [{ name: 'Umbrella', role: 'user' }]],
    ['wesker@not-umbrella.example', []],
    ['ina@münchen.example', [{ name: 'Isar', role: 'user' }], 'ina@xn--mnchen-3ya.example'],
  ] as const) {
    await acme.visitor().post('/register', { name: 'Jill', email });
    const { browser, token } = await follow(email, '/verify');
    expect(await placesOf(kept)).toEqual([]);
    expect((await browser.post('/verify', { token, name: 'Jill', password: CHOSEN, phone: '' })).status).toBe(303);
    expect(await placesOf(kept)).toEqual(places);
    expect((await browser.get('/company')).status).toBe(places.length > 0 ? 200 : 404);
  }
});

test.each(['/sign-in', '/console/sign-in'])(
  'the address typed at %s goes along to whoever forgot the password',
  async (path) => {
    const page = (await acme.visitor().get(path)).text;
    const [, enter, forgot] = page.split(/<button (?=[^>]*type="submit")/);
    expect(enter).not.toContain('formaction');
    expect(forgot).toMatch(/^[^>]*formaction="\/forgot" formnovalidate name="ask" value="1">/);
    const { email } = await acme.customer('Flo');
    const mails = () => acme.query(() => sql`select 1 from ${table('mail')} where to_address = ${email}`);
    const before = (await mails()).length;
    const visitor = acme.visitor();
    await visitor.get(path);
    const asked = await visitor.post('/forgot', { email, password: 'half-typed', ask: '1' });
    expect([asked.status, asked.text.includes(`value="${email}"`)]).toEqual([200, true]);
    expect(asked.text).not.toContain('half-typed');
    expect((await mails()).length).toBe(before);
    const nothing = await visitor.post('/forgot', { email: '', password: '', ask: '1' });
    expect([nothing.status, nothing.text.includes('class="error"')]).toEqual([200, false]);
  },
);
