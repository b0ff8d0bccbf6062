import { type Sql, sql, verbatim } from './sql.js';

/** Accents, Arabic vowel signs and hamzas that decompose, the marks of the Quran, and tatweel. */
const MARKS = '\\u0300-\\u036f\\u0610-\\u061a\\u0640\\u064b-\\u065f\\u0670\\u06d6-\\u06ed';
/** Letters that are one to whoever searches, and do not decompose. */
const ALIKE: [string, string] = ['ٱىیةکςıøđłð٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'اييهكσiodld01234567890123456789'];
const MOST_WORDS = 12;
const SPELT: [string, string][] = [
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['þ', 'th'],
];
// Marks on purpose: each is taken away wherever it stands.
// eslint-disable-next-line no-misleading-character-class
const marks = new RegExp(`[${MARKS}]`, 'g');
const alike = new Map([...ALIKE[0]].map((letter, at) => [letter, [...ALIKE[1]][at]!]));
const spelt = new Map([...alike, ...SPELT]);
const special = new RegExp([...spelt.keys()].join('|'), 'g');

/**
 * The one form in which texts are compared when somebody searches: composed or not, in capitals or not, with accents, ligatures,
 * full width and Arabic forms or without. `foldedSql` makes the same of a column.
 */
export const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(marks, '')
    .toLowerCase()
    .replace(special, (letter) => spelt.get(letter)!);

/** What a text is found by: its words, folded, with a blank between them; parts of `a/b-c` are words of their own. */
export const searchable = (text: string): string =>
  folded(text)
    .replace(/[^\p{Alphabetic}0-9]+/gu, ' ')
    .trim();

/** `lift stuck` → `'lift':* & 'stuck':*`, for `to_tsquery('simple', …)`. A word of one or two letters must be whole: too much begins with it. */
export function wordsQuery(search: string): string | null {
  const words = searchable(search).split(' ').filter(Boolean).slice(0, MOST_WORDS);
  return words.length > 0 ? words.map((word) => `'${word}'${word.length > 2 ? ':*' : ''}`).join(' & ') : null;
}

export function foldedSql(text: Sql): Sql {
  const spelling = SPELT.reduce(
    (done, [letter, letters]) => sql`replace(${done}, ${verbatim(`'${letter}', '${letters}'`)})`,
    lowered(text),
  );
  return sql`translate(${spelling}, ${verbatim(`'${ALIKE[0]}', '${ALIKE[1]}'`)})`;
}
const lowered = (text: Sql): Sql =>
  sql`lower(regexp_replace(normalize(${text}, nfkd), ${verbatim(`'[${MARKS}]'`)}, '', 'g'))`;

/** As `searchable`. */
export const searchableSql = (text: Sql): Sql =>
  sql`btrim(regexp_replace(${foldedSql(text)}, ${verbatim(`'[^[:alnum:]]+'`)}, ' ', 'g'))`;
