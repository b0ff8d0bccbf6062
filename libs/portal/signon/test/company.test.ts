import { generateSecret, generateSync } from 'otplib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  PASSWORD,
  type TestTenant,
  type Visitor,
  World,
  OIDC_CLIENT,
  OidcStand,
  through,
  DnsStand,
} from '@foyer/app-cli/testing';
import { Conflict } from '@foyer/access';
import { sql, table } from '@foyer/database';
import { Factors } from '@foyer/factors';
import { ClaimedDomains, recordOf } from '@foyer/signon';
import { connected } from './connected.js';

let world: World;
let acme: TestTenant;
let stand: OidcStand;
let dns: DnsStand;
let globex: string;
let admin: Visitor;

beforeAll(async () => {
  [stand, dns] = [await OidcStand.open(), await DnsStand.open()];
  world = await World.startWithWorker({ PRIVATE_NETWORKS: '127.0.0.0/8', DNS_SERVERS: dns.address });
  acme = await world.tenant('acme');
  admin = await (await (await acme.customer('Ana')).of('Globex', 'company_admin')).browser();
  await (await acme.customer('Ulf')).of('Globex');
  await (await acme.customer('Ini')).of('Initech', 'company_admin');
  globex = await acme.companyId('Globex');
});

const claimOf = async (domain: string) =>
  (await acme.inside(() => world.get(ClaimedDomains).all())).find((one) => one.domain === domain)!;
const published = async (domain: string) => {
  const { name, value } = recordOf(await claimOf(domain));
  dns.records.set(name, ['v=spf1 -all', value]);
  return name;
};

describe('a domain', () => {
  test('is claimed by a company’s own admin, and verified by its record alone', async () => {
    const path = `/company/sign-in/${globex}`;
    expect((await admin.post(`${path}/domains`, { domain: 'Globex.example' })).status).toBe(303);
    const { id, token, verifiedAt } = await claimOf('globex.example');
    expect([verifiedAt, token.length >= 32]).toEqual([null, true]);
    const page = await admin.get(path);
    expect(page.text).toContain('_portal-verification.globex.example');
    expect(page.text.toLowerCase()).not.toContain('foyer');
    expect((await admin.post(`${path}/domains/${id}/check`)).status).toBe(422);
    dns.fails = true;
    expect((await admin.post(`${path}/domains/${id}/check`)).text).toContain('The DNS did not answer');
    dns.fails = false;
    await published('globex.example');
    expect((await admin.post(`${path}/domains/${id}/check`)).status).toBe(303);
    expect((await claimOf('globex.example')).verifiedAt).not.toBeNull();
  });

  test('of everybody, of somebody else, or that is none is refused', async () => {
    const initech = await acme.companyId('Initech');
    const owner = await acme.owner.browser();
    for (const domain of ['gmail.com', 'example', 'a b.example', 'globex.example'])
      expect([domain, (await owner.post('/console/settings/sign-in-domains', { domain })).status]).toEqual([
        domain,
        422,
      ]);
    // Two may ask for one that nobody has; whose record is there first has it.
    const [ini] = [await acme.visitor().signIn('ini@customers.example', PASSWORD)];
    expect(ini.status).toBe(303);
    const actors = [await acme.owner.actor()];
    const domains = world.get(ClaimedDomains);
    await acme.inside(() => domains.claim(actors[0]!, initech, 'both.example'));
    await acme.inside(() => domains.claim(actors[0]!, null, 'both.example'));
    await published('both.example');
    const all = (await acme.inside(() => domains.all())).filter(({ domain }) => domain === 'both.example');
    const first = all.find(({ token }) => dns.records.get('_portal-verification.both.example')!.some((one) => one.endsWith(token)))!; // prettier-ignore
    await acme.inside(() => domains.verify(actors[0]!, first.id));
    const other = all.find(({ id }) => id !== first.id)!;
    dns.records.set(recordOf(other).name, [recordOf(other).value]);
    await expect(acme.inside(() => domains.verify(actors[0]!, other.id))).rejects.toThrow('signon.domain.taken');
  });

  test('whose record disappears is told of, counts for some days, and then for nothing', async () => {
    const name = await published('globex.example');
    const domains = world.get(ClaimedDomains);
    const days = (count: number) => new Date(Date.now() + count * 86_400_000);
    const state = async () => {
      const { verifiedAt, missingSince } = await claimOf('globex.example');
      return [verifiedAt !== null, missingSince !== null];
    };
    dns.records.delete(name);
    dns.fails = true;
    await acme.inside(() => domains.recheck(days(2)));
    expect(await state()).toEqual([true, false]);
    dns.fails = false;
    await acme.inside(() => domains.recheck(days(4)));
    expect(await state()).toEqual([true, true]);
    const about = (words: string) =>
      world.mails.mailTo('ana@customers.example', ({ subject }) => !!subject?.includes(words));
    expect((await about('is missing')).text).toContain('_portal-verification.globex.example');
    await acme.inside(() => domains.recheck(days(6)));
    expect(await state()).toEqual([true, true]);
    await acme.inside(() => domains.recheck(days(13)));
    expect(await state()).toEqual([false, false]);
    expect(await acme.inside(() => domains.ownerOf('ana@globex.example'))).toBeUndefined();
    expect((await about('no longer verified')).subject).toContain('globex.example');
    dns.records.set(name, [recordOf(await claimOf('globex.example')).value]);
    await acme.inside(async () => domains.verify(await acme.owner.actor(), (await claimOf('globex.example')).id));
  });
});

