import { z } from 'zod';
import { formatters } from '@foyer/i18n';
import { field as control } from '@foyer/web';
import { parseNumber } from './local-number.js';
import { type FieldCondition, type Question, type RequestType } from './request-type.js';
import { PRIORITIES } from './priorities.js';
import { ANSWER_MAX, type FieldValue, offeredOptions, type RequestField } from './request-field.js';

export const SUBJECT_MAX = 200;
export const BODY_MAX = 20_000;

/** What was typed, by the name of its control. */
export type Typed = Record<string, string | string[] | undefined>;
export interface Asked {
  field: RequestField;
  question: Question;
}
export interface FormChoices {
  region: string;
  /** Whether the team fills it in: it sees fields that customers do not. */
  team: boolean;
  categoryIds: readonly string[];
  companyIds: readonly string[];
  /** What a ticket that exists has been answered with: what has been archived since may stay. */
  held?: Record<string, FieldValue>;
  /** How many files have been taken, by the name of the field. */
  files: Partial<Record<string, string[]>>;
}

export const controlOf = (fieldId: string): string => `f-${fieldId}`;
const texts = (value: string | string[] | undefined): string[] => [value ?? []].flat().filter((text) => text !== '');

/**
 * The questions a request of this type asks, given what has been answered so far; the same in the browser
 * (`conditional.ts`). Each looks back only: what is not asked has no answer for those after it.
 */
export function askedFields(
  type: Pick<RequestType, 'questions'>,
  fields: readonly RequestField[],
  answers: Typed,
  team = false,
): Asked[] {
  const asked = new Map<string, Asked>();
  const known = (id: string): string[] | null =>
    id === 'category' || id === 'priority' ? texts(answers[id]) : asked.has(id) ? texts(answers[controlOf(id)]) : null;
  for (const { field, question } of questionsOf(type, fields, team))
    if (holds(question.when, known)) asked.set(field.id, { field, question });
  return [...asked.values()];
}

/** All a type may ask of this audience, whatever is answered. */
export function questionsOf(
  type: Pick<RequestType, 'questions'>,
  fields: readonly RequestField[],
  team = false,
): Asked[] {
  const byId = new Map(fields.map((field) => [field.id, field]));
  return type.questions.flatMap((question) => {
    const field = byId.get(question.fieldId);
    return field && !field.archived && (team || field.visibility === 'customer') ? [{ field, question }] : [];
  });
}

/** A checkbox that is off says `no`; one that is not asked says nothing. */
function holds(when: FieldCondition | null, known: (id: string) => string[] | null): boolean {
  if (!when) return true;
  const test = ({ field, value }: FieldCondition['tests'][number]) => {
    const given = known(field);
    return given !== null && (value === 'no' ? given.length === 0 : given.includes(value));
  };
  return when.match === 'all' ? when.tests.every(test) : when.tests.some(test);
}

const need = (required: boolean) => (required ? 'web.form.required' : '');

/** The schema of one form: the type's parts, and the questions that what was typed asks for. What is not asked is not read. */
export function requestForm(type: RequestType, fields: readonly RequestField[], typed: Typed, choices: FormChoices) {
  const { needs, defaults } = type;
  const asked = askedFields(type, fields, typed, choices.team);
  const chosen = (name: 'category' | 'company', ids: readonly string[]) =>
    z
      .union([z.literal(''), z.enum(ids as [string, ...string[]], 'web.form.choice')])
      .optional()
      .transform((value) => value || null)
      .refine((value) => value !== null || needs[name] !== 'required' || ids.length === 0, 'web.form.required');
  return z
    .object({
      subject: control.text(SUBJECT_MAX),
      description: control.someWords(BODY_MAX),
      category:
        needs.category === 'hidden' || choices.categoryIds.length === 0
          ? z
              .unknown()
              .optional()
              .transform(() => defaults.categoryId)
          : chosen('category', choices.categoryIds),
      priority:
        needs.priority === 'hidden'
          ? z
              .unknown()
              .optional()
              .transform(() => defaults.priority)
          : needs.priority === 'required'
            ? z.enum(PRIORITIES)
            : z.enum(PRIORITIES).default(defaults.priority),
      company: companyOf(type, choices, chosen),
      attachments: z
        .unknown()
        .optional()
        .refine(
          () => needs.attachments !== 'required' || (choices.files['attachments'] ?? []).length > 0,
          'web.form.required',
        ),
      ...Object.fromEntries(
        asked.map(({ field, question }) => [controlOf(field.id), answerOf(field, question.required, choices)]),
      ),
    })
    .transform((value) => ({ ...value, answers: answersIn(asked, value as Record<string, FieldValue>) }));
}
export type RequestFormValue = z.output<ReturnType<typeof requestForm>>;

