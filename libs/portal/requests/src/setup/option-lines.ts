import { randomUUIDv7 } from 'node:crypto';
import { InvalidField } from '@foyer/access';
import { LOCALES, searchable } from '@foyer/i18n';
import { fromSaid, languagesNow, localized, type Said, saidIn, withoutStandIn } from '@foyer/settings';
import { type FieldOption, LABEL_MAX, MAX_OPTIONS } from '../request-field.js';

/** An option that is chosen somewhere, and the new words that stand in its place. */
export interface Replaced {
  option: FieldOption;
  label: string;
}
/** What an option is called where it is set up. */
export const nameOf = (option: FieldOption): string => localized(option, 'label', languagesNow().main);
const inForce = (options: readonly FieldOption[]) => options.filter(({ archived }) => !archived);

/** Options as people write them: one a line, and beside it one line for each in every other language. */
export function optionLines(all: readonly FieldOption[]): Record<string, string> {
  const options = inForce(all);
  const { main } = languagesNow();
  const translated = LOCALES.filter((locale) => locale !== main).map((locale) => {
    const lines = options.map((option) => saidIn(option, 'label')[locale] ?? '');
    return [`options-${locale}`, lines.some(Boolean) ? lines.join('\n') : ''] as const;
  });
  return { options: options.map(nameOf).join('\n'), ...Object.fromEntries(translated) };
}

/** Where nobody but the team can know whether an answer was renamed, or gave way to another. */
export const replacedOptions = (
  text: string,
  before: readonly FieldOption[],
  used: ReadonlyMap<string, number>,
): Replaced[] =>
  inPlaceOf(labelsOf(text), before).filter(
    ({ option, label }) => used.has(option.id) && searchable(nameOf(option)) !== searchable(label),
  );

/**
 * The options that lines stand for. One that is called as before is the one before, archived or not. A line whose words are
 * new is the option that stood there only if nothing goes by that option, if it differs in capitals, accents or signs alone,
 * or if the team says that it is `renamed`. An option without a line is archived as long as anything goes by it.
 */
export function optionsFrom(
  typed: Record<string, unknown> & { options: string },
  before: readonly FieldOption[],
  used: ReadonlyMap<string, number>,
  renamed: (option: FieldOption) => boolean,
): FieldOption[] {
  const labels = labelsOf(typed.options);
  if (labels.length > MAX_OPTIONS)
    throw new InvalidField('options', 'requests.setup.fields.too-many', { max: MAX_OPTIONS });
  if (labels.some((label) => label.length > LABEL_MAX))
    throw new InvalidField('options', 'requests.setup.fields.option-long', { max: LABEL_MAX });
  if (new Set(labels).size < labels.length) throw new InvalidField('options', 'requests.setup.fields.twice');
  const asked = new Set(replacedOptions(typed.options, before, used).map(({ option }) => option));
  const places = new Map(
    inPlaceOf(labels, before)
      .filter(({ option }) => !asked.has(option) || renamed(option))
      .map(({ option, label }) => [label, option]),
  );
  const offered = labels.map((label, index): FieldOption => {
    const known = before.find((option) => nameOf(option) === label) ?? places.get(label);
    const said = fromSaid({ label: saidAt(index, label, typed, known) });
    return { id: known?.id ?? randomUUIDv7(), ...said, archived: false };
  });
  const left = before.filter(({ id }) => used.has(id) && !offered.some((option) => option.id === id));
  return [...offered, ...left.map((option) => ({ ...option, archived: true }))];
}

/** New words, each beside the option that stood in its line and is gone from the list. */
function inPlaceOf(labels: string[], before: readonly FieldOption[]): Replaced[] {
  const were = inForce(before);
  if (labels.length !== were.length) return [];
  return labels.flatMap((label, index) => {
    const option = were[index]!;
    return labels.includes(nameOf(option)) || before.some((one) => nameOf(one) === label) ? [] : [{ option, label }];
  });
}

/** The words of one line in all languages; those of languages that the form does not show stay. */
function saidAt(index: number, label: string, typed: Record<string, unknown>, before: FieldOption | undefined): Said {
  const was = before ? saidIn(before, 'label') : {};
  const { main } = languagesNow();
  const said = LOCALES.map((locale) => {
    if (locale === main) return [main, label];
    const text = typed[`options-${locale}`];
    return [locale, typeof text === 'string' ? linesOf(text)[index]?.slice(0, LABEL_MAX) : was[locale]];
  });
  const all = Object.fromEntries(said) as Said;
  return before ? withoutStandIn(all, before, 'label') : all;
}

const linesOf = (text: string): string[] => text.split(/\r\n?|\n/).map((line) => line.trim());
const labelsOf = (text: string): string[] => linesOf(text).filter(Boolean);
