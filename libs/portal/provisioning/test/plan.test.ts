import { beforeAll, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { NotInPlan } from '@foyer/entitlements';
import { Collections } from '@foyer/settings';
import { ClaimedDomains, oidcConnections } from '@foyer/signon';
import { directories, DirectoryTokens } from '@foyer/provisioning';

const SETTINGS = '/console/settings';
let world: World;
let acme: TestTenant;
let owner: Visitor;
let ana: Visitor;
let globex: string;

const PROVIDER = { name: 'Ours', audience: 'customers', issuer: 'https://id.acme.example' };
const adds = (visitor: Visitor, path: string, values: Record<string, string>) => visitor.post(path, values);
const all = () => acme.inside(() => world.get(Collections).all(oidcConnections));

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  ana = await (await (await acme.customer('Ana')).of('Globex', 'company_admin')).browser();
  globex = await acme.companyId('Globex');
  owner = await acme.owner.browser();
  await owner.get(SETTINGS);
  await ana.get('/company');
  await adds(owner, `${SETTINGS}/oidc-connections`, { ...PROVIDER, enabled: '1' });
  await adds(owner, `${SETTINGS}/directories`, { name: 'Ours', audience: 'team', enabled: '1' });
  await acme.isEntitledTo({ features: ['api', 'themes'] });
});

test('without single sign-on nothing of it is added: no connection, no directory, no token, no domain', async () => {
  for (const [path, values] of [
    ['oidc-connections', PROVIDER],
    ['saml-connections', { name: 'Ours', audience: 'team' }],
    ['directories', { name: 'Other', audience: 'team', enabled: '1' }],
    ['sign-in-domains', { domain: 'acme.example' }],
  ] as const) {
    const told = await adds(owner, `${SETTINGS}/${path}`, values);
    expect([path, told.text.includes('Your plan does not include single sign-on.')]).toEqual([path, true]);
    expect([path, told.text.includes(`href="${SETTINGS}/plan"`)]).toEqual([path, true]);
  }
  expect(await all()).toHaveLength(1);
  const actor = await acme.owner.actor();
  const [directory] = await acme.inside(() => world.get(Collections).all(directories));
  const token = { name: 'Okta', addresses: [], days: 30 };
  await expect(acme.inside(() => world.get(DirectoryTokens).create(actor, directory!, token))).rejects.toThrow(
    NotInPlan,
  );
  const claiming = acme.inside(() => world.get(ClaimedDomains).claim(actor, null, 'acme.example'));
  await expect(claiming).rejects.toThrow(NotInPlan);
});

test('a company’s admin hears nothing of the operator’s plan', async () => {
  for (const [path, values] of [
    [`/company/sign-in/${globex}/providers/oidc`, PROVIDER],
    [`/company/sign-in/${globex}/domains`, { domain: 'globex.example' }],
  ] as const) {
    const told = await adds(ana, path, values);
    expect([path, told.text.includes('This is not possible in this portal at the moment.')]).toEqual([path, true]);
    expect(told.text.includes('Your plan')).toBe(false);
  }
});

test('what is there goes on, is not changed, and can be switched off and removed', async () => {
  const connections = await all();
  const actor = await acme.owner.actor();
  const collections = world.get(Collections);
  const [directory] = await acme.inside(() => collections.all(directories));
  const { id, ...item } = directory!;
  const becomes = (now: object) => acme.inside(() => collections.replace(actor, directories, id, { ...item, ...now }));
  await expect(becomes({ name: 'Renamed' })).rejects.toThrow(NotInPlan);
  await becomes({ enabled: false });
  await expect(becomes({ enabled: true })).rejects.toThrow(NotInPlan);
  await acme.inside(() => collections.remove(actor, directories, id));
  await acme.inside(() => collections.remove(actor, oidcConnections, connections[0]!.id));
  expect(await all()).toEqual([]);
});
