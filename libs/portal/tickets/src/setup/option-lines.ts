import { randomUUIDv7 } from 'node:crypto';
import { InvalidField } from '@foyer/access';
import { LOCALES } from '@foyer/i18n';
import { type FieldOption, LABEL_MAX, MAX_OPTIONS } from '../requests/request-field.js';

/** Options as people write them: one a line, and beside it one line for each in every other language. */
export function optionLines(options: readonly FieldOption[]): Record<string, string> {
  const translated = LOCALES.map((locale) => {
    const lines = options.map(({ translations }) => translations[locale]?.label ?? '');
    return [`options-${locale}`, lines.some(Boolean) ? lines.join('\n') : ''] as const;
  });
  return { options: options.map(({ label }) => label).join('\n'), ...Object.fromEntries(translated) };
}

/**
 * The options that lines stand for. One that is called as before is the one before; a line whose words are new is the
 * option that stood there, renamed, if that one is gone from the list: tickets that have it keep it.
 */
export function optionsFrom(
  text: string,
  before: readonly FieldOption[],
  typed: Record<string, unknown>,
): FieldOption[] {
  const labels = linesOf(text).filter(Boolean);
  if (labels.length > MAX_OPTIONS)
    throw new InvalidField('options', 'tickets.setup.fields.too-many', { max: MAX_OPTIONS });
  if (labels.some((label) => label.length > LABEL_MAX))
    throw new InvalidField('options', 'tickets.setup.fields.option-long', { max: LABEL_MAX });
  if (new Set(labels).size < labels.length) throw new InvalidField('options', 'tickets.setup.fields.twice');
  const left = before.filter(({ label }) => !labels.includes(label));
  const same = labels.length === before.length;
  return labels.map((label, index) => {
    const known =
      before.find((option) => option.label === label) ?? (same ? left.find((one) => one === before[index]) : undefined);
    return { id: known?.id ?? randomUUIDv7(), label, translations: translationsAt(index, typed) };
  });
}

function translationsAt(index: number, typed: Record<string, unknown>): FieldOption['translations'] {
  const lines = LOCALES.flatMap((locale) => {
    const text = typed[`options-${locale}`];
    const label = typeof text === 'string' ? linesOf(text)[index]?.slice(0, LABEL_MAX) : '';
    return label ? [[locale, { label }] as const] : [];
  });
  return Object.fromEntries(lines);
}

const linesOf = (text: string): string[] => text.split(/\r\n?|\n/).map((line) => line.trim());
