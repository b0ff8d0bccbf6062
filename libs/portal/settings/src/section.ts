import { z } from 'zod';
import { keepAside, keepFields, type Read, readFields, readItems } from './other-versions.js';

/** A part of a tenant's settings that another module declares: one row of the table `setting`, kept in memory with the rest. */
export interface Section<T> {
  readonly name: string;
  readonly schema: z.ZodType<T>;
  /** What is stored, as far as it can be read. */
  read(stored: unknown): Read<T>;
  /** What is to be stored when what was read, `before`, becomes `after`. */
  written(stored: unknown, before: T, after: T): unknown;
}
const declared = new Map<string, Section<unknown>>();

/** Those of all modules. */
export const declaredSections = (): Iterable<Section<unknown>> => declared.values();

/** Call at module level. The schema must read from `{}`: what a tenant has not stored is its default. */
export function declareSection<T extends object>(name: string, schema: z.ZodType<T>): Section<T> {
  return declare(sectionOf(name, schema));
}

/** A section of fields. */
export function sectionOf<T extends object>(name: string, schema: z.ZodType<T>): Section<T> {
  const read = (stored: unknown) => readFields(schema, stored ?? {});
  return {
    ...{ name, schema, read },
    written: (stored, before, after) => keepFields(stored, read(stored).aside, before, after),
  };
}

export interface CollectionItem {
  id: string;
}
/** An ordered list of things the team sets up (policies, request types …), kept as one section. */
export interface Collection<Item extends CollectionItem> {
  readonly name: string;
  readonly entry: z.ZodType<Item>;
  readonly section: Section<{ items: Item[] }>;
}

/**
 * Call at module level. Fields that come later need a default, so that items stored before are still read. `first` is what
 * the list holds before anybody has changed it. Lists that grow or belong to people are rows: `declareItems`.
 */
export function declareCollection<Item extends CollectionItem>(
  name: string,
  item: z.ZodType<Item>,
  first: readonly Item[] = [],
): Collection<Item> {
  const schema = z.object({
    items: z
      .array(item)
      .max(MAX_ITEMS)
      .default(() => [...first]),
  });
  const read = (stored: unknown): Read<{ items: Item[] }> => {
    const items = itemsOf(stored);
    if (!items) return { value: schema.parse({}), aside: [] };
    const { value, aside } = readItems(item, items);
    return { value: { items: value }, aside };
  };
  const section = declare({
    ...{ name, schema, read },
    written: (stored, before, after) => ({
      ...(stored as object | null | undefined),
      items: keepAside(itemsOf(stored) ?? [], before.items, after.items),
    }),
  });
  return { name, entry: item, section };
}

/** A page lists them all, and every process keeps them in memory. */
export const MAX_ITEMS = 500;

function declare<T>(section: Section<T>): Section<T> {
  if (declared.has(section.name)) throw new Error(`Two sections of the settings are called ${section.name}`);
  declared.set(section.name, section as Section<unknown>);
  return section;
}

const itemsOf = (stored: unknown): unknown[] | null => {
  const items = (stored as { items?: unknown } | null | undefined)?.items;
  return Array.isArray(items) ? items : null;
};
