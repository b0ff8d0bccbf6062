import { isSafe } from './csrf.js';
import type { FoyerRequest } from './request.js';

/** What somebody sent that could not be taken, to be shown and sent once more. */
export interface TypedAgain {
  action: string;
  fields: { name: string; value: string }[];
  /** Those that people wrote, to be read and copied. */
  words: string[];
  /** Files came along, which no page can give back. */
  files: boolean;
  /** Of the form, where the page's own would not do. */
  token?: string;
}

const SECRET = /password|token/i;
const TOKEN = '_csrf';
/** Chosen rather than written: ids, words of ours, numbers. */
const CHOSEN = /^[\w.-]*$/;

/** Null when nothing worth keeping was sent. Passwords are left out; the token of the form is the page's to add. */
export function typedAgain(req: FoyerRequest): TypedAgain | null {
  if (isSafe(req.method) || req.foyer.machine || typeof req.body !== 'object') return null;
  const fields = Object.entries((req.body ?? {}) as Record<string, unknown>)
    .filter(([name]) => name !== TOKEN && !SECRET.test(name))
    .flatMap(([name, value]) => [value].flat().map((each) => ({ name, value: typeof each === 'string' ? each : '' })));
  const words = fields.map(({ value }) => value.trim()).filter((value) => !CHOSEN.test(value));
  const files = (req.uploads?.length ?? 0) > 0;
  if (!files && fields.every(({ value }) => value.trim() === '')) return null;
  return { action: req.foyer.url, fields, words: [...new Set(words)], files };
}
