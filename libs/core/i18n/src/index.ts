import { Messages, type MessageValues } from './messages.js';

export { BadMessages, Messages, MissingMessage, type MessageValues } from './messages.js';
export { direction, FALLBACK_LOCALE, languageName, languageNameIn, LOCALES, negotiateLocale } from './locales.js';
export {
  DATE_STYLES,
  Formatters,
  formatters,
  isTimeZone,
  timeZones,
  type DateStyle,
  type Instant,
} from './formatters.js';

export {
  ALIKE,
  bare,
  begins,
  commaSeparated,
  findable,
  folded,
  forms,
  has,
  isUnspaced,
  MARKS,
  piecesOf,
  searchable,
  SPELT,
  UNSPACED,
} from './folding.js';
export { firstDayOfWeek, REGIONS, regionAsked, regionName, regionOf } from './regions.js';

/** The process's texts. */
export const messages = new Messages({ strict: true });

export function registerMessages(namespace: string, dir: URL | string): void {
  messages.register(namespace, dir);
}

export function translate(locale: string, key: string, values?: MessageValues): string {
  return messages.translate(locale, key, values);
}
