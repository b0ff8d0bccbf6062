import { type Attribute, type Kind, type Meaning, meaningOf, named } from './attributes.js';
import { isNothing, isObject, type Item, MOST_MEMBERS, onePrimary, readOne, readValue, type Said } from './said.js';
import { type Filter, parsePath, type Path, type Value } from './scim-filter.js';
import { invalid, ScimFault } from './scim-fault.js';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const MOST_OPERATIONS = 100;

type Verb = 'add' | 'replace' | 'remove';
interface Operation {
  op: Verb;
  path: string | null;
  value: unknown;
}

/**
 * What is said after a PATCH (RFC 7644, 3.5.2), as providers write them: Entra capitalises operations, says `"False"`, sets what is
 * not there by `emails[type eq "work"].value`, removes members by a list of them; Okta replaces without a path. Attributes that nobody
 * knows are left out. All operations or none: what was said before is not touched. @throws ScimFault
 */
export function patched(kind: Kind, before: Said, body: unknown): Said {
  const said = structuredClone(before);
  for (const { op, path, value } of operationsIn(body)) {
    if (path !== null) applyAt(kind, said, op, path, value, true);
    else if (op === 'remove') throw new ScimFault(400, 'noTarget', 'What is removed needs a path.');
    else if (!isObject(value)) throw invalid('Without a path the value is an object.');
    else for (const [name, one] of Object.entries(value)) applyAt(kind, said, op, name, one, false);
  }
  return said;
}

function operationsIn(body: unknown): Operation[] {
  const [, all] = (isObject(body) && Object.entries(body).find(([name]) => /^operations$/i.test(name))) || [];
  const schemas = isObject(body) ? [body['schemas'] ?? PATCH_OP].flat() : [];
  if (!Array.isArray(all) || all.length === 0 || !schemas.includes(PATCH_OP))
    throw new ScimFault(400, 'invalidSyntax', `Send ${PATCH_OP} with Operations.`);
  if (all.length > MOST_OPERATIONS) throw new ScimFault(400, 'tooMany', `Send at most ${MOST_OPERATIONS} operations.`);
  return all.map((one: unknown) => {
    const { op, path = null, value } = isObject(one) ? one : {};
    const verb = typeof op === 'string' ? op.toLowerCase() : '';
    if (verb !== 'add' && verb !== 'replace' && verb !== 'remove')
      throw new ScimFault(400, 'invalidSyntax', 'An operation is add, replace or remove.');
    if (path !== null && typeof path !== 'string') throw new ScimFault(400, 'invalidPath', 'A path is a text.');
    if (verb !== 'remove' && value === undefined) throw invalid(`An operation that is ${verb} needs a value.`);
    return { op: verb, path: path === '' ? null : path, value };
  });
}

/** @param isNamed whether the operation itself has this path: what cannot be changed is told then, and left out among others */
function applyAt(kind: Kind, said: Said, op: Verb, text: string, value: unknown, isNamed: boolean): void {
  const path = parsePath(text);
  const meaning = meaningOf(kind, path.name);
  if (!meaning) return;
  const { extension, attribute, sub } = meaning;
  if (attribute === null) return applyToExtension(kind, said, op, extension!.id, value);
  if (attribute.readOnly || sub?.readOnly) {
    if (isNamed) throw new ScimFault(400, 'mutability', `${path.name} cannot be changed.`);
    return;
  }
  const at = extension ? ((said[extension.id] ??= {}) as Said) : said;
  const named = { attribute, sub: sub ?? subOf(attribute, path) };
  if (attribute.multi && (path.filter || named.sub)) applyToSome(at, op, named, path, value);
  else if (attribute.multi) applyToAll(at, op, attribute, value);
  else applyToOne(at, op, named, value);
  if (extension && isNothing(said[extension.id])) delete said[extension.id];
}

function subOf(attribute: Attribute, { sub }: Path): Attribute | null {
  if (sub === null) return null;
  const found = named(attribute.subs ?? [], sub);
  if (!found) throw new ScimFault(400, 'invalidPath', `${attribute.name} has no ${sub.slice(0, 60)}.`);
  return found;
}

function applyToExtension(kind: Kind, said: Said, op: Verb, id: string, value: unknown): void {
  if (op === 'remove') return void delete said[id];
  if (!isObject(value)) throw invalid('The value of an extension is an object.');
  for (const [name, one] of Object.entries(value)) applyAt(kind, said, op, `${id}:${name}`, one, false);
}

type Named = Pick<Meaning, 'sub'> & { attribute: Attribute };

