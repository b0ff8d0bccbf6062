import { beforeAll, describe, expect, test } from '@jest/globals';
import { PASSWORD, type TestPerson, type TestTenant, World } from '@foyer/app-cli/testing';
import { TooMany } from '@foyer/access';
import { Guesses, hashPassword, Limits, passwordMatches, SESSION_LIMITS, Tokens } from '@foyer/credentials';
import { sql, table } from '@foyer/database';
import { Deactivations, Invitations } from '@foyer/identity';

let world: World;
let acme: TestTenant;
let bolt: TestTenant;
let ana: TestPerson;

beforeAll(async () => {
  world = await World.startWithWorker();
  [acme, bolt] = [await world.tenant('acme'), await world.tenant('bolt')];
  ana = await acme.customer('Ana');
});

const run = (tenant: TestTenant, statement: () => ReturnType<typeof sql>) => tenant.change(() => statement());

test('whoever has an address at a domain of another script signs in as they write it, and as the DNS has it', async () => {
  const hans = await acme.customer('Hans');
  await run(
    acme,
    () => sql`update ${table('person')} set email = 'hans@xn--mller-kva.example' where email = ${hans.email}`,
  );
  for (const address of ['hans@müller.example', 'Hans@MÜLLER.example', 'hans@xn--mller-kva.example'])
    expect([address, (await acme.visitor().signIn(address, PASSWORD)).status]).toEqual([address, 303]);
  expect((await acme.visitor().signIn('hans', PASSWORD)).status).toBe(422);
});

test('whoever ends all other sessions goes on, and the others do not', async () => {
  const eve = await acme.customer('Eve');
  const [here, there, elsewhere] = [await eve.browser(), await eve.browser(), await eve.browser()];
  expect((await here.get('/account')).text).toContain('/account/sessions/others/end');
  expect((await here.post('/account/sessions/others/end')).status).toBe(303);
  expect((await here.get('/account')).text).toContain('All other sessions have ended.');
  for (const other of [there, elsewhere]) expect((await other.get('/account')).status).toBe(303);
  expect((await here.get('/account')).text).not.toContain('/account/sessions/others/end');
});

test('15: the session id changes when somebody signs in, and the planted one is worth nothing', async () => {
  const browser = acme.visitor();
  browser.setCookie('session', 'planted-by-somebody-else');
  await browser.signIn(ana.email, PASSWORD);
  const first = browser.cookie('session');
  expect(first).not.toBe('planted-by-somebody-else');
  await browser.post('/sign-out');
  await browser.signIn(ana.email, PASSWORD);
  expect(browser.cookie('session')).not.toBe(first);
  const old = acme.visitor();
  old.setCookie('session', first!);
  expect((await old.get('/account')).status).toBe(303);
});

describe('16: secrets', () => {
  test('have 256 bits and stand in the tables only as hashes', async () => {
    const browser = await ana.browser();
    const secret = browser.cookie('session')!;
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    const link = await acme.inside(() =>
      world.get(Tokens).issue('reset', { email: ana.email, personId: null, hours: 1 }),
    );
    expect(Buffer.from(link, 'base64url')).toHaveLength(32);
    const stored = await acme.query<{ all: string }>(
      () =>
        sql`select (select json_agg(s)::text from ${table('session')} s) || (select json_agg(t)::text from ${table('token')} t) as all`,
    );
    expect(stored[0]!.all).not.toContain(secret);
    expect(stored[0]!.all).not.toContain(link);
  });

  test('no two are alike', async () => {
    const links = await acme.inside(async () =>
      Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          world.get(Tokens).issue('reset', { email: `p${i}@x.example`, personId: null, hours: 1 }),
        ),
      ),
    );
    expect(new Set(links).size).toBe(50);
  });
});

describe('17: sessions end', () => {
  test.each([
    [
      'after a time without a request',
      () =>
        sql`update ${table('session')} set last_seen_at = now() - make_interval(secs => ${SESSION_LIMITS.idleMs / 1000 + 60})`,
    ],
    [
      'after a time whatever happens',
      () => sql`update ${table('session')} set expires_at = now() - interval '1 second'`,
    ],
  ])('%s', async (_, age) => {
    const browser = await ana.browser();
    expect((await browser.get('/account')).status).toBe(200);
    await run(acme, age);
    expect((await browser.get('/account')).status).toBe(303);
  });
});

