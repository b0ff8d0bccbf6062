import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { hashSecret } from '@foyer/credentials';

const PREFIX = 'key_live_';
/** Keys of 0.1 began with the platform's name, which those who use a portal have no business to know. */
const FORMER = 'foyer_live_';
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^43 holds 32 bytes, 62^6 a CRC-32. */
const [SECRET_LENGTH, SUM_LENGTH] = [43, 6];
const KEY = new RegExp(
  `^(?:${PREFIX}|${FORMER})([0-9a-f]{32})_([0-9A-Za-z]{${SECRET_LENGTH}})([0-9A-Za-z]{${SUM_LENGTH}})$`,
);

/**
 * A key as programs keep it, `key_live_<id>_<32 bytes><sum>`: scanners of repositories find it by its beginning and know a real
 * one by its sum. 256 bits need no slow hash.
 */
export function newKey(id: string): { key: string; hash: string } {
  const secret = digits(BigInt(`0x${randomBytes(32).toString('hex')}`), SECRET_LENGTH);
  const text = `${PREFIX}${id.replaceAll('-', '')}_${secret}`;
  return { key: text + sumOf(text), hash: hashSecret(secret) };
}

/** Null for what never was one of our keys. */
export function parseKey(text: string): { id: string; hash: string } | null {
  const [, id, secret, sum] = KEY.exec(text) ?? [];
  if (!id || !secret || sum !== sumOf(text.slice(0, -SUM_LENGTH))) return null;
  return { id: id.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'), hash: hashSecret(secret) };
}

const sumOf = (text: string): string => digits(BigInt(crc32(text)), SUM_LENGTH);

function digits(number: bigint, length: number): string {
  let text = '';
  for (let rest = number; text.length < length; rest /= 62n) text = DIGITS[Number(rest % 62n)]! + text;
  return text;
}
