import type { Actor } from '@foyer/access';
import { type Sql, sql, table } from '@foyer/database';
import { Slot } from '@foyer/slots';

/** One of the few things that a business does first. Its order says where it stands where the blueprint says nothing of it. */
export interface FirstStep {
  id: string;
  href: string;
  /** What `.title`, `.text` and `.action` (of its button) are said under. */
  words: string;
  /** Gone when this section is switched off. */
  feature?: string;
  /** Shown where a blueprint names it, and nowhere else. */
  onlyNamed?: true;
  /** Whether this one can do it; those who set up the portal are asked alone. */
  shownTo?: (actor: Actor) => boolean;
  /**
   * Asked of what is there, so that it makes no difference by which way it came about: of memory, or as a condition that the
   * page asks the database together with all others.
   */
  isDone: () => Promise<boolean> | Sql;
}

/** What a new business does first: every module adds what there is to do with it, and how one sees that it was done. */
export const firstSteps = new Slot<FirstStep>('first-steps');

/** That a person, not sign-up or a pack, has changed one of these sections. */
export const someoneChanged = (...sections: string[]): Sql =>
  sql`exists (select from ${table('setting')} where key = any(${sections}::text[]) and changed_by is not null)`;
