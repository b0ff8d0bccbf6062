import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import { personAt } from '../connected.js';
import { asked, bound, posted, SamlStand, through } from './saml-stand.js';

let world: World;
let acme: TestTenant;
let stand: SamlStand;
/** Of a company, and as most are. */
let globex: string;
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';

beforeAll(async () => {
  stand = await SamlStand.open();
  world = await World.start({ PRIVATE_NETWORKS: '127.0.0.0/8' });
  acme = await world.tenant('acme');
  await (await acme.customer('Ana')).of('Globex');
  await acme.owns('globex.example', await acme.companyId('Globex'));
  await acme.owns('acme.example');
  globex = (await ofGlobex()).id;
});

const ofGlobex = async (more: object = {}) =>
  bound(acme, stand, { companyId: await acme.companyId('Globex'), name: 'Globex ID', ...more });

describe('somebody who comes by SAML', () => {
  test('for the first time gets an account of an address of a verified domain, and is in', async () => {
    const id = globex;
    stand.next = { nameId: 'ida', attributes: { mail: ['Ida@Globex.example'], displayName: ['Ida Novak'] } };
    const ida = acme.visitor();
    const back = await through(acme, ida, stand, id, '?return_to=/account');
    expect([back.status, back.headers['location']]).toEqual([303, '/account']);
    expect((await ida.get('/account')).text).toContain('Ida Novak');
    expect(ida.cookie('connecting')).toBeUndefined();
    // And again: it is the subject that is known.
    const again = acme.visitor();
    stand.next = { nameId: 'ida', attributes: {} };
    await through(acme, again, stand, id);
    expect((await again.get('/account')).text).toContain('ida@globex.example');
  });

  test('of the team comes to the console, with the role of their groups', async () => {
    const roles = [{ group: 'desk', role: 'agent' }];
    const { id } = await bound(acme, stand, { audience: 'team', roles });
    stand.next = { nameId: 'tom@acme.example', attributes: { groups: ['all', 'desk'] } };
    const tom = acme.visitor();
    const back = await through(acme, tom, stand, id);
    expect(back.headers['location']).toBe('/console');
    expect((await tom.get('/console/tickets')).status).toBe(200);
    expect(await personAt(acme, 'tom@acme.example')).toMatchObject({ teamRole: 'agent' });
  });

  test('with an assertion encrypted for us is in', async () => {
    const id = globex;
    stand.next = { nameId: 'eve', attributes: { email: ['eve@globex.example'] } };
    const eve = acme.visitor();
    const { fields } = await asked(eve, stand, id, '', { encrypted: true });
    expect(Buffer.from(fields['SAMLResponse']!, 'base64').toString()).not.toContain('eve@globex.example');
    expect((await through(acme, eve, stand, id, '?return_to=/account', { encrypted: true })).status).toBe(303);
    expect((await eve.get('/account')).text).toContain('eve@globex.example');
  });

  test('by a name that changes each time is refused, unless an attribute names them', async () => {
    stand.next = { nameId: '_x1', format: TRANSIENT, attributes: { uid: ['pia'], email: ['pia@globex.example'] } };
    const bare = { id: globex };
    expect((await through(acme, acme.visitor(), stand, bare.id)).status).toBe(403);
    const named = await ofGlobex({ subjectAttribute: 'uid' });
    expect((await through(acme, acme.visitor(), stand, named.id)).status).toBe(303);
    stand.next = { ...stand.next, nameId: '_x2' };
    expect((await through(acme, acme.visitor(), stand, named.id)).status).toBe(303);
  });
});

