import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { FALLBACK_LOCALE, LOCALES } from '@foyer/i18n';
import { InvalidField } from '@foyer/access';
import { wrongIn } from '@foyer/web';
import type { CollectionItem } from '../section.js';
import { type Field, type Leaf, type Mention, valueAt } from './fields.js';
import type { Offering } from './references.js';
import type { Resource } from './resource.js';

/** Of the form of an item, where the schema of the item finds something wrong. */
const controlAt = (path: readonly PropertyKey[]): string => path.map(String).join('-');

/** What was given, as it is kept by this schema. @throws InvalidField */
export function wellFormed<Item extends object>(schema: z.ZodType<Item>, given: object): Item {
  const result = schema.safeParse(given);
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
    if (!said && field.later && !before) continue;
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
  offered: Offering,
): Promise<void> {
  for (const { path, control, field } of about.leaves) {
    const value = valueAt(item, path);
    const was = before ? valueAt(before, path) : undefined;
    if (isDeepStrictEqual(value, was)) continue;
    if (field.fixed && before) throw new InvalidField(control, 'settings.resource.fixed');
    if (field.unique && isTaken(value, others, path)) throw new InvalidField(control, 'settings.resource.taken');
    if (Array.isArray(value) && field.refersTo && new Set(value).size < value.length)
      throw new InvalidField(control, 'settings.resource.twice');
    await mustBeThere(control, mentionsOf(field, value), before ? mentionsOf(field, was) : [], offered);
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

/** What is spoken of is there, or was spoken of before. @throws InvalidField */
export async function mustBeThere(
  control: string,
  mentions: readonly Mention[],
  before: readonly Mention[],
  offered: Offering,
): Promise<void> {
  const were = before.flatMap(({ ids }) => ids);
  for (const { to, ids } of mentions) {
    const fresh = ids.filter((id) => !were.includes(id));
    if (fresh.length === 0) continue;
    const there = new Set((await offered(to, fresh)).map(({ value }) => value));
    if (!fresh.every((id) => there.has(id))) throw new InvalidField(control, 'web.form.choice');
  }
}
