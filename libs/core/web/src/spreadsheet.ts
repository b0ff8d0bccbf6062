import { stringify } from 'csv-stringify/sync';
import type { Response } from 'express';
import type { Visit } from './visit.js';

/** A time is written as a clock on the reader's wall shows it, and a number with the reader's decimal mark. */
export type Cell = string | number | Date | null | undefined;

export interface Column {
  heading: string;
  /** Its heading names the zone. */
  times?: boolean;
}

/** What programs may part rows or cells at, whatever the file parts them by: only in quotation marks is it part of a cell. */
const PARTING = /[\n\r\t\v\f\u0085\u2028\u2029]/;
/** Calculated when the file is opened, also behind blanks, which some programs leave out, and in the wide signs of East Asia. */
const FORMULA = /^(?:[\t\r]|[\s\p{C}]*[=+\-@＝＋－＠])/u;

type Reader = Pick<Visit, 'region' | 'timeZone'>;

/** Answers with a `spreadsheet` as a file that the reader's spreadsheet program opens as a table. */
export function sendSpreadsheet(res: Response, name: string, text: string): void {
  res.setHeader('Content-Type', 'text/csv; charset=utf-8');
  res.setHeader('Content-Disposition', `attachment; filename="${name}.csv"`);
  res.send(text);
}

/** With a byte order mark, by which spreadsheets know UTF-8; cells that would be formulas are made text (security 54). */
export function spreadsheet({ region, timeZone }: Reader, columns: Column[], lines: Cell[][]): string {
  const header = columns.map(({ heading, times }) => (times ? `${heading} (${timeZone})` : heading));
  const comma = hasDecimalComma(region);
  const clock = clockIn(timeZone);
  return stringify([header, ...lines], {
    ...{ bom: true, record_delimiter: 'windows', delimiter: separator(region), quoted_match: PARTING },
    cast: {
      ...{ date: clock, number: (value) => (comma ? String(value).replace('.', ',') : String(value)) },
      string: (text) => (FORMULA.test(text) ? `'${text}` : text),
    },
  });
}

const hasDecimalComma = (region: string): boolean =>
  new Intl.NumberFormat(region).formatToParts(1.5).some(({ type, value }) => type === 'decimal' && value === ',');

/**
 * Spreadsheets split a file at the list separator of the system. It is a semicolon wherever the comma parts decimals, and also
 * in Switzerland and in Arabic, whatever parts them there (Windows' settings of de-CH, fr-CH and the Arabic regions).
 */
function separator(region: string): ',' | ';' {
  const { language, region: place } = new Intl.Locale(region);
  return hasDecimalComma(region) || place === 'CH' || language === 'ar' ? ';' : ',';
}

/** `2026-02-28 09:00`, which every spreadsheet takes for a time: Sweden writes like that. */
function clockIn(timeZone: string): (at: Date) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone });
  return (at) => format.format(at);
}
