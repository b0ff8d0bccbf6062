import { invalid, requiredParam } from './errors.js';

export type Value = string | Value[] | { [key: string]: Value };
type Fields = { [key: string]: Value };

const DEPTH = 8;
const MOST = 1_000;
const LONGEST_NAME = 500;
/** Names that would reach the prototype of what they are put into. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

/** Decodes `a[b][0]=c`, as Stripe's clients write nested parameters. */
export function parseForm(text: string): Fields {
  const root: Fields = Object.create(null) as Fields;
  const pairs = [...new URLSearchParams(text)];
  if (pairs.length > MOST) throw invalid('The request has too many parameters.');
  for (const [name, value] of pairs) {
    const path = pathOf(name);
    let node = root;
    path.slice(0, -1).forEach((key) => {
      const next = node[key];
      node = (typeof next === 'object' ? next : (node[key] = Object.create(null) as Fields)) as Fields;
    });
    const last = path.at(-1)!;
    node[last === '' ? String(Object.keys(node).length) : last] = value;
  }
  return lists(root) as Fields;
}

function pathOf(name: string): string[] {
  if (name.length > LONGEST_NAME) throw invalid('A parameter has too long a name.');
  const path = [name.split('[', 1)[0]!, ...[...name.matchAll(/\[([^\]]*)\]/g)].map(([, key]) => key!)];
  if (path.length > DEPTH || path.some((key) => FORBIDDEN.has(key))) throw invalid(`Invalid parameter: ${name}`, name);
  return path;
}

/** What has only numbers for keys is a list. */
function lists(value: Value): Value {
  if (typeof value === 'string') return value;
  const entries = Object.entries(value as Fields).map(([key, one]) => [key, lists(one)] as const);
  const numbered = entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key));
  if (numbered) return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, one]) => one);
  return Object.fromEntries(entries);
}

/** Reads parameters one by one; `end` refuses those that nothing has read. */
export class Form {
  private readonly unread: Set<string>;

  constructor(
    private readonly fields: Fields,
    private readonly prefix = '',
    private readonly children: Form[] = [],
  ) {
    this.unread = new Set(Object.keys(fields));
  }

  has(name: string): boolean {
    return this.fields[name] !== undefined;
  }

  /** A text; absent and empty are told apart by `has`. */
  text(name: string): string | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw invalid(`Invalid string: ${JSON.stringify(value)}`, this.nameOf(name));
    return value;
  }

  /** A text, or null where it is emptied. */
  emptiable(name: string): string | null | undefined {
    const value = this.text(name);
    return value === '' ? null : value;
  }

  need(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw requiredParam(this.nameOf(name));
    return value;
  }

  oneOf<T extends string>(name: string, ...allowed: T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!allowed.includes(value as T))
      throw invalid(`Invalid ${this.nameOf(name)}: must be one of ${allowed.join(', ')}`, this.nameOf(name));
    return value as T;
  }

  integer(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^-?\d{1,15}$/.test(value))
      throw invalid(`Invalid integer: ${value}`, this.nameOf(name), 'parameter_invalid_integer');
    return Number(value);
  }

  number(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (!/^-?\d+(\.\d+)?$/.test(value)) throw invalid(`Invalid decimal: ${value}`, this.nameOf(name));
    return Number(value);
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (value !== 'true' && value !== 'false') throw invalid(`Invalid boolean: ${value}`, this.nameOf(name));
    return value === 'true';
  }

  /** A hash of further parameters. */
  group(name: string): Form | undefined {
    const value = this.take(name);
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'string' || Array.isArray(value)) throw invalid('Invalid object', this.nameOf(name));
    return this.child(value, this.nameOf(name));
  }

  /** A list of hashes; undefined when it is not given, empty when it is emptied. */
  groups(name: string): Form[] | undefined {
    return this.list(name)?.map((value, index) => {
      if (typeof value === 'string' || Array.isArray(value))
        throw invalid('Invalid object', `${this.nameOf(name)}[${index}]`);
      return this.child(value, `${this.nameOf(name)}[${index}]`);
    });
  }

  texts(name: string): string[] | undefined {
    return this.list(name)?.map((value) => {
      if (typeof value !== 'string') throw invalid('Invalid string', this.nameOf(name));
      return value;
    });
  }

  /** As it came: what is stored and given back. */
  raw(name: string): Value | undefined {
    return this.take(name);
  }

  /** Of a hash whose keys the caller chooses, like currencies. */
  keys(): string[] {
    return Object.keys(this.fields);
  }

  /** Known to Stripe and without meaning here. */
  skip(...names: string[]): void {
    for (const name of names) this.take(name);
  }

  nameOf(name: string): string {
    return this.prefix ? `${this.prefix}[${name}]` : name;
  }

  /** Everything has been read: what is left is unknown. */
  end(): void {
    for (const child of this.children) child.end();
    const [unknown] = this.unread;
    if (unknown !== undefined)
      throw invalid(`Received unknown parameter: ${this.nameOf(unknown)}`, this.nameOf(unknown), 'parameter_unknown');
  }

  private child(fields: Fields, prefix: string): Form {
    const form = new Form(fields, prefix);
    this.children.push(form);
    return form;
  }

  private list(name: string): Value[] | undefined {
    const value = this.take(name);
    if (value === undefined) return undefined;
    if (value === '') return [];
    if (!Array.isArray(value)) throw invalid('Invalid array', this.nameOf(name));
    return value;
  }

  private take(name: string): Value | undefined {
    this.unread.delete(name);
    return this.fields[name];
  }
}

/** Metadata are merged key by key; an empty value removes its key, and an empty whole removes all. */
export function mergedMetadata(form: Form, before: Record<string, string> = {}): Record<string, string> {
  const given = form.raw('metadata');
  if (given === undefined) return before;
  if (given === '') return {};
  if (typeof given === 'string') throw invalid('Invalid object', form.nameOf('metadata'));
  const merged: Record<string, string> = { ...before };
  for (const [key, value] of Object.entries(given)) {
    if (value === '') delete merged[key];
    else if (typeof value === 'string' && value.length <= 500) merged[key] = value;
    else throw invalid('Metadata values must be strings of up to 500 characters.', form.nameOf(`metadata][${key}`));
  }
  if (Object.keys(merged).length > 50) throw invalid('Metadata can have up to 50 keys.', form.nameOf('metadata'));
  return merged;
}

export interface Address {
  city: string | null;
  country: string | null;
  line1: string | null;
  line2: string | null;
  postal_code: string | null;
  state: string | null;
}

export function addressIn(form: Form, name: string): Address | null | undefined {
  if (!form.has(name)) return undefined;
  const group = form.group(name);
  if (!group) return null;
  const part = (key: string) => group.emptiable(key) ?? null;
  const address: Address = {
    ...{ city: part('city'), country: part('country'), line1: part('line1'), line2: part('line2') },
    ...{ postal_code: part('postal_code'), state: part('state') },
  };
  if (address.country && !/^[A-Z]{2}$/.test(address.country))
    throw invalid(
      `Country '${address.country}' is unknown. Try using a 2-character alphanumeric country code.`,
      `${name}[country]`,
    );
  return address;
}
