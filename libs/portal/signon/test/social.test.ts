import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type TestTenant, World, OIDC_CLIENT, pathOf } from '@foyer/app-cli/testing';
import { ConfigError, loadConfig } from '@foyer/config';
import { Collections } from '@foyer/settings';
import { Attempts, socialConnections } from '@foyer/signon';
import { BentStand } from './bent-stand.js';
import { personAt } from './connected.js';

const DIRECTORY = '11111111-2222-4333-8444-555555555555';
const MICROSOFT = 'https://login.microsoftonline.com';
let world: World;
let acme: TestTenant;
const stands: Record<string, BentStand> = {};

beforeAll(async () => {
  stands['google'] = await BentStand.open('https://accounts.google.com');
  stands['microsoft'] = await BentStand.open(`${MICROSOFT}/{tenantid}/v2.0`);
  stands['github'] = await BentStand.open('https://github.com');
  const pairs = [
    ['https://accounts.google.com', stands['google'].origin],
    [MICROSOFT, stands['microsoft'].origin],
    ['https://github.com', stands['github'].origin],
    ['https://api.github.com', stands['github'].origin],
  ];
  world = await World.start({
    ...{ PRIVATE_NETWORKS: '127.0.0.0/8', SIGN_ON_STAND_INS: pairs.map((pair) => pair.join('=')).join(',') },
  });
  acme = await world.tenant('acme');
  await acme.owns('acme.example');
});
beforeEach(() => Object.values(stands).forEach((stand) => (stand.bent = {})));

async function connectedTo(provider: 'google' | 'microsoft' | 'github', more: object = {}): Promise<string> {
  const actor = await acme.owner.actor();
  const given = {
    ...{ name: provider, companyId: null, audience: 'customers' as const, provider, organisation: '' },
    ...{
      clientId: OIDC_CLIENT.id,
      clientSecret: OIDC_CLIENT.secret,
      emailAttribute: '',
      nameAttribute: '',
      groupsAttribute: '',
    },
    ...{ trustsAddresses: false, makesAccounts: true, roles: [], groupsRule: false, countsAsSecondFactor: false },
    ...{ enforced: false, keeperId: null, enabled: true, blocked: false },
  };
  const collections = world.get(Collections);
  return (await acme.inside(() => collections.add(actor, socialConnections, { ...given, ...more }))).id;
}

/** What comes of somebody who is all this there. */
async function comes(id: string, stand: BentStand, person: Record<string, unknown>) {
  stand.person = person;
  const visitor = acme.visitor();
  const away = (await visitor.get(`/sign-in/with/${id}`)).headers['location']!;
  const back = await visitor.get(pathOf(stand.come(away)));
  const [last] = await acme.inside(() => world.get(Attempts).of(id));
  return { away: new URL(away), isIn: visitor.cookie('session') !== undefined, why: last!.reason, back: back.status };
}

describe('Google', () => {
  const person = (sub: string, more: object) => ({ sub, email_verified: true, name: 'Gil', ...more });
  test('lets in by its own addresses and those of its organisations, and by no other', async () => {
    const [id, stand] = [await connectedTo('google'), stands['google']!];
    expect(await comes(id, stand, person('1', { email: 'gil@gmail.com' }))).toMatchObject({ isIn: true });
    const hosted = person('2', { email: 'gil@shop.example', hd: 'shop.example' });
    expect(await comes(id, stand, hosted)).toMatchObject({ isIn: true });
    // It was theirs once, when they opened their account there.
    const once = person('3', { email: 'gil@elsewhere.example' });
    expect(await comes(id, stand, once)).toMatchObject({ isIn: false, why: 'unverified' });
    const not = person('4', { email: 'other@gmail.com', email_verified: false });
    expect(await comes(id, stand, not)).toMatchObject({ isIn: false, why: 'unverified' });
  });

  test('lets in those of one organisation where one is named, by what is signed', async () => {
    const [id, stand] = [await connectedTo('google', { organisation: 'shop.example' }), stands['google']!];
    const { away, isIn } = await comes(id, stand, person('5', { email: 'a@shop.example', hd: 'shop.example' }));
    expect([away.searchParams.get('hd'), isIn]).toEqual(['shop.example', true]);
    for (const hd of ['another.example', undefined])
      expect(await comes(id, stand, person('6', { email: 'b@gmail.com', hd }))).toMatchObject({
        isIn: false,
        why: 'answer',
      });
  });

  test('does not let a stranger into the team', async () => {
    const id = await connectedTo('google', { audience: 'team', roles: [{ group: 'Desk', role: 'agent' }] });
    const stranger = person('7', { email: 'gil@gmail.com', groups: ['Desk'] });
    expect(await comes(id, stands['google']!, stranger)).toMatchObject({ isIn: false, why: 'not-claimed' });
  });
});

