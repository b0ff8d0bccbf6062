import { z } from 'zod';

/** A part of a tenant's settings that another module declares: one row of the table `setting`, kept in memory with the rest. */
export interface Section<T> {
  readonly name: string;
  readonly schema: z.ZodType<T>;
}
const declared = new Map<string, Section<unknown>>();

/** Call at module level. The schema must read from `{}`: what a tenant has not stored is its default. */
export function declareSection<T>(name: string, schema: z.ZodType<T>): Section<T> {
  if (declared.has(name)) throw new Error(`Two sections of the settings are called ${name}`);
  const section = { name, schema };
  declared.set(name, section);
  return section;
}

export interface CollectionItem {
  id: string;
}
/** An ordered list of things the team sets up (macros, policies, request types …), kept as one section. */
export interface Collection<Item extends CollectionItem> {
  readonly name: string;
  readonly section: Section<{ items: Item[] }>;
}

/**
 * Call at module level. Fields that come later need a default, so that items stored before are still read. `first` is what
 * the list holds before anybody has changed it. `max` is for lists in which each person has a number of their own.
 */
export function declareCollection<Item extends CollectionItem>(
  name: string,
  item: z.ZodType<Item>,
  first: readonly Item[] = [],
  max = MAX_ITEMS,
): Collection<Item> {
  const items = z.array(item).max(max);
  return { name, section: declareSection(name, z.object({ items: items.default(() => [...first]) })) };
}

/** A page lists them all, and every process keeps them in memory. */
export const MAX_ITEMS = 500;
