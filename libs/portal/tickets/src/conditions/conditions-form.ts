import { InvalidField } from '@foyer/access';
import { commaSeparated } from '@foyer/i18n';
import { one, rowValues, several, type Typed, typedRows } from '@foyer/settings';
import type { FormState, Visit } from '@foyer/web';
import type { FieldChoice, Option, RuleChoices } from './rule-choices.js';
import { type Conditions, OPERATORS, ownFieldOf, type TicketTest, ticketTest } from './ticket-conditions.js';

const PART = 'tests';
const MAX_TEXT = 200;

/** What the form holds for conditions. */
export function conditionValues({ match, tests }: Conditions = { match: 'all', tests: [] }): Typed {
  const rows = tests.map(({ field, operator, value }) => ({
    field,
    operator,
    value: isWritten(field) ? value.join(', ') : value,
  }));
  return { match, ...rowValues(PART, rows) };
}
/** Known by name alone, so that conditions on what is gone can still be shown. */
const isWritten = (field: string): boolean => ['subject', 'tags'].includes(field) || field.endsWith('At');

/** A new row for a field that was chosen. */
export const firstTest =
  ({ fields }: RuleChoices) =>
  (chosen: string): Record<string, string> | null => {
    const field = fields.find((each) => each.field === chosen);
    return field ? { field: field.field, operator: OPERATORS[field.kind][0] } : null;
  };

/** @throws InvalidField at the control that is wrong */
export function conditionsOf(typed: Typed, choices: RuleChoices): Conditions {
  const match = typed['match'] ?? 'all';
  if (match !== 'all' && match !== 'any') throw new InvalidField('match', 'web.form.choice');
  if (several(typed[`${PART}-new`]).length > 0) throw new InvalidField(`${PART}-new`, 'web.form.choice');
  return { match, tests: typedRows(typed, PART).map(({ n, values }) => testOf(n, values, choices)) };
}

function testOf(n: number, values: Record<string, string | string[]>, { fields }: RuleChoices): TicketTest {
  const at = (what: string) => `${PART}-${n}-${what}`;
  const field = fields.find((each) => each.field === values['field']);
  if (!field) throw new InvalidField(at('operator'), 'tickets.conditions.field-gone');
  const operator = one(values['operator']);
  if (Array.isArray(values['operator']) || !(OPERATORS[field.kind] as readonly string[]).includes(operator))
    throw new InvalidField(at('operator'), 'web.form.choice');
  const value = operator.endsWith('empty') ? [] : valueOf(field, values['value'], at('value'));
  const test = ticketTest.safeParse({ field: field.field, operator, value });
  if (!test.success) throw new InvalidField(at('value'), 'web.form.choice');
  return test.data;
}

function valueOf({ options, kind }: FieldChoice, typed: string | string[] | undefined, at: string): string[] {
  if (options) {
    const chosen = several(typed);
    if (chosen.length === 0) throw new InvalidField(at, 'tickets.conditions.choose');
    if (goneOf(options, chosen).length > 0) throw new InvalidField(at, 'tickets.conditions.value-gone');
    return chosen;
  }
  if (Array.isArray(typed)) throw new InvalidField(at, 'web.form.wrong');
  const text = (typed ?? '').trim();
  if (text === '') throw new InvalidField(at, 'web.form.required');
  if (text.length > MAX_TEXT) throw new InvalidField(at, 'web.form.too-long', { max: MAX_TEXT, length: text.length });
  if (kind === 'age' || kind === 'ahead') {
    if (!/^\d{1,5}(\.\d{1,2})?$/.test(text)) throw new InvalidField(at, 'tickets.conditions.hours');
    return [text];
  }
  if (kind === 'answer') return [text];
  return commaSeparated(text).slice(0, 50);
}

/** What was chosen once and is not there to be chosen any more. */
const goneOf = (options: readonly Option[] | null, chosen: readonly string[]): string[] =>
  options === null ? [] : chosen.filter((each) => !options.some(({ value }) => value === each));

/** Whether conditions ask for what has been removed since: a group, a field, an option of one … */
export const speakOfGone = ({ tests }: Conditions, { fields }: RuleChoices): boolean =>
  tests.some(({ field, value }) => {
    const known = fields.find((each) => each.field === field);
    return known ? goneOf(known.options, value).length > 0 : ownFieldOf(field) !== undefined;
  });

const isOperator = (text: string): boolean =>
  Object.values(OPERATORS).some((all: readonly string[]) => all.includes(text));

/** For the partial `tickets/conditions/conditions`. */
export function conditionsView(visit: Visit, form: FormState<unknown>, choices: RuleChoices) {
  const rows = typedRows(form.values, PART).map(({ n, values }) => {
    const field = choices.fields.find((each) => each.field === values['field']);
    const operators: readonly string[] = field ? OPERATORS[field.kind] : [one(values['operator'])].filter(isOperator);
    const chosen = several(values['value']);
    return {
      n,
      name: `${PART}-${n}`,
      field: one(values['field']),
      label: field?.label ?? visit.t('tickets.conditions.gone'),
      gone: !field,
      operators: operators.map((value) => ({ value, label: operatorLabel(visit, value, field) })),
      choose: Boolean(field?.options),
      options: [
        ...(field?.options ?? []),
        ...goneOf(field?.options ?? null, chosen).map((value) => ({
          value,
          label: visit.t('tickets.conditions.gone'),
        })),
      ].map((option) => ({ ...option, checked: chosen.includes(option.value) })),
      hours: field?.kind === 'age' || field?.kind === 'ahead',
      hint: field?.kind === 'tags' || field?.kind === 'text' ? visit.t('tickets.conditions.commas') : null,
      empty: one(values['operator']).endsWith('empty'),
    };
  });
  return {
    form,
    match: (['all', 'any'] as const).map((value) => ({ value, label: visit.t(`tickets.conditions.match.${value}`) })),
    rows,
    /** For the summary of what is wrong. */
    controls: rows.flatMap(({ name, label }) =>
      ['field', 'operator', 'value'].map((part) => ({ name: `${name}-${part}`, label })),
    ),
    /** Where there is nothing to choose from, there is nothing to ask. */
    fields: choices.fields
      .filter(({ options }) => options?.length !== 0)
      .map(({ field, label }) => ({ value: field, label })),
  };
}

export const operatorLabel = (visit: Pick<Visit, 't'>, operator: string, field?: Pick<FieldChoice, 'kind'>): string =>
  visit.t(`tickets.conditions.operator.${field?.kind === 'ahead' ? 'ahead-' : ''}${operator}`);
