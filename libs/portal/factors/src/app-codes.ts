import { createRequire } from 'node:module';
import { generateSecret, generateURI, verifySync } from 'otplib';
import { folded } from '@foyer/i18n';
import type { create } from 'qrcode';

/** Codes of six figures that change every 30 seconds (RFC 6238), as every app shows them. */
const PERIOD_SECONDS = 30;
/** In squares, without which readers do not find it (ISO/IEC 18004). */
const BORDER = 4;

/** What somebody typed, in the digits that codes are made of: keyboards have others, and apps show blanks between. */
export const asWritten = (typed: string): string => folded(typed.slice(0, 100)).replace(/\s/g, '');

export const newAppSecret = (): string => generateSecret();

/** What an app scans. */
export function appAddress(secret: string, issuer: string, email: string): string {
  // A colon would part the two (Key URI format).
  return generateURI({ secret, issuer: issuer.replaceAll(':', ' '), label: email });
}

/** In fours, to be typed. */
export const inGroups = (secret: string): string => secret.match(/.{1,4}/g)!.join(' ');

/** The step of time that a code is of, one to either side of now for clocks that go wrong; null for a wrong one. */
export function stepOf(secret: string, code: string): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const result = verifySync({ secret, token: code, period: PERIOD_SECONDS, epochTolerance: PERIOD_SECONDS });
  return result.valid ? Math.floor(Date.now() / 1000 / PERIOD_SECONDS) + result.delta : null;
}

/** A picture for apps to scan: its dark squares as a path, the corner and the edge of what is shown, with a light border. */
export function qrCode(text: string): { path: string; corner: number; edge: number } {
  // Few ever set up an app, and drawing takes twenty megabytes to load.
  const library = createRequire(import.meta.url)('qrcode') as { create: typeof create };
  const { size, data } = library.create(text, { errorCorrectionLevel: 'M' }).modules;
  const dark = Array.from(data, (is, at) => (is ? `M${at % size} ${Math.floor(at / size)}h1v1h-1z` : '')).join('');
  return { path: dark, corner: -BORDER, edge: size + 2 * BORDER };
}