describe('a company’s own connection', () => {
  const path = () => `/company/sign-in/${globex}/providers/oidc`;
  let id: string;

  test('is set up, tried and required by its admin', async () => {
    const made = await admin.post(path(), {
      name: 'Globex ID',
      issuer: stand.issuer,
      enabled: '1',
      makesAccounts: '1',
    });
    expect(made.status).toBe(303);
    id = made.headers['location']!.split('/').at(-1)!;
    const form = {
      name: 'Globex ID',
      issuer: stand.issuer,
      enabled: '1',
      makesAccounts: '1',
      scope: 'openid email groups',
    };
    const given = { ...form, clientId: OIDC_CLIENT.id, clientSecret: OIDC_CLIENT.secret };
    expect((await acme.visitor().get(`/sign-in/with/${id}`)).text).toContain('switched off');
    expect((await admin.post(`${path()}/${id}`, given)).status).toBe(303);
    expect((await admin.get(`${path()}/${id}`)).text).not.toContain(OIDC_CLIENT.secret);
    // Not before it has worked.
    expect((await admin.post(`${path()}/${id}`, { ...form, clientId: OIDC_CLIENT.id, enforced: '1' })).status).toBe(
      422,
    );
    stand.account('tess', { email: 'tess@globex.example', email_verified: true, name: 'Tess', groups: ['Staff'] });
    const shown = await through(admin, stand, id, '?trial=1');
    expect(shown.headers['location']).toMatch(`${path()}/${id}/attempts`);
    const attempts = await admin.get(`${path()}/${id}/attempts`);
    expect(attempts.text).toContain('An account would be created.');
    expect(attempts.text).toContain('tess@globex.example');
    expect(await acme.query(() => sql`select 1 from ${table('person')} where email = 'tess@globex.example'`)).toEqual(
      [],
    );
    const roles = { 'groups-0-group': 'Staff', 'groups-0-role': 'company_user' };
    expect(
      (await admin.post(`${path()}/${id}`, { ...form, ...roles, clientId: OIDC_CLIENT.id, enforced: '1' })).status,
    ).toBe(303);
  });

  test('lets nobody in by a password whose address is of its domain, and all others as they like', async () => {
    await acme.change(() => sql`update ${table('person')} set email = 'ulf@globex.example' where email = 'ulf@customers.example' returning id`); // prettier-ignore
    const ulf = acme.visitor();
    const stopped = await ulf.signIn('ulf@globex.example', PASSWORD);
    expect([stopped.headers['location'], ulf.cookie('session')]).toEqual(['/sign-in/required', undefined]);
    expect((await ulf.get('/sign-in/required')).text).toContain(`/sign-in/with/${id}`);
    expect((await ulf.get('/account')).status).toBe(303);
    const wrong = await acme.visitor().signIn('ulf@globex.example', 'not the password');
    expect(wrong.status).toBe(422);
    stand.account('ulf', { email: 'ulf@globex.example', email_verified: true, groups: ['Staff'] });
    expect((await through(ulf, stand, id)).headers['location']).toBe('/');
    expect((await ulf.get('/account')).text).toContain('ulf@globex.example');
    await (await acme.customer('Ana')).browser();
  });

  test('is found by the domain of an address; nobody learns who has an account', async () => {
    const visitor = acme.visitor();
    expect((await visitor.get('/sign-in')).text).toContain('/sign-in/company');
    const answers = [];
    for (const email of [
      'ulf@globex.example',
      'nobody@globex.example',
      'ini@customers.example',
      'nobody@customers.example',
    ]) {
      const { status, text, headers } = await visitor.post('/sign-in/company', { email });
      const page = text.replaceAll(email, 'x').replace(/name="_csrf" value="[^"]+"/g, '');
      answers.push([status, headers['refresh'], page]);
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[2]).toEqual(answers[3]);
    expect(answers[0]![1]).toBe(`0; url=/sign-in/with/${id}`);
    expect(answers[2]![1]).toBeUndefined();
  });

  test('is nobody else’s: another company’s admin, its own people, a guest', async () => {
    for (const who of ['ini@customers.example', 'ulf@globex.example']) {
      const visitor = acme.visitor();
      await visitor.signIn(who, PASSWORD);
      for (const at of [`/company/sign-in/${globex}`, `${path()}/${id}`, `${path()}/${id}/attempts`, `${path()}/new`])
        expect([who, at, [303, 404].includes((await visitor.get(at)).status)]).toEqual([who, at, true]);
      for (const at of ['removal', ''])
        expect([303, 404]).toContain((await visitor.post(`${path()}/${id}/${at}`.replace(/\/$/, ''))).status);
      const { status } = await visitor.get(`/sign-in/with/${id}?trial=1`);
      expect(status).toBe(403);
    }
    expect((await acme.visitor().get(`/sign-in/with/${id}`)).status).toBe(303);
    const initech = await acme.companyId('Initech');
    const other = await (await acme.customer('Ini')).browser();
    expect((await other.get(`/company/sign-in/${initech}/providers/oidc/${id}`)).status).toBe(404);
  });

  test('cannot be made one of the team, of another company, or loosed from what the operator has said', async () => {
    const fields = {
      name: 'Globex ID',
      issuer: stand.issuer,
      clientId: OIDC_CLIENT.id,
      enabled: '1',
      audience: 'team',
    };
    const initech = await acme.companyId('Initech');
    await admin.post(`${path()}/${id}`, { ...fields, companyId: initech, blocked: '1' });
    const owner = await acme.owner.browser();
    const page = await owner.get(`/console/settings/oidc-connections/${id}`);
    expect(page.status).toBe(200);
    expect(page.text).toMatch(/name="blocked" value="1">/);
    expect((await owner.get(`/console/companies/${globex}`)).text).toContain('Globex ID');
    // The operator switches it off, and the company cannot switch it on.
    const blocked = { ...fields, audience: 'customers', blocked: '1', makesAccounts: '1' };
    expect((await owner.post(`/console/settings/oidc-connections/${id}`, blocked)).status).toBe(303);
    await admin.post(`${path()}/${id}`, { ...fields, blocked: '' });
    expect((await acme.visitor().get(`/sign-in/with/${id}`)).status).toBe(403);
    const ulf = acme.visitor();
    await ulf.signIn('ulf@globex.example', PASSWORD);
    expect(ulf.cookie('session')).toBeDefined();
  });
});

