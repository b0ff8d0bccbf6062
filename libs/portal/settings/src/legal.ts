import { z } from 'zod';

export const LEGAL_PAGES = ['imprint', 'privacy', 'terms'] as const;
export type LegalPage = (typeof LEGAL_PAGES)[number];

const MOST = 30_000;
/** Markdown to be shown here, or nothing but the address where it stands. */
const text = z.string().trim().max(MOST).default('');

/** What the law wants a business to say on its portal. */
export const legal = z.object({ imprint: text, privacy: text, terms: text });
export type Legal = z.output<typeof legal>;

/** Where a page that is set up is found: elsewhere, when its text is an address. */
export function legalHref(page: LegalPage, written: string): string {
  return isAddress(written) ? written : `/legal/${page}`;
}

export const isAddress = (written: string): boolean => /^https?:\/\/\S+$/.test(written) && URL.canParse(written);
