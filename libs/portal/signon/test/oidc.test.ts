import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestTenant, World, OidcStand, through } from '@foyer/app-cli/testing';
import { type Method, signInSettings } from '@foyer/identity';
import { Settings } from '@foyer/settings';
import { connected } from './connected.js';

let world: World;
let acme: TestTenant;
let stand: OidcStand;

beforeAll(async () => {
  stand = await OidcStand.open();
  world = await World.start({ PRIVATE_NETWORKS: '127.0.0.0/8' });
  acme = await world.tenant('acme');
});

describe('somebody who comes by OpenID Connect', () => {
  test('for the first time gets an account of a verified address, and is in', async () => {
    const { id } = await connected(acme, stand.issuer);
    stand.account('ida', { email: 'Ida@New.example', email_verified: true, name: 'Ida Novak' });
    const ida = acme.visitor();
    const back = await through(ida, stand, id, '?return_to=/account');
    expect([back.status, back.headers['location']]).toEqual([303, '/account']);
    expect((await ida.get('/account')).text).toContain('ida@new.example');
    expect(ida.cookie('connecting')).toBeUndefined();
    // And again: it is the subject that is known, whatever the address is now.
    stand.account('ida', { email: 'other@new.example', email_verified: true });
    const again = acme.visitor();
    await through(again, stand, id);
    expect((await again.get('/account')).text).toContain('ida@new.example');
  });

  test('is told why, or comes in, whatever characters its answer has', async () => {
    const { id } = await connected(acme, stand.issuer);
    stand.account('nul', {
      email: 'nul@new.example',
      email_verified: true,
      name: 'N\u0000a\ud800',
      groups: ['\u0000'],
    });
    const nul = acme.visitor();
    expect((await through(nul, stand, id)).status).toBe(303);
    expect((await nul.get('/account')).text).toContain('value="Na');
    stand.account('nul', { email: 'n\u0000l@new.example', email_verified: true });
    stand.account('s\u0000b', { email: 'sub@new.example', email_verified: true });
    const refused = await through(acme.visitor(), stand, id);
    expect([refused.status < 500, refused.text.includes('not signed in')]).toEqual([true, true]);
  });

  test('is offered to sign out there too when they sign out here, and nobody else is', async () => {
    const { id } = await connected(acme, stand.issuer);
    stand.account('una', { email: 'una@new.example', email_verified: true, name: 'Una' });
    const una = acme.visitor();
    await through(una, stand, id);
    expect((await una.post('/sign-out')).headers['location']).toBe('/sign-in/left');
    const page = await una.get('/sign-in/left');
    const [, href = ''] = /href="(http[^"]+session\/end[^"]+)"/.exec(page.text) ?? [];
    const { searchParams } = new URL(href.replaceAll('&amp;', '&').replaceAll('&#x3D;', '='));
    expect(searchParams.get('post_logout_redirect_uri')).toBe(`${acme.tenant.origin}/sign-in`);
    expect(searchParams.get('id_token_hint')!.split('.')).toHaveLength(3);
    expect((await una.get('/sign-in/left')).status).toBe(303);
    const ana = await (await acme.customer('Ana')).browser();
    expect((await ana.post('/sign-out')).headers['location']).toBe('/');
  });

  test('does not get in, nor is shown the way, where the operator has switched single sign-on off', async () => {
    const { id } = await connected(acme, stand.issuer);
    stand.account('ola', { email: 'ola@new.example', email_verified: true, name: 'Ola' });
    const methods = (...some: Method[]) => ({ methods: some, idleHours: 24, absoluteDays: 14 });
    const allow = (...some: Method[]) =>
      acme.inside(() =>
        world.get(Settings).apply(signInSettings, { team: methods('password'), customers: methods(...some) }),
      );
    await allow('password');
    const ola = acme.visitor();
    expect((await ola.get('/sign-in')).text).not.toContain(`/sign-in/with/${id}`);
    await through(ola, stand, id);
    expect((await ola.get('/account')).status).toBe(303);
    await allow('password', 'connection');
    expect((await ola.get('/sign-in')).text).toContain(`/sign-in/with/${id}`);
    await through(ola, stand, id);
    expect((await ola.get('/account')).status).toBe(200);
  });
});
