import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { localized } from '@foyer/settings';
import type { FormState, Visit } from '@foyer/web';
import { priorityOptions } from '../priorities.js';
import { answersTo, hasChoices, type RequestField } from '../request-field.js';
import type { FieldCondition, Question, RequestType } from '../request-type.js';

/** So many answers can be named on the page of a type; more come from packs alone. */
const TESTS = [1, 2, 3] as const;
const ask = (id: string) => `ask-${id}`;
const place = (id: string) => `place-${id}`;
const match = (id: string) => `match-${id}`;
const when = (id: string, n: number) => `when-${id}-${n}`;

const test = z
  .string()
  .regex(/^(?:$|(?:category|priority|[0-9a-f-]{36})=[a-z0-9-]{2,36}$)/, 'web.form.choice')
  .default('');

/** For each field: whether the type asks it, where, and on which answers that depends. */
export function questionControls(fields: readonly RequestField[]): z.ZodRawShape {
  const pairs = fields.flatMap(({ id }): [string, z.ZodType][] => [
    [ask(id), z.enum(['', 'optional', 'required']).default('')],
    [place(id), z.string().trim().max(4).default('')],
    [match(id), z.enum(['all', 'any']).default('all')],
    ...TESTS.map((n): [string, z.ZodType] => [when(id, n), test]),
  ]);
  return Object.fromEntries(pairs);
}

export function questionValues({ questions }: Pick<RequestType, 'questions'>): Record<string, string> {
  const pairs = questions.flatMap(({ fieldId, required, when: condition }, index) => [
    [ask(fieldId), required ? 'required' : 'optional'],
    [place(fieldId), String(index + 1)],
    [match(fieldId), condition?.match ?? 'all'],
    ...TESTS.map((n) => {
      const test = condition?.tests[n - 1];
      return [when(fieldId, n), test ? `${test.field}=${test.value}` : ''];
    }),
  ]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

/** What was chosen, in order. @throws InvalidField when an answer is named that is not given before */
export function questionsFrom(
  input: Record<string, unknown>,
  fields: readonly RequestField[],
  before: RequestType | null,
): Question[] {
  const typed = (name: string) => String(input[name] ?? '');
  const index = (id: string) => before?.questions.findIndex(({ fieldId }) => fieldId === id) ?? -1;
  const asked = fields
    .filter(({ id, archived }) => !archived && typed(ask(id)) !== '')
    .map((field, at) => {
      const wanted = Number.parseInt(typed(place(field.id)), 10);
      return { field, wanted: Number.isNaN(wanted) ? 1_000 + at : wanted, was: index(field.id) };
    })
    .sort((a, b) => a.wanted - b.wanted || a.was - b.was)
    .map(({ field }) => field);
  return asked.map((field, at) => ({
    fieldId: field.id,
    required: typed(ask(field.id)) === 'required',
    when: conditionOf(field.id, typed, asked.slice(0, at)),
  }));
}

function conditionOf(id: string, typed: (name: string) => string, above: RequestField[]): FieldCondition | null {
  const tests = TESTS.flatMap((n) => {
    const text = typed(when(id, n));
    if (text === '') return [];
    const [field = '', value = ''] = text.split('=');
    const builtIn = field === 'category' || field === 'priority';
    const known = above.find((one) => one.id === field);
    if (!builtIn && !known) throw new InvalidField(when(id, n), 'requests.setup.types.not-above');
    if (known && !answersTo(known).includes(value)) throw new InvalidField(when(id, n), 'web.form.choice');
    return [{ field, value }];
  });
  return tests.length > 0 ? { match: typed(match(id)) === 'any' ? 'any' : 'all', tests } : null;
}

/** The rows as the page shows them: those asked first, in their order. */
export function questionRows(
  visit: Visit,
  fields: readonly RequestField[],
  categories: { value: string; label: string }[],
  form: FormState<unknown>,
) {
  const offered = fields.filter(({ archived }) => !archived);
  const options = answersToName(visit, offered, categories, named(form));
  const order = ({ id }: RequestField) => Number(form.values[place(id)] || 1_000);
  return [...offered]
    .sort((a, b) => order(a) - order(b))
    .map((field) => ({
      label: localized(field, 'label', visit.locale),
      kind: visit.t(`requests.setup.kind.${field.kind}`),
      ask: ask(field.id),
      place: place(field.id),
      match: match(field.id),
      when: TESTS.map((n) => ({ name: when(field.id, n), label: visit.t(`requests.setup.types.when-${n}`) })),
      asked: Boolean(form.values[ask(field.id)]),
      conditional: TESTS.some((n) => Boolean(form.values[when(field.id, n)])),
      options: options.filter(({ field: of }) => of !== field.id),
    }));
}

const named = ({ values }: FormState<unknown>) => new Set<unknown>(Object.values(values));

function answersToName(
  visit: Visit,
  fields: readonly RequestField[],
  categories: { value: string; label: string }[],
  chosen: ReadonlySet<unknown>,
) {
  const one = (field: string, name: string, value: string, label: string) => ({
    field,
    value: `${field}=${value}`,
    label: visit.t('requests.setup.types.is', { name, value: label }),
  });
  const own = fields.filter(hasChoices).flatMap((field) => {
    const name = localized(field, 'label', visit.locale);
    if (field.kind === 'checkbox')
      return (['yes', 'no'] as const).map((value) =>
        one(field.id, name, value, visit.t(`requests.setup.types.${value}`)),
      );
    // A condition on an answer that is archived goes on, until somebody takes it away.
    return field.options
      .filter(({ id, archived }) => !archived || chosen.has(`${field.id}=${id}`))
      .map((option) => one(field.id, name, option.id, localized(option, 'label', visit.locale)));
  });
  return [
    ...own,
    ...categories.map(({ value, label }) => one('category', visit.t('requests.form.category'), value, label)),
    ...priorityOptions(visit).map(({ value, label }) =>
      one('priority', visit.t('requests.form.priority'), value, label),
    ),
  ];
}
