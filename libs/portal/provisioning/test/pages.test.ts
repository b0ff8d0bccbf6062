import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { Collections } from '@foyer/settings';
import { oidcConnections } from '@foyer/signon';
import { directories } from '@foyer/provisioning';
import { PATCH, personAt, Provider, provider } from './provider.js';

const KEY = /key_live_[0-9a-f]{32}_[0-9A-Za-z]{49}/;
let world: World;
let acme: TestTenant;
let admin: Visitor;
let path: string;
let token: string;

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  admin = await (await (await acme.customer('Ana')).of('Globex', 'company_admin')).browser();
  await (await acme.customer('Ulf')).of('Globex');
  await (await acme.customer('Ini')).of('Initech', 'company_admin');
  const company = await acme.companyId('Globex');
  await acme.owns('globex.example', company);
  path = `/company/sign-in/${company}/directory`;
});

const asProvider = async (key = token) => {
  const [directory] = await acme.inside(() => world.get(Collections).all(directories));
  return new Provider(acme, directory!, key);
};

describe('a company’s admin', () => {
  test('sets a directory up; its token is shown once, and works', async () => {
    expect((await admin.get('/company')).text).toContain(path);
    expect((await admin.get(path)).text).toContain('Set up directory');
    expect((await admin.post(path)).status).toBe(303);
    const made = await admin.post(`${path}/tokens`, { label: 'Okta', days: '365', addresses: '' });
    [token] = KEY.exec(made.text)! as unknown as [string];
    expect(made.text).toContain(`${acme.tenant.origin}/scim/v2`);
    const page = await admin.get(path);
    expect([page.text.includes('Okta'), KEY.test(page.text)]).toEqual([true, false]);
    expect((await (await asProvider()).user('joe@globex.example')).id).toBeTruthy();
    await (await asProvider()).get('/Users?filter=x');
    const shown = await shownUntil('invalidFilter');
    expect(shown).toContain('/Users?filter');
    const stored = await acme.query(() => sql`select row_to_json(k)::text as text from ${table('api_key')} k`);
    expect(JSON.stringify(stored)).not.toContain(token.slice(-49));
  });

  async function shownUntil(words: string): Promise<string> {
    for (let tries = 0; tries < 50; tries += 1) {
      const { text } = await admin.get(path);
      if (text.includes(words)) return text;
      await new Promise((later) => setTimeout(later, 50));
    }
    throw new Error(`Never: ${words}`);
  }

  test('says what groups mean, and roles follow at once', async () => {
    const it = await asProvider();
    const [{ id }] = (await it.get('/Users')).body.Resources as [{ id: string }];
    await it.group('Buyers', id);
    expect((await admin.get(path)).text).toContain('Buyers');
    const fields = { name: 'Okta', enabled: '1', 'groups-0-group': 'Buyers', 'groups-0-role': 'company_user' };
    expect((await admin.post(path, { ...fields, 'groups-0-role': '' })).status).toBe(422);
    expect((await admin.post(path, fields)).status).toBe(303);
    expect((await personAt(acme, 'joe@globex.example'))!.places).toEqual({ Globex: 'company_user' });
  });

  test('replaces and revokes it', async () => {
    const [row] = await acme.query<{ id: string }>(() => sql`select id from ${table('api_key')}`);
    const next = KEY.exec((await admin.post(`${path}/tokens/${row!.id}/rotation`)).text)![0];
    for (const key of [token, next]) expect((await (await asProvider(key)).get('/Users')).status).toBe(200);
    expect((await admin.post(`${path}/tokens/${row!.id}/revocation`)).status).toBe(303);
    for (const key of [token, next]) expect((await (await asProvider(key)).get('/Users')).status).toBe(401);
  });

  test('nobody else: neither its other people, nor another company’s admin', async () => {
    for (const name of ['ulf', 'ini']) {
      const other = acme.visitor();
      await other.signIn(`${name}@customers.example`, 'orchard-lantern-42');
      expect((await other.get(path)).status).toBe(404);
      expect((await other.post(`${path}/tokens`, { label: 'x', days: '30' })).status).toBe(404);
    }
  });

  test('cannot undo what the operator has blocked', async () => {
    const actor = await acme.owner.actor();
    const [directory] = await acme.inside(() => world.get(Collections).all(directories));
    const blocked = { ...directory!, blocked: true };
    await acme.inside(() => world.get(Collections).replace(actor, directories, directory!.id, blocked));
    expect((await admin.get(path)).text).toContain('Switched off by the operator');
    await admin.post(path, { name: 'Okta', enabled: '1', blocked: '' });
    const [now] = await acme.inside(() => world.get(Collections).all(directories));
    expect(now!.blocked).toBe(true);
    expect((await admin.post(`${path}/tokens`, { label: 'x', days: '30' })).status).toBe(403);
    expect((await admin.post(`${path}/removal`)).status).toBe(303);
  });
});

