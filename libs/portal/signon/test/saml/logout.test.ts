import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import * as samlify from 'samlify';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { SignedXml } from 'xml-crypto';
import { ownKey } from '../../src/saml/certificates.js';
import { judgeLogout, type LogoutSent } from '../../src/saml/saml-logout.js';

import { bound, SamlStand, through } from './saml-stand.js';

const IDP = 'https://idp.globex.example/metadata';
const PLACE = 'https://acme.portal.example/sign-in/with/0190f000-0000-7000-8000-000000000001/slo';
const RSA = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
const SHA1 = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';
const [key, stranger] = [await ownKey('idp.example'), await ownKey('idp.example')];
type Key = typeof key;
const RELAY = 'back there (now)! is ~ & + ü';
const time = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

const usual = () => ({
  ...{ issuer: IDP, to: PLACE as string | null, id: `_${randomUUID()}`, name: 'ana@globex.example', sids: ['_s1'] },
  ...{ written: time(0), until: time(5) as string | null, more: '', root: 'LogoutRequest', version: '2.0' },
});
type Said = ReturnType<typeof usual>;
const opened = ({ root, id, to, written, until, version, issuer }: Said, more = '') =>
  `<p:${root} xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" ID="${id}" Version="${version}"` +
  ` IssueInstant="${written}"${to === null ? '' : ` Destination="${to}"`}${until === null ? '' : ` NotOnOrAfter="${until}"`}${more}><a:Issuer>${issuer}</a:Issuer>`;
function request(changed: Partial<Said> = {}): string {
  const said = { ...usual(), ...changed };
  const sids = said.sids.map((sid) => `<p:SessionIndex>${sid}</p:SessionIndex>`).join('');
  const name = said.name === '' ? '' : `<a:NameID>${said.name}</a:NameID>`;
  return `${opened(said)}${said.more}${name}${sids}</p:${said.root}>`;
}
const response = (inResponseTo: string, changed: Partial<Said> = {}, status = SUCCESS) =>
  `${opened({ ...usual(), root: 'LogoutResponse', until: null, ...changed }, ` InResponseTo="${inResponseTo}"`)}<p:Status><p:StatusCode Value="${status}"/></p:Status></p:LogoutResponse>`;

