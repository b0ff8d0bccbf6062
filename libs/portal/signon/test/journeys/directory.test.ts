import { beforeAll, describe, expect, test } from '@jest/globals';
import { PASSWORD, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { Factors } from '@foyer/factors';
import { Collections } from '@foyer/settings';
import { generateSecret, generateSync } from 'otplib';
import { directoryConnections, DirectoryRounds } from '@foyer/signon';
import { Directories } from '../../src/ldap/directories.js';
import { personAt } from '../connected.js';
import { attached, BASE, passwordOf, Slapd } from './slapd.js';

let world: World;
let acme: TestTenant;
let slapd: Slapd;
let id: string;
const WRONG = 'User name or password is wrong.';

beforeAll(async () => {
  slapd = await Slapd.open();
  world = await World.start({ PRIVATE_NETWORKS: '127.0.0.0/8,::1/128' });
  acme = await world.tenant('acme');
  await acme.owns('globex.example');
  ({ id } = await attached(acme, slapd));
});

async function typed(name: string, password: string, { visitor = acme.visitor(), at = id, more = {} } = {}) {
  await visitor.get(`/sign-in/with/${at}`);
  const answer = await visitor.post(`/sign-in/with/${at}`, { name, password, ...more });
  return { visitor, answer, wrong: answer.text.includes(WRONG) };
}
const isIn = async (visitor: Visitor) => (await visitor.get('/account')).status === 200;
const comes = async (uid: string, at = id) => (await typed(uid, passwordOf(uid), { at })).visitor;
/** What those who look after it are shown of the last one. */
async function last(at = id): Promise<string> {
  const page = (await (await acme.owner.browser()).get(`/console/settings/directory-connections/${at}/attempts`)).text;
  const from = page.indexOf('class="row claim"');
  return page.slice(from, page.indexOf('</details>', from)).replaceAll('&#x3D;', '=');
}
const tried = async (name: string, password: string, at = id) => {
  const { answer } = await typed(name, password, { visitor: await acme.owner.browser(), at, more: { trial: '1' } });
  return { answer, shown: await last(at) };
};

describe('somebody of a directory', () => {
  test('types name and password on a page of ours, gets an account and is in', async () => {
    await slapd.person('ida', { displayName: 'Ida Novák' });
    const page = await acme.visitor().get(`/sign-in/with/${id}?return_to=/account`);
    expect([page.status, page.text.includes('name="return_to" value="/account"')]).toEqual([200, true]);
    for (const none of ['name="trial"', 'name="side"', 'value=""><span>']) expect(page.text).not.toContain(none);
    const { visitor, answer } = await typed('ida', passwordOf('ida'), { more: { return_to: '/account' } });
    expect([answer.status, answer.headers['location']]).toEqual([303, '/account']);
    expect((await visitor.get('/account')).text).toContain('Ida Novák');
    // By address as well, and it is the same one.
    expect(await isIn((await typed('IDA@globex.example', passwordOf('ida'))).visitor)).toBe(true);
    const off = await typed('ida', passwordOf('ida'), { more: { return_to: 'https://evil.example' } });
    expect(off.answer.headers['location']).toBe('/');
  });

  test('is known by what lasts: a new address or place in it changes nothing, and a namesake is somebody else', async () => {
    const dn = await slapd.person('uma');
    expect(await isIn(await comes('uma'))).toBe(true);
    await slapd.set(dn, 'mail', ['uma.new@globex.example']);
    const again = await comes('uma');
    expect((await again.get('/account')).text).toContain('uma@globex.example');
    await slapd.remove(dn);
    await slapd.person('uma');
    const { answer } = await typed('uma', passwordOf('uma'));
    expect([answer.status, answer.text.includes('cannot be linked')]).toEqual([403, true]);
  });

  test('whose address is not of a verified domain gets no account', async () => {
    await slapd.person('eve', { mail: 'eve@elsewhere.example' });
    expect((await typed('eve', passwordOf('eve'))).answer.status).toBe(403);
    expect(await personAt(acme, 'eve@elsewhere.example')).toBeNull();
  });

  test('has the role of a group in which another group is, also where groups stand in circles', async () => {
    const kim = await slapd.person('kim', { mail: 'kim@initech.example' });
    await (await acme.customer('Ada')).of('Initech', 'company_admin');
    const company = await acme.companyId('Initech');
    await acme.owns('initech.example', company);
    const inner = await slapd.group('Inner', [kim]);
    const middle = await slapd.group('Middle', [inner]);
    const outer = await slapd.group('Outer', [middle]);
    await slapd.set(inner, 'member', [kim, outer]);
    const roles = [{ group: 'Outer', role: 'company_user' }];
    const at = (await attached(acme, slapd, { companyId: company, roles })).id;
    expect(await isIn(await comes('kim', at))).toBe(true);
    expect(await personAt(acme, 'kim@initech.example')).toMatchObject({ role: 'company_user' });
    const shown = await last(at);
    for (const group of ['Inner', 'Middle', 'Outer', outer]) expect(shown).toContain(`<bdi>${group}</bdi>`);
  });
});

describe('32. LDAP: filter and DN escaping; empty password refused before the bind; disabled accounts refused', () => {
  test.each([
    ...['*', 'i*', 'ida*', 'ida)(uid=*', '*)(uid=*))(|(uid=*', 'ida\\2a', '\\69da', '(uid=ida)', '\u0000'],
    ...['uid=ida', `uid=ida,${BASE}`, '|(uid=*)', '&', '!(uid=x)', 'x'.repeat(254), '🦊\uD800'],
  ])('the name %j is a value and nothing else', async (name) => {
    await slapd.person('ida').catch(() => undefined);
    const { answer, visitor } = await typed(name, passwordOf('ida'));
    expect([answer.status, await isIn(visitor)]).toEqual([422, false]);
  });

  test('a name with every letter that means something there is found, and so are its groups', async () => {
    const uid = 'o’neil\\ (sales) * #1, "a"+b=c;<d>';
    const dn = `cn=\\ O\\, Neil \\(Sales\\) * \\#1\\+\\"\\\\\\<\\>\\;\\=\\C3\\BC\\ ,${BASE}`
      .replace('\\(', '(')
      .replace('\\)', ')');
    await slapd.person(uid, { cn: ' O, Neil (Sales) * #1+"\\<>;=ü ', mail: 'oneil@globex.example' }, dn);
    await slapd.group('Odd ones', [dn]);
    const { visitor, answer } = await typed(uid, passwordOf(uid));
    expect([answer.status, await isIn(visitor)]).toEqual([303, true]);
    expect(await last()).toContain('<bdi>Odd ones</bdi>');
  });

  test('an empty password is refused before anybody is asked, although the directory would say yes to it', async () => {
    const { answer, visitor } = await typed('ida', '');
    expect([answer.status, await isIn(visitor)]).toEqual([422, false]);
    const connection = { id, kind: 'directory' } as never;
    const never = () => Promise.reject(new Error('asked'));
    const asked = acme.inside(() => world.get(Directories).claims(connection, 'ida', '', never));
    await expect(asked).rejects.toMatchObject({ reason: 'credentials', check: 'empty' });
  });

  const filetime = (at: number) => String((BigInt(at) + 11_644_473_600_000n) * 10_000n);
  test.each([
    ['userAccountControl', '514', false],
    ['userAccountControl', '512', true],
    ['accountExpires', filetime(Date.now() - 60_000), false],
    ['accountExpires', filetime(Date.now() + 86_400_000), true],
    ['accountExpires', '0', true],
    ['accountExpires', '9223372036854775807', true],
    ['nsAccountLock', 'TRUE', false],
    ['pwdAccountLockedTime', '000001010000Z', false],
  ])('%s %s', async (attribute, value, letIn) => {
    const uid = `${attribute}-${value}`.toLowerCase();
    const dn = await slapd.person(uid);
    await slapd.set(dn, attribute, [value]);
    const { answer, visitor, wrong } = await typed(uid, passwordOf(uid));
    expect([answer.status, wrong, await isIn(visitor)]).toEqual(letIn ? [303, false, true] : [422, true, false]);
  });

  test('nobody of that name, a wrong password, a disabled account, several of one name: one answer', async () => {
    await slapd.set(await slapd.person('dora'), 'nsAccountLock', ['TRUE']);
    await slapd.person('twin-a', { mail: 'twin@globex.example' });
    await slapd.person('twin-b', { mail: 'twin@globex.example' });
    const plain = (text: string) => text.replace(/value="[^"]*"/g, '').replace(/nonce="[^"]*"/g, '');
    const answers = [];
    for (const name of ['nobody', 'ida', 'dora', 'twin@globex.example']) {
      const { answer } = await typed(name, name === 'ida' ? 'wrong' : passwordOf(name === 'dora' ? 'dora' : 'twin-a'));
      answers.push([answer.status, plain(answer.text)]);
    }
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
});

describe('whoever sets it up', () => {
  test('tries it with a name and a password and sees what came, and what did not fit', async () => {
    await slapd.person('lea', { title: 'Engineer', description: 'not asked for' });
    const { answer, shown } = await tried('lea', passwordOf('lea'));
    expect(answer.headers['location']).toMatch(/\/attempts#a-/);
    for (const part of ['Test', 'lea@globex.example', 'Engineer', `uid=lea,${BASE}`, 'would be created'])
      expect(shown).toContain(part);
    for (const secret of [passwordOf('lea'), '{SSHA}', 'not asked for']) expect(shown).not.toContain(secret);
    expect(await personAt(acme, 'lea@globex.example')).toBeNull();
    expect((await tried('nobody', 'x')).shown).toContain('<code dir="ltr">name</code>');
    expect((await tried('lea', 'x')).shown).toContain('<code dir="ltr">password</code>');
    const guest = await acme.visitor().post(`/sign-in/with/${id}`, { name: 'lea', password: 'x', trial: '1' });
    expect(guest.status).toBe(403);
  });

  test.each([
    ['StartTLS', { security: 'starttls', port: true }, null],
    ['a certificate that nobody vouches for', { ca: '' }, 'certificate'],
    ['StartTLS with such a one', { ca: '', security: 'starttls', port: true }, 'certificate'],
    ['a certificate of another name', { host: '127.0.0.1' }, 'certificate'],
    ['no encryption on a network of one’s own', { security: 'plain', port: true, host: '127.0.0.1' }, null],
    ['a host that is not there', { host: 'nothing.invalid' }, 'host'],
    ['a private address', { host: '10.0.0.1' }, 'private address'],
    ['a port where nobody is', { port: '1' }, 'connection'],
    ['a service account that does not open', { bindPassword: 'another' }, 'service account'],
    ['a place that is not there', { baseDn: 'dc=nothing,dc=org' }, 'result 32'],
  ])('%s', async (_, more, check) => {
    await slapd.person('tia').catch(() => undefined);
    const port = 'port' in more && more.port === true ? { port: String(slapd.port) } : {};
    const { id: at } = await attached(acme, slapd, { ...more, ...port });
    const { shown } = await tried('tia', passwordOf('tia'), at);
    if (check === null) expect(shown).toContain('tia@globex.example');
    else expect(shown).toContain(`<code dir="ltr">${check}</code>`);
  });

  test('does so in the console: what does not fit is said at its field, and the password is never shown', async () => {
    const owner = await acme.owner.browser();
    const PAGE = '/console/settings/directory-connections';
    const fields = {
      ...{ name: 'Ours', audience: 'customers', enabled: '1', product: 'other', host: 'localhost', security: 'ldaps' },
      ...{ port: String(slapd.securePort), bindDn: `cn=portal,${BASE}`, baseDn: BASE },
    };
    for (const [name, value] of Object.entries({
      host: 'a b',
      port: '70000',
      ca: 'x',
      baseDn: 'nothing',
      filter: '(uid=x)',
    })) {
      const bad = await owner.post(PAGE, { ...fields, bindPassword: 'secret', [name]: value });
      expect([name, bad.status, bad.text.includes(`id="${name}-error"`)]).toEqual([name, 422, true]);
    }
    expect((await owner.post(PAGE, fields)).status).toBe(422);
    expect((await owner.post(PAGE, { ...fields, bindPassword: 'the secret of the service' })).status).toBe(303);
    const page = new RegExp(`${PAGE}/[0-9a-f-]{36}(?=">Ours)`).exec(
      (await owner.get(PAGE)).text.replaceAll(/<bdi>/g, ''),
    );
    const form = (await owner.get(page![0])).text;
    expect([form.includes('the secret'), form.includes('trial')]).toEqual([false, true]);
    // It goes nowhere else.
    expect((await owner.post(page![0], { ...fields, host: '127.0.0.1' })).text).toContain('id="bindPassword-error"');
  });
});

describe('guessing', () => {
  test('is counted by account and place as passwords are, and locks nobody out', async () => {
    await slapd.person('vic');
    const victim = await comes('vic');
    for (let at = 0; at < 10; at += 1)
      expect((await typed(at % 2 ? 'vic' : 'VIC@globex.example', `x${at}`)).wrong).toBe(true);
    const more = await typed('vic', passwordOf('vic'));
    expect([more.answer.text.includes('Too many attempts'), await isIn(more.visitor)]).toEqual([true, false]);
    // The device that has been in the account is counted by itself.
    await victim.post('/sign-out');
    await typed('vic', passwordOf('vic'), { visitor: victim });
    expect(await isIn(victim)).toBe(true);
    const refused = await acme.query<{ way: string }>(
      () => sql`select s.way from ${table('sign_in')} s join ${table('person')} p on p.id = s.person_id
                 where p.email = 'vic@globex.example' and outcome = 'refused'`,
    );
    expect(refused).toHaveLength(10);
    expect((await last()).includes('vic')).toBe(true);
  });
});

test('whoever is gone from the directory, or switched off there, is out within the hour; a directory that is away throws nobody out', async () => {
  const [ron, sam] = [await slapd.person('ron'), await slapd.person('sam')];
  const [off, gone, stays] = [await comes('ron'), await comes('sam'), await comes('ida')];
  const all = () => Promise.all([off, gone, stays].map(isIn));
  const run = () => acme.inside(() => world.get(DirectoryRounds).run());
  await run();
  expect(await all()).toEqual([true, true, true]);
  await slapd.set(ron, 'nsAccountLock', ['TRUE']);
  await slapd.remove(sam);
  await slapd.stop();
  await run();
  expect(await all()).toEqual([true, true, true]);
  const away = await typed('ida', passwordOf('ida'));
  expect([away.answer.status, away.answer.text.includes('The directory does not answer')]).toEqual([422, true]);
  // The portal's own password goes on.
  expect(await isIn(await (await acme.customer('Ola')).browser())).toBe(true);
  await slapd.start();
  await run();
  expect(await all()).toEqual([false, false, true]);
});

test('where the team has to come by it, a password leads there, and the owner who keeps theirs comes in when it is away', async () => {
  const beta = await world.tenant('beta');
  await beta.owns('beta.example');
  await slapd.person('mara', { mail: 'mara@beta.example' });
  const roles = [{ group: 'Desk', role: 'agent' }];
  await slapd.group('Desk', [`uid=mara,${BASE}`]);
  const { id: at } = await attached(beta, slapd, { audience: 'team', roles });
  const owner = await beta.owner.browser();
  await owner.get(`/sign-in/with/${at}?trial=1`);
  await owner.post(`/sign-in/with/${at}`, { name: 'mara', password: passwordOf('mara'), trial: '1' });
  const [keeper] = await beta.query<{ id: string }>(
    () => sql`select id from ${table('person')} where team_role = 'owner'`,
  );
  const secret = generateSecret();
  await beta.inside(async () => {
    const who = { id: keeper!.id, name: beta.owner.name };
    await world.get(Factors).addApp(who, secret, generateSync({ secret }), 'Phone');
    const collections = world.get(Collections);
    const { id: _, ...item } = (await collections.find(directoryConnections, at))!;
    await collections.replace(await beta.owner.actor(), directoryConnections, at, {
      ...item,
      enforced: true,
      keeperId: keeper!.id,
    });
  });
  const mara = beta.visitor();
  const comes = async (visitor: Visitor) => {
    await visitor.get(`/sign-in/with/${at}`);
    return visitor.post(`/sign-in/with/${at}`, { name: 'mara', password: passwordOf('mara') });
  };
  expect((await comes(mara)).headers['location']).toBe('/console');
  expect((await mara.get('/console/tickets')).status).toBe(200);
  const olga = await beta.agent('Olga');
  const byPassword = await beta.visitor().signIn(olga.email, PASSWORD, '/console/sign-in');
  expect(byPassword.headers['location']).toBe('/sign-in/required');
  const finder = beta.visitor();
  await finder.get('/sign-in/company');
  const found = await finder.post('/sign-in/company', { email: 'mara@beta.example' });
  expect(found.headers['refresh']).toContain(`/sign-in/with/${at}`);
  await slapd.stop();
  expect((await comes(beta.visitor())).text).toContain('The directory does not answer');
  const keeps = beta.visitor();
  expect((await keeps.signIn(beta.owner.email, PASSWORD, '/console/sign-in')).headers['location']).toBe(
    '/sign-in/code',
  );
  const code = generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + 30 });
  await keeps.post('/sign-in/code', { code });
  expect((await keeps.get('/console/tickets')).status).toBe(200);
  await slapd.start();
});

test('a name that is no text is what Active Directory knows somebody by', async () => {
  const guid = Buffer.from('00ff80c3283d27004d9a11e2ab7c01fe', 'hex');
  const dn = await slapd.person('gus', { sAMAccountName: 'gus' });
  await slapd.set(dn, 'objectGUID', [guid]);
  const filter = '(sAMAccountName=%s)';
  const { id: at } = await attached(acme, slapd, { product: 'active-directory', filter });
  const gus = await comes('gus', at);
  expect(await isIn(gus)).toBe(true);
  const [link] = await acme.query<{ subject: string }>(
    () => sql`select subject from ${table('identity_link')} where connection_id = ${at}`,
  );
  expect(link!.subject).toBe('c380ff00-3d28-0027-4d9a-11e2ab7c01fe');
  const run = () => acme.inside(() => world.get(DirectoryRounds).run());
  await run();
  expect(await isIn(gus)).toBe(true);
  await slapd.set(dn, 'userAccountControl', ['514']);
  await run();
  expect(await isIn(gus)).toBe(false);
});
