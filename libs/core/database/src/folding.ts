import { domainToASCII } from 'node:url';
import { ALIKE, folded, forms, isUnspaced, MARKS, piecesOf, searchable, SPELT, UNSPACED } from '@foyer/i18n';
import { type Sql, sql, verbatim } from './sql.js';

const MOST_WORDS = 12;
/** Where words have no blanks between them. */
const MOST_PIECES = 40;

/**
 * Addresses are kept as the DNS has their domains (RFC 5891): `müller.example` is found as it is written, and as
 * `xn--mller-kva.example`.
 */
export function wordsQuery(search: string): string | null {
  const [asTyped, asKept] = [search, search.replace(FOREIGN_DOMAIN, (part) => domainToASCII(part) || part)].map(query);
  return asTyped && asKept && asKept !== asTyped ? `(${asTyped}) | (${asKept})` : asTyped!;
}
/** A word with a full stop in it, or what stands behind an `@`, that no DNS knows as it is. */
const FOREIGN_DOMAIN = /(?<![^\s@])(?=[^\s@]*[^\s@\p{ASCII}])(?:(?<=@)[^\s@]+|[^\s@.]+(?:\.[^\s@.]+)+)(?![^\s@])/gu;

/**
 * `lift stuck` → `'lift':* & 'stuck':*`, for `to_tsquery('simple', …)`. A word of one letter must be whole, as too much begins with
 * it, but for Han, kana and Hangul. An Arabic word is found with its article and without.
 */
function query(search: string): string | null {
  const words = searchable(search).split(' ').slice(0, MOST_WORDS).flatMap(piecesOf).slice(0, MOST_PIECES);
  return words.length > 0 ? words.map(wordQuery).join(' & ') : null;
}

function wordQuery(word: string): string {
  if (word.length < 2 && !isUnspaced(word)) return `'${word}'`;
  const all = forms(word).map((form) => `'${form}':*`);
  return all.length > 1 ? `(${all.join(' | ')})` : all[0]!;
}

/** As `folded`. */
export function foldedSql(text: Sql): Sql {
  const spelling = SPELT.reduce(
    (done, [letter, letters]) => sql`replace(${done}, ${verbatim(`'${letter}', '${letters}'`)})`,
    lowered(text),
  );
  return sql`normalize(translate(${spelling}, ${verbatim(`'${ALIKE[0]}', '${ALIKE[1]}'`)}), nfc)`;
}
const lowered = (text: Sql): Sql =>
  sql`lower(regexp_replace(normalize(${text}, nfkd), ${verbatim(`'[${MARKS}]'`)}, '', 'g'))`;

/** As `searchable`. */
export const searchableSql = (text: Sql): Sql =>
  sql`btrim(regexp_replace(${foldedSql(text)}, ${verbatim(`'[^[:alnum:]]+'`)}, ' ', 'g'))`;

/** As `findable`. */
export function findableSql(text: Sql): Sql {
  const words = searchableSql(text);
  const odd = replaced(replaced(replaced(words, `(^|[^${U}])[${U}]`, '\\1'), `[^${U}]+`, ' '), `([${U}]{2})`, '\\1 ');
  return sql`${replaced(words, `([${U}]{1,2})`, ' \\1 ')} || ' ' || ${odd}`;
}
const U = `${UNSPACED}\\U00020000-\\U0003ffff`;
const replaced = (text: Sql, pattern: string, by: string): Sql =>
  sql`regexp_replace(${text}, ${verbatim(`'${pattern}', '${by}', 'g'`)})`;

/** As `has`, of any of what was typed. */
export function hasSql(text: Sql, typed: readonly string[]): Sql {
  const patterns = typed
    .map(folded)
    .filter((one) => one !== '')
    .map((one) => `%${one.replace(/[\\%_]/g, '\\$&')}%`);
  return patterns.length > 0 ? sql`${foldedSql(text)} like any(${patterns}::text[])` : sql`false`;
}
