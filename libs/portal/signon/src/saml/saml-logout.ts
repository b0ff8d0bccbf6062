import { X509Certificate, createPublicKey, verify } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import {
  documentIn,
  LONGEST_MS,
  MAX_MESSAGE_BYTES,
  must,
  mustBePlain,
  NotAMessage,
  proven,
  read,
  sentElement,
  SHA2,
  SKEW_MS,
  SUCCESS,
  textOf,
  timeAt,
} from './saml-message.js';
import { attribute, children, NS, only, textIn, within } from './saml-xml.js';

/** Whom a message has to be from, and where it is meant to come to. */
export interface LogoutTrust {
  idpIssuer: string;
  certificates: readonly string[];
  place: string;
}
/** As it came: the query of an address, or the fields of a form. */
export type LogoutSent = { query: string } | { fields: readonly (readonly [name: string, value: string])[] };

export type LogoutMessage = { relayState: string } & (
  | { kind: 'request'; id: string; until: Date; name: string; sids: string[] }
  | { kind: 'response'; inResponseTo: string; success: boolean }
);

/** How long ago it may have been written. */
const OLDEST_MS = 10 * 60_000;
const MOST_SIDS = 100;
const DEFLATE = 'urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE';
const HASHES: Record<string, string> = { 256: 'sha256', 384: 'sha384', 512: 'sha512' };

/**
 * Judges what a provider sends about signing out, or answers to it (SAML core 3.7, bindings 3.4 and 3.5). The library takes it unsigned in an address, signed
 * with SHA-1, and from whomever to wherever; so signatures of addresses are proved here, and of documents only what was signed is read.
 * @throws NotAMessage for what is none, SignOnRefused for one that does not count
 */
export function judgeLogout(sent: LogoutSent, trust: LogoutTrust, now = Date.now()): LogoutMessage {
  const { root, relayState } = 'query' in sent ? ofAddress(sent.query, trust) : ofForm(sent.fields, trust);
  const isRequest = root.localName === 'LogoutRequest';
  must(isRequest || root.localName === 'LogoutResponse', 'message');
  must(root.namespaceURI === NS.protocol && attribute(root, 'Version') === '2.0', 'message');
  must(attribute(root, 'Destination') === trust.place, 'destination');
  must(textIn(only(root, 'assertion', 'Issuer')) === trust.idpIssuer, 'issuer');
  const [id, written] = [attribute(root, 'ID'), timeAt(root, 'IssueInstant')];
  must(id && id.length <= 1_000, 'id');
  must(written !== null && now - OLDEST_MS - SKEW_MS < written && written <= now + SKEW_MS, 'expired');
  return isRequest
    ? { kind: 'request', id, relayState, ...requested(root, written, now) }
    : { kind: 'response', relayState, ...answered(root) };
}

function requested(root: Element, written: number, now: number) {
  const ends = timeAt(root, 'NotOnOrAfter');
  must(ends === null || (now - SKEW_MS < ends && ends - now <= LONGEST_MS), 'expired');
  const name = textIn(only(root, 'assertion', 'NameID'));
  must(name && name.length <= 1_000, 'name-id');
  const sids = children(root, 'protocol', 'SessionIndex').map(textIn);
  must(sids.length <= MOST_SIDS && sids.every((sid) => sid !== null), 'session-index');
  // For as long as it would count again.
  const until = new Date(Math.max(ends ?? 0, written + OLDEST_MS) + SKEW_MS);
  return { name, sids: sids as string[], until };
}

function answered(root: Element) {
  const inResponseTo = attribute(root, 'InResponseTo');
  must(inResponseTo, 'in-response-to');
  const status = only(only(root, 'protocol', 'Status'), 'protocol', 'StatusCode');
  return { inResponseTo, success: attribute(status, 'Value') === SUCCESS };
}

/** What is signed is the address as it was written, not the document (bindings 3.4.4.1). */
function ofAddress(query: string, { certificates }: LogoutTrust) {
  if (query.length > MAX_MESSAGE_BYTES) throw new NotAMessage('size');
  const pairs = query.split('&').map((pair) => /^([^=]*)=(.*)$/s.exec(pair)?.slice(1) as [string, string] | undefined);
  const given = (name: string): string | null => {
    const found = pairs.filter((pair) => pair?.[0] === name);
    if (found.length > 1) throw new NotAMessage('twice');
    return found[0]?.[1] ?? null;
  };
  const [request, response] = [given('SAMLRequest'), given('SAMLResponse')];
  const [relay, algorithm, signature] = [given('RelayState'), given('SigAlg'), given('Signature')];
  const message = request ?? response;
  if (message === null || (request !== null && response !== null)) throw new NotAMessage('message');
  must(plain(given('SAMLEncoding') ?? DEFLATE) === DEFLATE, 'encoding');
  const root = sentElement(textOf(unpacked(plain(message))));
  must(
    within(root).every(({ localName }) => localName !== 'Signature'),
    'signature',
  );
  must(algorithm !== null && signature !== null, 'signature');
  const named = plain(algorithm);
  must(SHA2.test(named), 'algorithm');
  const signed = [
    `${request === null ? 'SAMLResponse' : 'SAMLRequest'}=${message}`,
    ...(relay === null ? [] : [`RelayState=${relay}`]),
    `SigAlg=${algorithm}`,
  ].join('&');
  const proof = Buffer.from(plain(signature), 'base64');
  must(
    certificates.some((pem) => verify(HASHES[named.slice(-3)], Buffer.from(signed), keyOf(pem), proof)),
    'signature',
  );
  return { root, relayState: relay === null ? '' : plain(relay) };
}

function ofForm(fields: readonly (readonly [string, string])[], { certificates }: LogoutTrust) {
  const given = (name: string): string | null => {
    const found = fields.filter(([one]) => one === name);
    if (found.length > 1) throw new NotAMessage('twice');
    return found[0]?.[1] ?? null;
  };
  const [request, response] = [given('SAMLRequest'), given('SAMLResponse')];
  const message = request ?? response;
  if (message === null || (request !== null && response !== null)) throw new NotAMessage('message');
  const xml = documentIn(message);
  const sent = sentElement(xml);
  must(
    within(sent).every(({ localName }) => !/Assertion$/.test(localName)),
    'assertions',
  );
  mustBePlain(sent);
  must(children(sent, 'signature', 'Signature').length === 1, 'signature');
  const signed = proven(xml, sent, certificates);
  must(signed, 'signature');
  return { root: read(signed), relayState: given('RelayState') ?? '' };
}

function plain(encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    throw new NotAMessage('encoding');
  }
}

function unpacked(base64: string): Buffer {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw new NotAMessage('base64');
  try {
    return inflateRawSync(Buffer.from(base64, 'base64'), { maxOutputLength: MAX_MESSAGE_BYTES });
  } catch {
    throw new NotAMessage('deflate');
  }
}

const keyOf = (pem: string) => (/CERTIFICATE/.test(pem) ? new X509Certificate(pem).publicKey : createPublicKey(pem));
