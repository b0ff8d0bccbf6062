import { z } from 'zod';
import { direction, languageName, LOCALES } from '@foyer/i18n';
import type { Visit } from '@foyer/web';

/** A text that can be said in every language of the portal. `label` is a message key. */
export interface TranslatedText {
  name: string;
  label: string;
  max: number;
  type?: 'textarea';
}
type Translations = Partial<Record<string, Record<string, string | undefined>>>;

const controlOf = (name: string, locale: string): string => `${name}-${locale}`;

/** The controls of all translations, as part of a form's schema. */
export const translationShape = (texts: readonly TranslatedText[]): Record<string, z.ZodType<string>> =>
  Object.fromEntries(
    texts.flatMap(({ name, max }) =>
      LOCALES.map((locale) => [controlOf(name, locale), z.string().trim().max(max).default('')]),
    ),
  );

/** What a form made of the translations; those left empty are none. */
export function translationsFrom(texts: readonly TranslatedText[], input: object): Translations {
  const typed = input as Record<string, string>;
  const of = (locale: string) =>
    Object.fromEntries(
      texts.flatMap(({ name }) => (typed[controlOf(name, locale)] ? [[name, typed[controlOf(name, locale)]!]] : [])),
    );
  return Object.fromEntries(
    LOCALES.map((locale) => [locale, of(locale)] as const).filter(([, said]) => Object.keys(said).length > 0),
  );
}

export const translationValues = (
  texts: readonly TranslatedText[],
  translations: Translations,
): Record<string, string> =>
  Object.fromEntries(
    texts.flatMap(({ name }) => LOCALES.map((locale) => [controlOf(name, locale), translations[locale]?.[name] ?? ''])),
  );

/** For the page: one group of controls for each language beside the first, which is the one it is written in. */
export const translationViews = (visit: Visit, texts: readonly TranslatedText[], first: string) =>
  visit.locales
    .filter((locale) => locale !== first)
    .map((locale) => ({
      language: languageName(locale),
      code: locale,
      dir: direction(locale),
      controls: texts.map(({ name, label, max, type }) => ({
        name: controlOf(name, locale),
        label: `${visit.t(label)} (${languageName(locale)})`,
        maxlength: max,
        type: type ?? 'text',
        dir: direction(locale),
      })),
    }));
