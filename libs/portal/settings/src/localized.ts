import { z } from 'zod';
import { FALLBACK_LOCALE, LOCALES } from '@foyer/i18n';
import { languagesNow } from './settings-memory.js';

/** Texts of something the team sets up, in the languages of the portal beside the one it was written in. */
export const translations = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.partialRecord(z.string(), z.object(shape).partial()).default({});

export interface Localized {
  translations: Partial<Record<string, object>>;
}
export type Said = Partial<Record<string, string>>;

/** The language of the texts beside the translations. Where that one is among these, they must be in another. */
export function languageOf({ translations: others }: Localized): string {
  const { written } = languagesNow();
  if (!others[written]) return written;
  return [FALLBACK_LOCALE, ...LOCALES].find((locale) => !others[locale]) ?? written;
}

/** A text by the languages in which it is said. */
export function saidIn(item: Localized, name: string): Said {
  const others = Object.entries(item.translations).map(([locale, texts]) => [locale, (texts as Said)[name]] as const);
  const own = [languageOf(item), (item as unknown as Said)[name]] as const;
  return Object.fromEntries([own, ...others].filter(([, text]) => text));
}

/** A text in the reader's language; where there is none, in the main one, or as it was written. */
export function localized<Item extends Localized>(item: Item, name: keyof Item & string, locale: string): string {
  const said = saidIn(item, name);
  return said[locale] ?? said[languagesNow().main] ?? String(item[name] ?? '');
}

/** The other way round: each text as it was written, and all others as translations. */
export function fromSaid<Name extends string>(
  texts: Record<Name, Said>,
): Record<Name, string> & { translations: Record<string, Said> } {
  const { main, written } = languagesNow();
  const translated: Record<string, Said> = {};
  const own = Object.entries<Said>(texts).map(([name, said]) => {
    for (const [locale, text] of Object.entries(said))
      if (text && locale !== written) (translated[locale] ??= {})[name] = text;
    return [name, said[written] || said[main] || ''] as const;
  });
  return { ...(Object.fromEntries(own) as Record<Name, string>), translations: translated };
}
