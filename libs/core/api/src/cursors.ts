import { createHash } from 'node:crypto';
import { Problem } from '@foyer/web';

/** Of what a list is asked for beside its place: a cursor is worth nothing for another filter or order. */
function printOf(path: string, query: Record<string, unknown>): string {
  const asked = Object.entries(query)
    .filter(([name, value]) => name !== 'cursor' && name !== 'limit' && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([path, asked]))
    .digest('base64url')
    .slice(0, 12);
}

export const cursorOf = (path: string, query: Record<string, unknown>, place: string): string =>
  Buffer.from(`${printOf(path, query)}${place}`).toString('base64url');

/** @throws Problem where the cursor is of another list */
export function placeOf(path: string, query: Record<string, unknown>, cursor: unknown): string | null {
  if (typeof cursor !== 'string') return null;
  const text = Buffer.from(cursor, 'base64url').toString();
  const print = printOf(path, query);
  if (!text.startsWith(print)) throw new Problem(400, 'cursor-wrong');
  return text.slice(print.length);
}
