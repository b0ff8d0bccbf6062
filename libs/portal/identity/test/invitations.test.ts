import { expect, test } from '@jest/globals';
import { type TestPerson, World } from '@foyer/app-cli/testing';
import { Conflict, DomainError, InvalidField, TooMany } from '@foyer/access';
import { Limits, Tokens } from '@foyer/credentials';
import { Database, sql, table } from '@foyer/database';
import { Accounts, Invitations, Newcomers, Registrations } from '@foyer/identity';
import { Mail } from '@foyer/mail';
import { field } from '@foyer/web';
import { PER_COMPANY, PER_MAILBOX, PER_PERSON, PER_TENANT, UNCONFIRMED } from '../src/invitations.js';

const world = await World.start();
const acme = await world.tenant('acme');
const bec = await (await acme.customer('Bec')).of('Globex', 'company_admin');

const toTeam = async (email: string, by: TestPerson = acme.owner, name = '') => {
  const actor = await by.actor();
  return by.tenant.inside(() => world.get(Invitations).invite(actor, { name, email }, { teamRole: 'agent' }, 'en'));
};
const toCompany = async (email: string, by = bec) => {
  const actor = await by.actor();
  const into = { companyId: actor.companies[0]!.id, companyRole: 'user' };
  return acme.inside(() => world.get(Invitations).invite(actor, { name: '', email }, into, 'en'));
};
const mailTo = (email: string) =>
  acme.inside(() => world.get(Database).read((em) => em.findOneOrFail(Mail, { toAddress: email })));
const secretOf = ({ data }: Mail) => new URL(String(data!['url'])).searchParams.get('token')!;
/** The last of so many has been used. */
const used = async (limit: typeof PER_PERSON, key: string, tenant = acme) =>
  tenant.inside(async () => {
    for (let n = 0; n < limit.points; n += 1)
      await world
        .get(Limits)
        .count(limit, key)
        .catch(() => undefined);
  });

test('64: an invitation carries names, and nothing else that somebody can write into one', async () => {
  await toCompany('plain@strangers.example');
  expect((await mailTo('plain@strangers.example')).data).toMatchObject({ inviter: 'Bec', company: 'Globex' });
  for (const [n, name] of [
    'Visit casino.example',
    'http://casino。example',
    'win@casino.example',
    'Call 0900 12 34 56',
    'You have won a prize and only need to call us back today',
  ].entries()) {
    await acme.change(() => sql`update ${table('person')} set name = ${name} where email = ${bec.email} returning id`);
    await acme.change(() => sql`update ${table('company')} set name = ${name} where name <> '' returning id`);
    await toCompany(`stranger${n}@strangers.example`);
    expect((await mailTo(`stranger${n}@strangers.example`)).data).toMatchObject({ inviter: null, company: null });
  }
  await acme.change(() => sql`update ${table('person')} set name = 'Bec' where email = ${bec.email} returning id`);
  await acme.change(() => sql`update ${table('company')} set name = 'Globex' where name <> '' returning id`);
});

test('64: nobody calls themselves, their company or their business by an address', async () => {
  const browser = await bec.browser();
  await browser.get('/account');
  for (const name of ['See https://casino.example', 'www.casino.example', 'win@casino.example', '\u200b\u2060 \u200d'])
    expect((await browser.post('/account/profile', { name, locale: '', time_zone: '' })).status).toBe(422);
  for (const name of ['Bec Booking.com', 'Mr. J.R. Bec', 'مِهدي مي\u200cخواهم'])
    expect((await browser.post('/account/profile', { name, locale: '', time_zone: '' })).status).toBe(303);
  const owner = await acme.owner.browser();
  await owner.get('/console/companies/new');
  expect((await owner.post('/console/companies', { name: 'See https://casino.example' })).status).toBe(422);
});

const LINKS = [
  ...['http://casino.example', 'https:casino', 'ｈｔｔｐ：／／casino', 'www.casino.example', 'win@casino.example'],
  ...['.', '\u2024', '\u3002', '\uff0e', '\uff61', '.\u200c'].flatMap((dot) =>
    ['/', '\uff0f', '\u2044', ':8080/', '?', '#'].map((slash) => `Pay at casino${dot}example${slash}now`),
  ),
  '192.0.2.7/x',
];
const NAMES = [
  ...['Casino.example', 'Casino。example', 'Bec Booking.com', 'Mr. J.R. Bec', 'Smith/Jones', 'e.V./Berlin', 'A/S Nord'],
  ...['Fa. Meier / Söhne', 'مِهدي مي\u200cخواهم', 'Ltd. No. 3/4', 'O’Neil & Co.'],
];

