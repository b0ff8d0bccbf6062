import { certificatesIn, pemOf, WrongCertificate } from './certificates.js';
import { attribute, children, NS, readXml, textIn, UnreadableXml, within } from './saml-xml.js';

/** What a provider says of itself. */
export interface SamlProvider {
  entityId: string;
  /** Where people are sent, by an address that holds the question. */
  signOnUrl: string;
  /** Where they sign out of it, and where it hears what came of that; empty: nowhere. */
  signOutUrl: string;
  /** Of keys that it signs with, as PEM; several while one is replaced by another. */
  certificates: string[];
}

/** Those of Microsoft's are the largest, at about 100 KB; those of whole federations, with thousands of providers, are not meant. */
export const MAX_METADATA_BYTES = 512 * 1024;
const BOUNDS = { depth: 30, elements: 10_000 };
const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';

/** @throws UnreadableXml also for what is of no provider, or of several */
export function parseMetadata(xml: string): SamlProvider {
  if (Buffer.byteLength(xml) > MAX_METADATA_BYTES) throw new UnreadableXml('size');
  const root = readXml(withoutComments(xml.replace(/^\uFEFF/, '').trimStart()), BOUNDS);
  const providers = within(root)
    .filter(({ localName, namespaceURI }) => localName === 'EntityDescriptor' && namespaceURI === NS.metadata)
    .flatMap((entity) => children(entity, 'metadata', 'IDPSSODescriptor').map((role) => ({ entity, role })));
  if (providers.length !== 1) throw new UnreadableXml('provider');
  const [{ entity, role }] = providers as [(typeof providers)[number]];
  const entityId = attribute(entity, 'entityID')?.trim();
  const signOnUrl = placeOf(role, 'SingleSignOnService');
  if (!entityId || entityId.length > 1_024) throw new UnreadableXml('entity');
  if (signOnUrl === null) throw new UnreadableXml('address');
  const signOutUrl = placeOf(role, 'SingleLogoutService') ?? '';
  return { entityId, signOnUrl, signOutUrl, certificates: keysIn(role) };
}

/** An address that takes what a browser brings in it. */
function placeOf(role: Element, service: string): string | null {
  const place = children(role, 'metadata', service).find((one) => attribute(one, 'Binding') === REDIRECT);
  const url = place ? URL.parse(attribute(place, 'Location') ?? '') : null;
  return url && /^https?:$/.test(url.protocol) && url.href.length <= 500 ? url.href : null;
}

/** Whoever writes it by hand explains things in it; nobody signs what is read of it. */
function withoutComments(xml: string): string {
  const kept: string[] = [];
  for (let at = 0; ;) {
    const begin = xml.indexOf('<!--', at);
    kept.push(xml.slice(at, begin === -1 ? undefined : begin));
    if (begin === -1) return kept.join('');
    const end = xml.indexOf('-->', begin + 4);
    if (end === -1) throw new UnreadableXml('xml');
    at = end + 3;
  }
}

function keysIn(role: Element): string[] {
  const keys = children(role, 'metadata', 'KeyDescriptor').filter((key) => attribute(key, 'use') !== 'encryption');
  const texts = keys
    .flatMap(within)
    .filter(({ localName, namespaceURI }) => localName === 'X509Certificate' && namespaceURI === NS.signature)
    .map((element) => textIn(element) ?? '');
  try {
    const found = certificatesIn(texts.join('-----BEGIN CERTIFICATE-----')).map(pemOf);
    if (found.length > 0) return found;
  } catch (error) {
    if (!(error instanceof WrongCertificate)) throw error;
  }
  throw new UnreadableXml('certificate');
}
