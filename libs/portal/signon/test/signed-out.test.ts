import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World, OidcStand, pathOf, through } from '@foyer/app-cli/testing';
import { Sessions } from '@foyer/credentials';
import { Database, sql, table } from '@foyer/database';
import { Person, SignIn } from '@foyer/identity';
import { Revalidation } from '@foyer/signon';
import { BentStand } from './bent-stand.js';
import { connected } from './connected.js';

const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} };
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

async function signedIn(sub: string, sid?: string): Promise<Visitor> {
  stand.person = { sub, email: `${sub}@bent.example`, email_verified: true, ...(sid && { sid }) };
  const visitor = acme.visitor();
  const away = (await visitor.get(`/sign-in/with/${id}`)).headers['location']!;
  await visitor.get(pathOf(stand.come(away)));
  expect((await visitor.get('/account')).status).toBe(200);
  return visitor;
}
const isIn = async (visitor: Visitor) => (await visitor.get('/account')).status === 200;
let jti = 0;
const told = async (claims: object, headers = {}) =>
  acme.visitor().post(`/sign-in/with/${id}/sign-out`, {
    logout_token: await stand.token({ jti: `t-${(jti += 1)}`, events: EVENTS, ...claims }, 'logout+jwt'),
  }, headers); // prettier-ignore

describe('a provider says that somebody has signed out', () => {
  test('by their subject: all their sessions end at once, and nobody else’s', async () => {
    const [here, there, other] = [await signedIn('ida'), await signedIn('ida'), await signedIn('una')];
    expect((await told({ sub: 'ida' })).status).toBe(200);
    expect([await isIn(here), await isIn(there), await isIn(other)]).toEqual([false, false, true]);
  });

  test('by their session there', async () => {
    const ada = await signedIn('ada', 'session-of-ada');
    expect((await told({ sid: 'another' })).status).toBe(200);
    expect(await isIn(ada)).toBe(true);
    expect((await told({ sid: 'session-of-ada' })).status).toBe(200);
    expect(await isIn(ada)).toBe(false);
  });

  test('ends what it has vouched for, and nothing that the same person has begun by another way', async () => {
    await signedIn('zoe', 'of-zoe');
    const [one, another] = [await signedIn('zoe', 'one'), await signedIn('zoe', 'another')];
    const [zoe] = await acme.query<{ id: string; hash: string }>(
      () => sql`select id from ${table('person')} where email = 'zoe@bent.example'`,
    );
    const own = acme.visitor();
    await own.get('/sign-in');
    const secret = await acme.inside(() =>
      new Sessions(world.get(Database)).start(zoe!.id, { ip: null, userAgent: null }),
    );
    own.setCookie('session', secret);
    const all = () => Promise.all([one, another, own].map(isIn));
    expect(await all()).toEqual([true, true, true]);
    await told({ sub: 'zoe', sid: 'one' });
    expect(await all()).toEqual([false, true, true]);
    // Of somebody else's it says nothing.
    await told({ sub: 'una', sid: 'another' });
    expect(await all()).toEqual([false, true, true]);
    await told({ sub: 'zoe' });
    expect(await all()).toEqual([false, false, true]);
  });

  test('a session that has taken the place of another is known as that one was', async () => {
    const lia = await signedIn('lia', 'of-lia');
    const [person] = await acme.query<{ id: string; session: string }>(
      () => sql`select p.id, s.id as session from ${table('person')} p join ${table('session')} s on s.owner_id = p.id
                 where email = 'lia@bent.example'`,
    );
    const whole = await acme.inside(() =>
      world.get(Database).read((em) => em.findOneOrFail(Person, { id: person!.id })),
    );
    const device = { ip: null, userAgent: null };
    const { secret } = await acme.inside(() => world.get(SignIn).renew(whole, device, person!.session));
    lia.setCookie('session', secret);
    expect(await isIn(lia)).toBe(true);
    await told({ sid: 'of-lia' });
    expect(await isIn(lia)).toBe(false);
  });

  const now = Math.floor(Date.now() / 1000);
  test.each<[string, object, object?]>([
    ['of another issuer', { iss: 'https://another.example' }],
    ['for another client', { aud: 'another' }],
    ['that has ended', { iat: now - 900, exp: now - 600 }],
    ['of long ago', { iat: now - 86_400 }],
    ['that is one to sign in with', { nonce: 'x' }],
    ['that tells of something else', { events: { 'http://another.example': {} } }],
    ['without events', { events: undefined }],
    ['without an id', { jti: undefined }],
    ['of nobody', { sub: undefined }],
    ['without a signature', {}, { alg: 'none' }],
    ['signed with the client’s secret', {}, { alg: 'HS256' }],
    ['signed by a stranger', {}, { alg: 'stranger' }],
  ])('a token %s ends nothing', async (_, claims, bent = {}) => {
    const eve = await signedIn('eve');
    stand.bent = bent;
    const { status } = await told({ sub: 'eve', ...claims });
    stand.bent = {};
    expect([status, await isIn(eve)]).toEqual([400, true]);
  });

  test('a token counts once', async () => {
    const token = await stand.token({ jti: 'once', events: EVENTS, sub: 'joe' });
    const send = () => acme.visitor().post(`/sign-in/with/${id}/sign-out`, { logout_token: token });
    expect([(await send()).status, (await send()).status]).toEqual([200, 400]);
    for (const body of ['', 'x', 'a.b.c', '..', 'x'.repeat(60_000)])
      expect((await acme.visitor().post(`/sign-in/with/${id}/sign-out`, { logout_token: body })).status).toBe(400);
  });
});

test('a provider that stands by somebody no more ends their sessions within the hour; one that is away does not', async () => {
  const real = await OidcStand.open();
  const { id: connection } = await connected(acme, real.issuer, { scope: 'openid email offline_access' });
  const come = async (sub: string) => {
    real.account(sub, { email: `${sub}@real.example`, email_verified: true });
    const visitor = acme.visitor();
    await through(visitor, real, connection);
    return visitor;
  };
  const [kim, lou] = [await come('kim'), await come('lou')];
  const run = () => acme.inside(() => world.get(Revalidation).run());
  await run();
  expect([await isIn(kim), await isIn(lou)]).toEqual([true, true]);
  // Once more: what is given in exchange is what counts from then on.
  await run();
  expect([await isIn(kim), await isIn(lou)]).toEqual([true, true]);
  real.accounts.delete('kim');
  real.away = true;
  await run();
  expect([await isIn(kim), await isIn(lou)]).toEqual([true, true]);
  real.away = false;
  await run();
  expect([await isIn(kim), await isIn(lou)]).toEqual([false, true]);
});
