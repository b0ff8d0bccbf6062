import { LimitReached } from '@foyer/entitlements';
import { currentTenant } from '@foyer/tenancy';
import type { Sections } from './sections.js';

/** The languages of a portal. */
export type General = Pick<Sections['general'], 'locales' | 'defaultLocale'>;

export const languageLimit = (): number => Math.max(1, currentTenant().entitled.limits['languages'] ?? Infinity);

/** The main language, and of the others as many as the plan holds: those chosen first stay. The texts in the rest stay too, unshown. */
export function offeredLocales({ locales, defaultLocale }: General): string[] {
  const others = locales.filter((locale) => locale !== defaultLocale);
  const kept = new Set([defaultLocale, ...others.slice(0, languageLimit() - 1)]);
  return locales.filter((locale) => kept.has(locale));
}

/** What is offered already can stay, also beyond the plan. @throws LimitReached for one more */
export function mustHoldLanguages(before: General, after: General): void {
  if (after.locales.length > before.locales.length && after.locales.length > languageLimit())
    throw new LimitReached('languages', languageLimit());
}
