import { z } from 'zod';
import { commaSeparated } from '@foyer/i18n';
import { field as typed } from '@foyer/web';
import type { Typed } from '../typed-rows.js';
import type { Reference } from './references.js';

/** How a field is asked for on a page. */
export interface FieldForm<T> {
  kind: 'text' | 'url' | 'email' | 'password' | 'textarea' | 'rich' | 'select' | 'switch' | 'several';
  /** What was typed becomes what is kept. */
  shape: z.ZodType<T>;
  typed(value: T): Typed[string];
  /** The values to choose from, and where their labels are. */
  choices?: { values: readonly string[]; words: string };
  required?: boolean;
  /** Message of what it means to choose nothing. */
  none?: string;
  /** How what is typed may begin. */
  placeholder?: string;
  /** Of a choice: not asked where there are no two to choose from. */
  ofSeveral?: boolean;
  /** Digits alone. */
  numeric?: boolean;
  /** Of what is typed, in characters. */
  max?: number;
  /** Message of what it means to leave empty what is there and not shown. */
  kept?: string;
}

/** Ids that stand somewhere in a value. */
export interface Mention {
  to: Reference;
  ids: readonly string[];
}

/** One field of a resource: how it is kept, what holds for it, and how it is asked for. */
export interface Field<T = unknown> extends Options {
  /** As it is kept, and as the API and packs have it. */
  schema: z.ZodType<T>;
  /** Null: a part of the page that is made by hand. */
  form: FieldForm<T> | null;
  translated?: boolean;
  /** Its value is the id, or ids, of one of these. */
  refersTo?: Reference;
  /** What is mentioned inside a part. */
  mentions?(value: T): readonly Mention[];
  /** Of a group. */
  fields?: Fields;
  /** Kept sealed for this purpose, and shown to nobody. */
  sealedFor?: () => string;
}
export type Fields = Record<string, Field>;

interface Options {
  /** Message key of its label, whole or after the words of the resource; else the name of the field is. */
  label?: string;
  /** There is a sentence under the label: `<label>-hint`, or this message. */
  hint?: boolean | string;
  /** No two have the same. */
  unique?: boolean;
  /** Chosen once, not changed afterwards. */
  fixed?: boolean;
  /** Asked of what is there, not of something new. */
  later?: boolean;
  /** The list shows it beside the title. */
  listed?: boolean;
  /** It follows from the rest, and nobody gives it. */
  derived?: boolean;
  /** Switched in the list and not asked for on the page. */
  inList?: boolean;
}
/** `asked`: the page asks for it although there may be items without. `lines`: in an editor where they are rich. */
type TextOptions = Options & { optional?: boolean; asked?: boolean; lines?: number | 'rich' };

/** Words, at most so many characters; `lines` gives it room for several. */
export function text(
  max: number,
  { optional = false, asked = !optional, lines, ...options }: TextOptions = {},
): Field<string> {
  // What comes out of a transformation says nothing of itself to those who read the API's description.
  const some = lines ? typed.lines(max) : typed.text(max);
  const any = lines ? typed.words(max).pipe(z.string().max(max)) : typed.line(max);
  const schema = optional ? any.default('') : some;
  const shape = asked ? some : schema;
  return {
    schema,
    form: { kind: lines === 'rich' ? 'rich' : lines ? 'textarea' : 'text', shape, typed: same, required: asked, max },
    ...options,
  };
}

/** What is written in a form of its own, such as an address, and takes one line. */
export const line = (
  schema: z.ZodType<string>,
  max: number,
  {
    kind = 'text',
    placeholder = kind === 'url' ? 'https://' : undefined,
    typed: shown = same,
    ...options
  }: Options & { kind?: 'text' | 'url' | 'email'; placeholder?: string; typed?: (kept: string) => string } = {},
): Field<string> => ({
  schema,
  form: {
    ...{ kind, typed: shown, required: !schema.safeParse('').success, max },
    ...(placeholder && { placeholder }),
    shape: z
      .string()
      .trim()
      .optional()
      .pipe(schema as z.ZodType<string, string | undefined>),
  },
  ...options,
});

/** What is given and never shown again, such as a password. Where there is one, empty means that it stays, and `kept` says so. */
export const secret = (
  max: number,
  sealedFor: () => string,
  { kept, ...options }: Options & { kept: string },
): Field<string> => ({
  schema: z.string().default(''),
  form: { kind: 'password', shape: z.string().max(max).default(''), typed: () => null, required: true, max, kept },
  sealedFor,
  ...options,
});

/** A text in every language of the portal. The item keeps the others as `translations`. */
export function translatedText(max: number, options: TextOptions = {}): Field<string> & { translated: true } {
  return { ...text(max, options), translated: true };
}

/** One of the values, called by the messages `<called>.<value>`, or as a reference says where the operator may rename them. */
export function choice<const V extends string>(
  values: readonly [V, ...V[]],
  called: string | Reference,
  { byDefault, ...options }: Options & { byDefault?: NoInfer<V> } = {},
): Field<V> {
  const shape = z.enum(values) as unknown as z.ZodType<V>;
  const schema = byDefault === undefined ? shape : (shape.default(byDefault as never) as unknown as z.ZodType<V>);
  const form: FieldForm<V> = { kind: 'select', shape, typed: same, required: true };
  return typeof called === 'string'
    ? { schema, form: { ...form, choices: { values, words: called } }, ...options }
    : { schema, form, refersTo: called, ...options };
}

