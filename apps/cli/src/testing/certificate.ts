import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DAY = 86_400_000;

/** A key and a certificate for a host that signs itself, as the files that the configuration asks for (X.509 v1, RFC 5280). */
export function selfSigned(folder: string, host: string): { keyFile: string; certFile: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(object('2a8648ce3d040302')); // ecdsa-with-SHA256
  const commonName = sequence(tagged(0x31, sequence(object('550403'), tagged(0x0c, Buffer.from(host)))));
  const validity = sequence(time(Date.now() - DAY), time(Date.now() + DAY));
  const serial = tagged(0x02, Buffer.from([1]));
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const content = sequence(serial, algorithm, commonName, validity, commonName, key);
  const signature = tagged(0x03, Buffer.from([0]), sign('sha256', content, privateKey));
  const der = sequence(content, algorithm, signature);
  // Signatures differ in length: no line may be left empty, which would end the text for OpenSSL.
  const lines = der
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n');
  const cert = `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
  const [keyFile, certFile] = [join(folder, `${host}.key`), join(folder, `${host}.crt`)];
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  writeFileSync(certFile, cert);
  return { keyFile, certFile, cert };
}

/** DER: a tag, how long it is, what it holds. */
function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length: size } = content;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}
const sequence = (...parts: Buffer[]) => tagged(0x30, ...parts);
const object = (hex: string) => tagged(0x06, Buffer.from(hex, 'hex'));
const time = (at: number) =>
  tagged(0x17, Buffer.from(`${new Date(at).toISOString().slice(2, 19).replace(/[-T:]/g, '')}Z`));
