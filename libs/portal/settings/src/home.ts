import { Injectable } from '@nestjs/common';
import type { Actor } from '@foyer/access';
import { type Piece, Slot, Slots } from '@foyer/slots';
import type { Visit } from '@foyer/web';

/** One of the few things to do on the home page. Texts are message keys. */
export interface HomeAction {
  href: string;
  label: string;
  text: string;
  icon: string;
}

/** What a module puts on the portal's home page. */
export interface HomeContribution {
  feature?: string;
  actions?: (actor: Actor) => HomeAction[];
  /** Where the big search field leads; the first module that has one wins. */
  search?: (actor: Actor) => { action: string; label: string } | null;
  /** A piece of page: its template and what it shows; null when there is nothing to show. */
  section?: (actor: Actor, visit: Pick<Visit, 't' | 'locale'>) => Promise<Piece | null>;
}

/** Features fill the portal's first page without knowing each other. */
export const homeSections = new Slot<HomeContribution>('home');

export const MAX_ACTIONS = 3;

@Injectable()
export class PortalHome {
  constructor(private readonly slots: Slots) {}

  async for(actor: Actor, visit: Pick<Visit, 't' | 'locale'>, isOn: (feature: string) => boolean) {
    const contributions = this.contributions(isOn);
    const sections = await Promise.all(contributions.map((each) => each.section?.(actor, visit) ?? null));
    return { ...this.waysIn(actor, isOn), sections: sections.filter((section) => section !== null) };
  }

  /** The same without the sections, which must be read first. */
  waysIn(actor: Actor, isOn: (feature: string) => boolean) {
    const contributions = this.contributions(isOn);
    return {
      search: contributions.map((each) => each.search?.(actor)).find(Boolean) ?? null,
      actions: contributions.flatMap((each) => each.actions?.(actor) ?? []).slice(0, MAX_ACTIONS),
    };
  }

  private contributions(isOn: (feature: string) => boolean): HomeContribution[] {
    return this.slots.of(homeSections).filter(({ feature }) => !feature || isOn(feature));
  }
}
