import { z } from 'zod';
import { FALLBACK_LOCALE, LOCALES } from '@foyer/i18n';

/** Words of a pack in the other languages, by what they are in English. A pack for one business has none: it speaks its own. */
export const declaredTexts = z
  .record(z.string().min(1), z.partialRecord(z.enum(LOCALES), z.string().min(1)))
  .default({});
type Declared = z.output<typeof declaredTexts>;
type Translations = Record<string, Record<string, string>>;

/** What a pack says, as the operator would have written it: in the portal's own language, translated into the others. */
export class PackTexts {
  constructor(
    private readonly texts: Declared,
    private readonly locale: string,
  ) {}

  own(text: string): string {
    return this.texts[text]?.[this.locale as (typeof LOCALES)[number]] ?? text;
  }

  /** The item with the named texts in the portal's language, and in all others as its `translations`. */
  write<Item extends object>(item: Item, names: readonly string[]): Item & { translations: Translations } {
    const translations: Translations = {};
    const written = { ...item, translations };
    for (const name of names) {
      const text = (item as Record<string, unknown>)[name];
      if (typeof text !== 'string') continue;
      for (const [locale, words] of this.others(text)) (translations[locale] ??= {})[name] = words;
      Object.assign(written, { [name]: this.own(text) });
    }
    return written;
  }

  private others(text: string): [string, string][] {
    const known = this.texts[text];
    if (!known) return [];
    return Object.entries({ ...known, [FALLBACK_LOCALE]: text }).filter(([locale]) => locale !== this.locale);
  }
}
