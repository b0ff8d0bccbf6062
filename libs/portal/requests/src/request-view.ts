import { formatters } from '@foyer/i18n';
import { localized } from '@foyer/settings';
import type { FormState, Visit } from '@foyer/web';
import { type Asked, askedFields, controlOf, questionsOf, type Typed } from './request-form.js';
import type { RequestType } from './request-type.js';
import { ANSWER_MAX, type FieldKind, type FieldValue, offeredOptions, type RequestField } from './request-field.js';

/** One that was sent with a form and waits for it to be in order. */
export interface KeptFile {
  id: string;
  name: string;
  size: number;
}
export interface QuestionChoices {
  companies: { value: string; label: string }[];
  orders: { value: string; label: string }[];
  kept: Partial<Record<string, KeptFile[]>>;
  team: boolean;
  /** What a ticket that exists has been answered with. */
  held?: Record<string, FieldValue>;
}

/** Every question a form may ask, those in force marked: the rest waits, out of sight, for the answer that calls for it. */
export function questionViews(
  visit: Visit,
  type: Pick<RequestType, 'questions'>,
  fields: readonly RequestField[],
  form: FormState<unknown>,
  choices: QuestionChoices,
) {
  const typed = form.values as Typed;
  const asked = new Set(askedFields(type, fields, typed, choices.team).map(({ field }) => field.id));
  return questionsOf(type, fields, choices.team).map((one) => ({
    ...questionView(visit, one, typed, choices),
    asked: asked.has(one.field.id),
  }));
}

type Control = { control: 'field' | 'files' | 'checkbox' | 'choices'; type?: string; inputmode?: string };
const CONTROLS: Record<FieldKind, Control> = {
  text: { control: 'field', type: 'text' },
  paragraph: { control: 'field', type: 'textarea' },
  number: { control: 'field', type: 'text', inputmode: 'decimal' },
  date: { control: 'field', type: 'date' },
  choice: { control: 'field', type: 'select' },
  company: { control: 'field', type: 'select' },
  order: { control: 'field', type: 'text' },
  'multi-choice': { control: 'choices' },
  checkbox: { control: 'checkbox' },
  file: { control: 'files' },
};

function questionView(visit: Visit, { field, question }: Asked, typed: Typed, choices: QuestionChoices) {
  const { locale } = visit;
  const name = controlOf(field.id);
  const given = [typed[name] ?? []].flat();
  const option = (value: string, label: string) => ({ value, label, checked: given.includes(value) });
  return {
    name,
    ...CONTROLS[field.kind],
    ...(field.kind === 'order' && choices.orders.length > 0 ? { type: 'select' } : {}),
    label: localized(field, 'label', locale),
    hint: [localized(field, 'hint', locale), boundsOf(visit, field)].filter(Boolean).join(' ') || null,
    teamOnly: field.visibility === 'team',
    required: question.required,
    unit: field.unit || null,
    checked: given.length > 0,
    options:
      field.kind === 'company'
        ? choices.companies.map(({ value, label }) => option(value, label))
        : field.kind === 'order'
          ? choices.orders
          : offeredOptions(field, choices.held?.[field.id]).map((one) =>
              option(one.id, localized(one, 'label', locale)),
            ),
    maxlength: field.kind in ANSWER_MAX ? ANSWER_MAX[field.kind as keyof typeof ANSWER_MAX] : null,
    most: field.kind === 'file' ? ANSWER_MAX.file : null,
    keptName: `kept-${name}`,
    kept: choices.kept[name] ?? [],
    when: question.when && JSON.stringify(conditionView(question.when)),
  };
}

/** The condition with the names of controls, for the browser. */
const conditionView = ({ match, tests }: NonNullable<Asked['question']['when']>) => ({
  match,
  tests: tests.map(({ field, value }) => ({
    name: field === 'category' || field === 'priority' ? field : controlOf(field),
    value,
  })),
});

function boundsOf(visit: Visit, { kind, min, max }: RequestField): string {
  if (kind !== 'number') return '';
  const number = (value: number) => formatters(visit.region).number(value);
  if (min !== null && max !== null) return visit.t('requests.form.between', { min: number(min), max: number(max) });
  if (min !== null) return visit.t('requests.form.at-least', { min: number(min) });
  return max === null ? '' : visit.t('requests.form.at-most', { max: number(max) });
}

/** Labels of everything a form may complain of, for its summary. */
export const labelsOf = (
  questions: readonly { name: string; label: string }[],
  visit: Visit,
): Record<string, string> => ({
  subject: visit.t('requests.form.subject'),
  description: visit.t('requests.form.description'),
  category: visit.t('requests.form.category'),
  priority: visit.t('requests.form.priority'),
  company: visit.t('requests.form.company'),
  requester: visit.t('requests.form.for-whom'),
  attachments: visit.t('web.files.label'),
  ...Object.fromEntries(questions.map(({ name, label }) => [name, label])),
});