describe('the team’s', () => {
  test('is for owners alone, and tokens give no role that their maker could not', async () => {
    const admins = await acme.agent('Kim', 'admin');
    const browser = await admins.browser();
    await acme.agent('Nil');
    const owner = await acme.owner.browser();
    const list = '/console/settings/directories';
    await browser.get(`${list}/new`);
    expect((await browser.post(list, { name: 'Ours', audience: 'team', enabled: '1' })).status).toBe(403);
    await owner.get(`${list}/new`);
    expect((await owner.post(list, { name: 'Ours', audience: 'team', enabled: '1' })).status).toBe(303);
    const [directory] = await acme.inside(() => world.get(Collections).all(directories));
    const at = `${list}/${directory!.id}`;
    expect((await browser.get(at)).status).toBe(200);
    expect((await browser.post(`${at}/tokens`, { label: 'x', days: '30' })).status).toBe(403);
    await owner.get(at);
    expect((await owner.post(`${at}/tokens`, { label: '', days: '30' })).status).toBe(422);
    expect(KEY.test((await owner.post(`${at}/tokens`, { label: 'Entra', days: '30' })).text)).toBe(true);
    expect(
      (await owner.post(at, { name: 'Ours', enabled: '1', 'groups-0-group': 'Boss', 'groups-0-role': 'owner' })).status,
    ).toBe(422);
    // Its maker has become less since.
    const [{ id: joined }] = (await acme.query<{ id: string }>(() => sql`select id from ${table('person')} where name = 'Nil'`)) as [{ id: string }]; // prettier-ignore
    await acme.change(
      () => sql`update ${table('api_key')} set created_by_id = ${joined} where directory_id = ${directory!.id}`,
    );
    const more = { name: 'Ours', enabled: '1', 'groups-0-group': 'Admins', 'groups-0-role': 'admin' };
    expect((await owner.post(at, more)).text).toContain('cannot give this role');
  });
});

test('whoever keeps the password for emergencies is never deprovisioned', async () => {
  const keeper = await acme.agent('Kira', 'owner');
  await acme.owns('acme.example');
  const [{ id: keeperId }] = (await acme.query<{ id: string }>(() => sql`select id from ${table('person')} where email = ${keeper.email}`)) as [{ id: string }]; // prettier-ignore
  const actor = await acme.owner.actor();
  const connection = {
    ...{
      name: 'ID',
      companyId: null,
      audience: 'team' as const,
      issuer: 'https://id.example',
      clientId: 'x',
      clientSecret: 'x',
    },
    ...{
      scope: '',
      emailAttribute: '',
      nameAttribute: '',
      groupsAttribute: '',
      trustsAddresses: false,
      makesAccounts: true,
    },
    ...{
      roles: [],
      groupsRule: false,
      countsAsSecondFactor: false,
      enforced: false,
      keeperId,
      enabled: true,
      blocked: false,
    },
  };
  await acme.inside(() => world.get(Collections).add(actor, oidcConnections, connection));
  const it = await provider(acme.owner, { audience: 'team' });
  const { id } = await it.user(keeper.email);
  const off = { schemas: [PATCH], Operations: [{ op: 'replace', path: 'active', value: false }] };
  for (const answer of [await it.ask('patch', `/Users/${id}`, off), await it.ask('delete', `/Users/${id}`)])
    expect([answer.status, answer.body.detail]).toEqual([409, expect.stringContaining('for emergencies')]);
  expect((await personAt(acme, keeper.email))!.status).toBe('active');
});
