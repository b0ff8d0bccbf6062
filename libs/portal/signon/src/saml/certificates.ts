import { generateKeyPair, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';

/** What is no certificate of a key that signatures of SAML may be made with. */
export class WrongCertificate extends Error {
  override name = 'WrongCertificate';
}

const MOST = 10;
const LEAST_BITS = 2048;
const ARMOUR = /-----(?:BEGIN|END) CERTIFICATE-----/;

/** Certificates as providers show them: with lines around them, one after the other, or as the bare letters of one. @throws WrongCertificate */
export function certificatesIn(text: string): X509Certificate[] {
  const blocks = text.split(ARMOUR).map((block) => block.replace(/\s/g, '')).filter((block) => block !== ''); // prettier-ignore
  const found = new Map<string, X509Certificate>();
  for (const block of blocks.slice(0, MOST + 1)) {
    const certificate = certificateOf(block);
    found.set(certificate.fingerprint256, certificate);
  }
  if (found.size > MOST) throw new WrongCertificate();
  return [...found.values()];
}

function certificateOf(base64: string): X509Certificate {
  if (!/^[A-Za-z0-9+/]{100,12000}={0,2}$/.test(base64)) throw new WrongCertificate();
  let certificate: X509Certificate;
  let key: KeyObject;
  try {
    certificate = new X509Certificate(Buffer.from(base64, 'base64'));
    key = certificate.publicKey;
  } catch {
    throw new WrongCertificate();
  }
  if (key.asymmetricKeyType !== 'rsa' || key.asymmetricKeyDetails!.modulusLength! < LEAST_BITS)
    throw new WrongCertificate();
  return certificate;
}

/** Each by itself, with lines of 64 letters. */
export const pemOf = ({ raw }: Pick<X509Certificate, 'raw'>): string => armoured(raw);
/** As XML has it. */
export const bareOf = (pem: string): string => pem.replace(/-----[^-]+-----|\s/g, '');

const YEARS = 10;
const DAY = 86_400_000;

/** A key of our own, and the certificate that providers want it in: it signs itself, as all that SAML asks of it is the key (X.509 v3, RFC 5280). */
export async function ownKey(name: string, now = Date.now()): Promise<{ privateKey: string; certificate: string }> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: LEAST_BITS });
  const algorithm = sequence(object('2a864886f70d01010b'), tagged(0x05)); // sha256WithRSAEncryption
  const commonName = sequence(tagged(0x31, sequence(object('550403'), tagged(0x0c, Buffer.from(name.slice(0, 64))))));
  const until = new Date(now);
  until.setUTCFullYear(until.getUTCFullYear() + YEARS);
  const content = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ...[algorithm, commonName, sequence(time(now - DAY), time(until.getTime())), commonName],
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = tagged(0x03, Buffer.from([0]), sign('sha256', content, privateKey));
  const certificate = armoured(sequence(content, algorithm, signature));
  return { privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, certificate };
}

const armoured = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').match(/.{1,64}/g)!.join('\n')}\n-----END CERTIFICATE-----\n`; // prettier-ignore

/** DER: a tag, how long it is, what it holds. */
function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length: size } = content;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
const sequence = (...parts: Buffer[]) => tagged(0x30, ...parts);
const object = (hex: string) => tagged(0x06, Buffer.from(hex, 'hex'));
/** Until 2049 with two figures of the year (RFC 5280, 4.1.2.5). */
const time = (at: number) => {
  const text = `${new Date(at).toISOString().slice(0, 19).replace(/[-T:]/g, '')}Z`;
  return text < '2050' ? tagged(0x17, Buffer.from(text.slice(2))) : tagged(0x18, Buffer.from(text));
};
