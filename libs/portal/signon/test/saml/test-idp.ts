import { createPrivateKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { SignedXml } from 'xml-crypto';
import type { SamlTrust } from '../../src/saml/saml-answer.js';

export const IDP = 'https://idp.globex.example/metadata';
export const ACS = 'https://acme.portal.example/sign-on/0190f000-0000-7000-8000-000000000001/acs';
export const SP = 'https://acme.portal.example/sign-on/0190f000-0000-7000-8000-000000000001';
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature';
const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';

export interface Said {
  issuer: string;
  /** Of the envelope. */
  answeredBy: string;
  destination: string | null;
  recipient: string | null;
  audience: string | null;
  subject: string;
  method: string;
  status: string;
  inResponseTo: string | null;
  minutes: number;
  attributes: Record<string, string[]>;
}
const usual = (): Said => ({
  ...{ issuer: IDP, answeredBy: IDP, destination: ACS, recipient: ACS, audience: SP, subject: 'ana@globex.example' },
  ...{ method: BEARER, status: 'urn:oasis:names:tc:SAML:2.0:status:Success', inResponseTo: '_asked', minutes: 5 },
  attributes: { email: ['ana@globex.example'], groups: ['Support', 'Billing'] },
});

/** Over what the signature goes. */
export type Over = 'assertion' | 'response' | 'both' | 'nothing';

/** A provider that says whatever a test has it say, and signs it with its own key. */
export class TestIdp {
  private readonly privateKey: KeyObject;
  readonly certificate: string;

  constructor(known?: { privateKey: string; certificate: string }) {
    if (known) {
      this.privateKey = createPrivateKey(known.privateKey);
      this.certificate = known.certificate;
      return;
    }
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    this.privateKey = privateKey;
    this.certificate = publicKey.export({ type: 'spki', format: 'pem' }) as string;
  }

  get trust(): SamlTrust {
    return { idpIssuer: IDP, certificates: [this.certificate], acs: ACS, audience: SP };
  }

  answer(changed: Partial<Said> = {}, over: Over = 'assertion', sha: 'sha256' | 'sha1' = 'sha256'): string {
    let xml = written({ ...usual(), ...changed });
    if (over === 'assertion' || over === 'both') xml = this.sign(xml, 'Assertion', sha);
    if (over === 'response' || over === 'both') xml = this.sign(xml, 'Response', sha);
    return xml;
  }

  sign(xml: string, element: 'Assertion' | 'Response', sha: 'sha256' | 'sha1' = 'sha256'): string {
    const at = element === 'Response' ? "/*[local-name()='Response']" : "/*/*[local-name()='Assertion']";
    const signing = new SignedXml({
      privateKey: this.privateKey,
      canonicalizationAlgorithm: EXCLUSIVE,
      signatureAlgorithm:
        sha === 'sha1'
          ? 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'
          : 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    });
    signing.addReference({
      xpath: at,
      transforms: [ENVELOPED, EXCLUSIVE],
      digestAlgorithm:
        sha === 'sha1' ? 'http://www.w3.org/2000/09/xmldsig#sha1' : 'http://www.w3.org/2001/04/xmlenc#sha256',
    });
    signing.computeSignature(xml, { prefix: 'ds', location: { reference: `${at}/*[local-name()='Issuer']`, action: 'after' } }); // prettier-ignore
    return signing.getSignedXml();
  }
}

export const sent = (xml: string): string => Buffer.from(xml).toString('base64');

function written(said: Said): string {
  const now = Date.now();
  const time = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
  const given = (name: string, value: string | null) => (value === null ? '' : ` ${name}="${value}"`);
  const attributes = Object.entries(said.attributes)
    .map(([name, values]) => {
      const each = values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('');
      return `<saml:Attribute Name="${name}">${each}</saml:Attribute>`;
    })
    .join('');
  const audience =
    said.audience === null
      ? ''
      : `<saml:AudienceRestriction><saml:Audience>${said.audience}</saml:Audience></saml:AudienceRestriction>`;
  return (
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"` +
    ` ID="_r${randomUUID()}" Version="2.0" IssueInstant="${time(0)}"${given('Destination', said.destination)}${given('InResponseTo', said.inResponseTo)}>` +
    `<saml:Issuer>${said.answeredBy}</saml:Issuer><samlp:Status><samlp:StatusCode Value="${said.status}"/></samlp:Status>` +
    `<saml:Assertion ID="_a${randomUUID()}" Version="2.0" IssueInstant="${time(0)}"><saml:Issuer>${said.issuer}</saml:Issuer>` +
    `<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">${said.subject}</saml:NameID>` +
    `<saml:SubjectConfirmation Method="${said.method}"><saml:SubjectConfirmationData NotOnOrAfter="${time(said.minutes)}"` +
    `${given('Recipient', said.recipient)}${given('InResponseTo', said.inResponseTo)}/></saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions NotBefore="${time(-1)}" NotOnOrAfter="${time(said.minutes)}">${audience}</saml:Conditions>` +
    `<saml:AuthnStatement AuthnInstant="${time(0)}" SessionIndex="_s1"><saml:AuthnContext><saml:AuthnContextClassRef>` +
    `urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>` +
    `<saml:AttributeStatement>${attributes}</saml:AttributeStatement></saml:Assertion></samlp:Response>`
  );
}
