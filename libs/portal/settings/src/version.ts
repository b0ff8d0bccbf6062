import { createHash } from 'node:crypto';

/** Of the item or section when its page was opened: the name of a hidden control. */
export const VERSION = '_version';
/** Somebody else has saved it since. */
export const CHANGED = 'settings.collection.changed';

/** Changes when anything about the thing does. */
export const versionOf = (thing: object): string =>
  createHash('sha256').update(JSON.stringify(thing)).digest('hex').slice(0, 12);
