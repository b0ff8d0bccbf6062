/** Accents, Arabic vowel signs and hamzas that decompose, the marks of the Quran, tatweel, and what has no width. */
export const MARKS =
  '\\u00ad\\u0300-\\u036f\\u0610-\\u061a\\u0640\\u064b-\\u065f\\u0670\\u06d6-\\u06ed\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff';
/** Letters that are one to whoever searches, and do not decompose. */
export const ALIKE: readonly [string, string] = ['ٱىیةکςıøđłð٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'اييهكσiodld01234567890123456789'];
export const SPELT: readonly (readonly [string, string])[] = [
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
    .replace(special, (letter) => spelt.get(letter)!)
    .normalize('NFC');

/** What a text is found by: its words, folded, with a blank between them; parts of `a/b-c` are words of their own. */
export const searchable = (text: string): string =>
  folded(text)
    .replace(/[^\p{Alphabetic}0-9]+/gu, ' ')
    .trim();

/** Han, kana and Hangul, which are written without blanks between words. As ranges that a regular expression of the database knows too. */
export const UNSPACED =
  '\\u1100-\\u11ff\\u3005-\\u3007\\u3040-\\u30ff\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7a3';
const U = `${UNSPACED}\\u{20000}-\\u{3ffff}`;
const [one, pair] = [new RegExp(`[${U}]`, 'u'), new RegExp(`[${U}]{2}`, 'gu')];
const [oneOrTwo, runStart] = [new RegExp(`[${U}]{1,2}`, 'gu'), new RegExp(`(^|[^${U}])[${U}]`, 'gu')];
const [spaced, partly] = [new RegExp(`[^${U}]+`, 'gu'), new RegExp(`[${U}]+|[^${U}]+`, 'gu')];

/**
 * What is kept for a search by beginnings: `searchable`, but where scripts have no blanks each two letters that follow one another,
 * and the last, are words: 山田太郎 is found by 太郎. `findableSql` makes the same of a column.
 */
export function findable(text: string): string {
  const words = searchable(text);
  const [even, odd] = [words.replace(oneOrTwo, ' $& '), words.replace(runStart, '$1').replace(spaced, ' ')];
  return `${even} ${odd.replace(pair, '$& ')}`;
}

/** With what words must begin, in what `findable` makes, for a searchable word to be found. */
export const piecesOf = (word: string): string[] => (word.match(partly) ?? []).flatMap(pairsOf);
function pairsOf(part: string): string[] {
  const letters = [...part];
  return isUnspaced(part) && letters.length > 1 ? letters.slice(1).map((letter, at) => letters[at]! + letter) : [part];
}
export const isUnspaced = (piece: string): boolean => one.test(piece);

/** The Arabic article, with the words that are written in one with it: “and the …”, “in the …”, “like the …”, “for the …”. */
const ARTICLES = ['ال', 'وال', 'بال', 'فال', 'كال', 'لل'];
/** What is left must be a word: three letters, as roots have. */
const ARTICLE = new RegExp(`^(?:${ARTICLES.join('|')})(?=\\p{Script=Arabic}{3})`, 'u');
const ARABIC = /^\p{Script=Arabic}{3,}$/u;

/** A folded word without its article. */
export const bare = (word: string): string => word.replace(ARTICLE, '');

/** As which a folded word may stand in a text: in Arabic with the article or without, whichever of the two was typed. */
export function forms(word: string): string[] {
  const stem = bare(word);
  return ARABIC.test(stem) ? [...new Set([word, stem, ...ARTICLES.map((article) => article + stem)])] : [word];
}

/** Whether every word that was typed begins a word of the text: `sla pol` finds “SLA policies”. What has no letter finds nothing. */
export function begins(text: string, typed: string): boolean {
  const [known, asked] = [findable(text).split(' '), searchable(typed).split(' ').flatMap(piecesOf)];
  return (
    asked.length > 0 &&
    asked.every((piece) => known.some((word) => word.startsWith(piece) || bare(word).startsWith(bare(piece))))
  );
}

/** Whether the text has what was typed anywhere in it; of what folds to nothing there is none. `hasSql` asks the same of a column. */
export function has(text: string, typed: string): boolean {
  const asked = folded(typed);
  return asked !== '' && folded(text).includes(asked);
}

/** What stands between commas, without what is empty: also between the commas of Arabic and of East Asian keyboards. */
export const commaSeparated = (line: string): string[] =>
  line
    .split(/[,،、，]/)
    .map((word) => word.trim())
    .filter((word) => word !== '');
