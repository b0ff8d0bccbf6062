import { z } from 'zod';
import { declareCollection, localized, translations } from '@foyer/settings';

export const FIELD_KINDS = [
  'text',
  'paragraph',
  'number',
  'date',
  'choice',
  'multi-choice',
  'checkbox',
  'file',
  'company',
  'order',
] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

export type FieldValue = string | number | boolean | string[] | null;

/** Who sees a field: customers fill it in and see it, customers see what the team filled in, or the team alone. */
export const VISIBILITIES = ['customer', 'shown', 'team'] as const;

export const LABEL_MAX = 120;
export const HINT_MAX = 300;
export const MAX_OPTIONS = 200;
/** With those that are archived. */
const MAX_STORED = 2_000;
/** Of a written answer, in characters; of files, how many. */
export const ANSWER_MAX = { text: 200, paragraph: 5_000, order: 60, file: 5 } as const;

export const fieldOption = z.object({
  id: z.uuid(),
  label: z.string().min(1).max(LABEL_MAX),
  translations: translations({ label: z.string().max(LABEL_MAX) }),
  /** Not offered any longer; tickets that have it, and what filters by it, still say it. */
  archived: z.boolean().default(false),
});
export type FieldOption = z.output<typeof fieldOption>;

export const requestField = z.object({
  id: z.uuid(),
  label: z.string().min(1).max(LABEL_MAX),
  hint: z.string().max(HINT_MAX).default(''),
  kind: z.enum(FIELD_KINDS),
  visibility: z.enum(VISIBILITIES).default('customer'),
  options: z.array(fieldOption).max(MAX_STORED).default([]),
  /** Of a number. */
  min: z.number().nullable().default(null),
  max: z.number().nullable().default(null),
  unit: z.string().max(20).default(''),
  /** Not asked any longer; tickets that have an answer still show it. */
  archived: z.boolean().default(false),
  translations: translations({ label: z.string().max(LABEL_MAX), hint: z.string().max(HINT_MAX) }),
});
export type RequestField = z.output<typeof requestField>;

export const requestFields = declareCollection<RequestField>('ticket-fields', requestField);

/** What an answer can depend on: something with few answers. */
export const hasChoices = ({ kind }: RequestField): boolean => ['choice', 'multi-choice', 'checkbox'].includes(kind);

/** What can be chosen: the options in force, and what is chosen already. */
export const offeredOptions = (field: RequestField, held: FieldValue = null): FieldOption[] => {
  const chosen = [held ?? []].flat().map(String);
  return field.options.filter(({ id, archived }) => !archived || chosen.includes(id));
};

export const optionLabel = (field: RequestField, id: string, locale: string): string | null => {
  const option = field.options.find((one) => one.id === id);
  return option ? localized(option, 'label', locale) : null;
};
