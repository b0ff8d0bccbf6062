import { randomBytes } from 'node:crypto';
import { invalid, missing } from './errors.js';
import type { Form } from './form.js';
import type { WireList } from './objects.js';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export const randomText = (length: number): string =>
  Array.from(randomBytes(length), (byte) => LETTERS[byte % LETTERS.length]).join('');

export const newId = (prefix: string): string => `${prefix}_${randomText(24)}`;

/** Objects of one kind, in the order in which they came. */
export class Collection<T extends { id: string }> {
  private readonly rows = new Map<string, T>();

  constructor(
    /** As errors name it. */
    private readonly what: string,
  ) {}

  add(row: T): T {
    this.rows.set(row.id, row);
    return row;
  }

  find(id: string | null | undefined): T | undefined {
    return id ? this.rows.get(id) : undefined;
  }

  get(id: string, param = 'id'): T {
    const row = this.rows.get(id);
    if (!row) throw missing(this.what, id, param);
    return row;
  }

  delete(id: string): void {
    this.rows.delete(id);
  }

  all(): T[] {
    return [...this.rows.values()];
  }

  where(test: (row: T) => boolean): T[] {
    return this.all().filter(test);
  }

  replace(rows: T[]): void {
    this.rows.clear();
    for (const row of rows) this.add(row);
  }
}

/** One page of a list, newest first, as its cursors say. */
export function pageOf<T extends { id: string }>(rows: T[], form: Form, url: string): WireList<T> {
  const limit = form.integer('limit') ?? 10;
  const [after, before] = [form.text('starting_after'), form.text('ending_before')];
  const between = form.has('created') ? createdBetween(form) : () => true;
  form.end();
  if (limit < 1 || limit > 100) throw invalid('Limit must be between 1 and 100', 'limit', 'parameter_invalid_integer');
  const newestFirst = [...rows].reverse().filter(between);
  const placeOf = (id: string, param: string) => {
    const place = newestFirst.findIndex((row) => row.id === id);
    if (place < 0) throw missing('object', id, param);
    return place;
  };
  if (before) {
    const end = placeOf(before, 'ending_before');
    const start = Math.max(0, end - limit);
    return { object: 'list', data: newestFirst.slice(start, end), has_more: start > 0, url };
  }
  const start = after ? placeOf(after, 'starting_after') + 1 : 0;
  const data = newestFirst.slice(start, start + limit);
  return { object: 'list', data, has_more: newestFirst.length > start + limit, url };
}

function createdBetween(form: Form): (row: object) => boolean {
  const raw = form.raw('created')!;
  const bounds: Record<string, unknown> = typeof raw === 'string' ? { gte: raw, lte: raw } : { ...raw };
  return (row) =>
    Object.entries(bounds).every(([bound, text]) => {
      const [at, limit] = [Number((row as { created?: number }).created), Number(text)];
      return bound === 'gt' ? at > limit : bound === 'gte' ? at >= limit : bound === 'lt' ? at < limit : at <= limit;
    });
}