test('64: a name that reads as a link is none, however its dots and slashes are written', () => {
  for (const kind of [field.name(100), field.optionalName(100)]) {
    expect(LINKS.filter((name) => kind.safeParse(name).success)).toEqual([]);
    expect(NAMES.filter((name) => !kind.safeParse(name).success)).toEqual([]);
  }
});

test('64: nobody is invited, or accepts, under a name that is a link, and everybody without one', async () => {
  const [browser, owner] = [await bec.browser(), await acme.owner.browser()];
  const company = (await bec.actor()).companies[0]!.id;
  const posts = {
    company: (form: object) => browser.post('/company/invitations', { company, role: 'user', ...form }),
    console: (form: object) => owner.post(`/console/companies/${company}/invitations`, { role: 'user', ...form }),
    team: (form: object) => owner.post('/console/team/invitations', { role: 'agent', ...form }),
  };
  await browser.get('/company');
  await owner.get('/console/team');
  for (const [from, post] of Object.entries(posts)) {
    for (const name of ['http://casino.example', 'casino\u2024example/x'])
      expect((await post({ email: `link.${from}@strangers.example`, name })).status).toBe(422);
    expect((await post({ email: `plain.${from}@strangers.example`, name: '' })).status).toBe(303);
  }
  const accepting = acme.visitor();
  const token = secretOf(await mailTo('plain.team@strangers.example'));
  await accepting.get(`/invitation?token=${token}`);
  const accept = (name: string) => accepting.post('/invitation', { token, name, password: 'meadow-thistle-77' });
  expect((await accept('Pay casino.example/now')).status).toBe(422);
  expect((await accept('Plain')).status).toBe(303);
});

test('64: who has not confirmed their own address invites few, however they go about it', async () => {
  const dodo = await world.tenant('dodo');
  await dodo.change(() => sql`update ${table('person')} set email_verified_at = null where true returning id`);
  for (let n = 0; n < UNCONFIRMED.points; n += 1) await toTeam(`one${n}@strangers.example`, dodo.owner);
  await expect(toTeam('more@strangers.example', dodo.owner)).rejects.toBeInstanceOf(Conflict);
  await dodo.change(() => sql`update ${table('person')} set email_verified_at = now() where true returning id`);
  await toTeam('more@strangers.example', dodo.owner);
});

test('64: invitations are limited per mailbox over all tenants, per person, company and tenant', async () => {
  const bolt = await world.tenant('bolt');
  const victim = 'victim@strangers.example';
  for (let n = 0; n < PER_MAILBOX.points; n += 1) await toTeam(victim, n % 2 ? acme.owner : bolt.owner);
  for (const by of [acme.owner, bolt.owner]) await expect(toTeam(victim, by)).rejects.toBeInstanceOf(TooMany);

  const { id, companies } = await bec.actor();
  for (const [limit, key] of [
    [PER_PERSON, id!],
    [PER_COMPANY, companies[0]!.id],
    [PER_TENANT, 'all'],
  ] as const) {
    await used(limit, key);
    await expect(toCompany(`after.${limit.name}@strangers.example`)).rejects.toBeInstanceOf(TooMany);
    await acme.inside(() => world.get(Limits).forget(limit, key));
    await toCompany(`after.${limit.name}@strangers.example`);
  }
});

test('62: nobody is renamed by an invitation', async () => {
  const { email } = await acme.customer('Ivy');
  await toTeam(email, acme.owner, 'Poison Ivy');
  const shown = await acme.inside(async () => world.get(Invitations).peek(secretOf(await mailTo(email))));
  expect(shown).toMatchObject({ name: 'Ivy', hasAccount: true });
  await toTeam('new@strangers.example', acme.owner, 'Newt');
  const first = await acme.inside(async () =>
    world.get(Invitations).peek(secretOf(await mailTo('new@strangers.example'))),
  );
  expect(first).toMatchObject({ name: 'Newt', hasAccount: false });
});

