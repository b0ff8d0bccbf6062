import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { ticketGroups } from '@foyer/requests';
import {
  declareItems,
  declareResource,
  flag,
  line,
  optionalReference,
  part,
  type ResourceItem,
  text,
} from '@foyer/settings';
import { actionsPart } from '@foyer/tickets';
import { actionsMustBeKnown, mustBeKnown } from './placeholders.js';
import { named, onPage } from '../service-list.js';

export const MACRO_MAX = 10_000;
export const shortcut = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[\p{L}\p{N}-]{0,30}$/u, 'service.macros.wrong-shortcut')
  .default('');

/** Words and changes that an agent uses again and again. These are the team's. */
export const macros = declareResource('macros', {
  one: 'macro',
  ...onPage('macros', 'sparkle', 50),
  fields: {
    ...named,
    /** Typed after `/` in the box where the team writes. */
    shortcut: line(shortcut, 30, { hint: true }),
    /** Null: whoever answers tickets. */
    groupId: optionalReference(ticketGroups.about.reference, { none: 'service.macros.everybody' }),
    /** Whose own it is; null: the team's. */
    ownerId: part(z.uuid().nullable().default(null), { derived: true }),
    text: text(MACRO_MAX, { optional: true, lines: 'rich' }),
    note: flag(false, { hint: true }),
    /** The same words in other languages, for customers who speak them. */
    translations: part(z.partialRecord(z.string(), z.string().trim().max(MACRO_MAX)).default({}), {
      label: 'settings.translations',
    }),
    actions: { ...actionsPart, label: 'changes' },
  },
  goesBy: () => true,
  check(macro, _before, others) {
    mustBeDistinct(macro, others);
    mustBeKnown('text', macro.text);
    for (const [locale, words = ''] of Object.entries(macro.translations)) mustBeKnown(`translations-${locale}`, words);
    actionsMustBeKnown('actions', macro.actions);
    if (!macro.text && macro.actions.length === 0) throw new InvalidField('text', 'service.macros.nothing');
  },
});
export type Macro = ResourceItem<typeof macros>;
/** People's own: each has room for as many, whatever the others keep. */
export const ownMacros = declareItems<Macro>('own-macros', macros.about.schema, { team: 0, own: 50 });

/** A name or a shortcut leads to one macro. @throws InvalidField */
export function mustBeDistinct(
  { name, shortcut }: Pick<Macro, 'name' | 'shortcut'>,
  others: readonly Pick<Macro, 'name' | 'shortcut'>[],
): void {
  const taken = (field: 'name' | 'shortcut', value: string) =>
    value !== '' && others.some((other) => other[field].toLowerCase() === value.toLowerCase());
  if (taken('name', name)) throw new InvalidField('name', 'service.macros.taken');
  if (taken('shortcut', shortcut)) throw new InvalidField('shortcut', 'service.macros.taken');
}
