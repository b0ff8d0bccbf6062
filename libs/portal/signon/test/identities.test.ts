import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type TestTenant, World, type Account, OidcStand, through } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { Deactivations } from '@foyer/identity';
import { Collections } from '@foyer/settings';
import { Attempts, ConnectionBook, oidcConnections } from '@foyer/signon';
import { connected, personAt } from './connected.js';

let world: World;
let acme: TestTenant;
let stand: OidcStand;
let globex: string;

beforeAll(async () => {
  stand = await OidcStand.open();
  world = await World.startWithWorker({ PRIVATE_NETWORKS: '127.0.0.0/8' });
  acme = await world.tenant('acme');
  await (await acme.customer('Ana')).of('Globex', 'company_admin');
  globex = await acme.companyId('Globex');
  await acme.owns('globex.example', globex);
  await acme.owns('acme.example');
});

beforeEach(() => acme.inside(() => world.get(Collections).apply(oidcConnections as never, [])));

const told = (address: string) =>
  world.mails.mails.filter(({ to }) => [to].flat()[0]?.value[0]?.address === address).map(({ subject }) => subject);

let subjects = 0;
/** What comes of somebody who is all this at their provider; `as`: a subject that came before. */
async function comes(connection: string, account: Account, as = `subject-${(subjects += 1)}`) {
  stand.account(as, { name: 'Somebody', email_verified: true, ...account });
  const visitor = acme.visitor();
  const { status, headers } = await through(visitor, stand, connection);
  const [last] = await acme.inside(() => world.get(Attempts).of(connection));
  const steps = last!.steps.map(({ what, role }) => (role ? `${what} ${role}` : what)).join(', ');
  return { as, visitor, to: status === 303 ? headers['location'] : null, why: last!.reason, steps };
}
const ofGlobex = (more: object = {}) => connected(acme, stand.issuer, { companyId: globex, ...more });
const forTeam = (more: object = {}) => connected(acme, stand.issuer, { audience: 'team', ...more });

