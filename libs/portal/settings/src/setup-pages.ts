import { Injectable } from '@nestjs/common';
import { holds, type Actor } from '@foyer/access';
import { translate } from '@foyer/i18n';
import { SETUP_GROUPS, type SetupPage } from './setup-page.js';
import type { CollectionItem } from './section.js';
import { declaredResources, type Resource } from './resources/resource.js';

/** What a team can set up, in groups. Every module adds its own pages. */
@Injectable()
export class SetupPages {
  private readonly pages: SetupPage[] = [];
  private sorted: readonly SetupPage[] | null = null;

  add(...pages: SetupPage[]): void {
    this.pages.push(...pages);
    this.sorted = null;
  }

  /** Those of the resources follow from their declarations. */
  all(): readonly SetupPage[] {
    return (this.sorted ??= [...this.pages, ...Array.from(declaredResources(), pageOf)].sort(
      (a, b) => a.order - b.order,
    ));
  }

  /** As pages show them; null for those who set up nothing. */
  for(actor: Actor, isOn: (feature: string) => boolean, path: string, locale: string) {
    if (!holds(actor.ability, 'manage', 'Settings')) return null;
    const all = this.all();
    const groups = SETUP_GROUPS.map((group) => ({
      label: translate(locale, `settings.group.${group}`),
      pages: all
        .filter((page) => page.group === group && (!page.feature || isOn(page.feature)))
        .filter(({ shownTo }) => !shownTo || shownTo(actor))
        .map(({ href, label, text, icon }) => ({
          href,
          label: translate(locale, label),
          text: translate(locale, text),
          icon,
          current: path === href || path.startsWith(`${href}/`),
        })),
    }));
    return groups.filter(({ pages }) => pages.length > 0);
  }
}

const pageOf = ({ about: { page, words } }: Resource<CollectionItem>): SetupPage => ({
  ...page,
  href: `/console/settings/${page.path}`,
  label: `${words}.title`,
  text: `${words}.lead`,
});
