/** Where a language is at home: dates, numbers and the first day of the week follow the place. The first of each is what it begins with. */
export const REGIONS: Record<string, readonly string[]> = {
  en: ['en-GB', 'en-US', 'en-CA', 'en-AU', 'en-IE', 'en-NZ', 'en-ZA', 'en-IN'],
  de: ['de-DE', 'de-AT', 'de-CH', 'de-LU'],
  fr: ['fr-FR', 'fr-BE', 'fr-CA', 'fr-CH', 'fr-LU', 'fr-MA'],
  es: ['es-ES', 'es-MX', 'es-AR', 'es-CL', 'es-CO', 'es-PE', 'es-US'],
  ar: ['ar', 'ar-EG', 'ar-SA', 'ar-AE', 'ar-MA', 'ar-JO', 'ar-TN'],
};

/** As its formatters take it: the operator's choice, where it is one of the language's. */
export function regionOf(locale: string, chosen: Readonly<Record<string, string>> = {}): string {
  const regions = REGIONS[locale] ?? [locale];
  const wanted = chosen[locale];
  return wanted !== undefined && regions.includes(wanted) ? wanted : regions[0]!;
}

/** What a browser says of a language's region, such as `de-AT` in `de-AT,de;q=0.9`. */
export function regionAsked(acceptLanguage: string | null | undefined, locale: string): string | null {
  const asked = (acceptLanguage ?? '').slice(0, 1_000).split(/[,;\s]+/);
  return asked.find((range) => range !== locale && (REGIONS[locale] ?? []).includes(range)) ?? null;
}

/** 0 is Monday. */
export function firstDayOfWeek(region: string): number {
  const locale = new Intl.Locale(region) as Intl.Locale & { getWeekInfo?(): { firstDay: number } };
  return ((locale.getWeekInfo?.().firstDay ?? 1) + 6) % 7;
}

export function regionName(region: string, locale: string): string {
  const { region: place } = new Intl.Locale(region);
  return place ? (new Intl.DisplayNames([locale], { type: 'region' }).of(place) ?? place) : '';
}
