import { expect, test } from '@jest/globals';
import { World } from '@foyer/app-cli/testing';
import { TestIdp, IDP, type Said, sent } from './test-idp.js';
import { bound, posted, SamlStand } from './saml-stand.js';

const world = await World.start({ PRIVATE_NETWORKS: '127.0.0.0/8' });
const acme = await world.tenant('acme');
const stand = await SamlStand.open();
const idp = new TestIdp(stand.key);
const { id } = await bound(acme, stand, {
  ...{
    metadataUrl: '',
    entityId: IDP,
    signOnUrl: 'https://idp.globex.example/sso',
    certificates: stand.key.certificate,
  },
});
const at = `http://${acme.visitor().host}/sign-in/with/${id}`;
const ours = { audience: `${at}/metadata`, destination: `${at}/return`, recipient: `${at}/return` };
const asked = async () => {
  const visitor = acme.visitor();
  const left = await visitor.get(`/sign-in/with/${id}`);
  const { inflateString } = (await import('samlify')).Utility;
  const question = inflateString(new URL(left.headers['location']!).searchParams.get('SAMLRequest')!);
  return { visitor, inResponseTo: / ID="([^"]+)"/.exec(question)![1]! };
};
const answer = (said: Partial<Said>, over: Parameters<TestIdp['answer']>[1] = 'assertion') =>
  idp.answer({ ...ours, ...said }, over);

type Make = (inResponseTo: string) => string;
const ASSERTION = /<saml:Assertion.*<\/saml:Assertion>/s;
const evil = (xml: string) => xml.replaceAll('ana@globex.example', 'eve@evil.example');
const VERDICTS: [string, string, Make][] = [
  ['an honest answer', 'judged by whose domain it is', (inResponseTo) => answer({ inResponseTo })],
  ['nothing signed', 'signature', (inResponseTo) => answer({ inResponseTo }, 'nothing')],
  ['a changed name', 'signature', (inResponseTo) => evil(answer({ inResponseTo }))],
  [
    'wrapping: a forged assertion beside',
    'assertions',
    (inResponseTo) => answer({ inResponseTo }).replace(ASSERTION, (honest) => evil(honest) + honest),
  ],
  ['a comment in a name', '400', (inResponseTo) => answer({ inResponseTo }).replace('ana@', 'ana<!---->@')],
  [
    'two SignedInfo',
    'signed-info',
    (inResponseTo) => answer({ inResponseTo }).replace(/<ds:SignedInfo>.*?<\/ds:SignedInfo>/s, (info) => info + info),
  ],
  ['expired', 'expired', (inResponseTo) => answer({ inResponseTo, minutes: -10 })],
  ['another audience', 'audience', (inResponseTo) => answer({ inResponseTo, audience: 'https://other.example' })],
  ['another issuer', 'issuer', (inResponseTo) => answer({ inResponseTo, issuer: 'https://other.example' })],
  ['another recipient', 'recipient', (inResponseTo) => answer({ inResponseTo, recipient: 'https://other.example' })],
  [
    'another destination',
    'destination',
    (inResponseTo) => answer({ inResponseTo, destination: 'https://other.example' }),
  ],
  [
    'no bearer',
    'bearer',
    (inResponseTo) => answer({ inResponseTo, method: 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches' }),
  ],
  [
    'a failure',
    'status',
    (inResponseTo) => answer({ inResponseTo, status: 'urn:oasis:names:tc:SAML:2.0:status:Requester' }),
  ],
  ['no name', 'name-id', (inResponseTo) => answer({ inResponseTo, subject: '' })],
  ['SHA-1', 'algorithm', (inResponseTo) => idp.answer({ ...ours, inResponseTo }, 'assertion', 'sha1')],
  ['NUL in a name', '400', (inResponseTo) => answer({ inResponseTo }).replace('ana@', 'a&#x00;na@')],
  ['a DOCTYPE', '400', (inResponseTo) => `<!DOCTYPE a>${answer({ inResponseTo })}`],
  ['another question', 'in-response-to', () => answer({ inResponseTo: '_another' })],
  ['no question', 'not asked', () => answer({ inResponseTo: null })],
];

test.each(VERDICTS)('through the real door: %s → %s', async (_, verdict, make) => {
  const { visitor, inResponseTo } = await asked();
  const fields = { SAMLResponse: sent(make(inResponseTo)), RelayState: '' };
  const answered = await posted(acme, { to: `${at}/return`, fields });
  if (verdict === '400') return expect(answered.status).toBe(400);
  expect(answered.status).toBe(303);
  const shown = await visitor.get(answered.headers['location']!);
  expect([shown.status >= 400, visitor.cookie('session')]).toEqual([true, undefined]);
  const owner = await acme.owner.browser();
  const came = (await owner.get(`/console/settings/saml-connections/${id}/attempts`)).text;
  // The latest stands first.
  const [, reason, check = null] = /<p>([^<]*)(?: <code dir="ltr">([^<]*)<\/code>)?<\/p>\s*<details>/.exec(came)!;
  if (verdict.startsWith('judged by')) expect(reason).toContain('not of a domain verified');
  else expect(check).toBe(verdict);
});
