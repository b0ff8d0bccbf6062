import type { Visit } from './visit.js';

export interface FilterOption {
  value: string;
  label: string;
  count?: number;
}

/** One filter of a list as the component `c/filter` shows it: every choice is a link. */
export function filterView(
  visit: Visit,
  path: string,
  filter: { name: string; label: string; current: string | null; options: FilterOption[] },
) {
  const { name, label, current, options } = filter;
  return {
    label,
    active: options.find(({ value }) => value === current)?.label ?? null,
    clear: visit.link(path, { [name]: null }),
    options: options.map((option) => ({
      ...option,
      count: option.count ?? null,
      current: option.value === current,
      href: visit.link(path, { [name]: option.value }),
    })),
  };
}

/** What a list page says of itself beside its rows: the search, the filters in force, and the pages before and after. */
export function listView(
  visit: Visit,
  path: string,
  list: { q: string | null; filters: Record<string, string | null>; next: string | null; previous: string | null },
) {
  const keep = Object.entries(list.filters).flatMap(([name, value]) => (value ? [{ name, value }] : []));
  const filtered = keep.length > 0 || list.q !== null;
  return {
    q: list.q ?? '',
    keep,
    filtered,
    cleared: filtered ? path : null,
    pagination: {
      next: list.next ? visit.link(path, { cursor: list.next }) : null,
      previous: list.previous ? visit.link(path, { cursor: list.previous }) : null,
    },
  };
}
