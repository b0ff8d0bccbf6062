import type { Visit } from '@foyer/web';
import type { DraftContent } from './drafts.js';
import { localized } from './localized.js';
import { controlOf, questionsOf } from './request-form.js';
import type { RequestField } from './request-field.js';
import type { RequestType } from './request-type.js';

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
  const asked = new Set(questionsOf(type, fields, false).map(({ field }) => controlOf(field.id)));
  const given = fields
    .map((field) => ({ field, name: controlOf(field.id), value: [rest[controlOf(field.id)] ?? []].flat() }))
    .filter(({ value }) => value.some((one) => one.trim() !== ''));
  const answers = given.filter(({ name }) => asked.has(name)).map(({ name }) => [name, rest[name]!] as const);
  const words = given.filter(({ name }) => !asked.has(name)).map(({ field, value }) => inWords(visit, field, value));
  const text = [description, ...words].filter(Boolean).join('\n\n');
  return {
    ...(subject !== undefined && { subject }),
    ...(kept !== undefined && { kept }),
    ...(text && { description: text }),
    ...Object.fromEntries(answers),
  };
}

function inWords({ t, locale }: Visit, field: RequestField, value: readonly string[]): string {
  const options = new Map(field.options.map((one) => [one.id, localized(one, 'label', locale)]));
  const said =
    field.kind === 'checkbox' ? t('tickets.request.yes') : value.map((one) => options.get(one) ?? one).join(', ');
  return `${localized(field, 'label', locale)}: ${said}`;
}
