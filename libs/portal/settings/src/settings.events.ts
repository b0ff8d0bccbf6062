import { EventName } from '@foyer/events';

/** One thing of a list that was set up. */
export interface ItemChange {
  id: string;
  verb: 'added' | 'changed' | 'archived' | 'restored' | 'removed';
  /** Of a list in which people have things of their own: whose it is. */
  ownerId?: string;
}

/** Things of a list that are different; of one that was only put in another order none. */
export function changedItems(before: readonly Listed[], after: readonly Listed[]): ItemChange[] {
  const [were, are] = [new Map(before.map((item) => [item.id, item])), new Set(after.map(({ id }) => id))];
  const changed = after.filter((item) => !same(were.get(item.id), item));
  const change = ({ id, ownerId }: Listed, verb: ItemChange['verb']) => ({ id, verb, ...(ownerId && { ownerId }) });
  return [
    ...changed.map((item) => change(item, were.has(item.id) ? 'changed' : 'added')),
    ...before.filter(({ id }) => !are.has(id)).map((item) => change(item, 'removed')),
  ];
}
interface Listed {
  id: string;
  ownerId?: string | null;
}
const same = (one: Listed | undefined, other: Listed) => JSON.stringify(one) === JSON.stringify(other);

/** Something that the team sets up: a section of the settings, or a list. */
@EventName('settings.changed')
export class SettingsChanged {
  constructor(
    /** Of the settings, or the name of the list. */
    readonly section: string,
    /** Of the section; `items`: the list. */
    readonly keys: string[],
    readonly actorId: string | null,
    /** Of a list, which of its things; none where only their order is another. */
    readonly items: ItemChange[],
  ) {}
}

/** A template of the portal was put in the place of the theme's, or taken away again. */
@EventName('settings.template-changed')
export class TemplateChanged {
  constructor(
    readonly path: string,
    readonly verb: 'published' | 'withdrawn',
    readonly actorId: string | null,
  ) {}
}
