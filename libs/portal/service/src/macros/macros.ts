import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { declareCollection, declareItems } from '@foyer/settings';
import { ticketActions } from '@foyer/tickets';

const text = z.string().trim().max(10_000);

/** Words and changes that an agent uses again and again. */
export const macro = z.object({
  id: z.uuid(),
  name: z.string().trim().min(1).max(80),
  enabled: z.boolean().default(true),
  /** Typed after `/` in the box where the team writes. */
  shortcut: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[\p{L}\p{N}-]{0,30}$/u, 'service.macros.wrong-shortcut')
    .default(''),
  /** Null: whoever answers tickets. */
  groupId: z.uuid().nullable().default(null),
  /** Whose own it is; null: the team's. */
  ownerId: z.uuid().nullable().default(null),
  note: z.boolean().default(false),
  text: text.default(''),
  /** The same words in other languages, for customers who speak them. */
  translations: z.partialRecord(z.string(), text).default({}),
  actions: ticketActions.default([]),
});
export type Macro = z.output<typeof macro>;
/** The team's. */
export const macros = declareCollection<Macro>('macros', macro);
/** People's own: each has room for as many, whatever the others keep. */
export const ownMacros = declareItems<Macro>('own-macros', macro, { team: 0, own: 50 });

/** A name or a shortcut leads to one macro. @throws InvalidField */
export function mustBeDistinct({ name, shortcut }: Pick<Macro, 'name' | 'shortcut'>, others: readonly Macro[]): void {
  const taken = (field: 'name' | 'shortcut', value: string) =>
    value !== '' && others.some((other) => other[field].toLowerCase() === value.toLowerCase());
  if (taken('name', name)) throw new InvalidField('name', 'service.macros.taken');
  if (taken('shortcut', shortcut)) throw new InvalidField('shortcut', 'service.macros.taken');
}
