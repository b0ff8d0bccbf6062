import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { flag, line, part, type ResourceItem, text } from '@foyer/settings';
import { declareConnections } from '../connections.js';
import { certificatesIn, pemOf, WrongCertificate } from './certificates.js';
import { parseMetadata, type SamlProvider } from './provider-metadata.js';
import { UnreadableXml } from './saml-xml.js';

const at = (label: string) => ({ label: `signon.saml.${label}`, hint: `signon.saml.${label}-hint` });
const later = true;

const address = z
  .string()
  .max(500)
  .refine((value) => {
    const url = URL.parse(value);
    return value === '' || (url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.hash === '');
  }, 'signon.saml.address-form')
  .default('');

/** Identity providers that speak SAML 2.0. What they say of themselves comes by address, as it was pasted, or field by field. */
export const samlConnections = declareConnections('saml', {
  one: 'SAML connection',
  words: 'signon.saml',
  page: { icon: 'key', order: 22 },
  fields: {
    metadataUrl: line(address, 500, { kind: 'url', later, ...at('metadata-url') }),
    /** Read once, into the fields that follow. */
    metadata: text(200_000, { optional: true, lines: 4, later, ...at('metadata') }),
    entityId: text(1_024, { optional: true, later, ...at('entity-id') }),
    signOnUrl: line(address, 500, { kind: 'url', later, ...at('sign-on-url') }),
    signOutUrl: line(address, 500, { kind: 'url', later, ...at('sign-out-url') }),
    certificates: text(40_000, { optional: true, lines: 6, later, ...at('certificates') }),
    subjectAttribute: text(200, { optional: true, ...at('subject-attribute') }),
    idpInitiated: flag(false, at('idp-initiated')),
    complete: part(z.boolean().default(false), { label: 'signon.saml.complete', derived: true, later }),
  },
  counterpart: ['metadataUrl', 'entityId', 'signOnUrl', 'certificates'],
  needed: ['complete'],
  addresses: (at) => [
    ['signon.saml.our-entity', `${at}/metadata`],
    ['signon.saml.acs', `${at}/return`],
    ['signon.saml.slo', `${at}/slo`],
  ],
  derive(given, before) {
    const item =
      given.metadata === '' ? { ...given } : { ...given, ...fieldsIn(given.metadata, 'metadata'), metadata: '' };
    item.certificates = checked(item.certificates);
    item.complete = item.metadataUrl !== '' || [item.entityId, item.signOnUrl, item.certificates].every(Boolean);
    if (before && !item.complete) throw new InvalidField(missingIn(item), 'signon.saml.needed');
    return item;
  },
});
export type SamlConnection = ResourceItem<typeof samlConnections>;

type Words = Record<'entityId' | 'signOnUrl' | 'certificates', string>;

/** What a provider says of itself, pasted or sent as a file. @throws InvalidField */
export function fieldsIn(xml: string, field: string): Words & { signOutUrl: string } {
  try {
    const { entityId, signOnUrl, signOutUrl, certificates }: SamlProvider = parseMetadata(xml);
    return { entityId, signOnUrl, signOutUrl, certificates: certificates.join('\n') };
  } catch (error) {
    if (error instanceof UnreadableXml) throw new InvalidField(field, 'signon.saml.metadata-form');
    throw error;
  }
}

function checked(typed: string): string {
  try {
    return certificatesIn(typed).map(pemOf).join('\n');
  } catch (error) {
    if (error instanceof WrongCertificate) throw new InvalidField('certificates', 'signon.saml.certificates-form');
    throw error;
  }
}

/** Who has begun to fill in the fields is told which is missing; whoever has given nothing, at the first way of giving it. */
function missingIn(item: Words): string {
  const fields = ['entityId', 'signOnUrl', 'certificates'] as const;
  const isBegun = fields.some((name) => item[name] !== '');
  return (isBegun && fields.find((name) => item[name] === '')) || 'metadataUrl';
}