describe('Microsoft', () => {
  const of = (tid: unknown, sub: string, more: object) => ({
    ...{ sub, tid, iss: `${MICROSOFT}/${String(tid)}/v2.0`, name: 'Mia', ...more },
  });
  test('is believed an address where it says that the domain is the directory’s (nOAuth)', async () => {
    const [id, stand] = [await connectedTo('microsoft'), stands['microsoft']!];
    const forged = of(DIRECTORY, '1', { email: 'owner@acme.example' });
    expect(await comes(id, stand, forged)).toMatchObject({ isIn: false, why: 'unverified' });
    const owned = of(DIRECTORY, '2', { email: 'mia@firm.example', xms_edov: true });
    expect(await comes(id, stand, owned)).toMatchObject({ isIn: true });
    expect((await personAt(acme, 'mia@firm.example'))!.teamRole).toBeNull();
    for (const xms_edov of [false, '0', 0, 'yes', {}])
      expect(await comes(id, stand, of(DIRECTORY, '3', { email: 'x@firm.example', xms_edov }))).toMatchObject({
        isIn: false,
      });
  });

  test('of one directory’s accounts opens to no other, whatever it says of itself', async () => {
    const [id, stand] = [await connectedTo('microsoft'), stands['microsoft']!];
    const another = '99999999-2222-4333-8444-555555555555';
    const between = {
      ...of(DIRECTORY, '4', { email: 'm@firm.example', xms_edov: true }),
      iss: `${MICROSOFT}/${another}/v2.0`,
    };
    expect(await comes(id, stand, between)).toMatchObject({ isIn: false, why: 'answer' });
    expect(await comes(id, stand, of('x', '5', { email: 'm@firm.example', xms_edov: true }))).toMatchObject({
      why: 'answer',
    });
    const named = await connectedTo('microsoft', { organisation: DIRECTORY });
    const stranger = of(another, '6', { email: 's@firm.example', xms_edov: true });
    expect(await comes(named, stand, stranger)).toMatchObject({ isIn: false, why: 'answer' });
  });
});

describe('GitHub', () => {
  test('lets in by the first address that it has verified', async () => {
    const [id, stand] = [await connectedTo('github'), stands['github']!];
    const at = (email: string, primary: boolean, verified: boolean) => ({ email, primary, verified });
    stand.emails = [at('other@hub.example', false, true), at('Octo@hub.example', true, false)];
    expect(await comes(id, stand, {})).toMatchObject({ isIn: false, why: 'unverified' });
    stand.emails = [at('other@hub.example', false, true), at('Octo@hub.example', true, true)];
    const { away, isIn } = await comes(id, stand, {});
    expect([away.href.startsWith('https://github.com/login/oauth/authorize?'), isIn]).toEqual([true, true]);
    expect(away.searchParams.get('code_challenge_method')).toBe('S256');
    expect(await personAt(acme, 'octo@hub.example')).not.toBeNull();
    stand.bent = { userinfo: { id: 'not a number' } };
    expect(await comes(id, stand, {})).toMatchObject({ isIn: false, why: 'answer' });
  });
});

test('nothing answers in the place of a provider but in tests', () => {
  const given = { NODE_ENV: 'production', SIGN_ON_STAND_INS: 'https://github.com=http://127.0.0.1:4000' };
  const problems = (() => {
    try {
      return [loadConfig(given)].length ? [] : [];
    } catch (error) {
      return (error as ConfigError).problems;
    }
  })();
  expect(problems.join(' ')).toContain('SIGN_ON_STAND_INS is for tests alone');
});