/** In an address, signed as it is written there. */
function brought(
  xml: string,
  { by = key, algorithm = RSA, relay = null as string | null, field = 'SAMLRequest' } = {},
) {
  const signed = [
    `${field}=${encodeURIComponent(deflateRawSync(xml).toString('base64'))}`,
    ...(relay === null ? [] : [`RelayState=${encodeURIComponent(relay)}`]),
    `SigAlg=${encodeURIComponent(algorithm)}`,
  ].join('&');
  const hash = algorithm === SHA1 ? 'sha1' : 'sha256';
  const proof = sign(hash, Buffer.from(signed), createPrivateKey(by.privateKey)).toString('base64');
  return `${signed}&Signature=${encodeURIComponent(proof)}`;
}
/** In a form, signed within. */
function signedXml(xml: string, by: Key = key, sha: 'sha256' | 'sha1' = 'sha256'): string {
  const signing = new SignedXml({
    ...{ privateKey: by.privateKey, canonicalizationAlgorithm: EXCLUSIVE },
    signatureAlgorithm: sha === 'sha1' ? SHA1 : RSA,
  });
  signing.addReference({
    ...{ xpath: '/*', transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', EXCLUSIVE] },
    digestAlgorithm:
      sha === 'sha1' ? 'http://www.w3.org/2000/09/xmldsig#sha1' : 'http://www.w3.org/2001/04/xmlenc#sha256',
  });
  signing.computeSignature(xml, { location: { reference: "/*/*[local-name()='Issuer']", action: 'after' } });
  return signing.getSignedXml();
}
const form = (xml: string, field = 'SAMLRequest'): LogoutSent => ({
  fields: [[field, Buffer.from(xml).toString('base64')]],
});
const address = (query: string): LogoutSent => ({ query });

function verdict(sent: LogoutSent): string {
  try {
    const message = judgeLogout(sent, {
      idpIssuer: IDP,
      certificates: [stranger.certificate, key.certificate].slice(1),
      place: PLACE,
    });
    return message.kind === 'request'
      ? `ends ${[message.name, ...message.sids].join(' ')}`
      : `${message.success ? 'done' : 'not done'} ${message.inResponseTo}`;
  } catch (error) {
    const { check, constructor } = error as { check?: string; constructor: { name: string } };
    return constructor.name === 'NotAMessage' ? `400 ${check}` : (check ?? String(error));
  }
}
const evil = (xml: string) => xml.replace('ana@globex.example', 'eve@evil.example');
const SIGNATURE = /<Signature.*<\/Signature>/s;

describe('29, for signing out: what a provider sends', () => {
  const VERDICTS: [string, string, () => LogoutSent][] = [
    ['an honest request in an address', 'ends ana@globex.example _s1', () => address(brought(request()))],
    ['with a place to come back to', 'ends ana@globex.example _s1', () => address(brought(request(), { relay: 'a b&c' }))],
    ['an honest one in a form', 'ends ana@globex.example _s1', () => form(signedXml(request()))],
    ['of all sessions', 'ends ana@globex.example', () => address(brought(request({ sids: [] })))],
    ['of several', 'ends ana@globex.example a b', () => address(brought(request({ sids: ['a', 'b'] })))],
    ['without an end', 'ends ana@globex.example _s1', () => address(brought(request({ until: null })))],
    ['an answer', 'done _q', () => address(brought(response('_q'), { field: 'SAMLResponse' }))],
    ['an answer in a form', 'done _q', () => form(signedXml(response('_q')), 'SAMLResponse')],
    ['an answer of failure', 'not done _q', () => address(brought(response('_q', {}, 'urn:x'), { field: 'SAMLResponse' }))],
    ['unsigned', 'signature', () => address(`SAMLRequest=${encodeURIComponent(deflateRawSync(request()).toString('base64'))}`)],
    ['unsigned in a form', 'signature', () => form(request())],
    ['signed by a stranger', 'signature', () => address(brought(request(), { by: stranger }))],
    ['signed by a stranger in a form', 'signature', () => form(signedXml(request(), stranger))],
    ['changed in a form', 'signature', () => form(evil(signedXml(request())))],
    ['with another place to come back to than was signed', 'signature', () => address(brought(request(), { relay: 'a' }).replace('RelayState=a', 'RelayState=b'))],
    ['with a signature within and none of the address', 'signature', () => address(`SAMLRequest=${encodeURIComponent(deflateRawSync(signedXml(request())).toString('base64'))}`)],
    ['as an answer where a request was signed', 'signature', () => address(brought(request()).replace('SAMLRequest=', 'SAMLResponse='))],
    ['signed with SHA-1', 'algorithm', () => address(brought(request(), { algorithm: SHA1 }))],
    ['signed with SHA-1 in a form', 'algorithm', () => form(signedXml(request(), key, 'sha1'))],
    ['two in an address', '400 twice', () => address(`${brought(request())}&SAMLRequest=x`)],
    ['two signatures in an address', '400 twice', () => address(`${brought(request())}&Signature=x`)],
    ['two in a form', '400 twice', () => ({ fields: [['SAMLRequest', 'a'], ['SAMLRequest', 'b']] })],
    ['a request and an answer', '400 message', () => address(`${brought(request())}&SAMLResponse=x`)],
    ['nothing', '400 message', () => address('')],
    ['wrapped: the signed one inside of a forged one', 'signature', () => form(`${opened({ ...usual(), id: '_evil' })}<a:NameID>eve</a:NameID>${signedXml(request())}</p:LogoutRequest>`)],
    ['wrapped: the signature in an extension', 'signature', () => { const xml = signedXml(request()); return form(evil(xml).replace(SIGNATURE, '').replace('</a:Issuer>', `</a:Issuer><p:Extensions>${SIGNATURE.exec(xml)![0]}</p:Extensions>`)); }],
    ['two elements of one id', 'ids', () => form(signedXml(request({ id: '_x', more: '<p:Extensions><b xmlns="x" ID="_x"/></p:Extensions>' })))],
    ['for another place', 'destination', () => address(brought(request({ to: `${PLACE}x` })))],
    ['for no place', 'destination', () => address(brought(request({ to: null })))],
    ['of another provider', 'issuer', () => address(brought(request({ issuer: 'https://other.example' })))],
    ['that has ended', 'expired', () => address(brought(request({ until: time(-2) })))],
    ['that never ends', 'expired', () => address(brought(request({ until: time(60 * 48) })))],
    ['of long ago', 'expired', () => address(brought(request({ written: time(-20), until: null })))],
    ['of tomorrow', 'expired', () => address(brought(request({ written: time(60 * 24), until: null })))],
    ['of nobody', 'name-id', () => address(brought(request({ name: '' })))],
    ['of two', 'name-id', () => address(brought(request({ more: '<a:NameID>eve</a:NameID>' })))],
    ['of a session without a name', 'session-index', () => address(brought(request({ sids: [''] })))],
    ['of version 1', 'message', () => address(brought(request({ version: '1.1' })))],
    ['a question of another kind', 'message', () => address(brought(request({ root: 'AuthnRequest' })))],
    ['an answer to nothing', 'in-response-to', () => address(brought(response(''), { field: 'SAMLResponse' }))],
    ['a comment in a name', '400 comment', () => address(brought(request({ name: 'ana<!---->@globex' })))],
    ['a DOCTYPE', '400 doctype', () => address(brought(`<!DOCTYPE a>${request()}`))],
    ['a DOCTYPE in a form', '400 doctype', () => form(`<!DOCTYPE a>${signedXml(request())}`)],
    ['packed a thousandfold', '400 deflate', () => address(brought(' '.repeat(20_000_000)))],
    ['20,000 elements deep', '400 size', () => address(brought('<a>'.repeat(20_000)))],
    ['too large for a form', '400 size', () => form('x'.repeat(600_000))],
    ['no base64', '400 base64', () => address('SAMLRequest=%25%25')],
    ['no encoding', '400 encoding', () => address('SAMLRequest=%')],
    ['packed as nobody does', 'encoding', () => address(`${brought(request())}&SAMLEncoding=zip`)],
    ['rubbish', '400 deflate', () => address('SAMLRequest=AAAA')],
  ]; // prettier-ignore
  test.each(VERDICTS)('%s → %s', (_, is, make) => expect(verdict(make())).toBe(is));
});

describe('through the real door', () => {
  let world: World;
  let acme: TestTenant;
  let stand: SamlStand;
  let id: string;

  beforeAll(async () => {
    stand = await SamlStand.open();
    world = await World.start({ PRIVATE_NETWORKS: '127.0.0.0/8' });
    acme = await world.tenant('acme');
    await acme.owns('globex.example');
    ({ id } = await bound(acme, stand));
  });
  const comes = async (name: string, session = '_s1'): Promise<Visitor> => {
    stand.next = { nameId: name, attributes: { email: [`${name}@globex.example`] } };
    stand.session = session;
    const visitor = acme.visitor();
    expect((await through(acme, visitor, stand, id)).status).toBe(303);
    return visitor;
  };
  const isIn = async (visitor: Visitor) => (await visitor.get('/account')).status === 200;
  const at = () => `/sign-in/with/${id}/slo`;
  const told = (changed: Partial<Said>, how: Parameters<typeof brought>[1] = {}) =>
    brought(request({ issuer: `${stand.origin}/metadata`, to: `http://${acme.visitor().host}${at()}`, ...changed }), {
      by: stand.key,
      ...how,
    });

  test('our metadata says where', async () => {
    const { text } = await acme.visitor().get(`/sign-in/with/${id}/metadata`);
    const service = samlify.ServiceProvider({ metadata: text });
    for (const binding of ['redirect', 'post'])
      expect(service.entityMeta.getSingleLogoutService(binding)).toBe(`http://${acme.visitor().host}${at()}`);
  });

  test('a provider ends exactly the sessions it names, of whom it names, once, and gets a signed answer', async () => {
    const [one, another, joe] = [await comes('ana', 'one'), await comes('ana', 'another'), await comes('joe', 'one')];
    const all = () => Promise.all([one, another, joe].map(isIn));
    const query = told({ name: 'ana', sids: ['one'] }, { relay: RELAY });
    const answered = await acme.visitor().get(`${at()}?${query}`);
    expect([answered.status, await all()]).toEqual([303, [false, true, true]]);
    const answer = await stand.logoutAnswer(answered.headers['location']!);
    expect(answer).toMatchObject({
      relayState: RELAY,
      status: SUCCESS,
      inResponseTo: expect.stringMatching(/^_/) as unknown,
    });
    // The same again.
    expect((await acme.visitor().get(`${at()}?${query}`)).status).toBe(400);
    expect((await acme.visitor().get(`${at()}?${told({ name: 'nobody', sids: ['one'] })}`)).status).toBe(303);
    expect(await all()).toEqual([false, true, true]);
    const xml = request({
      issuer: `${stand.origin}/metadata`,
      to: `http://${acme.visitor().host}${at()}`,
      name: 'ana',
      sids: [],
    });
    const fields = { SAMLRequest: Buffer.from(signedXml(xml, stand.key)).toString('base64') };
    const elsewhere = { Origin: 'http://idp.example', 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' };
    expect((await acme.visitor().post(at(), fields, elsewhere)).status).toBe(303);
    expect(await all()).toEqual([false, false, true]);
  });

  test.each([
    [
      'unsigned',
      () => `SAMLRequest=${encodeURIComponent(deflateRawSync(request({ name: 'ida' })).toString('base64'))}`,
    ],
    ['by a stranger', () => told({ name: 'ida', sids: [] }, { by: stranger })],
    [
      'for another connection',
      () => told({ name: 'ida', sids: [], to: `http://${acme.visitor().host}/sign-in/with/x/slo` }),
    ],
    ['rubbish', () => 'SAMLRequest=AAAA&SigAlg=x&Signature=y'],
    ['nothing', () => ''],
  ])('%s ends nothing', async (_, query) => {
    const ida = await comes('ida');
    expect([(await acme.visitor().get(`${at()}?${query()}`)).status, await isIn(ida)]).toEqual([400, true]);
  });

  test('whoever signs out here is offered to sign out there, by a signed question whose answer is compared', async () => {
    const kim = await comes('kim', 'of-kim');
    expect((await kim.post('/sign-out')).headers['location']).toBe('/sign-in/left');
    const page = (await kim.get('/sign-in/left')).text;
    const href = /href="(http[^"]*SAMLRequest[^"]*)"/
      .exec(page)![1]!
      .replaceAll('&amp;', '&')
      .replaceAll('&#x3D;', '=');
    const { id: asked, name, sid } = await stand.logoutRequest(href);
    expect([name, sid]).toEqual(['kim', 'of-kim']);
    const answer = (inResponseTo: string, status?: string) =>
      brought(
        response(
          inResponseTo,
          { issuer: `${stand.origin}/metadata`, to: `http://${acme.visitor().host}${at()}` },
          status,
        ),
        { by: stand.key, field: 'SAMLResponse' },
      );
    for (const other of ['_another', asked.slice(0, -3)])
      expect((await kim.get(`${at()}?${answer(other)}`)).status).toBe(400);
    const back = await kim.get(`${at()}?${answer(asked)}`);
    expect([back.status, back.headers['location']]).toEqual([303, '/sign-in']);
    expect((await kim.get('/sign-in')).text).toContain('You are signed out at your identity provider too');
    expect((await kim.get(`${at()}?${answer(asked)}`)).status).toBe(400);
  });
});
