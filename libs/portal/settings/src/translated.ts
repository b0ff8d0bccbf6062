import { z } from 'zod';
import { direction, languageName, LOCALES } from '@foyer/i18n';
import { languagesNow } from './settings-memory.js';
import type { Visit } from '@foyer/web';
import { fromSaid, type Localized, localized, type Said, saidIn } from './localized.js';

/** A text that can be said in every language of the portal. `label` is a message key. */
export interface TranslatedText<Name extends string = string> {
  name: Name;
  label: string;
  max: number;
  type?: 'textarea';
}

/** The main language has the control that is called like the text. */
export const controlOf = (name: string, locale: string): string =>
  locale === languagesNow().main ? name : `${name}-${locale}`;

/** The controls of all translations, as part of a form's schema. */
export const translationShape = (texts: readonly TranslatedText[]): Record<string, z.ZodType<string | undefined>> =>
  Object.fromEntries(
    texts.flatMap(({ name, max }) =>
      LOCALES.map((locale) => [`${name}-${locale}`, z.string().trim().max(max).optional()]),
    ),
  );

/** What a form made of the texts in all languages. Those it does not show, because the portal does not offer them, stay. */
export function textsFrom<Name extends string>(
  texts: readonly TranslatedText<Name>[],
  input: object,
  before: Localized | null,
): Record<Name, string> & { translations: Record<string, Said> } {
  const typed = input as Said;
  const said = texts.map(({ name }) => {
    const was = before ? saidIn(before, name) : {};
    const now = LOCALES.map((locale) => [locale, typed[controlOf(name, locale)] ?? was[locale]] as const);
    return [name, before ? withoutStandIn(Object.fromEntries(now), before, name) : Object.fromEntries(now)];
  });
  return fromSaid(Object.fromEntries(said) as Record<Name, Said>);
}

/** What stood in for the main language is still no text in it, as long as it is said in the language it was written in. */
export function withoutStandIn(said: Said, before: Localized, name: string): Said {
  const { main, written } = languagesNow();
  const stoodIn = !saidIn(before, name)[main] && said[main] === localized(before, name as keyof Localized, main);
  return stoodIn && said[written] ? { ...said, [main]: undefined } : said;
}

/** What the form holds: the main language as customers read it now, and what is said in each of the others. */
export function textValues(texts: readonly TranslatedText[], item: Localized | null): Record<string, string> {
  const { main, written } = languagesNow();
  const values = texts.flatMap(({ name }) => {
    const said = item ? saidIn(item, name) : {};
    const shown = item ? localized(item, name as keyof Localized, main) : '';
    const others = LOCALES.filter((locale) => locale !== main).map((locale) => [
      `${name}-${locale}`,
      // The main language stands in for the one that texts are written in, where that has none.
      said[main] !== undefined && said[locale] === said[main] && locale === written ? '' : (said[locale] ?? ''),
    ]);
    return [[name, shown], ...others];
  });
  return Object.fromEntries(values) as Record<string, string>;
}

/** For the page: one group of controls for each language beside the main one. */
export const translationViews = (visit: Visit, texts: readonly TranslatedText[]) =>
  (texts.length > 0 ? visit.locales : [])
    .filter((locale) => locale !== languagesNow().main)
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
