import { describe, expect, test } from '@jest/globals';
import { judge } from '../../src/saml/saml-answer.js';
import { IDP, sent, TestIdp } from './test-idp.js';

const idp = new TestIdp();
const stranger = new TestIdp();
const SIGNATURE = /<ds:Signature.*?<\/ds:Signature>/s;
const ASSERTION = /<saml:Assertion.*<\/saml:Assertion>/s;
const EVIL = 'eve@evil.example';

/** Which check says no; the subject where none does. */
async function verdict(xml: string): Promise<string> {
  return judge(sent(xml), idp.trust).then(
    ({ subject }) => `let in: ${subject}`,
    (error: { reason?: string; check?: string }) => (error.reason === 'answer' ? error.check! : `broken: ${String(error)}`), // prettier-ignore
  );
}

/** The parts of an honest answer, to be put together anew. */
function parts(over: 'assertion' | 'response' = 'assertion') {
  const honest = idp.answer({}, over);
  const [signature] = SIGNATURE.exec(honest)!;
  const [assertion] = ASSERTION.exec(honest)!;
  const bare = assertion.replace(SIGNATURE, '');
  const forged = bare.replaceAll('ana@globex.example', EVIL).replace(/ID="_a/, 'ID="_evil');
  return { honest, signature, assertion, bare, forged };
}
/** The honest assertion put somewhere within the forged one or beside it. */
const wrapped = (build: (part: ReturnType<typeof parts>) => string): string => {
  const part = parts();
  return part.honest.replace(ASSERTION, () => build(part));
};

/** Named as those who found them do (Somorovsky and others, USENIX Security 2012). */
const WRAPPINGS: Record<string, () => string> = {
  'XSW1: a forged answer around, the honest one inside of the signature': () => {
    const { honest, signature } = parts('response');
    const original = honest.replace(SIGNATURE, '');
    const forged = original.replaceAll('ana@globex.example', EVIL).replace(/ID="_r/, 'ID="_evil');
    return forged.replace('</saml:Issuer>', () => `</saml:Issuer>${signature.replace('</ds:Signature>', `<ds:Object>${original}</ds:Object></ds:Signature>`)}`); // prettier-ignore
  },
  'XSW2: a forged answer with the signature detached, before the honest one': () => {
    const { honest, signature } = parts('response');
    const original = honest.replace(SIGNATURE, '');
    const forged = original.replaceAll('ana@globex.example', EVIL).replace(/ID="_r/, 'ID="_evil');
    return forged.replace('</saml:Issuer>', () => `</saml:Issuer>${signature}${original}`);
  },
  'XSW3: a forged assertion before the honest one': () => wrapped(({ forged, assertion }) => forged + assertion),
  'XSW4: the honest assertion within the forged one': () =>
    wrapped(({ forged, assertion }) => forged.replace('</saml:Assertion>', () => `${assertion}</saml:Assertion>`)),
  'XSW5: the signature in the forged assertion, the honest one at the end': () =>
    wrapped(
      ({ forged, bare, signature }) => forged.replace('</saml:Issuer>', () => `</saml:Issuer>${signature}`) + bare,
    ),
  'XSW6: the honest assertion within the signature of the forged one': () =>
    wrapped(({ forged, bare, signature }) =>
      forged.replace(
        '</saml:Issuer>',
        () => `</saml:Issuer>${signature.replace('</ds:Signature>', `${bare}</ds:Signature>`)}`,
      ),
    ),
  'XSW7: a forged assertion in an extension': () =>
    wrapped(({ forged, assertion }) => `<samlp:Extensions>${forged}</samlp:Extensions>${assertion}`),
  'XSW8: the honest assertion in an object of the signature of the forged one': () =>
    wrapped(({ forged, bare, signature }) =>
      forged.replace(
        '</saml:Issuer>',
        () => `</saml:Issuer>${signature.replace('</ds:Signature>', `<ds:Object>${bare}</ds:Object></ds:Signature>`)}`,
      ),
    ),
};

test('an honest answer counts, signed over the assertion, over all, or both', async () => {
  for (const over of ['assertion', 'response', 'both'] as const) {
    const answer = await judge(sent(idp.answer({}, over)), idp.trust);
    expect(answer).toMatchObject({ subject: 'ana@globex.example', inResponseTo: '_asked', sessionIndex: '_s1' });
    expect(answer.attributes).toEqual({ email: ['ana@globex.example'], groups: ['Support', 'Billing'] });
  }
});

test('while a certificate is replaced, answers signed with either count, and those of no other key', async () => {
  const next = new TestIdp();
  const trust = { ...idp.trust, certificates: [idp.certificate, next.certificate] };
  for (const signer of [idp, next]) await expect(judge(sent(signer.answer()), trust)).resolves.toBeTruthy();
  await expect(judge(sent(stranger.answer()), trust)).rejects.toMatchObject({ check: 'signature' });
});

describe('28: signature wrapping, comment injection, two SignedInfo, unsigned, expired and wrong audience are refused', () => {
  test.each(Object.entries(WRAPPINGS))('%s', async (_, make) => {
    expect(['assertions', 'signature', 'ids', 'object', 'reference', 'status']).toContain(await verdict(make()));
  });

  const { honest, signature } = parts();
  const cases: [string, string, string][] = [
    [
      'a comment within the name',
      honest.replace('ana@globex.example</saml:NameID>', 'ana@globex.example<!---->.evil.example</saml:NameID>'),
      'comment',
    ],
    [
      'an element within the name',
      honest.replace('ana@globex.example</saml:NameID>', '<b/>ana@globex.example</saml:NameID>'),
      'signature',
    ],
    ['two SignedInfo', honest.replace(/<ds:SignedInfo>.*?<\/ds:SignedInfo>/s, (info) => info + info), 'signed-info'],
    [
      'a second SignedInfo deeper in the signature',
      honest.replace(
        '<ds:SignatureValue>',
        () => `<ds:KeyInfo>${/<ds:SignedInfo>.*?<\/ds:SignedInfo>/s.exec(honest)![0]}</ds:KeyInfo><ds:SignatureValue>`,
      ),
      'signed-info',
    ],
    ['two signatures in one element', honest.replace(SIGNATURE, (one) => one + one), 'signature'],
    ['no signature', idp.answer({}, 'nothing'), 'signature'],
    [
      'a signature without its value',
      honest.replace(/<ds:SignatureValue>.*?<\/ds:SignatureValue>/s, '<ds:SignatureValue/>'),
      'signature',
    ],
    ['the key of somebody else', stranger.answer(), 'signature'],
    ['a word changed after signing', honest.replace('Billing', 'Owners'), 'signature'],
    ['the signature of another answer', idp.answer().replace(SIGNATURE, () => signature), 'reference'],
    ['a signature over nothing', honest.replace(/URI="#[^"]+"/, 'URI=""'), 'reference'],
    [
      'one id twice',
      honest.replace('<saml:Conditions', `<saml:Conditions ID="${/<saml:Assertion ID="([^"]+)"/.exec(honest)![1]}"`),
      'ids',
    ],
    [
      'a transform that leaves parts out',
      honest.replace(
        '<ds:Transforms>',
        '<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/>',
      ),
      'transforms',
    ],
    [
      'canonical with comments',
      honest.replace(
        '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"',
        '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#WithComments"',
      ),
      'canonicalization',
    ],
    [
      'a secret shared by all as the key',
      honest.replace('xmldsig-more#rsa-sha256', 'xmldsig-more#hmac-sha256'),
      'algorithm',
    ],
    ['expired', idp.answer({ minutes: -2 }), 'expired'],
    ['for days', idp.answer({ minutes: 60 * 24 * 3 }), 'expired'],
    ['for another audience', idp.answer({ audience: 'https://other.example' }), 'audience'],
    ['for no audience', idp.answer({ audience: null }), 'audience'],
  ];
  test.each(cases)('%s', async (_, xml, check) => expect(await verdict(xml)).toBe(check));
});

describe('29: what the library alone takes is refused', () => {
  const deep = '<a>'.repeat(20_000) + '</a>'.repeat(20_000);
  const cases: [string, string, string][] = [
    ['validly signed, of another issuer', idp.answer({ issuer: 'https://evil.example' }), 'issuer'],
    ['an envelope of another issuer', idp.answer({ answeredBy: 'https://evil.example' }), 'issuer'],
    ['sent to another address', idp.answer({ destination: 'https://other.portal.example/acs' }), 'destination'],
    ['sent to no address', idp.answer({ destination: null }), 'destination'],
    ['for another receiver', idp.answer({ recipient: 'https://other.portal.example/acs' }), 'recipient'],
    ['for no receiver', idp.answer({ recipient: null }), 'recipient'],
    ['without a bearer', idp.answer({ method: 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches' }), 'bearer'],
    ['of a failure', idp.answer({ status: 'urn:oasis:names:tc:SAML:2.0:status:Requester' }), 'status'],
    ['rsa-sha1', idp.answer({}, 'assertion', 'sha1'), 'algorithm'],
    ['an empty name', idp.answer({ subject: '' }), 'name-id'],
    ['a name of blanks', idp.answer({ subject: '   ' }), 'name-id'],
    ['a DOCTYPE', `<!DOCTYPE x [<!ENTITY e "x">]>${idp.answer()}`, 'doctype'],
    ['nested 20,000 deep', idp.answer().replace('</samlp:Response>', `${deep}</samlp:Response>`), 'size'],
    [
      '100,000 elements',
      idp.answer().replace('</samlp:Response>', `${'<a/>'.repeat(30_000)}</samlp:Response>`),
      'size',
    ],
    ['5 MB', idp.answer().replace('</samlp:Response>', `${' '.repeat(5_000_000)}</samlp:Response>`), 'size'],
    [
      'another question inside than outside',
      idp.answer().replace('InResponseTo="_asked"', 'InResponseTo="_other"'),
      'in-response-to',
    ],
    ['an instruction', idp.answer().replace('<samlp:Status>', '<?php x ?><samlp:Status>'), 'instruction'],
    ['no XML', 'hello', 'xml'],
    ['half a document', idp.answer().slice(0, 900), 'xml'],
    ['another document', '<a/>', 'response'],
  ];
  test.each(cases)('%s', async (_, xml, check) => expect(await verdict(xml)).toBe(check));

  test.each(['', '%%%', 'AAAA', '\u0000', Buffer.from([0xff, 0xfe, 0x3c]).toString('base64')])(
    'garbage %#',
    async (encoded) => {
      await expect(judge(encoded, idp.trust)).rejects.toMatchObject({ reason: 'answer' });
    },
  );

  test('what is bounded is bounded before it is parsed: a hundred of them take less than honest ones', async () => {
    const bad = sent(idp.answer().replace('</samlp:Response>', `${deep}</samlp:Response>`));
    const cpu = async (work: () => Promise<unknown>) => {
      const before = process.cpuUsage();
      for (let n = 0; n < 50; n += 1) await work();
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const honest = sent(idp.answer());
    const forHonest = await cpu(() => judge(honest, idp.trust));
    const forBad = await cpu(() => judge(bad, idp.trust).catch(() => undefined));
    expect(forBad).toBeLessThan(forHonest * 5);
  });
});

test('a name with letters that XML spells otherwise comes as it is', async () => {
  const xml = idp.answer({ subject: 'O&amp;M', attributes: { name: ['Zoë &lt;3'] } });
  expect(await judge(sent(xml), idp.trust)).toMatchObject({ subject: 'O&M', attributes: { name: ['Zoë <3'] } });
  expect(IDP).toContain('globex');
});
