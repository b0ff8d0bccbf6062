import type { Item as Kept, ItemList } from './items.js';
import type { Collection, CollectionItem } from './section.js';

/** A list as a page of the set-up knows it: with the settings, or as rows. */
export type List<Item extends CollectionItem> = Collection<Item> | ItemList<Item & Kept>;

export const isRows = <Item extends CollectionItem>(list: List<Item>): list is ItemList<Item & Kept> => 'item' in list;

/** One item as the list shows it. */
export interface CollectionRow {
  title: string;
  /** What it does, in a sentence. */
  text?: string | null;
  badge?: { label: string; tone: string } | null;
  /** Null for what cannot be switched. */
  enabled?: boolean | null;
}

/** An item so many places further down (up where negative); at an end it stays there. */
export function moved<T>(items: readonly T[], item: T, by: number): T[] {
  const others = items.filter((one) => one !== item);
  const to = Math.max(0, Math.min(others.length, items.indexOf(item) + by));
  return [...others.slice(0, to), item, ...others.slice(to)];
}
