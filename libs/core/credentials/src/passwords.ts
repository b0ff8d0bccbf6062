import { hash, verify } from '@node-rs/argon2';
import { isBreached, MIN_LENGTH } from './breached-passwords.js';

export const MAX_LENGTH = 256;

/** Argon2id with 19 MiB, two passes, one lane: OWASP's minimum (ASVS 5.0, 11.4.2), and the library's defaults, pinned here. */
const ARGON2ID = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 };

export const hashPassword = (password: string): Promise<string> => hash(password, ARGON2ID);

let decoy: Promise<string> | undefined;

/**
 * Compares in the time a comparison takes even when there is no hash (nobody of that name, or no password yet), so that
 * the clock does not tell who has an account (ASVS 6.3.8).
 */
export async function passwordMatches(hashed: string | null, password: string): Promise<boolean> {
  decoy ??= hashPassword('nobody has this password');
  const matches = await verify(hashed ?? (await decoy), password);
  return hashed !== null && matches;
}

/** Letters and figures that are left when known words are taken out: fewer are guessed in no time. */
const LEFT = 6;

/**
 * What is wrong with a password that somebody wants to have, as a message key; null when it will do.
 * @param about names and addresses of whose it is and where: it may not be made of their words
 * @param least characters that are asked for; the message of one that is too short is said with them, as `min`
 */
export async function passwordProblem(
  password: string,
  about: string[] = [],
  least = MIN_LENGTH,
): Promise<string | null> {
  if (password.length < Math.max(least, MIN_LENGTH)) return 'identity.password.too-short';
  if (password.length > MAX_LENGTH) return 'identity.password.too-long';
  const lower = password.toLowerCase();
  if (new Set(lower).size < 4 || ownLetters(lower, about) < LEFT) return 'identity.password.guessable';
  return (await isBreached(password)) ? 'identity.password.breached' : null;
}

/** How much of it is no word that everybody knows who guesses at this account (ASVS 6.2.11). */
function ownLetters(password: string, about: string[]): number {
  const words = about.flatMap((text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => word.length > 2);
  const left = words.sort((a, b) => b.length - a.length).reduce((rest, word) => rest.replaceAll(word, ''), password);
  return words.some((word) => password.includes(word)) ? left.replace(/[^\p{L}\p{N}]/gu, '').length : LEFT;
}
