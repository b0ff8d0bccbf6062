/** Marks of writing direction, which Arabic puts before a minus. */
const MARKS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
/** More than any number has, with its blanks and separators. */
const LONGEST = 100;
/** Digits of the scripts people type numbers in. */
const ZEROS = ['٠', '۰', '०'].map((zero) => zero.codePointAt(0)!);

/**
 * A number as people of that language write it: `1.234,5` in German, `1,234.5` in English, `١٢٣٤٫٥` in Arabic. What reads
 * both ways is read their way; null for what is no number.
 */
export function parseNumber(text: string, locale: string): number | null {
  if (text.length > LONGEST) return null;
  const plain = [...text.replace(MARKS, '').trim()]
    .map(asciiDigit)
    .join('')
    .replace(/^[−–]/, '-')
    .replace(/\u066B/g, '.')
    .replace(/\u066C/g, '');
  const { decimal, group } = separators(locale);
  const spaces = /\d/.test(plain) ? plain.replace(/[\s\u00A0\u202F'’]/g, '') : plain;
  // India counts in hundreds above the thousands: 12,34,567.
  const local = new RegExp(
    `^[+-]?(?:\\d{1,3}(?:${escaped(group)}\\d{2,3})*${escaped(group)}\\d{3}|\\d+)(?:${escaped(decimal)}\\d+)?$`,
  );
  if (local.test(spaces)) return finite(spaces.replaceAll(group, '').replace(decimal, '.'));
  // One separator that cannot group thousands stands for the decimal point, whichever it is.
  return /^[+-]?\d+[.,]\d+$/.test(spaces) && !/^[+-]?\d{1,3}[.,]\d{3}$/.test(spaces)
    ? finite(spaces.replace(',', '.'))
    : null;
}

function asciiDigit(character: string): string {
  const code = character.codePointAt(0)!;
  const zero = ZEROS.find((one) => code >= one && code <= one + 9);
  return zero === undefined ? character : String(code - zero);
}

function separators(locale: string): { decimal: string; group: string } {
  const parts = new Intl.NumberFormat(`${locale}-u-nu-latn`).formatToParts(1234567.8);
  const of = (type: string, otherwise: string) => parts.find((part) => part.type === type)?.value ?? otherwise;
  return { decimal: of('decimal', '.'), group: of('group', ',') };
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function finite(text: string): number | null {
  const value = Number(text);
  return Number.isFinite(value) && Math.abs(value) < 1e15 ? value : null;
}
