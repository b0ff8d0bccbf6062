import { z } from 'zod';

export const LEGAL_PAGES = ['imprint', 'privacy', 'terms'] as const;
export type LegalPage = (typeof LEGAL_PAGES)[number];

const MOST = 30_000;
/** Markdown to be shown here, or nothing but the address where it stands. */
const text = z.string().trim().max(MOST).transform(asAddress).default('');

/** Nothing but a web address, which people write as they say it: without `https://`. */
function asAddress(written: string): string {
  const bare = /^(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}(?:[/?#]\S*)?$/u.test(written);
  return bare && isAddress(`https://${written}`) ? `https://${written}` : written;
}

export const legalTexts = z.object({ imprint: text, privacy: text, terms: text });

/** What the law wants a business to say on its portal. */
export const legal = legalTexts.extend({
  /** By language; a page that has none in a language is as it is written above. */
  translations: z.record(z.string(), legalTexts).default({}),
});
export type Legal = z.output<typeof legal>;

/** A page as somebody who reads in this language gets it; empty when there is none. */
export const legalText = (written: Legal, page: LegalPage, locale: string): string =>
  written.translations[locale]?.[page] || written[page];

/** Where a page that is set up is found: elsewhere, when its text is an address. */
export function legalHref(page: LegalPage, written: string): string {
  return isAddress(written) ? written : `/legal/${page}`;
}

export function isAddress(written: string): boolean {
  return /^https?:\/\/\S+$/.test(written) && URL.canParse(written);
}
