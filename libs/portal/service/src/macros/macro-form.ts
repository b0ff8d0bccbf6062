import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import type { Typed } from '@foyer/settings';
import type { RuleChoices, TicketAction } from '@foyer/tickets';
import { field } from '@foyer/web';
import { actionsOf, actionValues, PROPERTY_KINDS } from '../rules/actions-form.js';
import { type Macro, macro } from './macros.js';
import { mustBeKnown } from './placeholders.js';

const TEXT_MAX = 10_000;
export const macroForm = z.looseObject({
  name: field.text(80),
  shortcut: macro.shape.shortcut,
  group: field.optionalId,
  note: field.flag,
  text: z.string().trim().max(TEXT_MAX).default(''),
});
export type MacroForm = z.output<typeof macroForm>;

export const macroValues = (item: Macro | null): Typed => ({
  ...{ name: item?.name, shortcut: item?.shortcut ?? '', group: item?.groupId ?? '', text: item?.text ?? '' },
  ...(item?.note && { note: '1' }),
  ...Object.fromEntries(Object.entries(item?.translations ?? {}).map(([locale, text]) => [`text-${locale}`, text])),
  ...actionValues('actions', item?.actions ?? []),
});

/** @throws InvalidField */
export function macroOf(
  input: MacroForm,
  locales: readonly string[],
  choices: RuleChoices,
  before: Pick<Macro, 'translations'> | null = null,
): Omit<Macro, 'id' | 'ownerId' | 'enabled'> {
  const typed = input as unknown as Typed;
  const { name, shortcut, group, note, text } = input;
  if (group && !choices.groups.some(({ value }) => value === group)) throw new InvalidField('group', 'web.form.choice');
  mustBeKnown('text', text);
  const offered = (locale: string) => locales.includes(locale);
  // What is said in a language that the portal does not offer now stays.
  const kept = Object.entries(before?.translations ?? {}).filter(([locale]) => !offered(locale));
  const translations = Object.fromEntries(kept) as Record<string, string>;
  for (const locale of locales) {
    const given = typed[`text-${locale}`];
    if (Array.isArray(given)) throw new InvalidField(`text-${locale}`, 'web.form.wrong');
    const words = (given ?? '').trim();
    if (words.length > TEXT_MAX)
      throw new InvalidField(`text-${locale}`, 'web.form.too-long', { max: TEXT_MAX, length: words.length });
    mustBeKnown(`text-${locale}`, words);
    if (words) translations[locale] = words;
  }
  const actions = actionsOf(typed, 'actions', PROPERTY_KINDS, choices) as TicketAction[];
  if (!text && actions.length === 0) throw new InvalidField('text', 'service.macros.nothing');
  return { name, shortcut, groupId: group, note, text, translations, actions };
}