test('of several ways to an account that are taken at the same moment one makes it, and the others find it there', async () => {
  const owner = await acme.owner.actor();
  const { id: companyId } = (await bec.actor()).companies[0]!;
  for (let round = 0; round < 3; round += 1) {
    const email = `twin${round}@strangers.example`;
    const chosen = { name: 'Twin', phone: null, password: 'meadow-thistle-77' };
    const links = await acme.inside(async () => {
      const link = (purpose: string, subjectId: string | null, data: object) =>
        world.get(Tokens).issue(purpose, { email, personId: null, subjectId, hours: 1, data: { ...data } });
      return {
        verify: await link('verify', null, { name: 'Twin' }),
        company: await link('invitation', companyId, { name: 'Twin', inviter: 'Bec', companyId, companyRole: 'user' }),
        team: await link('invitation', null, { name: 'Twin', inviter: 'Otto', teamRole: 'agent' }),
      };
    });
    const done = await acme.inside(() =>
      Promise.allSettled([
        world.get(Newcomers).add(owner, { name: 'Twin', email }, null, false),
        world.get(Newcomers).add(owner, { name: 'Twin', email }, null, false),
        world.get(Registrations).verify(links.verify, chosen),
        world.get(Invitations).accept(links.company, chosen),
        world.get(Invitations).accept(links.team, chosen),
      ]),
    );
    const failures = done.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(failures.filter((error) => !(error instanceof DomainError))).toEqual([]);
    for (const one of done.slice(0, 2))
      if (one.status === 'rejected')
        expect(one.reason).toMatchObject({ field: 'email', code: 'identity.person.known' });
    expect(await acme.query(() => sql`select 1 from ${table('person')} where email = ${email}`)).toHaveLength(1);
  }
});

test('of invitations of the same address that are sent at the same moment the last one counts', async () => {
  const owner = await acme.owner.actor();
  const email = 'five@strangers.example';
  await acme.inside(() =>
    Promise.all(
      ['agent', 'viewer', 'editor', 'admin', 'agent'].map((teamRole) =>
        world.get(Invitations).invite(owner, { name: '', email }, { teamRole }, 'en'),
      ),
    ),
  );
  const open = await acme.inside(() => world.get(Invitations).pending(owner, null));
  expect(open.filter((one) => one.email === email)).toHaveLength(1);
});

test('the team invites none of its own into a company, nor who has joined it or taken that address since', async () => {
  const mara = await acme.agent('Mara');
  const [actor, owner] = [await mara.actor(), await acme.owner.actor()];
  const into = { companyId: (await bec.actor()).companies[0]!.id, companyRole: 'company_admin' };
  const invite = (email: string) =>
    acme.inside(() => world.get(Invitations).invite(actor, { name: '', email }, into, 'en'));
  await expect(invite(mara.email)).rejects.toBeInstanceOf(InvalidField);
  await expect(invite(owner.email!)).rejects.toBeInstanceOf(InvalidField);
  await invite('mara.private@strangers.example');
  await acme.change(
    () =>
      sql`update ${table('person')} set email = 'mara.private@strangers.example' where id = ${actor.id} returning id`,
  );
  const secret = secretOf(await mailTo('mara.private@strangers.example'));
  expect(await acme.inside(() => world.get(Invitations).accept(secret, { personId: actor.id! }))).toBeNull();
  expect(
    (await mara.tenant.query(() => sql`select 1 from ${table('membership')} where person_id = ${actor.id}`)).length,
  ).toBe(0);
});

test('no link chooses the password of an account that takes the address at the same moment', async () => {
  for (const [round, way] of ['verify', 'invitation', 'verify', 'invitation'].entries()) {
    const zoe = await acme.customer(`Zoe${round}`);
    const [actor, email] = [await zoe.actor(), `zoe${round}@strangers.example`];
    const hash = () =>
      acme.query<{ email: string; name: string; hash: string }>(
        () => sql`select email, name, password_hash as hash from ${table('person')} where id = ${actor.id}`,
      );
    const [before] = await hash();
    const chosen = { name: 'Somebody else', phone: null, password: 'meadow-thistle-77' };
    const done = await acme.inside(async () => {
      const change = await world.get(Tokens).issue('email', { email, personId: actor.id, hours: 1 });
      const data = way === 'verify' ? { name: 'x' } : { name: 'x', inviter: 'Otto', teamRole: 'agent' };
      const link = await world.get(Tokens).issue(way, { email, personId: null, hours: 1, data });
      const verb = way === 'verify' ? world.get(Registrations).verify : world.get(Invitations).accept;
      const of = way === 'verify' ? world.get(Registrations) : world.get(Invitations);
      return Promise.allSettled([
        (verb as (secret: string, as: typeof chosen) => Promise<unknown>).call(of, link, chosen),
        world.get(Accounts).confirmEmail(actor, change),
      ]);
    });
    const [after] = await hash();
    expect([after!.hash, after!.name]).toEqual([before!.hash, before!.name]);
    const [made, taken] = done;
    // Either the address changed first, and the link is told so; or the account was made first, and the change is.
    const changedFirst = taken.status === 'fulfilled';
    expect(after!.email).toBe(changedFirst ? email : before!.email);
    const isNew =
      made.status === 'fulfilled' &&
      made.value !== null &&
      (way !== 'verify' || (made.value as { isNew: boolean }).isNew);
    expect(isNew).toBe(!changedFirst);
    if (!changedFirst) expect(taken.reason).toMatchObject({ code: 'identity.email.taken' });
  }
});

