import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World, pathOf } from '@foyer/app-cli/testing';
import { Attempts } from '@foyer/signon';
import { type Bent, BentStand } from './bent-stand.js';
import { connected, personAt } from './connected.js';

let world: World;
let acme: TestTenant;
let stand: BentStand;
let id: string;

beforeAll(async () => {
  stand = await BentStand.open();
  world = await World.start({ PRIVATE_NETWORKS: '127.0.0.0/8' });
  acme = await world.tenant('acme');
  ({ id } = await connected(acme, stand.origin));
});

const left = async (visitor: Visitor, connection = id): Promise<string> =>
  (await visitor.get(`/sign-in/with/${connection}`)).headers['location']!;

/** What comes of it, and what is written down of why. */
async function tried(bent: Bent, connection = id) {
  stand.bent = {};
  const visitor = acme.visitor();
  const address = await left(visitor, connection);
  stand.bent = bent;
  const back = await visitor.get(pathOf(stand.come(address)));
  stand.bent = {};
  const [last] = await acme.inside(() => world.get(Attempts).of(connection));
  return { status: back.status, isIn: visitor.cookie('session') !== undefined, why: last?.reason, check: last?.check };
}

describe('27: OIDC: wrong state, nonce, PKCE, iss, aud refused', () => {
  const now = Math.floor(Date.now() / 1000);
  test.each<[string, string | null, Bent]>([
    ['another state', 'oauth_invalid_response', { query: { state: 'another' } }],
    ['no state', 'oauth_invalid_response', { query: { state: '' } }],
    ['another nonce', 'oauth_jwt_claim_comparison_failed nonce', { claims: { nonce: 'another' } }],
    ['no nonce', 'oauth_invalid_response', { without: ['nonce'] }],
    ['another issuer', 'oauth_jwt_claim_comparison_failed iss', { claims: { iss: 'https://another.example' } }],
    ['another client’s token', 'oauth_jwt_claim_comparison_failed aud', { claims: { aud: 'another' } }],
    ['a token for several', 'oauth_jwt_claim_comparison_failed aud', { claims: { aud: ['another', 'more'] } }],
    ['a token that has ended', 'oauth_jwt_timestamp_check_failed exp', { claims: { iat: now - 900, exp: now - 600 } }],
    ['a token of tomorrow', 'oauth_jwt_timestamp_check_failed nbf', { claims: { nbf: now + 86_400 } }],
    ['a token without a subject', 'oauth_invalid_response', { without: ['sub'] }],
    ['a token without a signature (alg none)', 'oauth_invalid_response', { alg: 'none' }],
    ['a token signed with the client’s secret', 'oauth_invalid_response', { alg: 'HS256' }],
    ['a token signed by a stranger', 'oauth_invalid_response', { alg: 'stranger' }],
    ['the profile of somebody else', 'oauth_json_attribute_comparison_failed sub', { userinfo: { sub: 'another' } }],
    ['an answer that is none', 'oauth_response_is_not_json', { body: '<html>', status: 200 }],
    ['an answer of a megabyte', null, { body: 'x'.repeat(1_000_000), status: 200 }],
    ['a code that was used', 'invalid_grant', { query: { code: 'used' } }],
    ['the issuer of another in the answer', 'oauth_invalid_response', { query: { iss: 'https://another.example' } }],
  ])('%s', async (_, check, bent) => {
    const { status, isIn, ...said } = await tried(bent);
    expect([isIn, [400, 403].includes(status)]).toEqual([false, true]);
    expect(said).toEqual({ why: check ? 'answer' : 'unreachable', check });
    expect(await personAt(acme, 'ida@bent.example')).toBeNull();
  });

  test('and nothing else is: as it should be, the same opens', async () => {
    stand.person = { sub: 'una', email: 'una@bent.example', email_verified: true };
    expect(await tried({})).toMatchObject({ status: 303, isIn: true });
  });

  test('a provider that calls itself something else', async () => {
    const { id: other } = await connected(acme, `${stand.origin}/`.replace('127.0.0.1', 'localhost'));
    stand.bent = {};
    expect((await acme.visitor().get(`/sign-in/with/${other}`)).status).toBe(403);
  });

  test('the verifier goes to the provider alone, and only its hash with the browser', async () => {
    const visitor = acme.visitor();
    const address = new URL(await left(visitor));
    expect(address.searchParams.get('code_challenge_method')).toBe('S256');
    expect(address.searchParams.get('code_challenge')).toHaveLength(43);
    expect(address.searchParams.has('code_verifier')).toBe(false);
    // A code that was made for another question: its verifier is another.
    const code = new URL(stand.come(await left(acme.visitor()))).searchParams.get('code')!;
    const mine = new URL(stand.come(address.href));
    mine.searchParams.set('code', code);
    await visitor.get(pathOf(mine.href));
    expect(visitor.cookie('session')).toBeUndefined();
  });
});

