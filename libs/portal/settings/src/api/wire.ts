import { z } from 'zod';

/** How something of the settings looks to programs: the same, with names in snake_case. */
export interface Wire {
  readonly schema: z.ZodType;
  /** From what is kept to what programs read. */
  readonly out: (kept: unknown) => unknown;
  /** From what programs send, as far as `schema` has let it through, to what is to be kept. */
  readonly in: (sent: unknown) => unknown;
}
type Def = {
  type: string;
  checks?: z.core.$ZodCheck<unknown[]>[];
  innerType?: z.ZodType;
  defaultValue?: unknown;
  element?: z.ZodType;
  keyType?: z.ZodType;
  valueType?: z.ZodType;
  options?: z.ZodType[];
};

export const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Goes by the schema, not by the data: keys of records, such as languages and ids, are nobody's names and stay. */
export function wireOf(schema: z.ZodType): Wire {
  const def = schema.def as unknown as Def;
  switch (def.type) {
    case 'object':
      return ofObject((schema as z.ZodObject).shape as Record<string, z.ZodType>);
    case 'array': {
      const of = wireOf(def.element!);
      const list = (turn: (one: unknown) => unknown) => (value: unknown) => (value as unknown[]).map(turn);
      return { schema: z.array(of.schema).check(...(def.checks ?? [])), out: list(of.out), in: list(of.in) };
    }
    case 'record': {
      const of = wireOf(def.valueType!);
      const each = (turn: (one: unknown) => unknown) => (value: unknown) =>
        Object.fromEntries(Object.entries(value as object).map(([key, one]) => [key, turn(one)]));
      return { schema: z.record(z.string(), of.schema), out: each(of.out), in: each(of.in) };
    }
    case 'union':
      return ofUnion(def.options!);
    case 'nullable':
      return around(def.innerType!, (inner) => inner.nullable());
    case 'optional':
      return around(def.innerType!, (inner) => inner.optional());
    case 'default':
    case 'prefault': {
      // What is read into the schema is not yet what it gives.
      const given = def.type === 'prefault' ? def.innerType!.parse(def.defaultValue) : def.defaultValue;
      return around(def.innerType!, (inner, { out }) => inner.default(() => out(given)));
    }
    default:
      return { schema, out: (value) => value, in: (value) => value };
  }
}

/** The same where only what is to change is sent: what is left out stays, and is not its default. */
export function partOf(schema: z.ZodObject): z.ZodObject {
  const shape = Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, one]) => {
    const inner = /default|prefault/.test((one.def as unknown as Def).type)
      ? (one.def as unknown as Def).innerType!
      : one;
    return [name, inner.optional()] as const;
  });
  return z.object(Object.fromEntries(shape));
}

function ofObject(shape: Record<string, z.ZodType>): Wire {
  const parts = Object.entries(shape).map(([name, one]) => ({ name, sent: snake(name), of: wireOf(one) }));
  return {
    schema: z.object(Object.fromEntries(parts.map(({ sent, of }) => [sent, of.schema]))),
    out: (kept) => turned(kept, parts, ({ name, sent, of }) => [name, sent, of.out]),
    in: (given) => turned(given, parts, ({ name, sent, of }) => [sent, name, of.in]),
  };
}

function turned<Part>(
  value: unknown,
  parts: Part[],
  of: (part: Part) => [from: string, to: string, turn: (one: unknown) => unknown],
): Record<string, unknown> {
  const given = value as Record<string, unknown>;
  return Object.fromEntries(
    parts.map(of).flatMap(([from, to, turn]) => (given[from] === undefined ? [] : [[to, turn(given[from])]])),
  );
}

function ofUnion(options: z.ZodType[]): Wire {
  const wires = options.map((option) => ({ option, ...wireOf(option) }));
  return {
    schema: z.union(wires.map(({ schema }) => schema)),
    out: (kept) => wires.find(({ option }) => option.safeParse(kept).success)!.out(kept),
    in: (sent) => wires.find(({ schema }) => schema.safeParse(sent).success)!.in(sent),
  };
}

function around(inner: z.ZodType, wrap: (schema: z.ZodType, wire: Wire) => z.ZodType): Wire {
  const wire = wireOf(inner);
  const unlessNone = (turn: (value: unknown) => unknown) => (value: unknown) =>
    value === null || value === undefined ? value : turn(value);
  return { schema: wrap(wire.schema, wire), out: unlessNone(wire.out), in: unlessNone(wire.in) };
}