function applyToOne(at: Said, op: Verb, { attribute, sub }: Named, value: unknown): void {
  const { name } = attribute;
  if (sub) {
    const whole = { ...(isObject(at[name]) ? at[name] : {}) };
    const read = op === 'remove' ? undefined : readOne(sub, value ?? '');
    if (isNothing(read)) delete whole[sub.name];
    else whole[sub.name] = read;
    return put(at, name, whole);
  }
  const read = op === 'remove' ? undefined : readValue(attribute, value);
  if (attribute.type === 'complex' && isObject(read)) return put(at, name, { ...(at[name] as Item), ...read });
  put(at, name, read);
}

function applyToAll(at: Said, op: Verb, attribute: Attribute, value: unknown): void {
  const { name } = attribute;
  const before = (at[name] ?? []) as Item[];
  const given = (readValue(attribute, value) ?? []) as Item[];
  if (op === 'replace') return put(at, name, given);
  if (op === 'remove') {
    if (value === undefined || value === null) return put(at, name, undefined);
    const gone = new Set(given.map((one) => comparable(one['value'])));
    const left = before.filter((one) => !gone.has(comparable(one['value'])));
    return put(at, name, left);
  }
  // What is there already is not there twice; what is said of it again may say more.
  const all = new Map(before.map((one) => [keyOf(one), one]));
  for (const one of given) all.set(keyOf(one), { ...all.get(keyOf(one)), ...one });
  if (all.size > MOST_MEMBERS) throw invalid(`${name} has at most ${MOST_MEMBERS} values.`);
  put(at, name, onePrimary([...all.values()]));
}

/** What a multi-valued attribute has by a filter, or of all of its values one part. */
function applyToSome(at: Said, op: Verb, { attribute, sub }: Named, { filter }: Path, value: unknown): void {
  const before = (at[attribute.name] ?? []) as Item[];
  const isMeant = (one: Item) => filter === null || holdsOf(one, filter);
  const change = (one: Item): Item | null => {
    if (op === 'remove') return sub ? without(one, sub.name) : null;
    if (!sub) return { ...one, ...(readOne(attribute, value) as Item) };
    return { ...one, [sub.name]: readOne(sub, value ?? '') };
  };
  const isThere = before.some(isMeant);
  // What is to go and is not there has gone.
  if (!isThere && op === 'remove') return;
  const fresh = isThere ? [] : [change(filter ? itemOf(attribute, filter) : {})];
  const after = [...before.map((one) => (isMeant(one) ? change(one) : one)), ...fresh];
  put(at, attribute.name, onePrimary(after.filter((one) => one !== null && !isNothing(one['value'])) as Item[]));
}

/** The value that a filter would find: what it says with `eq`. @throws ScimFault noTarget where it says anything else */
function itemOf(attribute: Attribute, filter: Filter): Item {
  if (filter.is === 'and') return Object.assign({}, ...filter.all.map((one) => itemOf(attribute, one))) as Item;
  const sub =
    filter.is === 'compare' && filter.operator === 'eq' ? named(attribute.subs ?? [], filter.path) : undefined;
  if (!sub || filter.is !== 'compare' || filter.value === null)
    throw new ScimFault(400, 'noTarget', `No value of ${attribute.name} is meant by this path.`);
  return { [sub.name]: readOne(sub, filter.value) };
}

/** Whether a filter within brackets means this value. */
function holdsOf(item: Item, filter: Filter): boolean {
  if (filter.is === 'and') return filter.all.every((one) => holdsOf(item, one));
  if (filter.is === 'or') return filter.all.some((one) => holdsOf(item, one));
  if (filter.is === 'not') return !holdsOf(item, filter.one);
  if (filter.is === 'some') throw new ScimFault(400, 'invalidPath', 'There are no brackets within brackets.');
  const [, is] = Object.entries(item).find(([name]) => name.toLowerCase() === filter.path.toLowerCase()) ?? [];
  const [one, other] = [comparable(is), comparable(filter.value)];
  if (filter.operator === 'pr') return !isNothing(is);
  if (filter.operator === 'eq') return one === other;
  if (filter.operator === 'ne') return one !== other;
  if (filter.operator === 'co') return one.includes(other);
  if (filter.operator === 'sw') return one.startsWith(other);
  if (filter.operator === 'ew') return one.endsWith(other);
  throw new ScimFault(400, 'invalidPath', `Values are not found by ${filter.operator} here.`);
}

const comparable = (value: unknown): string =>
  isNothing(value) ? '' : String(value as Exclude<Value, null>).toLowerCase();
const keyOf = (one: Item): string => `${comparable(one['value'])} ${comparable(one['type'])}`;
const without = (item: Item, name: string): Item =>
  Object.fromEntries(Object.entries(item).filter(([key]) => key !== name));

function put(at: Said, name: string, value: unknown): void {
  if (isNothing(value)) delete at[name];
  else at[name] = value;
}
