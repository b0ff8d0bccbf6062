import { createHash } from 'node:crypto';
import { formatters, translate } from '@foyer/i18n';
import { localized } from '@foyer/settings';
import { controlOf, type Typed } from './request-form.js';
import type { RequestType } from './request-type.js';
import { type FieldValue, optionLabel, type RequestField } from './request-field.js';

export interface Answer {
  fieldId: string;
  label: string;
  /** Lines of what was answered, as people read it. */
  values: string[];
  files: readonly { id: string; name: string }[];
  teamOnly: boolean;
  /** The ticket's type does not ask for it: it was of another type then. */
  earlier: boolean;
}
/** What answers only name by an id: files and companies. */
export type Names = ReadonlyMap<string, string>;
type Answered = { typeId: string | null; fields: Record<string, FieldValue> };

/** What a ticket's form was answered with, in the order of its type; answers to fields asked no longer come last. */
export function answersOf(
  { typeId, fields: given }: Answered,
  fields: readonly RequestField[],
  types: readonly RequestType[],
  { locale, region, team, names }: { locale: string; region: string; team: boolean; names: Names },
): Answer[] {
  const order = types.find(({ id }) => id === typeId)?.questions.map(({ fieldId }) => fieldId) ?? [];
  const place = ({ id }: RequestField) => (order.includes(id) ? order.indexOf(id) : order.length);
  return fields
    .filter(({ id, visibility }) => given[id] !== undefined && given[id] !== null && (team || visibility !== 'team'))
    .sort((a, b) => place(a) - place(b))
    .map((field) => ({
      fieldId: field.id,
      label: localized(field, 'label', locale),
      values: field.kind === 'file' ? [] : valuesOf(field, given[field.id]!, { locale, region, names }),
      files: field.kind === 'file' ? filesOf(given[field.id]!, names) : [],
      teamOnly: field.visibility === 'team',
      earlier: !order.includes(field.id),
    }));
}

function valuesOf(
  field: RequestField,
  value: FieldValue,
  { locale, region, names }: { locale: string; region: string; names: Names },
): string[] {
  const formats = formatters(region);
  const ids = [value ?? []].flat().map(String);
  switch (field.kind) {
    case 'choice':
    case 'multi-choice':
      return ids.map((id) => optionLabel(field, id, locale) ?? '–');
    case 'company':
      return ids.map((id) => names.get(id) ?? '–');
    case 'number':
      return [`${formats.number(Number(value), { maximumFractionDigits: 10 })}${field.unit ? ` ${field.unit}` : ''}`];
    case 'date':
      return [formats.date(`${String(value)}T00:00:00Z`, 'date')];
    case 'checkbox':
      return [translate(locale, 'requests.form.yes')];
    default:
      return ids;
  }
}

const filesOf = (value: FieldValue, names: Names) =>
  [value ?? []]
    .flat()
    .flatMap((id) => (names.has(String(id)) ? [{ id: String(id), name: names.get(String(id))! }] : []));

/** Stands in a form for an answer as it was shown there; answers can be long. */
export const printOf = (value: FieldValue | undefined): string =>
  createHash('sha256')
    .update(JSON.stringify(value ?? null))
    .digest('hex')
    .slice(0, 12);

/** Ids in a ticket's answers that have names elsewhere. */
export const idsIn = (given: Record<string, FieldValue>, fields: readonly RequestField[]): string[] =>
  fields
    .filter(({ kind }) => kind === 'file' || kind === 'company')
    .flatMap(({ id }) => [given[id] ?? []].flat().map(String));

/** Answers as the controls of a form hold them. */
export function typedAnswers(
  given: Record<string, FieldValue>,
  fields: readonly RequestField[],
  region: string,
): Typed {
  const typed = fields.flatMap(({ id, kind }): [string, string | string[]][] => {
    const value = given[id];
    if (value === undefined || value === null) return [];
    if (kind === 'file') return [[`kept-${controlOf(id)}`, [value].flat().map(String)]];
    if (kind === 'number')
      return [
        [controlOf(id), formatters(region).number(Number(value), { useGrouping: false, maximumFractionDigits: 10 })],
      ];
    if (kind === 'checkbox') return [[controlOf(id), 'yes']];
    return [[controlOf(id), Array.isArray(value) ? value : String(value)]];
  });
  return Object.fromEntries(typed);
}
