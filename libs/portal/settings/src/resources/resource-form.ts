import { z } from 'zod';
import type { FormState, Visit } from '@foyer/web';
import type { CollectionItem } from '../section.js';
import type { Localized } from '../localized.js';
import type { Typed } from '../typed-rows.js';
import { textsFrom, textValues, translationShape } from '../translated.js';
import { type Leaf, placed, valueAt } from './fields.js';
import type { Option } from './references.js';
import type { About, Resource } from './resource.js';

/** What a form of a resource makes of what was typed: each value under the name of its control. */
export type ResourceInput = Record<string, unknown>;
type Formed = Leaf & { field: { form: NonNullable<Leaf['field']['form']> } };

/** Those that the page asks for by themselves, in their order. */
export const askedOf = ({ leaves }: Pick<About<CollectionItem>, 'leaves'>): Formed[] =>
  leaves.filter((leaf): leaf is Formed => leaf.field.form !== null && !leaf.field.inList);

export const formOf = ({ about }: Pick<Resource<CollectionItem>, 'about'>): z.ZodType<ResourceInput> =>
  z.looseObject({
    // What is chosen once is not asked for again, what comes later not yet; an item without it is refused by its schema.
    ...Object.fromEntries(
      askedOf(about).map(({ control, field }) => [
        control,
        field.fixed || (field.later && field.form.kind === 'text') ? field.form.shape.optional() : field.form.shape,
      ]),
    ),
    ...translationShape(about.texts),
  });

/** What the form holds for an item; for a new one, what its fields begin with. */
export function valuesOf<Item extends CollectionItem>({ about }: Resource<Item>, item: Item | null): Typed {
  const values = askedOf(about).map(({ path, control, field }): [string, Typed[string]] => {
    const value = item ? valueAt(item, path) : beginning(field.schema);
    return [control, value === undefined ? null : field.form.typed(value)];
  });
  return {
    ...Object.fromEntries(values),
    ...(item && about.texts.length > 0 && textValues(about.texts, item as unknown as Localized)),
  };
}

/** The item that the form makes; parts made by hand stay as they were. */
export function itemFrom<Item extends CollectionItem>(
  { about }: Resource<Item>,
  input: ResourceInput,
  before: Item | null,
): Omit<Item, 'id'> {
  const values = about.leaves.map(({ path, control, field }): [readonly string[], unknown] => {
    const kept = field.form === null || field.inList || (before !== null && field.fixed);
    if (kept || input[control] === undefined) return [path, before ? valueAt(before, path) : beginning(field.schema)];
    return [path, input[control]];
  });
  const texts = about.texts.length > 0 ? textsFrom(about.texts, input, before as unknown as Localized | null) : {};
  return { ...placed(values), ...texts } as Omit<Item, 'id'>;
}

const beginning = (schema: z.ZodType): unknown => schema.safeParse(undefined).data;

/** A control as the page shows it, see `settings/team/control`. */
export interface ControlView {
  name: string;
  label: string;
  kind: string;
  hint: string | null;
  /** What was chosen once and is only shown. */
  fixed: string | null;
  checked: boolean;
  required: boolean;
  optional: boolean;
  maxlength: number | null;
  options: readonly (Option & { checked: boolean })[] | null;
  blank: string | null;
  inputmode: string | null;
  placeholder: string | null;
  dir: 'ltr' | null;
  autocomplete: string;
  /** What was typed before and goes along, sealed. */
  along: string | null;
}
/** Written from left to right in every language. */
const LATIN: readonly string[] = ['url', 'email', 'password'];

/** The controls of a page by their names. `offered` gives what a reference can point at. */
export async function controlsOf<Item extends CollectionItem>(
  { about }: Resource<Item>,
  visit: Visit,
  form: FormState<unknown>,
  item: Item | null,
  offered: (leaf: Leaf, chosen: string[]) => Promise<readonly Option[]>,
  typed: Readonly<Record<string, string>> = {},
): Promise<ControlView[]> {
  const controls: ControlView[] = [];
  for (const leaf of askedOf(about)) {
    const { control: name, field, path } = leaf;
    if (field.later && !item) continue;
    const {
      kind,
      choices,
      max,
      none = 'settings.resource.none',
      numeric,
      placeholder = null,
      kept = null,
    } = field.form;
    const isKept = kept !== null && item !== null && Boolean(valueAt(item, path));
    const along = typed[name] ?? null;
    const hint = along ? 'settings.resource.typed' : isKept ? kept : about.hint(leaf);
    const required = Boolean(field.form.required) && !isKept && !along;
    const chosen = [form.values[name] ?? []].flat();
    const options = choices
      ? choices.values.map((value) => ({ value, label: visit.t(`${choices.words}.${value}`) }))
      : field.refersTo
        ? withGone(kind === 'select' ? chosen : [], await offered(leaf, chosen), visit)
        : null;
    if (field.form.ofSeveral && options!.length < 2 && !chosen.some(Boolean)) continue;
    const fixed = field.fixed && item ? fixedAs(valueAt(item, path), options, visit.t(none)) : null;
    controls.push({
      ...{ name, kind, label: visit.t(about.label(leaf)), hint: hint && visit.t(hint), fixed },
      ...{
        checked: chosen.length > 0,
        required,
        optional: !required && !['switch', 'select', 'password'].includes(kind),
      },
      ...{ maxlength: max ?? null, blank: required ? null : visit.t(none) },
      autocomplete: kind === 'password' ? 'new-password' : 'off',
      ...{ inputmode: numeric ? 'numeric' : null, dir: LATIN.includes(kind) ? 'ltr' : null, placeholder, along },
      options: options?.map((option) => ({ ...option, checked: chosen.includes(option.value) })) ?? null,
    });
  }
  return controls;
}

/** What was chosen and is gone stays until something else is chosen. */
export const withGone = (
  chosen: readonly string[],
  options: readonly Option[],
  visit: Pick<Visit, 't'>,
): readonly Option[] => [
  ...chosen
    .filter((id) => id !== '' && !options.some(({ value }) => value === id))
    .map((value) => ({ value, label: visit.t('settings.resource.gone') })),
  ...options,
];

const fixedAs = (value: unknown, options: readonly Option[] | null, none: string): string =>
  value === null ? none : labelled(options, String(value));

const labelled = (options: readonly Option[] | null, value: string): string =>
  options?.find((option) => option.value === value)?.label ?? value;
