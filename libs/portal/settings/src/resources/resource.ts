import { z } from 'zod';
import { field as typed, type Visit } from '@foyer/web';
import type { CollectionRow, List } from '../lists.js';
import { declareItems, type ItemList } from '../items.js';
import { type Localized, localized, type Said, translations } from '../localized.js';
import { type Collection, type CollectionItem, declareCollection } from '../section.js';
import type { SetupPage } from '../setup-page.js';
import type { TranslatedText } from '../translated.js';
import { type Fields, type Leaf, leavesOf, type ValuesOf } from './fields.js';
import { declareReference, type Reference } from './references.js';

type Translated<F extends Fields> =
  Extract<F[keyof F], { translated: true }> extends never ? unknown : { translations: Partial<Record<string, Said>> };
/** An item of a resource. */
export type ItemOf<F extends Fields> = { id: string } & ValuesOf<F> & Translated<F>;

interface Declaration<Item> {
  /** What one of them is called where programs and developers read: `ticket group`. Several are called like the list. */
  one: string;
  /** Of its texts: `<words>.title`, `lead`, `add`, `new`, `empty`, `empty-text`, `remove-text`, `page-lead` and a label for each field. */
  words: string;
  /** Its page among the settings. */
  page: Pick<SetupPage, 'group' | 'icon' | 'feature'> & {
    path: string;
    order: number;
    /** What its pages ask for, beside setting up the portal. */
    can?: readonly [action: string, subject: string];
  };
  /** It says what people may do: programs may read it, and only people change it. */
  givesRights?: true;
  /** Who may change an item is for its restriction alone to say (`Collections.restrict`): also people who do not set up the portal. */
  ruledByRestriction?: true;
  /** Whether its order means something. */
  ordered?: boolean;
  /** What it is called; else what its first text says. */
  title?(item: Item, locale: string): string;
  /** What the list says beside the title. */
  row?(item: Item, say: Pick<Visit, 't' | 'locale' | 'region'>): Omit<CollectionRow, 'title' | 'enabled'>;
  /** What follows from the rest, such as an address from a name: set whenever an item is added or changed. */
  derive?(item: Item, before: Item | null, others: readonly Item[]): Item;
  /** What no field can say alone. @throws InvalidField, named like the control */
  check?(item: Item, before: Item | null, others: readonly Item[]): void;
  /** Whether an item that speaks of something else would do nothing without it, and keeps that from being removed. */
  goesBy?(item: Item, id: string): boolean;
  /** Message of why the last one stays. */
  lastStays?: string;
  /** `<name>.json` of a tenant pack, which has the whole list: when it is applied, and what of it is there already. */
  pack?: { name: string; order: number; isSame(item: Item, given: Omit<Item, 'id'>): boolean };
}
interface Shape<F extends Fields> {
  fields: F;
  /** What the list holds before anybody has changed it. */
  first?: readonly object[];
}

/** What follows from the declaration of a resource, for those who show, check or carry its items. */
export interface About<Item> extends Declaration<Item> {
  fields: Fields;
  leaves: readonly Leaf[];
  texts: readonly TranslatedText[];
  title(item: Item, locale: string): string;
  /** Message key of a field's label. */
  label(leaf: Leaf): string;
  /** Message key of the sentence under it. */
  hint(leaf: Leaf): string | null;
  schema: z.ZodType<Item>;
  /** What the list holds before anybody has changed it. */
  first: readonly Item[];
  /** By which fields of others refer to its items. */
  reference: Reference;
}
/** A list that the team sets up, declared once: its settings page, checks, search entries, packs and API follow from its fields. */
export type Resource<Item extends CollectionItem> = List<Item> & Declared<Item>;
export interface Declared<Item> {
  readonly about: About<Item>;
}

export type ResourceItem<R> = R extends { readonly about: About<infer Item> } ? Item : never;

const declared = new Map<Reference, Resource<CollectionItem>>();
export const declaredResources = (): Iterable<Resource<CollectionItem>> => declared.values();
export const resourceOf = (reference: Reference): Resource<CollectionItem> | undefined =>
  declared.get(reference) as Resource<CollectionItem> | undefined;
export const isResource = <Item extends CollectionItem>(list: List<Item>): list is Resource<Item> => 'about' in list;

/** Call at module level. Fields that come later need a default, so that items stored before are still read. */
export function declareResource<const F extends Fields>(
  name: string,
  declaration: Declaration<ItemOf<F>> & Shape<F>,
): Collection<ItemOf<F>> & Declared<ItemOf<F>> {
  const about = aboutOf(name, declaration);
  const resource = { ...declareCollection(name, about.schema, about.first), about };
  declared.set(about.reference, resource as unknown as Resource<CollectionItem>);
  return resource;
}

/** The same where the list grows or each person has things of their own in it: it is kept as rows. */
export function declareResourceRows<const F extends Fields>(
  name: string,
  declaration: Declaration<ItemOf<F>> & Shape<F>,
  most: { team: number; own?: number },
): ItemList<ItemOf<F>> & Declared<ItemOf<F>> {
  const about = aboutOf(name, declaration);
  const resource = { ...declareItems(name, about.schema, most), about };
  declared.set(about.reference, resource as unknown as Resource<CollectionItem>);
  return resource;
}

function aboutOf<F extends Fields>(
  name: string,
  { fields, first = [], ...declaration }: Declaration<ItemOf<F>> & Shape<F>,
): About<ItemOf<F>> {
  type Item = ItemOf<F>;
  const leaves = leavesOf(fields);
  const label = labelledBy(declaration.words);
  const hint = (leaf: Leaf) => {
    const own = leaf.field.hint;
    return typeof own === 'string' ? own : own ? `${label(leaf)}-hint` : null;
  };
  const said = leaves.filter(({ field }) => field.translated);
  const shapes = said.map(({ control, field: { form } }) => [
    control,
    form!.kind === 'text' ? typed.line(form!.max!) : z.string().max(form!.max!),
  ]);
  const schema = z.object({
    id: z.uuid(),
    ...Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, field.schema])),
    ...(said.length > 0 && { translations: translations(Object.fromEntries(shapes) as z.ZodRawShape) }),
  }) as unknown as z.ZodType<Item>;
  return {
    title: (item, locale) => titleOf(item, leaves, locale),
    ...declaration,
    ...{ fields, leaves, label, hint, schema, reference: declareReference(name) },
    first: first.map((item) => schema.parse(item)),
    texts: said.map((leaf) => ({
      name: leaf.control,
      label: label(leaf),
      max: leaf.field.form!.max!,
      ...(leaf.field.form!.kind === 'textarea' && { type: 'textarea' as const }),
    })),
  };
}

/** Message key of what a field is called. */
export const labelledBy =
  (words: string) =>
  ({ field, path }: Leaf): string => {
    const own = field.label ?? kebab(path.at(-1)!);
    return own.includes('.') ? own : `${words}.${own}`;
  };

function titleOf(item: CollectionItem, leaves: readonly Leaf[], locale: string): string {
  const { control, field } = leaves.find((leaf) => leaf.field.form?.kind === 'text')!;
  const known = item as unknown as Record<string, unknown>;
  return field.translated
    ? localized(item as unknown as Localized, control as keyof Localized, locale)
    : String(known[control]);
}

/** `memberIds` → `members`, `customerName` → `customer-name` */
const kebab = (name: string): string =>
  name
    .replace(/Ids$/, 's')
    .replace(/Id$/, '')
    .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
