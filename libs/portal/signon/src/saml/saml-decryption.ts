import { promisify } from 'node:util';
import { decrypt } from 'xml-encryption';
import { attribute, children, only, within } from './saml-xml.js';

/** RSA with the padding of PKCS 1.5 tells too much when it fails. */
const KEY_TRANSPORT = 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p';
const CONTENT = /^http:\/\/www\.w3\.org\/(?:2009\/xmlenc11#aes(?:128|256)-gcm|2001\/04\/xmlenc#aes(?:128|256)-cbc)$/;

/**
 * Whether one key and one content are all there is to read, and both encrypted in ways that count. Whoever reads by name, as the library
 * does, then finds no other.
 */
export function isPlainlyEncrypted(assertion: Element): boolean {
  const data = only(assertion, 'encryption', 'EncryptedData');
  const info = only(data, 'signature', 'KeyInfo');
  const key = only(info, 'encryption', 'EncryptedKey');
  const named = (name: string) => within(assertion).filter(({ localName }) => localName === name).length;
  const methods = [key, data].map((one) => attribute(only(one, 'encryption', 'EncryptionMethod'), 'Algorithm') ?? '');
  return (
    data !== null &&
    key !== null &&
    children(assertion, 'encryption', 'EncryptedData').length === named('EncryptedData') &&
    named('EncryptedKey') === 1 &&
    named('CipherValue') === 2 &&
    named('EncryptionMethod') === 2 &&
    methods[0] === KEY_TRANSPORT &&
    CONTENT.test(methods[1]!)
  );
}

/** With whichever of our keys opens it; null: with none. */
export async function opened(
  assertion: Element,
  keys: readonly string[],
): Promise<{ xml: string; key: string } | null> {
  for (const key of keys) {
    try {
      const options = { key, disallowDecryptionWithInsecureAlgorithm: true };
      const xml = await promisify<string, typeof options, unknown>(decrypt)(String(assertion), options);
      if (typeof xml === 'string' && xml !== '') return { xml, key };
    } catch {
      // Another key may; and why none does helps only those who try to find out what is in it.
    }
  }
  return null;
}
