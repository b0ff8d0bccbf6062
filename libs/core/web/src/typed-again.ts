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
  /** Whether the same may be taken another time; otherwise it is only to be copied. */
  sendable: boolean;
  /** Of the form, where the page's own would not do. */
  token?: string;
}

const SECRET = /password|token/i;
const TOKEN = '_csrf';
/** Chosen rather than written: ids, words of ours, numbers, times, addresses of pages. */
const CHOSEN = /^[\w.:+/#-]*$/;
/** What people write freely: there a single word is written, too. An answer to a form's own question may be chosen; then it is an id. */
const WRITTEN =
  /^(?:name|business|subject|body|description|comment|question|message|reason|text|title|label|tags|other|words|search|phone|contact|customerName|sentence|introduction|hint|options|unit|wrong|imprint|privacy|terms|f-.+)(?:-[a-z]{2})?$/;
const ID = /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i;
/** As browsers send a box. */
const TICKED = /^(?:1|on|true)$/;
/** What a page hides in its forms for itself, by the name that such fields have. */
const OF_THE_PAGE = /^_|^was_|^(?:back|return_to|seen)$/;

/** Null when nothing worth keeping was sent. Passwords are left out; the token of the form is the page's to add. */
export function typedAgain(req: FoyerRequest, sendable: boolean): TypedAgain | null {
  if (isSafe(req.method) || req.foyer.machine || typeof req.body !== 'object') return null;
  const fields = Object.entries((req.body ?? {}) as Record<string, unknown>)
    .filter(([name]) => name !== TOKEN && !SECRET.test(name))
    .flatMap(([name, value]) => [value].flat().map((each) => ({ name, value: typeof each === 'string' ? each : '' })));
  const written = fields.filter(({ name, value }) => !OF_THE_PAGE.test(name) && isWritten(name, value.trim()));
  const words = [...new Set(written.map(({ value }) => value.trim()))];
  const files = (req.uploads?.length ?? 0) > 0;
  if (sendable ? !files && fields.every(({ value }) => value.trim() === '') : words.length === 0) return null;
  return { action: req.foyer.url, fields: sendable ? fields : [], words, files, sendable };
}

const isWritten = (name: string, value: string): boolean =>
  value !== '' && (!CHOSEN.test(value) || (WRITTEN.test(name) && !ID.test(value) && !TICKED.test(value)));