export const flag = (byDefault: boolean, options: Options = {}): Field<boolean> => ({
  schema: z.boolean().default(byDefault),
  form: { kind: 'switch', shape: typed.flag, typed: (on) => (on ? '1' : null) },
  ...options,
});

/** One of two values, as a switch. */
export function switched<const V extends string>(on: V, off: V, options: Options = {}): Field<V> {
  const schema = z.enum([on, off]).default(off as never) as unknown as z.ZodType<V>;
  const shape = typed.flag.transform((is) => (is ? on : off));
  return { schema, form: { kind: 'switch', shape, typed: (value) => (value === on ? '1' : null) }, ...options };
}

/** A number without decimals. A page that does not ask for it leaves it as it is. */
export function whole(
  [min, max]: readonly [min: number, max: number],
  { byDefault, wrong = 'settings.resource.number', ...options }: Options & { byDefault: number; wrong?: string },
): Field<number> {
  const schema = z.int(wrong).min(min, wrong).max(max, wrong);
  const shape = z.string().trim().regex(/^\d+$/, wrong).transform(Number).pipe(schema).optional();
  return {
    schema: schema.default(byDefault),
    form: {
      ...{ kind: 'text', shape: shape as unknown as z.ZodType<number>, typed: String },
      ...{ required: true, numeric: true, max: String(max).length },
    },
    ...options,
  };
}

/** Several words between commas, each as `each` makes it. */
export function words(
  { most, max, each = same }: { most: number; max: number; each?: (word: string) => string },
  options: Options = {},
): Field<string[]> {
  const schema = z.array(z.string().max(max)).max(most);
  const shape = z
    .string()
    .max(most * (max + 2))
    .default('')
    .transform((line) => [...new Set(commaSeparated(line).map(each).map(trimmed))].filter((word) => word !== ''))
    .pipe(schema);
  return {
    schema: schema.default([]),
    form: { kind: 'text', shape, typed: (all) => all.join(', '), max: most * (max + 2) },
    ...options,
  };
}

/** The id of something else; `key` where its id is a word. */
export function reference(
  to: Reference,
  { key = false, byDefault, ...options }: Options & { key?: boolean; byDefault?: string } = {},
): Field<string> {
  const shape = key ? z.string().min(1).max(80) : typed.id;
  const schema = byDefault === undefined ? shape : shape.default(byDefault);
  return { schema, form: { kind: 'select', shape: schema, typed: same, required: true }, refersTo: to, ...options };
}

/** The same, or null; `none` says what that means. `id`: what its ids are like, where they are no UUIDs. `ofSeveral`: see `FieldForm`. */
export function optionalReference<V extends string = string>(
  to: Reference,
  {
    none,
    ofSeveral = false,
    id = z.uuid('web.form.choice') as unknown as z.ZodType<V>,
    ...options
  }: Options & { none?: string; ofSeveral?: boolean; id?: z.ZodType<V> } = {},
): Field<V | null> {
  const shape = z
    .union([z.literal('').transform(() => null), id], 'web.form.choice')
    .optional()
    .transform((value) => value ?? null);
  return {
    schema: id.nullable().default(null),
    form: { kind: 'select', shape, typed: (value) => value, ofSeveral, ...(none && { none }) },
    refersTo: to,
    ...options,
  };
}

export const references = (to: Reference, most: number, options: Options = {}): Field<string[]> => ({
  schema: z.array(z.uuid()).max(most).default([]),
  form: { kind: 'several', shape: severalIds.pipe(z.array(typed.id).max(most)), typed: same },
  refersTo: to,
  ...options,
});

/** Fields that belong together. */
export function group<F extends Fields>(fields: F): Field<ValuesOf<F>> & { fields: F } {
  return { schema: schemaOf(fields).prefault({} as never) as unknown as z.ZodType<ValuesOf<F>>, form: null, fields };
}

/** What no control can ask for alone: its part of the page is written by hand. */
export const part = <T>(
  schema: z.ZodType<T>,
  options: Options & Pick<Field<NoInfer<T>>, 'mentions'> = {},
): Field<T> => ({
  schema,
  form: null,
  ...options,
});

export type ValueOf<F> = F extends { schema: z.ZodType<infer T> } ? T : never;
export type ValuesOf<F extends Fields> = { [Name in keyof F]: ValueOf<F[Name]> };

export const schemaOf = (fields: Fields): z.ZodObject =>
  z.object(Object.fromEntries(Object.entries(fields).map(([name, { schema }]) => [name, schema])));

/** A field with the way to it: `defaults-groupId` is the control of `{ defaults: { groupId } }`. */
export interface Leaf {
  path: readonly string[];
  control: string;
  field: Field;
}
export function leavesOf(fields: Fields, above: readonly string[] = []): Leaf[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const path = [...above, name];
    return field.fields ? leavesOf(field.fields, path) : [{ path, control: path.join('-'), field }];
  });
}
export const valueAt = (item: object, path: readonly string[]): unknown =>
  path.reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], item);

/** An object with the values at their places. */
export function placed(
  values: readonly (readonly [path: readonly string[], value: unknown])[],
): Record<string, unknown> {
  const whole: Record<string, unknown> = {};
  for (const [path, value] of values) {
    let at = whole;
    for (const name of path.slice(0, -1)) at = (at[name] ??= {}) as Record<string, unknown>;
    at[path.at(-1)!] = value;
  }
  return whole;
}

const severalIds = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => [...new Set([value ?? []].flat())].filter((id) => id !== ''));
const same = <T>(value: T): T => value;
const trimmed = (word: string) => word.trim();
