export const FALLBACK_LOCALE = 'en';

/** The languages of the interface, in the order in which menus show them. */
export const LOCALES = ['en', 'de', 'fr', 'es', 'ar'] as const;

/** Each by its own name, so that whoever reads only that language finds it. */
const names: Record<string, string> = { en: 'English', de: 'Deutsch', fr: 'Français', es: 'Español', ar: 'العربية' };

const rightToLeft = new Set(['ar', 'fa', 'he', 'ur', 'ps', 'sd', 'ug', 'yi', 'dv', 'ckb']);

export function direction(locale: string): 'ltr' | 'rtl' {
  return rightToLeft.has(locale.split('-')[0]!.toLowerCase()) ? 'rtl' : 'ltr';
}

export function languageName(code: string): string {
  return names[code] ?? code;
}

/** By the name that another language has for it, for sentences in that one. */
export const languageNameIn = (code: string, locale: string): string =>
  new Intl.DisplayNames([locale], { type: 'language' }).of(code) ?? code;

// A browser sends a handful; what comes after is somebody testing our patience.
const MAX_HEADER = 1_000;
const MAX_RANGES = 20;

/**
 * The available locale the reader likes best, by RFC 9110 §12.5.4 and the lookup of RFC 4647 §3.4:
 * exact match, then the range shortened from its end, then another region of the same language.
 */
export function negotiateLocale(
  acceptLanguage: string | null | undefined,
  available: readonly string[],
  fallback: string = FALLBACK_LOCALE,
): string {
  for (const range of rangesByQuality(acceptLanguage ?? '')) {
    if (range === '*') return fallback;
    const found = lookup(range, available);
    if (found) return found;
  }
  return fallback;
}

function rangesByQuality(header: string): string[] {
  return header
    .slice(0, MAX_HEADER)
    .split(',', MAX_RANGES)
    .map((part, position) => {
      const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim());
      const q = parameters.find((parameter) => parameter.startsWith('q='));
      const quality = q === undefined ? 1 : Number(q.slice(2));
      return { range: range.toLowerCase(), quality, position };
    })
    .filter(({ range, quality }) => range !== '' && quality > 0 && quality <= 1)
    .sort((a, b) => b.quality - a.quality || a.position - b.position)
    .map(({ range }) => range);
}

function lookup(range: string, available: readonly string[]): string | undefined {
  const subtags = range.split('-');
  for (let length = subtags.length; length > 0; length--) {
    const prefix = subtags.slice(0, length).join('-');
    const exact = available.find((locale) => locale.toLowerCase() === prefix);
    if (exact) return exact;
  }
  return available.find((locale) => locale.toLowerCase().split('-')[0] === subtags[0]);
}
