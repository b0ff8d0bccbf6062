import { SignOnRefused } from './refused.js';

/** What a provider says of somebody, whatever it speaks. */
export interface Claims {
  /** What it calls them by, for good. */
  subject: string;
  email: string | null;
  /** Null: it does not say. */
  emailVerified: boolean | null;
  name: string | null;
  groups: string[];
  /** All that came, as it came, for those who look after the connection. */
  attributes: Record<string, unknown>;
  /** What is kept with the link and its sessions: how to ask again, and what they are signed out by. */
  kept?: { refresh?: string; sid?: string; name?: string; idToken?: string };
}

/**
 * What came, so that it can be kept: nothing that is stored has room for NUL or for half a character.
 * @throws SignOnRefused where somebody is called by such, since they would be taken for somebody else
 */
export function keepable(claims: Claims): Claims {
  if (plain(claims.subject) !== claims.subject) throw new SignOnRefused('answer', 'subject');
  return plain(claims) as Claims;
}

function plain(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '').toWellFormed();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [plain(name), plain(one)]));
}

/** Where something lies in what came: by its name, or by the names on the way to it, between dots. */
export function attributeAt(attributes: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(attributes, name)) return attributes[name];
  return name.split('.').reduce<unknown>((at, step) => {
    const known = typeof at === 'object' && at !== null && Object.hasOwn(at, step);
    return known ? (at as Record<string, unknown>)[step] : undefined;
  }, attributes);
}

export const textOf = (value: unknown): string | null => {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && first.trim() !== '' ? first.trim() : null;
};
export const textsOf = (value: unknown): string[] =>
  [value ?? []].flat().filter((each): each is string => typeof each === 'string' && each !== '');
