import { describe, expect, test } from '@jest/globals';
import { constants, createCipheriv, publicEncrypt, randomBytes, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import { encrypt, type EncryptOptions } from 'xml-encryption';
import { ownKey } from '../../src/saml/certificates.js';
import { judge } from '../../src/saml/saml-answer.js';
import { sent, TestIdp } from './test-idp.js';

const idp = new TestIdp();
const ours = await ownKey('portal.example');
const another = await ownKey('portal.example');
const trust = { ...idp.trust, decryptionKeys: [another.privateKey, ours.privateKey] };
const ASSERTION = /<saml:Assertion.*<\/saml:Assertion>/s;
const SIGNATURE = /<ds:Signature.*?<\/ds:Signature>/s;
const [ENC, ENC11] = ['http://www.w3.org/2001/04/xmlenc#', 'http://www.w3.org/2009/xmlenc11#'];
const OAEP = 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p';

type How = Partial<Pick<EncryptOptions, 'encryptionAlgorithm' | 'keyEncryptionAlgorithm'>>;
async function hidden(xml: string, how: How = {}): Promise<string> {
  const assertion = ASSERTION.exec(xml)![0].replace('<saml:Assertion', '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'); // prettier-ignore
  const { publicKey } = new X509Certificate(ours.certificate);
  const data = await promisify<string, EncryptOptions, string>(encrypt)(assertion, {
    ...{
      rsa_pub: publicKey.export({ type: 'spki', format: 'pem' }),
      pem: ours.certificate,
      warnInsecureAlgorithm: false,
    },
    ...{ encryptionAlgorithm: 'http://www.w3.org/2009/xmlenc11#aes256-gcm', keyEncryptionAlgorithm: OAEP, ...how },
  });
  return xml.replace(ASSERTION, () => `<saml:EncryptedAssertion>${data}</saml:EncryptedAssertion>`);
}
/** By RSA-OAEP as version 1.1 of XML Encryption has it. */
function hiddenBy11(
  xml: string,
  { digest = `${ENC}sha256`, mask = `${ENC11}mgf1sha256`, hash = 'sha256', params = '' } = {},
): string {
  const assertion = ASSERTION.exec(xml)![0].replace('<saml:Assertion', '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'); // prettier-ignore
  const [secret, iv] = [randomBytes(32), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', secret, iv);
  const content = Buffer.concat([iv, cipher.update(assertion), cipher.final(), cipher.getAuthTag()]).toString('base64');
  const { publicKey: key } = new X509Certificate(ours.certificate);
  const wrapped = publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash }, secret).toString(
    'base64',
  );
  const value = (text: string) => `<e:CipherData><e:CipherValue>${text}</e:CipherValue></e:CipherData>`;
  const method =
    `<e:EncryptionMethod Algorithm="${ENC11}rsa-oaep"><d:DigestMethod Algorithm="${digest}"/>` +
    `${mask === '' ? '' : `<m:MGF xmlns:m="${ENC11}" Algorithm="${mask}"/>`}${params}</e:EncryptionMethod>`;
  const data =
    `<e:EncryptedData xmlns:e="${ENC}" xmlns:d="http://www.w3.org/2000/09/xmldsig#" Type="${ENC}Element">` +
    `<e:EncryptionMethod Algorithm="${ENC11}aes256-gcm"/><d:KeyInfo><e:EncryptedKey>${method}${value(wrapped)}</e:EncryptedKey></d:KeyInfo>${value(content)}</e:EncryptedData>`;
  return xml.replace(ASSERTION, () => `<saml:EncryptedAssertion>${data}</saml:EncryptedAssertion>`);
}
const verdict = async (xml: string): Promise<string> =>
  judge(sent(xml), trust).then(
    ({ subject }) => `let in: ${subject}`,
    (error: { check?: string }) => error.check ?? String(error),
  );

