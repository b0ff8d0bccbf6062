import { bareOf } from './certificates.js';
import { NS } from './saml-xml.js';

interface Ours {
  entityId: string;
  acs: string;
  /** Where signing out is told, and answered. */
  signOut: string;
  /** As PEM, the oldest first. */
  certificates: readonly string[];
}

const BINDINGS = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-';
/** Which ways of encrypting are read here; providers that look choose among them. */
const READ: readonly (readonly [algorithm: string, more?: string])[] = [
  ...([['http://www.w3.org/2009/xmlenc11#aes256-gcm'], ['http://www.w3.org/2009/xmlenc11#aes128-gcm']] as const),
  ['http://www.w3.org/2001/04/xmlenc#aes256-cbc'],
  [
    'http://www.w3.org/2009/xmlenc11#rsa-oaep',
    `<DigestMethod xmlns="${NS.signature}" Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><MGF xmlns="http://www.w3.org/2009/xmlenc11#" Algorithm="http://www.w3.org/2009/xmlenc11#mgf1sha256"/>`,
  ],
  ['http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p'],
];

/** What a connection says of us to its provider (SAML metadata 2.0, 2.4.4). */
export function ownMetadata({ entityId, acs, signOut, certificates }: Ours): string {
  const key = (use: string, pem: string, more = '') =>
    `<KeyDescriptor use="${use}"><KeyInfo xmlns="${NS.signature}"><X509Data><X509Certificate>${bareOf(pem)}</X509Certificate></X509Data></KeyInfo>${more}</KeyDescriptor>`;
  const methods = READ.map(([algorithm, more = '']) => `<EncryptionMethod Algorithm="${algorithm}">${more}</EncryptionMethod>`).join(''); // prettier-ignore
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n` +
    `<EntityDescriptor xmlns="${NS.metadata}" entityID="${escaped(entityId)}">` +
    `<SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true" protocolSupportEnumeration="${NS.protocol}">` +
    certificates.map((pem) => key('signing', pem)).join('') +
    key('encryption', certificates.at(-1)!, methods) +
    ['Redirect', 'POST']
      .map((binding) => `<SingleLogoutService Binding="${BINDINGS}${binding}" Location="${escaped(signOut)}"/>`)
      .join('') + // prettier-ignore
    `<NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified</NameIDFormat>` +
    `<AssertionConsumerService Binding="${BINDINGS}POST" Location="${escaped(acs)}" index="0" isDefault="true"/>` +
    `</SPSSODescriptor></EntityDescriptor>\n`
  );
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`);
