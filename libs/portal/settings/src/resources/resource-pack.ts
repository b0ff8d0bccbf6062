import { z } from 'zod';
import type { Declared } from './resource.js';

/** What a pack says of an item: its fields without the id and those it cannot know, and what it says of them instead. */
export const inPack = <
  Item extends { id: string },
  Left extends keyof Item,
  Said extends z.ZodRawShape = Record<never, z.ZodType>,
>(
  { about }: Declared<Item>,
  left: readonly Left[],
  said: Said = {} as Said,
): z.ZodType<Omit<Item, 'id' | Left> & z.output<z.ZodObject<Said>>> => {
  const { shape } = about.schema as unknown as z.ZodObject;
  const kept = Object.entries(shape).filter(([name]) => name !== 'id' && !left.includes(name as Left));
  return z.object({ ...Object.fromEntries(kept), ...said }) as never;
};

/** For packs with a format of their own: what they say of an item as it is declared, each of it if they like. References have names there. */
export const plainInPack = <Item extends { id: string }>({ about }: Declared<Item>): Record<string, z.ZodType> =>
  Object.fromEntries(
    Object.entries(about.fields)
      .filter(([, { form, refersTo }]) => form && !refersTo)
      .map(([name, { schema }]) => [name, schema.optional()]),
  );
