import { isDeepStrictEqual } from 'node:util';
import { FALLBACK_LOCALE, LOCALES } from '@foyer/i18n';
import { InvalidField } from '@foyer/access';
import { wrongIn } from '@foyer/web';
import type { CollectionItem } from '../section.js';
import { type Field, type Leaf, type Mention, valueAt } from './fields.js';
import type { Option, Reference } from './references.js';
import type { Resource } from './resource.js';

type Offered = (reference: Reference, chosen: readonly string[]) => Promise<readonly Option[]>;

/** Of the form of an item, where the schema of the item finds something wrong. */
const controlAt = (path: readonly PropertyKey[]): string => path.map(String).join('-');

/** What was given, as the resource keeps it. @throws InvalidField */
export function wellFormed<Item extends CollectionItem>({ about }: Resource<Item>, given: object): Item {
  const result = about.schema.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new InvalidField(controlAt(issue!.path), ...wrongIn(issue!, valueAt(given, issue!.path.map(String))));
}

/** With what is secret as it is kept. What is not given stays as it was. @throws InvalidField */
export function sealed<Item extends CollectionItem>(
  { about }: Resource<Item>,
  given: Item,
  before: Item | null,
  seal: (purpose: string, said: string) => string,
): Item {
  const item = { ...given } as Item & Record<string, unknown>;
  for (const { control, field } of about.leaves) {
    if (!field.sealedFor) continue;
    const was = before && valueAt(before, [control]);
    const said = String(item[control]) || was;
    if (!said) throw new InvalidField(control, 'web.form.required');
    (item as Record<string, unknown>)[control] = said === was ? was : seal(field.sealedFor(), said as string);
  }
  return item;
}

/**
 * What holds for every item of a resource, whichever way it came: unlike the others where it must be, referring to what is there,
 * unchanged where it is chosen once. What somebody chose before and is gone by now may stay.
 * @throws InvalidField
 */
export async function mustHold<Item extends CollectionItem>(
  { about }: Resource<Item>,
  item: Item,
  before: Item | null,
  others: readonly Item[],
  offered: Offered,
): Promise<void> {
  for (const { path, control, field } of about.leaves) {
    const value = valueAt(item, path);
    const was = before ? valueAt(before, path) : undefined;
    if (isDeepStrictEqual(value, was)) continue;
    if (field.fixed && before) throw new InvalidField(control, 'settings.resource.fixed');
    if (field.unique && isTaken(value, others, path)) throw new InvalidField(control, 'settings.resource.taken');
    if (Array.isArray(value) && field.refersTo && new Set(value).size < value.length)
      throw new InvalidField(control, 'settings.resource.twice');
    const were = before ? mentionsOf(field, was).flatMap(({ ids }) => ids) : [];
    for (const { to, ids } of mentionsOf(field, value)) await mustBeThere(control, to, ids, were, offered);
  }
  for (const [name, value] of Object.entries(item)) {
    const were = before ? languagesIn({ [name]: valueAt(before, [name]) }) : [];
    const fresh = languagesIn({ [name]: value }).filter((language) => !were.includes(language));
    if (!fresh.every((language) => (LOCALES as readonly string[]).includes(language)))
      throw new InvalidField(name, 'settings.resource.language');
  }
  about.check?.(item, before, others);
}

/** Into which a thing, and what is part of it, is translated. */
function languagesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) =>
    name === 'translations' ? Object.keys((one ?? {}) as object) : languagesIn(one),
  );
}

const isTaken = (value: unknown, others: readonly object[], path: Leaf['path']): boolean =>
  value !== '' && others.some((other) => alike(valueAt(other, path)) === alike(value));
const alike = (value: unknown): string => String(value).toLocaleLowerCase(FALLBACK_LOCALE);

function mentionsOf(field: Field, value: unknown): readonly Mention[] {
  if (field.mentions) return field.mentions(value);
  return field.refersTo ? [{ to: field.refersTo, ids: [value ?? []].flat() as string[] }] : [];
}

async function mustBeThere(
  control: string,
  to: Reference,
  ids: readonly string[],
  were: readonly string[],
  offered: Offered,
): Promise<void> {
  const fresh = ids.filter((id) => !were.includes(id));
  if (fresh.length === 0) return;
  const there = new Set((await offered(to, fresh)).map(({ value }) => value));
  if (!fresh.every((id) => there.has(id))) throw new InvalidField(control, 'web.form.choice');
}
