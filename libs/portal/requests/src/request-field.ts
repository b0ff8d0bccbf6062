import { z } from 'zod';
import { Conflict, InvalidField } from '@foyer/access';
import { field as typed } from '@foyer/web';
import {
  choice,
  declareResource,
  flag,
  localized,
  part,
  type ResourceItem,
  text,
  translatedText,
  translations,
} from '@foyer/settings';

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
/** The page of a request type has six controls for each. */
const MAX_FIELDS = 60;
/** With those that are archived. */
const MAX_STORED = 2_000;
/** Of a written answer, in characters; of files, how many. */
export const ANSWER_MAX = { text: 200, paragraph: 5_000, order: 60, file: 5 } as const;

export const fieldOption = z.object({
  id: z.uuid(),
  label: typed.text(LABEL_MAX),
  translations: translations({ label: typed.line(LABEL_MAX) }),
  /** Not offered any longer; tickets that have it, and what filters by it, still say it. */
  archived: z.boolean().default(false),
});
export type FieldOption = z.output<typeof fieldOption>;

/** What request types can ask, beside what every ticket has. */
export const requestFields = declareResource('ticket-fields', {
  one: 'ticket field',
  words: 'requests.setup.fields',
  page: { path: 'ticket-fields', group: 'tickets', icon: 'note', order: 20, feature: 'tickets' },
  fields: {
    label: translatedText(LABEL_MAX, { hint: true }),
    hint: translatedText(HINT_MAX, { optional: true, hint: true }),
    kind: choice(FIELD_KINDS, 'requests.setup.kind', { fixed: true, hint: true }),
    options: part(z.array(fieldOption).max(MAX_STORED).default([])),
    /** Of a number. */
    min: part(z.number().nullable().default(null)),
    max: part(z.number().nullable().default(null)),
    unit: text(20, { optional: true }),
    visibility: choice(VISIBILITIES, 'requests.setup.visibility', { byDefault: 'customer' }),
    /** Not asked any longer; tickets that have an answer still show it. */
    archived: flag(false, { later: true }),
  },
  check({ kind, min, max, unit, options, archived }, before, others) {
    if (!archived && before?.archived !== false && others.filter((one) => !one.archived).length >= MAX_FIELDS)
      throw new Conflict('requests.setup.fields.full', { max: MAX_FIELDS });
    if (min !== null && max !== null && min > max) throw new InvalidField('max', 'requests.setup.fields.max-below');
    const inForce = options.filter((option) => !option.archived);
    const chosen = kind === 'choice' || kind === 'multi-choice';
    if (chosen && inForce.length === 0) throw new InvalidField('options', 'requests.setup.fields.no-options');
    if (inForce.length > MAX_OPTIONS)
      throw new InvalidField('options', 'requests.setup.fields.too-many', { max: MAX_OPTIONS });
    if (isDoubled(options.map(({ id }) => id)) || isDoubled(inForce.map(({ label }) => label.trim())))
      throw new InvalidField('options', 'requests.setup.fields.twice');
    if (!chosen && options.length > 0) throw new InvalidField('options', 'requests.setup.fields.not-chosen');
    for (const [name, value] of Object.entries({ min, max, unit }))
      if (kind !== 'number' && value && value !== before?.[name as 'unit'])
        throw new InvalidField(name, 'requests.setup.fields.not-number');
  },
});
export type RequestField = ResourceItem<typeof requestFields>;

const isDoubled = (all: readonly string[]): boolean => new Set(all).size < all.length;

/** What an answer can depend on: something with few answers. */
export const hasChoices = ({ kind }: RequestField): boolean => ['choice', 'multi-choice', 'checkbox'].includes(kind);

/** The answers that something can depend on, as it names them. */
export const answersTo = ({ kind, options }: RequestField): string[] =>
  kind === 'checkbox' ? ['yes', 'no'] : options.map(({ id }) => id);

/** What can be chosen: the options in force, and what is chosen already. */
export const offeredOptions = (field: RequestField, held: FieldValue = null): FieldOption[] => {
  const chosen = [held ?? []].flat().map(String);
  return field.options.filter(({ id, archived }) => !archived || chosen.includes(id));
};

export const optionLabel = (field: RequestField, id: string, locale: string): string | null => {
  const option = field.options.find((one) => one.id === id);
  return option ? localized(option, 'label', locale) : null;
};