describe('an answer', () => {
  test('counts in the browser that has asked, and in no other', async () => {
    const [attacker, victim] = [acme.visitor(), acme.visitor()];
    const answer = pathOf(stand.come(await left(attacker)));
    const landed = await victim.get(answer);
    expect([landed.status, victim.cookie('session')]).toEqual([400, undefined]);
    // Nor where the victim is on their way themselves.
    await left(victim);
    expect([(await victim.get(answer)).status, victim.cookie('session')]).toEqual([403, undefined]);
  });

  test('counts once, also when it comes twice at the same time and to another process', async () => {
    const other = (await World.beside(world)).visitor(acme.host);
    const visitor = acme.visitor();
    const answer = pathOf(stand.come(await left(visitor)));
    const kept = visitor.cookie('connecting')!;
    other.setCookie('connecting', kept);
    const results = await Promise.all([visitor.get(answer), other.get(answer)]);
    expect(results.filter(({ status }) => status === 303)).toHaveLength(1);
    const late = acme.visitor();
    late.setCookie('connecting', kept);
    expect((await late.get(answer)).text).toContain('This answer was used already.');
  });

  test('counts for the connection that was asked', async () => {
    const { id: other } = await connected(acme, stand.origin);
    const visitor = acme.visitor();
    const answer = pathOf(stand.come(await left(visitor)));
    await visitor.get(answer.replace(id, other));
    expect(visitor.cookie('session')).toBeUndefined();
  });

  test('31: leads nowhere but into this portal', async () => {
    for (const to of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
      const visitor = acme.visitor();
      const away = await visitor.get(`/sign-in/with/${id}?return_to=${encodeURIComponent(to)}`);
      const back = await visitor.get(pathOf(stand.come(away.headers['location']!)));
      expect([to, back.status, back.headers['location']]).toEqual([to, 303, '/']);
    }
  });

  test('31: A’s IdP cannot enter B: neither by its cookie nor by its connection', async () => {
    const globex = await world.tenant('globex');
    const visitor = acme.visitor();
    const answer = pathOf(stand.come(await left(visitor)));
    const there = globex.visitor();
    there.setCookie('connecting', visitor.cookie('connecting')!);
    expect((await there.get(answer)).status).toBe(404);
    const { id: theirs } = await connected(globex, stand.origin);
    expect((await there.get(answer.replace(id, theirs))).status).toBe(400);
    expect(there.cookie('session')).toBeUndefined();
  });

  test('that is odd is no error of ours', async () => {
    for (const query of [
      '',
      '?code=',
      '?code=a&code=b&state=c',
      '?error=%00',
      '?state[x]=1',
      `?code=${'x'.repeat(20_000)}`,
    ]) {
      const visitor = acme.visitor();
      await left(visitor);
      const { status } = await visitor.get(`/sign-in/with/${id}/return${query}`);
      expect([query.slice(0, 20), status >= 400 && status < 500]).toEqual([query.slice(0, 20), true]);
    }
    for (const path of ['/sign-in/with/x', '/sign-in/with/01a1faf4-c11e-7ac4-a583-3c04e8e00464/return?code=a']) {
      const { status } = await acme.visitor().get(path);
      expect([path, [400, 404].includes(status)]).toEqual([path, true]);
    }
  });

  test('48: of a provider on a private network is not asked for', async () => {
    const { id: inside } = await connected(acme, 'http://169.254.169.254/latest');
    const { status, text } = await acme.visitor().get(`/sign-in/with/${inside}`);
    expect([status, text.includes('did not answer')]).toEqual([400, true]);
  });
});
