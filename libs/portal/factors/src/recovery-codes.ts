import { randomInt } from 'node:crypto';
import { sign } from '@foyer/credentials';

export const HOW_MANY = 10;
/** From here on people are told that they need new ones. */
export const FEW = 3;
/** Without letters that look like others (Crockford's base 32): ten of them are 50 bits. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 10;

export const newRecoveryCodes = (): string[] =>
  Array.from({ length: HOW_MANY }, () => {
    const code = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
    return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
  });

/** As it is meant, however it is typed; null for what is none. */
export function parseRecoveryCode(typed: string): string | null {
  const code = typed
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  return code.length === LENGTH ? code : null;
}

/** How a code is kept: with a key, since it is shorter than other secrets. */
export const recoveryHash = (secretKey: string, whose: string, code: string): string =>
  sign(secretKey, 'recovery code', `${whose} ${code.replace('-', '')}`);
