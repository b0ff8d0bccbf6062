import { folded } from '@foyer/i18n';
import { EMPTY_WORDS } from './empty-words.js';

const MOST_WORDS = 12;
const MOST_LETTERS = 40;
/** A word within a longer one (`Rechnung` in `Monatsrechnung`) must be so long. */
const PART = 5;
const INFLECTION = 2;
/** Beginnings that are alike, and how much of an ending may differ: `invoice`, `invoices`; `Drucker`, `druckt`. */
const STEM = 4;
const ENDING = 3;

/** What a line is about: its words without those that stand in any, each once. */
export function tellingWords(text: string): string[] {
  const all = plain(text).match(/[\p{L}\p{N}]{3,}/gu) ?? [];
  const telling = all.filter((word) => !EMPTY_WORDS.has(word)).map((word) => word.slice(0, MOST_LETTERS));
  return [...new Set(telling)].slice(0, MOST_WORDS);
}

/** How many of the words the other line has too: inflected, misspelt by a letter or two, or as part of a compound. */
export const sameWords = (words: readonly string[], others: readonly string[]): number =>
  words.filter((word) => others.some((other) => alike(word, other))).length;

export function alike(one: string, other: string): boolean {
  if (one === other) return true;
  // Numbers of orders and devices differ in one digit and are others all the same.
  if (/\p{N}/u.test(one + other)) return false;
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (isPart(short, long)) return true;
  const begin = commonBeginning(short, long);
  if (begin >= STEM && begin * 2 > long.length && long.length - begin <= ENDING) return true;
  if (short.length < PART || (begin === 0 && short.length < 9)) return false;
  return isMisspelt(short, long, short.length < 9 ? 1 : 2);
}

/** At the beginning, or at the end but for how either is inflected. */
function isPart(short: string, long: string): boolean {
  if (short.length < PART) return false;
  if (long.startsWith(short)) return true;
  const stem = short.length >= PART + INFLECTION ? short.slice(0, -INFLECTION) : short;
  const at = long.lastIndexOf(stem);
  return at > 0 && long.length - at - short.length <= INFLECTION;
}

/** Folded, without the Arabic article. */
const plain = (text: string): string => folded(text).replace(/(?<!\p{L})[وفبك]?ال(?=\p{L}{3})/gu, '');

function commonBeginning(one: string, other: string): number {
  let same = 0;
  while (same < one.length && one[same] === other[same]) same++;
  return same;
}

/** Optimal string alignment: letters added, left out, wrong or swapped with their neighbour, at most so many. */
function isMisspelt(short: string, long: string, most: number): boolean {
  if (long.length - short.length > most) return false;
  let before: number[] = [];
  let above = Array.from({ length: long.length + 1 }, (_, column) => column);
  for (let row = 1; row <= short.length; row++) {
    const line = [row];
    for (let column = 1; column <= long.length; column++) {
      const differs = short[row - 1] === long[column - 1] ? 0 : 1;
      const swapped = row > 1 && short[row - 1] === long[column - 2] && short[row - 2] === long[column - 1];
      line[column] = Math.min(
        above[column]! + 1,
        line[column - 1]! + 1,
        above[column - 1]! + differs,
        swapped ? before[column - 2]! + 1 : Infinity,
      );
    }
    if (Math.min(...line) > most) return false;
    [before, above] = [above, line];
  }
  return above[long.length]! <= most;
}
