import { type Kind, meaningOf, type Meaning } from './attributes.js';
import { isObject, type Item, type Said } from './said.js';

const MOST_NAMES = 50;
const ALWAYS = ['schemas', 'id'];

/** Which attributes are asked for, or not (RFC 7644, 3.9). What nobody knows is nothing. */
export interface Projection {
  only: Meaning[] | null;
  without: Meaning[];
}

export function projectionOf(kind: Kind, only: string | undefined, without: string | undefined): Projection {
  const meant = (list: string) => list.split(',', MOST_NAMES).flatMap((name) => meaningOf(kind, name.trim()) ?? []);
  return { only: only ? meant(only) : null, without: without ? meant(without) : [] };
}

/** Whether it is worth looking up. */
export const wants = ({ only, without }: Projection, name: string): boolean =>
  (only === null || only.some(({ attribute }) => attribute?.name === name)) &&
  !without.some(({ attribute, sub }) => attribute?.name === name && !sub);

export function projected({ only, without }: Projection, whole: Said): Said {
  const kept = only === null ? { ...whole } : pick(whole, only);
  for (const { extension, attribute, sub } of without) {
    const at = extension ? (kept[extension.id] = { ...(kept[extension.id] as Item) }) : kept;
    if (attribute === null) delete kept[extension!.id];
    else if (ALWAYS.includes(attribute.name)) continue;
    else if (!sub) delete at[attribute.name];
    else if (attribute.name in at) at[attribute.name] = each(at[attribute.name], (item) => omit(item, sub.name));
  }
  return kept;
}

function pick(whole: Said, only: Meaning[]): Said {
  const kept: Said = Object.fromEntries(ALWAYS.map((name) => [name, whole[name]]));
  for (const { extension, attribute, sub } of only) {
    const from = extension ? ((whole[extension.id] ?? {}) as Said) : whole;
    if (attribute === null) {
      kept[extension!.id] = from;
      continue;
    }
    if (from[attribute.name] === undefined) continue;
    const at = extension ? ((kept[extension.id] ??= {}) as Said) : kept;
    const before = at[attribute.name];
    at[attribute.name] = sub
      ? each(from[attribute.name], (item, index) => ({
          ...((Array.isArray(before) ? before[index] : before) as Item | undefined),
          ...(sub.name in item && { [sub.name]: item[sub.name] }),
        }))
      : from[attribute.name];
  }
  return kept;
}

const each = (value: unknown, change: (item: Item, index: number) => Item): unknown =>
  Array.isArray(value)
    ? value.map((one, index) => change(one as Item, index))
    : isObject(value)
      ? change(value, 0)
      : value;
const omit = (item: Item, name: string): Item =>
  Object.fromEntries(Object.entries(item).filter(([key]) => key !== name));
