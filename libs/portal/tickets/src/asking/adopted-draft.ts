import { controlOf, questionsOf, type RequestField, type RequestType } from '@foyer/requests';
import { localized } from '@foyer/settings';
import type { Visit } from '@foyer/web';
import type { DraftContent } from './drafts.js';

/**
 * What was begun in the form of a type that is offered no longer, as another type's form takes it over: subject, description, files,
 * answers to what both ask, and the other answers as words below the description. Nothing that was typed is left behind.
 */
export function adopted(
  visit: Visit,
  { subject, description, kept, ...rest }: DraftContent,
  type: RequestType,
  fields: readonly RequestField[],
): DraftContent {
  const { words, others } = unasked(visit, rest, type, fields);
  const answers = Object.entries(rest).filter(([name]) => CONTROL.test(name) && !others.includes(name));
  const text = [description, ...words].filter(Boolean).join('\n\n');
  return {
    ...(subject !== undefined && { subject }),
    ...(kept !== undefined && { kept }),
    ...(text && { description: text }),
    ...Object.fromEntries(answers),
  };
}

const CONTROL = new RegExp(`^${controlOf('[0-9a-f-]{36}')}$`);

/** Customers' answers to what a form does not ask: by the names of their controls, and in words. What only the team fills in is nobody's answer. */
export function unasked(
  visit: Visit,
  typed: DraftContent,
  type: RequestType,
  fields: readonly RequestField[],
): { others: string[]; words: string[] } {
  const asked = new Set(questionsOf(type, fields, false).map(({ field }) => controlOf(field.id)));
  const byName = new Map(fields.map((field) => [controlOf(field.id), field]));
  const theirs = (name: string) => (byName.get(name)?.visibility ?? 'customer') === 'customer';
  const others = Object.keys(typed).filter(
    (name) =>
      CONTROL.test(name) && !asked.has(name) && theirs(name) && [typed[name]!].flat().some((one) => one.trim() !== ''),
  );
  return { others, words: others.map((name) => inWords(visit, byName.get(name), [typed[name]!].flat())) };
}

function inWords({ t, locale }: Visit, field: RequestField | undefined, value: readonly string[]): string {
  if (!field) return value.join(', ');
  const options = new Map(field.options.map((one) => [one.id, localized(one, 'label', locale)]));
  const said =
    field.kind === 'checkbox' ? t('requests.form.yes') : value.map((one) => options.get(one) ?? one).join(', ');
  return `${localized(field, 'label', locale)}: ${said}`;
}