describe('18: what was open under the old rights ends', () => {
  test('a changed password ends the other sessions and keeps the one in use', async () => {
    const dora = await acme.customer('Dora');
    const [here, elsewhere] = [await dora.browser(), await dora.browser()];
    await here.get('/account');
    expect(
      (await here.post('/account/password', { current_password: PASSWORD, password: 'meadow-thistle-77' })).status,
    ).toBe(303);
    expect((await here.get('/account')).status).toBe(200);
    expect((await elsewhere.get('/account')).status).toBe(303);
    const { subject, text } = await world.mails.mailTo(dora.email);
    expect(`${subject} ${text}`).toMatch(/password/i);
  });

  test('a reset ends all', async () => {
    const ed = await acme.customer('Ed');
    const browser = await ed.browser();
    const link = await acme.inside(() =>
      world.get(Tokens).issue('reset', { email: ed.email, personId: null, hours: 1 }),
    );
    const [{ id }] = (await acme.query<{ id: string }>(
      () => sql`select id from ${table('person')} where email = ${ed.email}`,
    )) as [{ id: string }];
    await run(acme, () => sql`update ${table('token')} set person_id = ${id} where email = ${ed.email}`);
    expect((await acme.visitor().post('/reset', { token: link, password: 'meadow-thistle-78' })).status).toBe(303);
    expect((await browser.get('/account')).status).toBe(303);
  });

  test('a deactivated person is out at once and cannot come back', async () => {
    const fay = await acme.customer('Fay');
    const browser = await fay.browser();
    const owner = await acme.owner.actor();
    const { id } = await fay.actor();
    await acme.inside(() => world.get(Deactivations).deactivate(owner, id!));
    expect((await browser.get('/account')).status).toBe(303);
    expect((await acme.visitor().signIn(fay.email, PASSWORD)).status).toBe(422);
  });
});