describe('an assertion that was encrypted for us', () => {
  test.each([
    'http://www.w3.org/2009/xmlenc11#aes256-gcm',
    'http://www.w3.org/2009/xmlenc11#aes128-gcm',
    'http://www.w3.org/2001/04/xmlenc#aes256-cbc',
    'http://www.w3.org/2001/04/xmlenc#aes128-cbc',
  ] as const)('counts when it is signed, by %s and whichever of our keys', async (encryptionAlgorithm) => {
    expect(await verdict(await hidden(idp.answer(), { encryptionAlgorithm }))).toBe('let in: ana@globex.example');
  });

  test('counts when all around it is signed', async () => {
    const xml = idp.sign(await hidden(idp.answer({}, 'nothing')), 'Response');
    expect(await verdict(xml)).toBe('let in: ana@globex.example');
  });

  test('counts when its key is wrapped with SHA-256 throughout', async () => {
    expect(await verdict(hiddenBy11(idp.answer()))).toBe('let in: ana@globex.example');
    expect(await verdict(idp.sign(hiddenBy11(idp.answer({}, 'nothing')), 'Response'))).toBe(
      'let in: ana@globex.example',
    );
    expect(await verdict(hiddenBy11(idp.answer({}, 'nothing')))).toBe('signature');
  });

  test.each([
    ['with SHA-1 for the hash', { digest: 'http://www.w3.org/2000/09/xmldsig#sha1' }],
    ['with SHA-1 for the mask', { mask: `${ENC11}mgf1sha1` }],
    ['without a mask', { mask: '' }],
    ['wrapped otherwise than it says', { hash: 'sha1' }],
    ['with parameters', { params: '<e:OAEPparams>AAAA</e:OAEPparams>' }],
    ['with two hashes', { params: `<d:DigestMethod Algorithm="${ENC}sha256"/>` }],
  ])('is not read %s', async (_, how) => expect(await verdict(hiddenBy11(idp.answer(), how))).toBe('encryption'));

  const forged = (xml: string) => xml.replaceAll('ana@globex.example', 'eve@evil.example');
  const cases: [string, () => string | Promise<string>, string][] = [
    ['unsigned', () => hidden(idp.answer({}, 'nothing')), 'signature'],
    ['changed after it was signed', () => hidden(forged(idp.answer())), 'signature'],
    ['signed by a stranger', () => hidden(new TestIdp().answer()), 'signature'],
    ['for another audience', () => hidden(idp.answer({ audience: 'https://other.example' })), 'audience'],
    ['signed with SHA-1', () => hidden(idp.answer({}, 'assertion', 'sha1')), 'algorithm'],
    ['with two SignedInfo', () => hidden(idp.answer().replace(/<ds:SignedInfo>.*?<\/ds:SignedInfo>/s, (info) => info + info)), 'signed-info'], // prettier-ignore
    ['with an object in its signature', () => hidden(idp.answer().replace('</ds:Signature>', '<ds:Object/></ds:Signature>')), 'object'], // prettier-ignore
    ['with another assertion within', () => hidden(idp.answer().replace('</saml:Assertion>', '<saml:Advice><saml:Assertion/></saml:Advice></saml:Assertion>')), 'assertions'], // prettier-ignore
    ['with a signature that lies deeper', () => hidden(idp.answer().replace(SIGNATURE, '').replace('</saml:Subject>', () => `${SIGNATURE.exec(idp.answer())![0]}</saml:Subject>`)), 'signature'], // prettier-ignore
    ['with a comment', () => hidden(idp.answer().replace('ana@globex', 'ana@<!---->globex')), 'comment'],
    ['beside one that is not', async () => (await hidden(idp.answer())).replace('<saml:EncryptedAssertion>', () => `${forged(ASSERTION.exec(idp.answer())![0])}<saml:EncryptedAssertion>`), 'assertions'], // prettier-ignore
    ['by the padding of PKCS 1.5', () => hidden(idp.answer(), { keyEncryptionAlgorithm: 'http://www.w3.org/2001/04/xmlenc#rsa-1_5' }), 'encryption'], // prettier-ignore
    ['by Triple DES', () => hidden(idp.answer(), { encryptionAlgorithm: 'http://www.w3.org/2001/04/xmlenc#tripledes-cbc' }), 'encryption'], // prettier-ignore
    ['twice', async () => (await hidden(idp.answer())).replace(/<xenc:EncryptedData.*<\/xenc:EncryptedData>/s, (data) => data + data), 'encryption'], // prettier-ignore
  ];
  test.each(cases)('is refused %s', async (_, make, check) => expect(await verdict(await make())).toBe(check));

  test('is refused where none of our keys opens it', async () => {
    const xml = await hidden(idp.answer());
    for (const decryptionKeys of [[], [another.privateKey]])
      await expect(judge(sent(xml), { ...idp.trust, decryptionKeys })).rejects.toMatchObject({ check: 'encryption' });
  });
});