test('an invitation lets nobody in when whoever sent it may not give that role any more', async () => {
  const chosen = { name: 'New', phone: null, password: 'meadow-thistle-77' };
  const accepted = async (email: string) => {
    const secret = secretOf(await mailTo(email));
    const shown = await acme.inside(() => world.get(Invitations).peek(secret));
    const person = await acme.inside(() => world.get(Invitations).accept(secret, chosen));
    expect(shown === null).toBe(person === null);
    return person !== null;
  };
  const admin = await acme.agent('Adrian', 'admin');
  const lead = await (await acme.customer('Lea')).of('Umbra', 'company_admin');
  const role = (person: TestPerson, value: string | null) =>
    acme.change(
      () => sql`update ${table('person')} set team_role = ${value} where email = ${person.email} returning id`,
    );
  const state = (person: TestPerson, value: string) =>
    acme.change(() => sql`update ${table('person')} set status = ${value} where email = ${person.email} returning id`);
  const place = (value: string) =>
    acme.change(
      () => sql`update ${table('membership')} set role = ${value}
                 where person_id = (select id from ${table('person')} where email = ${lead.email}) returning role`,
    );
  const losses: [string, () => Promise<void>, () => Promise<unknown>, () => Promise<unknown>][] = [
    ['agent', () => toTeam('l1@x.example', admin), () => role(admin, 'agent'), () => role(admin, 'admin')],
    ['out of the team', () => toTeam('l2@x.example', admin), () => role(admin, null), () => role(admin, 'admin')],
    ['gone', () => toTeam('l3@x.example', admin), () => state(admin, 'deactivated'), () => state(admin, 'active')],
    ['user', () => toCompany('l4@x.example', lead), () => place('user'), () => place('company_admin')],
    ['gone', () => toCompany('l5@x.example', lead), () => state(lead, 'deactivated'), () => state(lead, 'active')],
  ];
  for (const [n, [what, invite, lose, regain]] of losses.entries()) {
    await invite();
    await lose();
    expect([what, await accepted(`l${n + 1}@x.example`)]).toEqual([what, false]);
    await regain();
    expect([what, await accepted(`l${n + 1}@x.example`)]).toEqual([what, true]);
  }
});

test('nobody of the team comes into a company by an invitation, also one from before they joined the team', async () => {
  const agent = await acme.agent('Tess');
  await expect(toCompany(agent.email)).rejects.toMatchObject({ field: 'email', code: 'identity.companies.in-team' });
  const later = await acme.customer('Later');
  await toCompany(later.email);
  const secret = secretOf(await mailTo(later.email));
  expect(await acme.inside(() => world.get(Invitations).peek(secret))).not.toBeNull();
  await acme.change(
    () => sql`update ${table('person')} set team_role = 'agent' where email = ${later.email} returning id`,
  );
  const { id } = await later.actor();
  expect(await acme.inside(() => world.get(Invitations).peek(secret))).toBeNull();
  expect(await acme.inside(() => world.get(Invitations).accept(secret, { personId: id! }))).toBeNull();
});

test('an invitation that lets nobody in any more is not among the open ones', async () => {
  const kim = await acme.agent('Kim');
  await acme.change(() => sql`update ${table('person')} set team_role = 'admin' where name = 'Kim' returning id`);
  await toTeam('new@colleagues.example', kim);
  const open = async () => {
    const owner = await acme.owner.actor();
    return (await acme.inside(() => world.get(Invitations).pending(owner, null))).map(({ email }) => email);
  };
  expect(await open()).toContain('new@colleagues.example');
  await acme.change(() => sql`update ${table('person')} set team_role = 'viewer' where name = 'Kim' returning id`);
  expect(await open()).not.toContain('new@colleagues.example');
});
