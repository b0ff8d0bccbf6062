import type { IncomingMessage } from 'node:http';
import { FormTooLarge, Problem, readWhole } from '@foyer/web';
import { unknownAt } from './faults.js';

const MOST_BYTES = 1024 * 1024;
const DEEPEST = 20;
/** Nobody asks for a field of these names, and a prototype answers to them. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** @throws Problem 400, 413, 415 */
export async function readJsonBody(req: IncomingMessage): Promise<unknown> {
  const type = req.headers['content-type'];
  const isEmpty = req.headers['transfer-encoding'] === undefined && Number(req.headers['content-length'] ?? 0) === 0;
  if (isEmpty) return {};
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(type ?? ''))
    throw new Problem(415, 'media-type');
  const bytes = await readWhole(req, MOST_BYTES).catch((error: unknown) => {
    throw error instanceof FormTooLarge ? new Problem(413, 'too-large') : new Problem(400, 'unreadable');
  });
  return parseJsonBody(bytes);
}

/** Texts come out as PostgreSQL can keep them: without NUL and halves of characters, letters and their marks together (NFC). */
export function parseJsonBody(bytes: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Problem(400, 'unreadable');
  }
  if (depthOf(text) > DEEPEST) throw new Problem(400, 'too-deep');
  let body: unknown;
  try {
    body = JSON.parse(text, (_key, value: unknown) =>
      typeof value === 'string' ? value.replaceAll('\u0000', '').toWellFormed().normalize('NFC') : value,
    );
  } catch {
    throw new Problem(400, 'unreadable');
  }
  const errors = forbiddenIn(body).map(unknownAt);
  if (errors.length > 0) throw new Problem(422, 'invalid', { errors });
  return body;
}

/** Where they stand, at any depth. */
function forbiddenIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    FORBIDDEN.has(key) ? [[key]] : forbiddenIn(one).map((path) => [key, ...path]),
  );
}

/** Counted before anything is built of it. */
function depthOf(text: string): number {
  let [depth, deepest, quoted] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (quoted) {
      if (sign === '\\') at += 1;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === '{' || sign === '[') deepest = Math.max(deepest, (depth += 1));
    else if (sign === '}' || sign === ']') depth -= 1;
  }
  return deepest;
}
