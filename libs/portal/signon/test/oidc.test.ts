import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestTenant, World, OidcStand, through } from '@foyer/app-cli/testing';
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
});
