import { Injectable } from '@nestjs/common';
import type { Actor } from '@foyer/access';
import { translate } from '@foyer/i18n';
import { Slot, Slots } from '@foyer/slots';

export interface NavEntry {
  on: 'portal' | 'console';
  href: string;
  /** Message key. */
  label: string;
  icon: string;
  /** Gone when this section is switched off. */
  feature?: string;
  shownTo?: (actor: Actor) => boolean;
}

export interface NavItem {
  href: string;
  label: string;
  icon: string;
  current: boolean;
}

/** The ways through portal and console. Every module adds its own. */
export const navEntries = new Slot<NavEntry>('navigation');

@Injectable()
export class Navigation {
  constructor(private readonly slots: Slots) {}

  all(on: NavEntry['on']): NavEntry[] {
    return this.slots.of(navEntries).filter((entry) => entry.on === on);
  }

  for(on: NavEntry['on'], actor: Actor, isOn: (feature: string) => boolean): NavEntry[] {
    return this.all(on).filter(({ feature, shownTo }) => (!feature || isOn(feature)) && (!shownTo || shownTo(actor)));
  }
}

/** Entries as a page shows them: the one nearest to where the reader is, is current. */
export function shown(entries: NavEntry[], path: string, locale: string): NavItem[] {
  const within = ({ href }: NavEntry) => path === href || path.startsWith(href === '/' ? '/?' : `${href}/`);
  const nearest = entries.filter(within).sort((a, b) => b.href.length - a.href.length)[0];
  return entries.map((entry) => ({
    href: entry.href,
    label: translate(locale, entry.label),
    icon: entry.icon,
    current: entry === nearest,
  }));
}
