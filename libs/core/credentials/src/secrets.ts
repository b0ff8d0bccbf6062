import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits from the system's generator, safe in a URL (ASVS 11.5.1 asks for 128). */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** How a secret is kept: whoever reads the table cannot use it. Random secrets need no salt. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

/** A keyed signature for one purpose; a signature made for one purpose is worth nothing for another. */
export function sign(secretKey: string, purpose: string, value: string): string {
  const key = createHmac('sha256', secretKey).update(purpose).digest();
  return createHmac('sha256', key).update(value).digest('base64url');
}

export function signatureMatches(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The secret in other letters each time, for pages that are sent compressed: nobody can guess it by their sizes (BREACH). */
export function masked(secret: string): string {
  const bytes = Buffer.from(secret, 'base64url');
  const mask = randomBytes(bytes.length);
  return Buffer.concat([mask, xor(bytes, mask)]).toString('base64url');
}

/** What was masked; of anything else, nothing that is worth anything. */
export function unmasked(given: string): string {
  const both = Buffer.from(given, 'base64url');
  const half = both.length / 2;
  return Number.isInteger(half) ? xor(both.subarray(half), both.subarray(0, half)).toString('base64url') : '';
}

const xor = (bytes: Buffer, mask: Buffer): Buffer => Buffer.from(bytes.map((byte, at) => byte ^ mask[at]!));
