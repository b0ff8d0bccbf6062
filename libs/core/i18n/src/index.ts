import { Messages, type MessageValues } from './messages.js';

export { BadMessages, FALLBACK_LOCALE, Messages, MissingMessage, type MessageValues } from './messages.js';
export { direction, languageName, LOCALES, negotiateLocale } from './locales.js';
export { DATE_STYLES, Formatters, formatters, isTimeZone, type DateStyle, type Instant } from './formatters.js';

/** The process's texts. A gap is a defect to be seen while developing and must not take a page down in production. */
export const messages = new Messages({ strict: process.env['NODE_ENV'] !== 'production' });

export function registerMessages(namespace: string, dir: URL | string): void {
  messages.register(namespace, dir);
}

export function translate(locale: string, key: string, values?: MessageValues): string {
  return messages.translate(locale, key, values);
}
