import { domainToASCII } from 'node:url';
import { ALIKE, folded, forms, MARKS, searchable, SPELT } from '@foyer/i18n';
import { type Sql, sql, verbatim } from './sql.js';

const MOST_WORDS = 12;

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

/** `lift stuck` → `'lift':* & 'stuck':*`, for `to_tsquery('simple', …)`. A word of one or two letters must be whole: too much begins with it. An Arabic word is found with its article and without. */
function query(search: string): string | null {
  const words = searchable(search).split(' ').filter(Boolean).slice(0, MOST_WORDS);
  return words.length > 0 ? words.map(wordQuery).join(' & ') : null;
}

function wordQuery(word: string): string {
  if (word.length < 3) return `'${word}'`;
  const all = forms(word).map((form) => `'${form}':*`);
  return all.length > 1 ? `(${all.join(' | ')})` : all[0]!;
}

/** As `folded`. */
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

/** As `has`, of any of what was typed. */
export function hasSql(text: Sql, typed: readonly string[]): Sql {
  const patterns = typed
    .map(folded)
    .filter((one) => one !== '')
    .map((one) => `%${one.replace(/[\\%_]/g, '\\$&')}%`);
  return patterns.length > 0 ? sql`${foldedSql(text)} like any(${patterns}::text[])` : sql`false`;
}
