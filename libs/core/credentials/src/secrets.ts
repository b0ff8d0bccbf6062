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
