import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

interface Said {
  challenge: string;
  origin: string;
  /** Whether its owner was there and has shown it. */
  verified?: boolean;
  counter?: number;
  rpId?: string;
}

/** A device that holds one key, as far as a server sees it (Web Authentication, level 3): ES256, no attestation. */
export class SoftKey {
  readonly id = randomBytes(16);
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  create({ challenge, origin, ...said }: Said): string {
    const jwk = this.keys.publicKey.export({ format: 'jwk' });
    const [x, y] = [jwk.x!, jwk.y!].map((part) => Buffer.from(part, 'base64url'));
    const key = map([1, 2], [3, -7], [-1, 1], [-2, x!], [-3, y!]);
    const held = Buffer.concat([Buffer.alloc(16), Buffer.from([0, this.id.length]), this.id, key]);
    const authData = Buffer.concat([this.data(said.rpId ?? new URL(origin).hostname, 0x40, said), held]);
    const attestationObject = map(['fmt', 'none'], ['attStmt', Symbol('empty')], ['authData', authData]);
    const clientDataJSON = clientData('webauthn.create', challenge, origin);
    return this.answer({ clientDataJSON: b64(clientDataJSON), attestationObject: b64(attestationObject) });
  }

  get({ challenge, origin, ...said }: Said): string {
    const authenticatorData = this.data(said.rpId ?? new URL(origin).hostname, 0, said);
    const clientDataJSON = clientData('webauthn.get', challenge, origin);
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientDataJSON).digest()]);
    const signature = sign('sha256', signed, this.keys.privateKey);
    return this.answer({
      clientDataJSON: b64(clientDataJSON),
      authenticatorData: b64(authenticatorData),
      signature: b64(signature),
    });
  }

  private data(rpId: string, flags: number, { verified = true, counter = 0 }: Partial<Said>): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const there = 0x01 | (verified ? 0x04 : 0);
    return Buffer.concat([createHash('sha256').update(rpId).digest(), Buffer.from([flags | there]), count]);
  }

  private answer(response: object): string {
    const id = b64(this.id);
    return JSON.stringify({ id, rawId: id, type: 'public-key', clientExtensionResults: {}, response });
  }
}

const b64 = (bytes: Buffer) => bytes.toString('base64url');
const clientData = (type: string, challenge: string, origin: string) =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));

/** CBOR (RFC 8949), as much of it as that takes. A symbol is an empty map. */
type Value = string | number | Buffer | symbol;
const map = (...pairs: [Value, Value][]): Buffer =>
  Buffer.concat([Buffer.from([0xa0 | pairs.length]), ...pairs.flat().map(encoded)]);
function encoded(value: Value): Buffer {
  if (typeof value === 'symbol') return Buffer.from([0xa0]);
  if (typeof value === 'number') return value < 0 ? head(0x20, -1 - value) : head(0, value);
  const bytes = Buffer.from(value as string);
  return Buffer.concat([head(typeof value === 'string' ? 0x60 : 0x40, bytes.length), bytes]);
}
function head(major: number, value: number): Buffer {
  if (value < 24) return Buffer.from([major | value]);
  return value < 256 ? Buffer.from([major | 24, value]) : Buffer.from([major | 25, value >> 8, value & 0xff]);
}
