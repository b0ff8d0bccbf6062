import { createHash } from 'node:crypto';
import { Conflict } from '@foyer/access';
import type { FormState } from '@foyer/web';

/** Of the item or section when its page was opened: the name of a hidden control. */
export const VERSION = '_version';

/** Changes when anything about the thing does. */
export const versionOf = (thing: object): string =>
  createHash('sha256').update(JSON.stringify(thing)).digest('hex').slice(0, 12);

/** Somebody else has saved it since it was opened: as it is stored now, and as it was to be. */
export class ChangedMeanwhile extends Conflict {
  constructor(
    readonly stored: object,
    readonly wanted: object,
  ) {
    super('settings.collection.changed');
  }
}

/** @throws ChangedMeanwhile unless it is still the `version` that somebody has been changing; without one nobody asks */
export function mustBeAsOpened(version: string | undefined, stored: object, wanted: object): void {
  if (version && version !== versionOf(stored)) throw new ChangedMeanwhile(stored, wanted);
}

/**
 * Saves what a form makes by `verb`, which is told the version that its page was opened with. Where somebody else has saved since, that is
 * told once, with what is `different`, and nothing is lost; whoever saves again means it.
 */
export async function saveOpened<T, R>(
  form: FormState<T>,
  verb: (value: T, version: string | undefined) => Promise<R>,
  different: (wanted: object, stored: object) => Promise<FormState['different']>,
): Promise<R | undefined> {
  const opened = form.values[VERSION];
  let changed: ChangedMeanwhile | undefined;
  const saved = await form.attempt((value) =>
    verb(value, typeof opened === 'string' && opened !== '' ? opened : undefined).catch((error: unknown) => {
      if (error instanceof ChangedMeanwhile) changed = error;
      throw error;
    }),
  );
  if (changed) {
    form.values[VERSION] = versionOf(changed.stored);
    form.different = await different(changed.wanted, changed.stored);
  }
  return saved;
}
