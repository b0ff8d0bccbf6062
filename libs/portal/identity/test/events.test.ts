import { expect, test } from '@jest/globals';
import { PASSWORD, World } from '@foyer/app-cli/testing';
import { Tokens } from '@foyer/credentials';
import { Accounts, Companies, Deactivations, Invitations, Newcomers, Registrations } from '@foyer/identity';

const world = await World.start();
const acme = await world.tenant('acme');
const ana = await (await acme.customer('Ana')).of('Globex', 'company_admin');
const [owner, asAna] = [await acme.owner.actor(), await ana.actor()];
const companyId = asAna.companies[0]!.id;

/** What a verb tells, without the work that it gives to others. */
async function told(verb: () => Promise<unknown>) {
  await acme.published();
  await acme.inside(verb);
  return (await acme.published()).filter(({ name }) => name !== 'mail.queued');
}

test('companies, who belongs to them, and as what', async () => {
  const companies = world.get(Companies);
  const details = { name: 'Hooli', domain: null };
  const [created] = await told(() => companies.create(owner, details));
  expect(created).toEqual({ name: 'company.created', facts: { companyId: expect.any(String) }, by: 'Acme Owner' });
  const { companyId: hooli } = created!.facts as { companyId: string };
  expect(
    await told(() => companies.update(owner, hooli, { name: 'Hooli Ltd', domain: null, parentId: companyId })),
  ).toEqual([
    {
      ...{ name: 'company.updated', by: 'Acme Owner' },
      facts: { companyId: hooli, changes: [{ field: 'name' }, { field: 'parentId', from: null, to: companyId }] },
    },
  ]);
  expect(await told(() => companies.update(owner, hooli, { name: 'Hooli Ltd', domain: null }))).toEqual([]);
  const of = { companyId: hooli, personId: asAna.id! };
  expect(await told(() => companies.link(owner, hooli, asAna.id!, 'user'))).toMatchObject([
    { name: 'company.member-joined', facts: { ...of, role: 'user' } },
  ]);
  expect(await told(() => companies.changeRole(owner, hooli, asAna.id!, 'company_user'))).toMatchObject([
    { name: 'company.member-role-changed', facts: { ...of, from: 'user', to: 'company_user' } },
  ]);
  expect(await told(() => companies.changeRole(owner, hooli, asAna.id!, 'company_user'))).toEqual([]);
  expect(await told(() => companies.remove(owner, hooli, asAna.id!))).toMatchObject([
    { name: 'company.member-removed', facts: { ...of, role: 'company_user' } },
  ]);
});

test('the team, from the invitation to the end', async () => {
  const [invitations, companies] = [world.get(Invitations), world.get(Companies)];
  const deactivations = world.get(Deactivations);
  const invitee = { name: 'Mo', email: 'mo@acme.example' };
  expect(await told(() => invitations.invite(owner, invitee, { teamRole: 'agent' }, 'en'))).toMatchObject([
    { name: 'person.invited', facts: { email: invitee.email, destination: { teamRole: 'agent' } }, by: 'Acme Owner' },
  ]);
  const [pending] = await acme.inside(() => invitations.pending(owner, null));
  const invitationId = pending!.id;
  expect(await told(() => invitations.withdraw(owner, null, invitationId))).toMatchObject([
    { name: 'person.invitation-withdrawn', facts: { invitationId, companyId: null } },
  ]);
  const personId = (await (await acme.agent('Mara')).actor()).id!;
  expect(await told(() => companies.changeTeamRole(owner, personId, 'viewer'))).toMatchObject([
    { name: 'person.team-role-changed', facts: { personId, from: 'agent', to: 'viewer' }, by: 'Acme Owner' },
    { name: 'session.all-ended', facts: { personId } },
  ]);
  expect(await told(() => companies.changeTeamRole(owner, personId, null))).toMatchObject([
    { facts: { from: 'viewer', to: null } },
    { name: 'session.all-ended' },
  ]);
  expect(await told(() => deactivations.deactivate(owner, personId))).toMatchObject([{ name: 'person.deactivated' }]);
  expect(await told(() => deactivations.reactivate(owner, personId))).toMatchObject([
    { name: 'person.reactivated', facts: { personId }, by: 'Acme Owner' },
  ]);
  const added = await told(() =>
    world.get(Newcomers).add(owner, { name: 'Vi', email: 'vi@customers.example' }, null, false),
  );
  expect(added).toMatchObject([{ name: 'person.registered', facts: { way: 'team' } }]);
});

test('one’s own account: what was changed, and none of the words', async () => {
  const [accounts, personId] = [world.get(Accounts), asAna.id!];
  const profile = { name: 'Ana', locale: 'de', timeZone: null };
  expect(await told(() => accounts.changeProfile(asAna, profile))).toEqual([
    { name: 'person.profile-changed', facts: { personId, fields: ['locale'] }, by: 'Ana' },
  ]);
  expect(await told(() => accounts.changeProfile(asAna, profile))).toEqual([]);
  expect(await told(() => accounts.changeEmail(asAna, PASSWORD, 'ana.new@customers.example'))).toEqual([
    { name: 'person.email-change-asked', facts: { personId }, by: 'Ana' },
  ]);
  expect(await told(() => accounts.endOtherSessions(asAna))).toMatchObject([
    { name: 'session.all-ended', facts: { personId, exceptId: asAna.sessionId } },
  ]);
});

test('who signs in, who is not let in, and who signs out', async () => {
  const personId = asAna.id!;
  const signIn = (email: string, password: string) => async () => void (await acme.visitor().signIn(email, password));
  expect(await told(signIn(ana.email, 'not the password'))).toMatchObject([
    { name: 'session.refused', facts: { personId } },
  ]);
  expect(await told(signIn('nobody@customers.example', PASSWORD))).toMatchObject([
    { name: 'session.refused', facts: { personId: null } },
  ]);
  const browser = acme.visitor();
  expect(await told(() => browser.signIn(ana.email, PASSWORD).then(() => undefined))).toMatchObject([
    { name: 'session.started', facts: { personId, way: 'password' }, by: 'Ana' },
  ]);
  await browser.get('/tickets');
  expect(await told(() => browser.post('/sign-out').then(() => undefined))).toMatchObject([
    { name: 'session.ended', facts: { personId, sessionId: expect.any(String) }, by: 'Ana' },
  ]);
});

test('whoever has no session yet, but has proved who they are, is the one who did it', async () => {
  const token = (purpose: string, email: string, personId: string | null) =>
    acme.inside(() => world.get(Tokens).issue(purpose, { email, personId, hours: 1, data: {} }));
  const [accounts, personId] = [world.get(Accounts), asAna.id!];
  const reset = await token('reset', ana.email, personId);
  expect(await told(() => accounts.reset(reset, 'meadow-thistle-77'))).toMatchObject([
    { name: 'person.password-changed', facts: { personId }, by: 'Ana' },
  ]);
  const verify = await token('verify', 'zoe@customers.example', null);
  const zoe = { name: 'Zoe', phone: null, password: 'meadow-thistle-77' };
  expect(await told(() => world.get(Registrations).verify(verify, zoe))).toMatchObject([
    { name: 'person.registered', facts: { way: 'registration' }, by: 'Zoe' },
    { name: 'person.verified', by: 'Zoe' },
  ]);
});
