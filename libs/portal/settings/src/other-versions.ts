import type { z } from 'zod';

/**
 * While a version is rolled out two of them run over one database, and each reads what the other wrote (`deploy/decisions/0028`):
 * a field it does not know stays as it is when it writes, and what it cannot read is set aside, neither shown nor lost.
 */
export interface Read<T> {
  value: T;
  /** What could not be read: the names of fields, or items of a list as they are stored. */
  aside: readonly unknown[];
}

/** An object, without those of its fields that do not fit the schema. */
export function readFields<T>(schema: z.ZodType<T>, stored: unknown): Read<T> {
  let known: Record<string, unknown> = isObject(stored) ? stored : {};
  const aside: string[] = [];
  for (;;) {
    const result = schema.safeParse(known);
    if (result.success) return { value: result.data, aside };
    const wrong = new Set(result.error.issues.map(({ path }) => String(path[0])).filter((key) => key in known));
    if (wrong.size === 0) return { value: schema.parse({}), aside: Object.keys(isObject(stored) ? stored : {}) };
    aside.push(...wrong);
    known = Object.fromEntries(Object.entries(known).filter(([key]) => !wrong.has(key)));
  }
}

/** A list, without those of its items that do not fit the schema. */
export function readItems<Item>(schema: z.ZodType<Item>, stored: readonly unknown[]): Read<Item[]> {
  const read = stored.map((raw) => ({ raw, result: schema.safeParse(raw) }));
  return {
    value: read.flatMap(({ result }) => (result.success ? [result.data] : [])),
    aside: read.flatMap(({ raw, result }) => (result.success ? [] : [raw])),
  };
}

/** `after`, with the fields of `stored` that whoever made it out of `before` could not know. Things of a list are told by their id, or by being the same. */
export function keepUnknown(stored: unknown, before: unknown, after: unknown): unknown {
  if (Array.isArray(stored) && Array.isArray(before) && Array.isArray(after)) {
    if (stored.length !== before.length) return after;
    return after.map((each: unknown) => {
      const index = before.findIndex((one: unknown) => isSame(one, each));
      return index < 0 ? each : keepUnknown(stored[index], before[index], each);
    });
  }
  if (!isObject(stored) || !isObject(before) || !isObject(after)) return after;
  const unknown = Object.entries(stored).filter(([key]) => !(key in before) && !(key in after));
  const known = Object.entries(after).map(
    ([key, value]) => [key, keepUnknown(stored[key], before[key], value)] as const,
  );
  return Object.fromEntries([...known, ...unknown]);
}

/** `items` as they are to be stored: each with what it had that is not known here, and what was set aside after whatever it stood behind. */
export function keepAside<Item extends { id: string }>(
  stored: readonly unknown[],
  before: readonly Item[],
  after: readonly Item[],
): unknown[] {
  const readable = new Map(before.map((item) => [item.id, item]));
  const raw = new Map(stored.map((each) => [idOf(each), each]));
  const kept: unknown[] = after.map((item) => keepUnknown(raw.get(item.id), readable.get(item.id), item));
  let place = -1;
  for (const each of stored) {
    const id = idOf(each);
    if (id !== null && readable.has(id)) {
      const at = kept.findIndex((one) => idOf(one) === id);
      if (at >= 0) place = at;
    } else kept.splice(++place, 0, each);
  }
  return kept;
}

/** The fields set aside as they are stored, unless they have been given another value since. */
export function keepFields<T extends object>(stored: unknown, aside: readonly unknown[], before: T, after: T): object {
  const kept = keepUnknown(stored, before, after) as Record<string, unknown>;
  for (const key of aside as string[]) {
    const unchanged = JSON.stringify(before[key as keyof T]) === JSON.stringify(after[key as keyof T]);
    if (unchanged) kept[key] = (stored as Record<string, unknown>)[key];
  }
  return kept;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const idOf = (value: unknown): string | null =>
  isObject(value) && typeof value['id'] === 'string' ? value['id'] : null;
const isSame = (one: unknown, other: unknown): boolean =>
  idOf(one) !== null ? idOf(one) === idOf(other) : JSON.stringify(one) === JSON.stringify(other);