describe('20: passwords', () => {
  test('are kept as Argon2id with 19 MiB, two passes, one lane', async () => {
    expect(await hashPassword(PASSWORD)).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  test('count to their last character', async () => {
    const long = 'x'.repeat(127);
    const hashed = await hashPassword(`${long}a`);
    expect([await passwordMatches(hashed, `${long}a`), await passwordMatches(hashed, `${long}b`)]).toEqual([
      true,
      false,
    ]);
  });

  test.each([
    ['iloveyou12', 'breached'],
    ['short', 'short'],
    ['aaaaaaaaaaaaaaa', 'guessable'],
    ['ana.sousa@customers.example', 'about oneself'],
    ['Sousa-Customers-2026', 'own words with a year'],
    ['acme-acme-acme1', 'the portal’s name'],
  ])('%s is refused (%s)', async (password) => {
    const token = await acme.inside(() =>
      world.get(Tokens).issue('verify', { email: 'ana.sousa@customers.example', personId: null, hours: 1 }),
    );
    const response = await acme.visitor().post('/verify', { token, name: 'Ana Sousa', password, phone: '' });
    expect(response.status).toBe(422);
    expect(response.text).toContain('password-error');
    expect(response.text).not.toMatch(/type="password"[^>]*value=/);
  });
});

describe('21: nobody learns who has an account', () => {
  const same = (text: string, email: string) =>
    text
      .replaceAll(email, '…')
      // What is another on each page: tokens of forms, and what a passkey is asked.
      .replace(/value="[\w.-]{43,}"|challenge&quot;:&quot;[\w-]+/g, '')
      .replace(/[0-9a-f-]{36}/g, '');

  test.each([
    ['sign-in', '/sign-in', { password: 'not-the-password-1' }],
    ['registration', '/register', { name: 'Somebody' }],
    ['recovery', '/forgot', {}],
  ])('%s answers the same to a known and an unknown address', async (_, path, fields) => {
    const [known, unknown] = [ana.email, 'nobody.at.all@customers.example'];
    const answers = [];
    for (const email of [known, unknown]) answers.push(await acme.visitor().post(path, { ...fields, email }));
    const [a, b] = answers as [(typeof answers)[0], (typeof answers)[0]];
    expect(a.status).toBe(b.status);
    expect(same(a.text, known)).toBe(same(b.text, unknown));
    expect(Object.keys(a.headers).sort()).toEqual(Object.keys(b.headers).sort());
  });

  test('a comparison is made even where there is nothing to compare with', async () => {
    const times = { known: [] as number[], unknown: [] as number[] };
    const hashed = await hashPassword(PASSWORD);
    for (let i = 0; i < 7; i += 1) {
      for (const [kind, value] of [
        ['known', hashed],
        ['unknown', null],
      ] as const) {
        const start = process.cpuUsage();
        await passwordMatches(value, 'wrong');
        const { user, system } = process.cpuUsage(start);
        times[kind].push(user + system);
      }
    }
    const median = (list: number[]) => list.sort((x, y) => x - y)[3]!;
    expect(median(times.unknown) / median(times.known)).toBeGreaterThan(0.4);
  });
});

describe('22: guessing is slowed, and locks nobody out', () => {
  test('an address that guesses at one account is stopped; its owner on a known device is not', async () => {
    const gil = await acme.customer('Gil');
    const home = await gil.browser();
    await home.post('/sign-out');
    const attacker = acme.visitor();
    const answers = [];
    for (let i = 0; i < 11; i += 1) answers.push((await attacker.signIn(gil.email, `wrong-${i}-password`)).text);
    expect(answers.at(-1)).toMatch(/too many/i);
    expect((await home.signIn(gil.email, PASSWORD)).status).toBe(303);
  });

  const guess = (door: 'portal' | 'staff', account: string, ip: string, right = false) =>
    world
      .get(Guesses)
      .judged({ door, account, ip, known: false }, () => Promise.resolve(right ? 'in' : null))
      .catch((error: unknown) => (error instanceof TooMany ? 'too many' : Promise.reject(error as Error)));

  test.each(['portal', 'staff'] as const)(
    'an account of the %s that is guessed at from everywhere gets few guesses more, and opens to the right password on a new device',
    async (door) => {
      const [account, judged] = [`victim@${door}.example`, { wrong: 0 }];
      await acme.inside(async () => {
        for (let network = 0; network < 40; network += 1)
          for (let i = 0; i < 10; i += 1)
            if ((await guess(door, account, `203.0.113.${network}`)) === null) judged.wrong += 1;
        expect(judged.wrong).toBeLessThanOrEqual(60 + 40 * 3);
        expect(await guess(door, account, '198.51.100.1', true)).toBe('in');
        expect(await guess(door, account, '198.51.100.1', true)).toBe('in');
      });
    },
  );

  test('a hundred guesses at once are no more than ten after one another', async () => {
    const answers = await acme.inside(() =>
      Promise.all(Array.from({ length: 100 }, () => guess('portal', 'at.once@x.example', '203.0.113.99'))),
    );
    expect(answers.filter((answer) => answer === null)).toHaveLength(10);
  });

  test('whoever has one IPv6 address has all of its network', async () => {
    const judged = await acme.inside(async () => {
      let evaluated = 0;
      for (let i = 1; i <= 20; i += 1)
        if ((await guess('portal', 'six@x.example', `2001:db8:0:1::${i.toString(16)}`)) === null) evaluated += 1;
      expect(await guess('portal', 'six@x.example', '2001:db8:0:2::1')).toBeNull();
      return evaluated;
    });
    expect(judged).toBe(10);
  });

  test('64: what fills a mailbox is counted over the whole platform, each purpose by itself', async () => {
    const email = 'two.tenants@customers.example';
    for (const tenant of [acme, bolt])
      for (let i = 0; i < 4; i += 1) await tenant.visitor().post('/register', { name: 'X', email });
    await acme.visitor().post('/forgot', { email });
    const sent = async (tenant: TestTenant) =>
      tenant.query<{ template: string; count: number }>(
        () =>
          sql`select template, count(*)::int as count from ${table('mail')} where to_address = ${email} group by 1 order by 1`,
      );
    expect(await sent(acme)).toEqual([
      { template: 'identity/email/reset', count: 1 },
      { template: 'identity/email/verify', count: 4 },
    ]);
    expect(await sent(bolt)).toEqual([{ template: 'identity/email/verify', count: 1 }]);
  });

  test('64: no words of strangers stand in mails to third parties', async () => {
    const words = 'FreeMoneyAtEvilExample';
    for (const email of ['third@customers.example', ana.email])
      await acme.visitor().post('/register', { name: words, email });
    const mails = [
      await world.mails.mailTo('third@customers.example'),
      await world.mails.mailTo(ana.email, ({ text }) => /already/i.test(text ?? '')),
    ];
    for (const { headers, html, text } of mails)
      expect(JSON.stringify([...headers.values(), html, text])).not.toContain(words);
  });

  test('counters of one tenant are not those of another', async () => {
    const limits = world.get(Limits);
    const limit = { name: 'test-limit', points: 1, seconds: 60 };
    await acme.inside(() => limits.count(limit, 'same key'));
    await expect(acme.inside(() => limits.count(limit, 'same key'))).rejects.toThrow('access.too-many');
    await bolt.inside(() => limits.count(limit, 'same key'));
  });
});

describe('24: one-time links', () => {
  test('work once, also when two use them at the same moment', async () => {
    const secret = await acme.inside(() =>
      world.get(Tokens).issue('verify', { email: ana.email, personId: null, hours: 1 }),
    );
    const both = await Promise.all([1, 2, 3].map(() => acme.inside(() => world.get(Tokens).redeem('verify', secret))));
    expect(both.filter(Boolean)).toHaveLength(1);
  });

  test('expire', async () => {
    const secret = await acme.inside(() =>
      world.get(Tokens).issue('verify', { email: ana.email, personId: null, hours: 1 }),
    );
    await run(acme, () => sql`update ${table('token')} set expires_at = now() - interval '1 second'`);
    expect(await acme.inside(() => world.get(Tokens).redeem('verify', secret))).toBeNull();
  });

  test('are bound to their purpose and tenant', async () => {
    const secret = await acme.inside(() =>
      world.get(Tokens).issue('verify', { email: ana.email, personId: null, hours: 1 }),
    );
    expect(await acme.inside(() => world.get(Tokens).redeem('reset', secret))).toBeNull();
    expect(await bolt.inside(() => world.get(Tokens).redeem('verify', secret))).toBeNull();
  });

  test.each(['', ' ', 'null', 'undefined', '%00', '0', '[]', 'x'.repeat(43)])('“%s” opens nothing', async (token) => {
    for (const path of ['/reset', '/verify', '/invitation']) {
      expect((await acme.visitor().get(`${path}?token=${token}`)).text).not.toContain('name="password"');
      const { status } = await acme.visitor().post(path, { token, name: 'X', password: 'meadow-thistle-80' });
      expect([410, 422]).toContain(status);
    }
  });

  test('an invitation is for the address it was sent to', async () => {
    const owner = await acme.owner.actor();
    await acme.inside(() =>
      world
        .get(Invitations)
        .invite(owner, { name: 'Hugo', email: 'hugo@customers.example' }, { teamRole: 'agent' }, 'en'),
    );
    const link = new URL(await world.mails.linkTo('hugo@customers.example', '/invitation'));
    const browser = acme.visitor();
    await browser.get(link.pathname + link.search);
    const token = link.searchParams.get('token')!;
    const accepted = await browser.post('/invitation', {
      token,
      name: 'Hugo',
      password: 'meadow-thistle-81',
      email: 'attacker@evil.example',
      role: 'owner',
    });
    expect(accepted.headers['location']).toBe('/console');
    const people = await acme.query<{ email: string; team_role: string }>(
      () => sql`select email, team_role from ${table('person')} where name = 'Hugo'`,
    );
    expect(people).toEqual([{ email: 'hugo@customers.example', team_role: 'agent' }]);
    expect(
      (await acme.visitor().post('/invitation', { token, name: 'Again', password: 'meadow-thistle-82' })).status,
    ).toBe(410);
  });
});

test('25: nobody can choose another person’s password', async () => {
  // An invitation for somebody who has an account joins them; it does not set a password.
  const ivy = await acme.customer('Ivy');
  const owner = await acme.owner.actor();
  await acme.inside(() =>
    world.get(Invitations).invite(owner, { name: 'Ivy', email: ivy.email }, { teamRole: 'agent' }, 'en'),
  );
  const link = new URL(await world.mails.linkTo(ivy.email, '/invitation'));
  const token = link.searchParams.get('token')!;
  const browser = acme.visitor();
  expect((await browser.get(link.pathname + link.search)).text).not.toContain('new-password');
  await browser.post('/invitation', { token, name: 'Ivy', password: 'chosen-by-another-1' });
  expect((await acme.visitor().signIn(ivy.email, 'chosen-by-another-1')).status).toBe(422);
  expect((await acme.visitor().signIn(ivy.email, PASSWORD)).status).toBe(303);
  // Registering an address before or after its owner does sets nothing: the password is chosen where the link leads.
  const register = (name: string) =>
    acme.visitor().post('/register', { name, email: 'jon@customers.example', password: 'chosen-by-another-2' });
  for (const name of ['Squatter', 'Jon', 'Squatter again']) await register(name);
  // Only the newest link works; mails whose link is dead by then are not sent.
  const waiting = () =>
    acme.query(
      () => sql`select 1 from ${table('mail')} where to_address = 'jon@customers.example' and status = 'queued'`,
    );
  while ((await waiting()).length > 0) await new Promise((later) => setTimeout(later, 50));
  await world.mails.linkTo('jon@customers.example', '/verify');
  // One that was on its way already may arrive after it.
  const open: URL[] = [];
  for (const { to, text = '' } of world.mails.mails) {
    if (![to].flat().some((one) => one?.text.includes('jon@customers.example'))) continue;
    const link = new URL(/https?:\/\/\S+\/verify\?token=[\w-]+/.exec(text)![0]);
    if ((await acme.visitor().get(link.pathname + link.search)).status === 200) open.push(link);
  }
  expect(open).toHaveLength(1);
  const [verify] = open as [URL];
  const done = await acme
    .visitor()
    .post('/verify', { token: verify.searchParams.get('token')!, name: 'Jon', password: 'chosen-by-jon-1234' });
  expect(done.status).toBe(303);
  expect((await acme.visitor().signIn('jon@customers.example', 'chosen-by-another-2')).status).toBe(422);
  expect((await acme.visitor().signIn('jon@customers.example', 'chosen-by-jon-1234')).status).toBe(303);
});