/** Where there is one company there is no question; where the type does not ask, a ticket belongs to the person alone. */
function companyOf(
  { needs }: RequestType,
  { companyIds }: FormChoices,
  chosen: (name: 'company', ids: readonly string[]) => z.ZodType<string | null>,
): z.ZodType<string | null> {
  if (needs.company === 'hidden' || companyIds.length === 0)
    return z
      .unknown()
      .optional()
      .transform(() => null);
  if (companyIds.length === 1)
    return z
      .unknown()
      .optional()
      .transform(() => companyIds[0]!);
  return chosen('company', companyIds);
}

function answersIn(asked: Asked[], value: Record<string, FieldValue>): Record<string, FieldValue> {
  const given = asked.map(({ field }) => [field.id, value[controlOf(field.id)] ?? null] as const);
  return Object.fromEntries(given.filter(([, answer]) => answer !== null && answer !== '' && !isNone(answer)));
}
const isNone = (answer: FieldValue): boolean => Array.isArray(answer) && answer.length === 0;

/** The control of one field as typed → its value as kept; null where nothing was said. */
export function answerOf(field: RequestField, required: boolean, choices: FormChoices): z.ZodType<FieldValue> {
  const missing = (value: unknown) => !required || (value !== null && value !== '' && !isNone(value as FieldValue));
  const written = (some: z.ZodType<string>, any: z.ZodType<string, string>) =>
    (required ? some : any.default('')).transform((text): FieldValue => text || null);
  const options = offeredOptions(field, choices.held?.[field.id]).map(({ id }) => id);
  switch (field.kind) {
    case 'text':
    case 'order':
      return written(control.text(ANSWER_MAX[field.kind]), control.line(ANSWER_MAX[field.kind]));
    case 'paragraph':
      return written(control.someWords(ANSWER_MAX.paragraph), control.words(ANSWER_MAX.paragraph));
    case 'number':
      return numberOf(field, choices.region).refine(missing, need(required));
    case 'date':
      return z
        .string()
        .trim()
        .default('')
        .refine((text) => text === '' || isDate(text), 'requests.form.wrong-date')
        .transform((text): FieldValue => text || null)
        .refine(missing, need(required));
    case 'choice':
      return oneOf(options).refine(missing, need(required));
    case 'company':
      return oneOf(choices.companyIds).refine(missing, need(required));
    case 'multi-choice':
      return z
        .unknown()
        .optional()
        .transform((value) => texts(value as string | string[] | undefined))
        .refine((ids) => ids.every((id) => options.includes(id)), 'web.form.choice')
        .transform((ids): FieldValue => [...new Set(ids)])
        .refine(missing, need(required));
    case 'checkbox':
      return z
        .unknown()
        .optional()
        .transform((value): FieldValue => (texts(value as string | string[] | undefined).length > 0 ? true : null))
        .refine(missing, need(required));
    case 'file':
      return z
        .unknown()
        .optional()
        .transform((): FieldValue => choices.files[controlOf(field.id)] ?? [])
        .refine(missing, need(required));
  }
}

const oneOf = (ids: readonly string[]): z.ZodType<FieldValue> =>
  z
    .string()
    .default('')
    .refine((id) => id === '' || ids.includes(id), 'web.form.choice')
    .transform((id): FieldValue => id || null);

/** A limit of 0.0005 is not 0.001. */
const EXACT = { maximumFractionDigits: 10 };

function numberOf({ min, max }: RequestField, region: string): z.ZodType<FieldValue> {
  return z
    .string()
    .max(40, 'requests.form.wrong-number')
    .default('')
    .transform((text, context): FieldValue => {
      if (text.trim() === '') return null;
      const value = parseNumber(text, region);
      const wrong = (message: string, limit?: number) =>
        context.addIssue({
          ...{ code: 'custom', message },
          ...(limit !== undefined && { params: { limit: formatters(region).number(limit, EXACT) } }),
        });
      if (value === null) wrong('requests.form.wrong-number');
      else if (min !== null && value < min) wrong('requests.form.number-low', min);
      else if (max !== null && value > max) wrong('requests.form.number-high', max);
      return value;
    });
}

/** A day there is, from year 1000 on: `2026-02-30` is none. */
function isDate(text: string): boolean {
  if (!/^[1-9]\d{3}-\d\d-\d\d$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
