import { z } from 'zod';

/** Texts of something the team sets up, in the languages of the portal beside the one it was written in. */
export const translations = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.partialRecord(z.string(), z.object(shape).partial()).default({});

/** A text in the reader's language; where there is none, as it was written. */
export function localized<Item extends { translations: Partial<Record<string, object>> }>(
  item: Item,
  name: keyof Item & string,
  locale: string,
): string {
  const texts = item.translations[locale] as Partial<Record<string, string>> | undefined;
  return texts?.[name] || String(item[name] ?? '');
}
