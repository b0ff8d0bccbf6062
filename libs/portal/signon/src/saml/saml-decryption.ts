import { constants, createDecipheriv, privateDecrypt } from 'node:crypto';
import { attribute, children, only, textIn, within } from './saml-xml.js';

const ENCRYPTION_11 = 'http://www.w3.org/2009/xmlenc11#';
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
const CONTENT = /^http:\/\/www\.w3\.org\/(?:2009\/xmlenc11#aes(128|256)-(gcm)|2001\/04\/xmlenc#aes(128|256)-(cbc))$/;
/** By what is within: the hash, and that of the mask. RSA with the padding of PKCS 1.5 is none of them, as it tells too much when it fails. */
const KEY_TRANSPORTS: Record<string, 'sha1' | 'sha256'> = {
  [`http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p  `]: 'sha1',
  [`http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p http://www.w3.org/2000/09/xmldsig#sha1 `]: 'sha1',
  [`${ENCRYPTION_11}rsa-oaep ${SHA256} ${ENCRYPTION_11}mgf1sha256`]: 'sha256',
};

/** What is needed to read it, where one key and one content are all there is to read, and both are encrypted in ways that count. */
interface Encrypted {
  hash: 'sha1' | 'sha256';
  key: Buffer;
  algorithm: string;
  content: Buffer;
}

/** Null: it is not plainly encrypted. */
export function encryptedIn(assertion: Element): Encrypted | null {
  const data = only(assertion, 'encryption', 'EncryptedData');
  const key = only(only(data, 'signature', 'KeyInfo'), 'encryption', 'EncryptedKey');
  const named = (name: string) => within(assertion).filter(({ localName }) => localName === name).length;
  if (!data || !key || children(assertion, 'encryption', 'EncryptedData').length !== named('EncryptedData'))
    return null;
  if (named('EncryptedKey') !== 1 || named('CipherValue') !== 2 || named('EncryptionMethod') !== 2) return null;
  const hash = KEY_TRANSPORTS[transportOf(only(key, 'encryption', 'EncryptionMethod'))];
  const method = CONTENT.exec(attribute(only(data, 'encryption', 'EncryptionMethod'), 'Algorithm') ?? '');
  const [wrapped, content] = [key, data].map(valueOf);
  if (hash === undefined || !method || !wrapped || !content) return null;
  const [, gcmBits, gcm, cbcBits, cbc] = method;
  return { hash, key: wrapped, algorithm: `aes-${gcmBits ?? cbcBits}-${gcm ?? cbc}`, content };
}

function transportOf(method: Element | null): string {
  if (!method) return '';
  const masks = within(method).filter(({ localName }) => localName === 'MGF');
  const isOdd = masks.length > 1 || masks.some(({ namespaceURI }) => namespaceURI !== ENCRYPTION_11);
  if (isOdd || within(method).some(({ localName }) => localName === 'OAEPparams')) return '';
  const digests = within(method).filter(({ localName }) => localName === 'DigestMethod');
  if (digests.length > 1 || digests.length !== children(method, 'signature', 'DigestMethod').length) return '';
  return [method, digests[0] ?? null, masks[0] ?? null].map((one) => attribute(one, 'Algorithm') ?? '').join(' ');
}

function valueOf(of: Element): Buffer | null {
  const text = textIn(only(only(of, 'encryption', 'CipherData'), 'encryption', 'CipherValue'))?.replace(/\s+/g, '');
  return text && /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : null;
}

/** With whichever of our keys opens it; null: with none. Why none does helps only those who try to find out what is in it. */
export function openedBy(
  keys: readonly string[],
  { hash, key: wrapped, algorithm, content }: Encrypted,
): string | null {
  for (const key of keys) {
    try {
      const secret = privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash }, wrapped);
      return new TextDecoder('utf-8', { fatal: true }).decode(plainOf(algorithm, secret, content));
    } catch {
      // Another key may.
    }
  }
  return null;
}

/** As XML Encryption has it: what it begins with in front, the proof of GCM at the end, the length of the padding of CBC in its last byte (5.2). */
function plainOf(algorithm: string, secret: Buffer, content: Buffer): Buffer {
  if (algorithm.endsWith('gcm')) {
    const opening = createDecipheriv(algorithm as 'aes-256-gcm', secret, content.subarray(0, 12), {
      authTagLength: 16,
    });
    opening.setAuthTag(content.subarray(-16));
    return Buffer.concat([opening.update(content.subarray(12, -16)), opening.final()]);
  }
  const opening = createDecipheriv(algorithm, secret, content.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([opening.update(content.subarray(16)), opening.final()]);
  const padding = padded.at(-1) ?? 0;
  if (padding < 1 || padding > 16) throw new Error('padding');
  return padded.subarray(0, -padding);
}