describe('26: Identity = (tenant, connection, subject); an e-mail links only if verified and the domain is claimed', () => {
  test.each([
    ['not verified', { email: 'ana@globex.example', email_verified: false }, 'unverified'],
    ['not said to be verified', { email: 'ana@globex.example', email_verified: undefined }, 'unverified'],
    ['verified, in a domain of nobody', { email: 'ana@customers.example' }, 'not-claimed'],
    ['verified, in the operator’s domain', { email: 'owner@acme.example' }, 'not-claimed'],
    ['none', { email: undefined }, 'no-address'],
    ['no address at all', { email: '"a b"@globex.example' }, 'no-address'],
  ])('of a company: an address that is %s', async (_, account, why) => {
    const { id } = await ofGlobex();
    expect(await comes(id, account)).toMatchObject({ to: null, why });
  });

  test('of a company: nobody who has moved on to another, with the account', async () => {
    const { id } = await ofGlobex();
    const came = await comes(id, { email: 'mole@globex.example' });
    const moved = async (email: string, company: string | null) => {
      await acme.change(
        () => sql`update ${table('person')} set email = ${email} where email like 'mole@%' returning id`,
      );
      if (company) await (await acme.customer('Vic')).of(company);
      if (company)
        await acme.change(
          () => sql`insert into ${table('membership')} (person_id, company_id, role, created_at)
                    select p.id, c.id, 'user', now() from ${table('person')} p, ${table('company')} c
                     where p.email = ${email} and c.name = ${company} on conflict do nothing returning person_id`,
        );
    };
    // Their address is nobody's, and they belong to Globex alone: still theirs.
    await moved('mole@else.example', null);
    expect((await comes(id, {}, came.as)).to).toBe('/');
    await moved('mole@victim.example', 'Victim');
    expect(await comes(id, {}, came.as)).toMatchObject({ to: null, why: 'unlinkable' });
    await acme.change(() => sql`delete from ${table('membership')} where company_id = ${globex} and person_id = (select id from ${table('person')} where email = 'mole@victim.example') returning person_id`); // prettier-ignore
    expect(await comes(id, {}, came.as)).toMatchObject({ to: null, why: 'unlinkable' });
    await moved('mole@globex.example', null);
    expect((await comes(id, {}, came.as)).to).toBe('/');
  });

  test('of a company: verified and claimed, the account that is there', async () => {
    const { id } = await ofGlobex();
    await acme.change(() => sql`update ${table('person')} set email = 'ana@globex.example' where email = 'ana@customers.example' returning id`); // prettier-ignore
    const { as, visitor, to } = await comes(id, { email: 'Ana@Globex.example' });
    const account = (await visitor.get('/account')).text;
    expect([account.includes('Linked sign-in'), account.includes('Example ID')]).toEqual([true, true]);
    expect([to, (await visitor.get('/account')).text.includes('ana@globex.example')]).toEqual(['/', true]);
    // The same subject of another connection is somebody else, and their address is no other's.
    const { id: other } = await connected(acme, stand.issuer);
    expect(await comes(other, { email: 'ana@globex.example' }, as)).toMatchObject({ to: null, why: 'not-claimed' });
    // Whoever gets the address next is not whoever had it.
    expect(await comes(id, { email: 'ana@globex.example' })).toMatchObject({ to: null, why: 'unlinkable' });
    // Unless the operator's team says so.
    const owner = await acme.owner.browser();
    const page = `/console/people/${(await personAt(acme, 'ana@globex.example'))!.id}`;
    const [removal] = /\/console\/people\/[^"]+\/removal/.exec((await owner.get(page)).text)!;
    const admin = await (await acme.agent('Mara')).browser();
    expect((await admin.post(removal)).status).toBe(403);
    expect((await owner.post(removal)).headers['location']).toBe(page);
    expect(await comes(id, { email: 'ana@globex.example' })).toMatchObject({ to: '/', why: null });
    // Whose account it is hears of each time.
    await world.calm();
    const [linked, unlinked] = ['A new way to sign in to your account', 'A way to sign in to your account was removed'];
    // In whatever order a worker takes them.
    expect(told('ana@globex.example').sort()).toEqual([linked, linked, unlinked]);
  });

  test('of the operator, for customers: an account that is there is linked in a claimed domain alone', async () => {
    const { id } = await connected(acme, stand.issuer);
    await acme.customer('Ulf');
    expect(await comes(id, { email: 'ulf@customers.example' })).toMatchObject({ to: null, why: 'unlinkable' });
    expect(await comes(id, { email: 'ula@customers.example' })).toMatchObject({ to: '/', steps: 'makes' });
    await world.calm();
    expect(told('ula@customers.example')).toEqual([]);
    // Nor where the company decides who has an address.
    expect(await comes(id, { email: 'new@globex.example' })).toMatchObject({ to: null, why: 'not-claimed' });
  });

  test('nobody of the team comes by a connection of customers, also who joined it later', async () => {
    await acme.owns('both.example', globex);
    const { id } = await ofGlobex();
    const { as } = await comes(id, { email: 'kim@both.example' });
    await acme.change(() => sql`update ${table('person')} set team_role = 'agent' where email = 'kim@both.example' returning id`); // prettier-ignore
    expect(await comes(id, {}, as)).toMatchObject({ to: null, why: 'team' });
    const { id: operators } = await connected(acme, stand.issuer);
    expect(await comes(operators, { email: 'owner@acme.example' })).toMatchObject({ to: null, why: 'team' });
  });

  test('an address that only counts as verified counts in the claimed domain alone', async () => {
    const account = { email: 'tom@globex.example', email_verified: undefined };
    expect(await comes((await ofGlobex({ trustsAddresses: true })).id, account)).toMatchObject({ to: '/' });
    const { id } = await connected(acme, stand.issuer, { trustsAddresses: true });
    const elsewhere = { email: 'tom@elsewhere.example', email_verified: undefined };
    expect(await comes(id, elsewhere)).toMatchObject({ to: null, why: 'not-claimed' });
    const said = { email: 'tim@globex.example', email_verified: false };
    expect(await comes((await ofGlobex({ trustsAddresses: true })).id, said)).toMatchObject({ why: 'unverified' });
  });

  test('whoever is deactivated is not let in, and no account is made where none is to be', async () => {
    const { id } = await ofGlobex();
    const { as } = await comes(id, { email: 'dan@globex.example' });
    const dan = await personAt(acme, 'dan@globex.example');
    const owner = await acme.owner.actor();
    await acme.inside(() => world.get(Deactivations).deactivate(owner, dan!.id));
    expect(await comes(id, {}, as)).toMatchObject({ to: null, why: 'deactivated' });
    const { id: closed } = await ofGlobex({ makesAccounts: false });
    expect(await comes(closed, { email: 'una@globex.example' })).toMatchObject({ to: null, why: 'unknown' });
    expect(await personAt(acme, 'una@globex.example')).toBeNull();
  });
});

describe('roles follow groups', () => {
  test('in the connection’s company, at each sign-in; what was given by hand since stays', async () => {
    const roles = [
      { group: 'Heads', role: 'company_admin' },
      { group: 'Staff', role: 'company_user' },
    ];
    const { id } = await ofGlobex({ roles });
    const email = 'rob@globex.example';
    const { as } = await comes(id, { email, groups: ['Staff'] });
    expect(await personAt(acme, email)).toMatchObject({ role: 'company_user', teamRole: null });
    await comes(id, { groups: ['Staff', 'Heads'] }, as);
    expect(await personAt(acme, email)).toMatchObject({ role: 'company_admin' });
    await comes(id, { groups: [] }, as);
    expect(await personAt(acme, email)).toMatchObject({ role: 'user' });
    await acme.change(() => sql`update ${table('membership')} set role = 'company_admin' where person_id = (select id from ${table('person')} where email = ${email}) returning role`); // prettier-ignore
    expect(await comes(id, { groups: ['Staff'] }, as)).toMatchObject({ steps: 'known, role-stays company_admin' });
    expect(await personAt(acme, email)).toMatchObject({ role: 'company_admin' });
  });

  test('unless the groups are to rule', async () => {
    const { id } = await ofGlobex({ groupsRule: true, roles: [{ group: 'Staff', role: 'company_user' }] });
    await comes(id, { email: 'rita@globex.example', groups: ['Staff'] });
    const { as } = { as: `subject-${subjects}` };
    await acme.change(() => sql`update ${table('membership')} set role = 'company_admin' where person_id = (select id from ${table('person')} where email = 'rita@globex.example') returning role`); // prettier-ignore
    await comes(id, { groups: [] }, as);
    expect(await personAt(acme, 'rita@globex.example')).toMatchObject({ role: 'user' });
  });

  test('in the team: a role comes and goes, an owner is neither made nor unmade', async () => {
    const { id } = await forTeam({ roles: [{ group: 'Desk', role: 'agent' }] });
    const email = 'desk@acme.example';
    expect(await comes(id, { email, groups: ['Other'] })).toMatchObject({ to: null, why: 'no-role' });
    expect(await personAt(acme, email)).toBeNull();
    const { as, to } = await comes(id, { email, groups: ['Desk'] });
    expect([to, (await personAt(acme, email))!.teamRole]).toEqual(['/console', 'agent']);
    expect(await comes(id, { groups: [] }, as)).toMatchObject({ to: null, why: 'no-role' });
    expect((await personAt(acme, email))!.teamRole).toBeNull();
    expect(await comes(id, { email: 'owner@acme.example', groups: ['Desk'] })).toMatchObject({ to: '/console' });
    expect((await personAt(acme, 'owner@acme.example'))!.teamRole).toBe('owner');
    const owner = { roles: [{ group: 'Desk', role: 'owner' }] };
    await expect(forTeam(owner)).rejects.toThrow();
    await expect(ofGlobex({ audience: 'team' })).rejects.toThrow();
  });

  test('a team or a portal that is full takes nobody in, and tells them nothing of a plan', async () => {
    const [{ id }, { id: ofCompany }] = [
      await forTeam({ roles: [{ group: 'Desk', role: 'agent' }] }),
      await ofGlobex(),
    ];
    await acme.isEntitledTo({ limits: { agents: 1, customers: 1 } });
    const late = await comes(id, { email: 'late@acme.example', groups: ['Desk'] });
    expect(late).toMatchObject({ to: null, why: 'full' });
    expect(await personAt(acme, 'late@acme.example')).toBeNull();
    expect(await comes(ofCompany, { email: 'late@globex.example' })).toMatchObject({ to: null, why: 'full' });
    await acme.isEntitledTo({ limits: { agents: 100, customers: 1 } });
    // Whoever comes into the team takes no place among the customers.
    const { to } = await comes(id, { email: 'late@acme.example', groups: ['Desk'] }, late.as);
    expect(to).toBe('/console');
    await acme.isEntitledTo({});
  });

  test('a role of the operator’s that company admins cannot give is given by no group of a company', async () => {
    const { id } = await ofGlobex({ roles: [{ group: 'Staff', role: 'company_user' }] });
    const [connection] = (await acme.inside(() => world.get(ConnectionBook).all())).filter((one) => one.id === id);
    expect(connection!.roles).toEqual([{ group: 'Staff', role: 'company_user' }]);
    await expect(ofGlobex({ roles: [{ group: 'Staff', role: 'agent' }] })).rejects.toThrow();
  });
});
