export type Typed = Record<string, string | string[] | null | undefined>;
export const MAX_ROWS = 20;

/** One row of a repeated part of a form: `tests-0-field`, `tests-0-value` … by their last words. */
export interface TypedRow {
  n: number;
  values: Record<string, string | string[]>;
}

/** The rows of a part as they were typed, in their order. */
export function typedRows(typed: Typed, part: string, max = MAX_ROWS): TypedRow[] {
  const found = new Map<number, TypedRow>();
  for (const [name, value] of Object.entries(typed)) {
    const [, of, n, what] = /^([a-z]+)-(\d{1,3})-([a-z]+)$/.exec(name) ?? [];
    if (of !== part || value == null) continue;
    const row = found.get(Number(n)) ?? { n: Number(n), values: {} };
    row.values[what!] = value;
    found.set(row.n, row);
  }
  return [...found.values()].sort((a, b) => a.n - b.n).slice(0, max);
}

/** What a form holds for rows, the other way round. */
export function rowValues(part: string, rows: readonly Record<string, string | string[] | null>[]): Typed {
  const entries = rows.flatMap((row, n) => Object.entries(row).map(([what, value]) => [`${part}-${n}-${what}`, value]));
  return Object.fromEntries(entries) as Typed;
}

export const one = (value: string | string[] | null | undefined): string =>
  Array.isArray(value) ? (value[0] ?? '') : (value ?? '');
export const several = (value: string | string[] | null | undefined): string[] =>
  [value ?? []].flat().filter((text) => text !== '');

/**
 * What was typed with a row more or less, when that is what was asked for: `more` names the part to grow, `drop` the row to go.
 * `first` says what a new row of a part holds, from what was chosen for it in `<part>-new`; null for no such choice.
 */
export function reshaped(
  typed: Typed,
  first: Record<string, (chosen: string) => Record<string, string> | null>,
): Typed | null {
  const drop = /^([a-z]+)-(\d{1,3})$/.exec(one(typed['drop']));
  if (drop) {
    const left = Object.entries(typed).filter(
      ([name]) => name !== 'drop' && !name.startsWith(`${drop[1]}-${drop[2]}-`),
    );
    return Object.fromEntries(left);
  }
  // A choice that was made but not added yet is meant to be added, whichever button was pressed.
  const part = Object.keys(first).find((name) => typed['more'] === name || several(typed[`${name}-new`]).length > 0);
  if (!part) return 'more' in typed ? omit(typed, 'more') : null;
  const row = first[part]!(one(typed[`${part}-new`]));
  if (!row) return 'more' in typed ? omit(typed, 'more') : null;
  const n = Math.max(-1, ...typedRows(typed, part).map((each) => each.n)) + 1;
  const added = Object.fromEntries(Object.entries(row).map(([what, value]) => [`${part}-${n}-${what}`, value]));
  return { ...omit(omit(typed, 'more'), `${part}-new`), ...added };
}

const omit = (typed: Typed, name: string): Typed =>
  Object.fromEntries(Object.entries(typed).filter(([key]) => key !== name));
