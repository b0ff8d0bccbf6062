import { Injectable } from '@nestjs/common';
import type { Actor } from '@foyer/access';
import { translate } from '@foyer/i18n';

export interface NavEntry {
  on: 'portal' | 'console';
  href: string;
  /** Message key. */
  label: string;
  icon: string;
  order: number;
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
@Injectable()
export class Navigation {
  private entries: NavEntry[] = [];

  add(...entries: NavEntry[]): void {
    this.entries = [...this.entries, ...entries].sort((a, b) => a.order - b.order);
  }

  all(on: NavEntry['on']): readonly NavEntry[] {
    return this.entries.filter((entry) => entry.on === on);
  }

  for(on: NavEntry['on'], actor: Actor, isOn: (feature: string) => boolean): NavEntry[] {
    return this.entries.filter(
      (entry) => entry.on === on && (!entry.feature || isOn(entry.feature)) && (!entry.shownTo || entry.shownTo(actor)),
    );
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
