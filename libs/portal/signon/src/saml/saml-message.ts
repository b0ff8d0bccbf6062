import { getVerifiedXml } from '@node-saml/node-saml/lib/xml.js';
import { SignOnRefused } from '../refused.js';
import { attribute, children, NS, only, readXml, UnreadableXml, within } from './saml-xml.js';

/** Of the documentIn document. Providers send 10 to 40 KB, with many groups. */
export const MAX_MESSAGE_BYTES = 256 * 1024;
const BOUNDS = { depth: 40, elements: 5_000 };
export const SKEW_MS = 60_000;
/** For how long an answer may count at most, whatever it says: providers say five minutes to an hour. */
export const LONGEST_MS = 24 * 3_600_000;
export const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';
export const SHA2 = /^http:\/\/www\.w3\.org\/2001\/04\/xmldsig-more#rsa-sha(?:256|384|512)$/;
const DIGEST = /^http:\/\/www\.w3\.org\/2001\/04\/(?:xmlenc#sha(?:256|512)|xmldsig-more#sha384)$/;
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const TRANSFORMS = new Set([EXCLUSIVE, `${NS.signature}enveloped-signature`]);

/** What was posted is not even a document that is looked into: nobody's provider sends that. */
export class NotAMessage extends SignOnRefused {
  constructor(check: string) {
    super('answer', check);
  }
}

export const refused = (check: string) => new SignOnRefused('answer', check);
export function must(holds: unknown, check: string): asserts holds {
  if (!holds) throw refused(check);
}

/** The document, if it is one of a size that is looked at. @throws NotAMessage */
export function documentIn(encoded: string): string {
  if (encoded.length > (MAX_MESSAGE_BYTES * 4) / 3 + 4_096) throw new NotAMessage('size');
  const packed = encoded.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) throw new NotAMessage('base64');
  const bytes = Buffer.from(packed, 'base64');
  return textOf(bytes);
}

/** @throws NotAMessage */
export function textOf(bytes: Buffer): string {
  if (bytes.length > MAX_MESSAGE_BYTES) throw new NotAMessage('size');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new NotAMessage('charset');
  }
}

/** @throws NotAMessage */
export function sentElement(xml: string): Element {
  try {
    return readXml(xml, BOUNDS);
  } catch (error) {
    throw error instanceof UnreadableXml ? new NotAMessage(error.message) : error;
  }
}

export function read(xml: string): Element {
  try {
    return readXml(xml, BOUNDS);
  } catch (error) {
    throw error instanceof UnreadableXml ? refused(error.message) : error;
  }
}

export function idsIn(root: Element): string[] {
  const named = (element: Element) => ['ID', 'Id', 'id', 'xml:id'].map((name) => attribute(element, name));
  return within(root).flatMap(named).filter((id) => id !== null); // prettier-ignore
}

/** Each signature is of one kind, over the element that it stands in, and no two elements can be meant by it. */
export function mustBePlain(root: Element): void {
  const elements = within(root);
  const ids = idsIn(root);
  must(new Set(ids).size === ids.length, 'ids');
  for (const element of elements.filter(({ localName }) => localName === 'Signature')) {
    must(element.namespaceURI === NS.signature, 'signature');
    const signed = element.parentNode as Element;
    must(signed === root || (signed.localName === 'Assertion' && signed.parentNode === root), 'signature');
    must(children(signed, 'signature', 'Signature').length === 1, 'signature');
    const info = only(element, 'signature', 'SignedInfo');
    must(info && only(element, 'signature', 'SignatureValue'), 'signed-info');
    must(within(element).filter(({ localName }) => localName === 'SignedInfo').length === 1, 'signed-info');
    const algorithm = (of: Element | null) => attribute(of, 'Algorithm') ?? '';
    must(SHA2.test(algorithm(only(info, 'signature', 'SignatureMethod'))), 'algorithm');
    must(algorithm(only(info, 'signature', 'CanonicalizationMethod')) === EXCLUSIVE, 'canonicalization');
    const reference = only(info, 'signature', 'Reference');
    must(reference && attribute(reference, 'URI') === `#${attribute(signed, 'ID')}`, 'reference');
    must(DIGEST.test(algorithm(only(reference, 'signature', 'DigestMethod'))), 'algorithm');
    const transforms = only(reference, 'signature', 'Transforms');
    must(transforms, 'transforms');
    must(children(transforms, 'signature', 'Transform').every((one) => TRANSFORMS.has(algorithm(one))), 'transforms'); // prettier-ignore
    must(children(element, 'signature', 'Object').length === 0, 'object');
  }
}

/** @throws SignOnRefused for what is no time */
export function timeAt(element: Element, name: string): number | null {
  const value = attribute(element, name);
  if (value === null) return null;
  // Without a zone it would be ours; SAML knows UTC alone (core, 1.3.3).
  must(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/.test(value), 'time');
  const at = Date.parse(value);
  must(!Number.isNaN(at), 'time');
  return at;
}

/** What one of these has signed of a document, byte for byte; null: none has signed this element. */
export function proven(xml: string, element: Element, certificates: readonly string[]): string | null {
  try {
    return getVerifiedXml(xml, element, [...certificates]);
  } catch {
    // What the library says of it helps nobody.
    return null;
  }
}
