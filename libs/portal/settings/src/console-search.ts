import { Injectable } from '@nestjs/common';
import type { Actor } from '@foyer/access';
import type { Visit } from '@foyer/web';

/** Something in the console that somebody may be looking for. */
export interface Found {
  title: string;
  text: string | null;
  href: string;
  icon: string;
}
export interface Finder {
  /** Message key of the heading over what it finds. */
  label: string;
  order: number;
  /** `words` is what was typed, trimmed; empty: what is worth offering before anything is. Whoever fills it sees to the actor's rights. */
  find(actor: Actor, words: string, visit: Visit): Promise<Found[]>;
}

/** The slot behind “find anything”: every module adds what of its own can be found. */
@Injectable()
export class ConsoleSearch {
  private finders: Finder[] = [];

  add(finder: Finder): void {
    this.finders = [...this.finders, finder].sort((a, b) => a.order - b.order);
  }

  /** One finder after the other: they share the page's transaction. Those that find nothing are left out. */
  async find(actor: Actor, words: string, visit: Visit): Promise<{ label: string; found: Found[] }[]> {
    const groups: { label: string; found: Found[] }[] = [];
    for (const { label, find } of this.finders) {
      const found = await find(actor, words, visit);
      if (found.length > 0) groups.push({ label: visit.t(label), found });
    }
    return groups;
  }
}
