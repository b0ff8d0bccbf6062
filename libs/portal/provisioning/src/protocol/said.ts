import { type Attribute, type Kind, named, type Schema } from './attributes.js';
import { invalid, ScimFault } from './scim-fault.js';

/** What a directory says of something: attributes by their names, those of an extension under its URN. */
export type Said = Record<string, unknown>;
export type Item = Record<string, unknown>;

const LONGEST_TEXT = 400;
const MOST_VALUES = 20;
/** Members of a group. */
export const MOST_MEMBERS = 10_000;

export const isObject = (value: unknown): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a body says, as far as anybody knows of it; the rest is left out, as RFC 7643 (section 2.2) allows. @throws ScimFault */
export function readSaid({ schema, extensions }: Kind, body: unknown): Said {
  if (!isObject(body)) throw new ScimFault(400, 'invalidSyntax', 'The body is an object.');
  const said = readAttributes(schema, body);
  for (const extension of extensions) {
    const [, part] = Object.entries(body).find(([name]) => name.toLowerCase() === extension.id.toLowerCase()) ?? [];
    const read = isObject(part) ? readAttributes(extension, part) : {};
    if (Object.keys(read).length > 0) said[extension.id] = read;
  }
  return said;
}

/** Everything that must be there, once all is said. @throws ScimFault */
export function mustBeWhole({ schema }: Kind, said: Said): void {
  const missing = schema.attributes.find(({ name, required }) => required && isNothing(said[name]));
  if (missing) throw invalid(`${missing.name} is required.`);
}

function readAttributes({ attributes }: Pick<Schema, 'attributes'>, from: Item): Said {
  const said: Said = {};
  for (const [name, value] of Object.entries(from)) {
    const attribute = named(attributes, name);
    if (!attribute || attribute.readOnly) continue;
    const read = readValue(attribute, value);
    if (!isNothing(read)) said[attribute.name] = read;
  }
  return said;
}

/** A value as it is kept; undefined: nothing. @throws ScimFault invalidValue */
export function readValue(attribute: Attribute, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (!attribute.multi) return readOne(attribute, value);
  const most = attribute.name === 'members' ? MOST_MEMBERS : MOST_VALUES;
  const all = Array.isArray(value) ? value : [value];
  if (all.length > most) throw invalid(`${attribute.name} has at most ${most} values.`);
  const read = all.map((one) => readOne(attribute, one)).filter((one) => !isNothing(one));
  return onePrimary(read as Item[]);
}

export function readOne(attribute: Attribute, value: unknown): unknown {
  const { name, type } = attribute;
  if (type === 'complex') {
    // Some say the value alone: `"members": ["2819c223-…"]`.
    if (attribute.multi && typeof value === 'string') return { value: textIn(name, value) };
    if (!isObject(value)) throw invalid(`${name} is an object.`);
    return readAttributes({ attributes: (attribute.subs ?? []).filter((sub) => !sub.readOnly) }, value);
  }
  if (type === 'boolean') return truthOf(name, value);
  return textIn(name, value);
}

/** Also as Entra writes it, `"False"`. */
function truthOf(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (word === 'true' || word === 'false') return word === 'true';
  throw invalid(`${name} is true or false.`);
}

function textIn(name: string, value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number') throw invalid(`${name} is a text.`);
  const text = String(value).trim();
  if (text.length > LONGEST_TEXT) throw invalid(`${name} has at most ${LONGEST_TEXT} characters.`);
  return text;
}

/** Of several values the last that says so counts (RFC 7643, 2.4). */
export function onePrimary(all: Item[]): Item[] {
  const last = all.findLastIndex((one) => one['primary'] === true);
  return all.map((one, index) => (one['primary'] === true && index !== last ? { ...one, primary: false } : one));
}

export const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.keys(value).length === 0);