test('a connection of the team is set up by owners alone, and an owner keeps the password', async () => {
  const { id } = await connected(acme, stand.issuer, { audience: 'team', roles: [{ group: 'Desk', role: 'agent' }] });
  await acme.owns('acme.example');
  const administrator = await (await acme.agent('Mara', 'admin')).browser();
  const page = `/console/settings/oidc-connections/${id}`;
  const fields = { name: 'Ours', audience: 'team', issuer: stand.issuer, clientId: OIDC_CLIENT.id, enabled: '1' };
  expect((await administrator.post(page, { ...fields, makesAccounts: '1' })).status).toBe(403);
  expect((await administrator.get(`/sign-in/with/${id}?trial=1`)).status).toBe(403);
  const owner = await acme.owner.browser();
  stand.account('mara', { email: 'mara@acme.example', email_verified: true, groups: ['Desk'] });
  await through(owner, stand, id, '?trial=1');
  const enforced = { ...fields, 'groups-0-group': 'Desk', 'groups-0-role': 'agent', enforced: '1' };
  expect((await owner.post(page, enforced)).text).toContain('Choose the owner who keeps the password');
  const [{ id: keeperId }] = (await acme.query<{ id: string }>(() => sql`select id from ${table('person')} where email = 'owner@acme.example'`)) as [{ id: string }]; // prettier-ignore
  const withoutFactor = await owner.post(page, { ...enforced, keeperId });
  expect([withoutFactor.status, withoutFactor.text.includes('id="keeperId-error"')]).toEqual([422, true]);
  const secret = generateSecret();
  const { name } = await acme.owner.actor();
  await acme.inside(() => world.get(Factors).addApp({ id: keeperId, name }, secret, generateSync({ secret }), 'Phone'));
  const password = await (await acme.agent('Pam')).browser();
  await acme.change(
    () => sql`update ${table('person')} set email = 'pam@acme.example' where name = 'Pam' returning id`,
  );
  expect((await owner.post(page, { ...enforced, keeperId })).status).toBe(303);
  // Whoever came by a password is led to the connection with the next request, and what they typed is not lost.
  expect((await password.get('/console/tickets')).headers['location']).toMatch(/^\/sign-in\/required\?/);
  expect((await password.get('/sign-in/required')).text).toContain(`/sign-in/with/${id}`);
  const typed = await password.post('/console/account/profile', { name: 'Typed before' });
  expect([typed.status, typed.text.includes('Typed before'), typed.text.includes('/sign-in/required')]).toEqual([
    ...[401, true, true],
  ]);
  stand.account('pam', { email: 'pam@acme.example', email_verified: true, groups: ['Desk'] });
  expect((await through(password, stand, id, '?return_to=/console/tickets')).headers['location']).toBe('/console/tickets'); // prettier-ignore
  expect((await password.get('/console/tickets')).status).toBe(200);
  // The keeper goes on, and keeps a second factor as long as they are the keeper.
  expect((await owner.get(page)).status).toBe(200);
  const held = await acme.inside(() => world.get(Factors).of(keeperId));
  await expect(acme.inside(() => world.get(Factors).remove({ id: keeperId, name }, held[0]!.id))).rejects.toThrow(
    Conflict,
  );
  const mara = acme.visitor();
  expect((await mara.signIn('mara@acme.example', PASSWORD, '/console/sign-in')).headers['location']).toBe(
    '/sign-in/required',
  );
  expect(mara.cookie('session')).toBeUndefined();
  expect((await through(mara, stand, id, '?return_to=/console/tickets')).headers['location']).toBe('/console/tickets');
  expect((await mara.get('/console/tickets')).status).toBe(200);
  // Break-glass: the provider is away, and the owner comes in.
  await acme.owner.browser();
});