describe('what is not let in', () => {
  test('login CSRF: an answer that another browser has asked for', async () => {
    const id = globex;
    stand.next = { nameId: 'mallory', attributes: { email: ['mallory@globex.example'] } };
    const answer = await posted(acme, await asked(acme.visitor(), stand, id));
    const victim = acme.visitor();
    expect((await victim.get(answer.headers['location']!)).status).toBe(400);
    // Also where the victim has gone there by themselves.
    const more = await posted(acme, await asked(acme.visitor(), stand, id));
    await victim.get(`/sign-in/with/${id}`);
    const { status, text } = await victim.get(more.headers['location']!);
    expect([status, text.includes('not begun in this browser')]).toEqual([400, true]);
    expect((await victim.get('/account')).status).toBe(303);
  });

  test('30: the same assertion again, also in another process', async () => {
    const id = globex;
    stand.next = { nameId: 'rio', attributes: { email: ['rio@globex.example'] } };
    const rio = acme.visitor();
    const posting = await asked(rio, stand, id);
    const first = await posted(acme, posting);
    const beside = await World.beside(world);
    const other = beside.visitor(acme.visitor().host);
    const again = await other.post(new URL(posting.to).pathname, posting.fields, { Origin: 'http://idp.example' });
    const shown = await rio.get(again.headers['location']!);
    expect([shown.status, shown.text.includes('used already')]).toEqual([400, true]);
    // The question is answered with that; a page that was opened does not open another time.
    expect((await rio.get(first.headers['location']!)).status).toBe(400);
  });

  test('31: what nobody has asked for, unless the connection allows it; and then it leads to no other site', async () => {
    stand.next = { nameId: 'uma', attributes: { email: ['uma@globex.example'] } };
    const strict = { id: globex };
    const entity = (id: string) => `http://${acme.visitor().host}/sign-in/with/${id}/metadata`;
    const refused = await posted(acme, await stand.unasked(entity(strict.id)));
    expect((await acme.visitor().get(refused.headers['location']!)).status).toBe(400);
    const open = await ofGlobex({ idpInitiated: true });
    const places = {
      '/tickets': '/tickets',
      'https://evil.example/': '/',
      '//evil.example': '/',
      '/\\evil.example': '/',
    };
    for (const [relayState, to] of Object.entries(places)) {
      const answer = await posted(acme, await stand.unasked(entity(open.id), relayState));
      const uma = acme.visitor();
      expect((await uma.get(answer.headers['location']!)).headers['location']).toBe(to);
      expect((await uma.get('/account')).status).toBe(200);
      // Once.
      expect((await acme.visitor().get(answer.headers['location']!)).status).toBe(400);
    }
  });

  test('31: A’s provider enters neither B nor another connection of A', async () => {
    const other = await world.tenant('bcorp');
    const theirs = await bound(other, await SamlStand.open());
    const id = globex;
    stand.next = { nameId: 'ian', attributes: { email: ['owner@bcorp.example'] } };
    const posting = await asked(acme.visitor(), stand, id);
    const mallory = other.visitor();
    await mallory.get(`/sign-in/with/${theirs.id}`);
    const to = `http://x/sign-in/with/${theirs.id}/return`;
    const answer = await posted(other, { ...posting, to });
    const shown = await mallory.get(answer.headers['location']!);
    expect([shown.status, shown.text.includes('was not accepted')]).toEqual([403, true]);
    expect((await posted(other, posting)).status).toBe(404);
    // Its own word for another connection of the same tenant is not for that one.
    const second = await ofGlobex();
    const misled = await posted(acme, { ...posting, to: `http://x/sign-in/with/${second.id}/return` });
    expect((await acme.visitor().get(misled.headers['location']!)).status).toBe(400);
  });

  test('29: garbage gives 400, whatever it is', async () => {
    const id = globex;
    const to = `http://x/sign-in/with/${id}/return`;
    const xml = (text: string) => Buffer.from(text).toString('base64');
    const bad = ['', '%%%', xml('<a'), xml('no xml'), xml('<!DOCTYPE a><a/>'), xml('<a>'.repeat(20_000)), xml('x'.repeat(270_000)), 'A'.repeat(500_000)]; // prettier-ignore
    for (const SAMLResponse of bad) expect((await posted(acme, { to, fields: { SAMLResponse } })).status).toBe(400);
    expect((await posted(acme, { to, fields: {} })).status).toBe(400);
    for (const query of ['', '?answer=', '?answer=x', '?answer=no.x', '?answer=a&answer=b'])
      expect((await acme.visitor().get(`/sign-in/with/${id}/return${query}`)).status).toBe(400);
  });
});
