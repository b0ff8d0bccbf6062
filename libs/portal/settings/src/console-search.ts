import type { Actor } from '@foyer/access';
import { Slot } from '@foyer/slots';
import type { Visit } from '@foyer/web';

/** Something in the console that somebody may be looking for. */
export interface Found {
  title: string;
  text: string | null;
  href: string;
  icon: string;
  /** What was typed names it, although its title is another: a number. */
  isNamed?: boolean;
}
export interface Finder {
  /** Message key of the heading over what it finds. */
  label: string;
  /** `words` is what was typed, trimmed; empty: what is worth offering before anything is. Whoever fills it sees to the actor's rights. */
  find(actor: Actor, words: string, visit: Visit): Promise<Found[]>;
}

/** What “find anything” asks: every module adds what of its own can be found. */
export const consoleSearch = new Slot<Finder>('console.search');
