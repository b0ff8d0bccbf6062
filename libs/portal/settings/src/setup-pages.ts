import { Injectable, type OnModuleInit } from '@nestjs/common';
import { holds, type Actor } from '@foyer/access';
import { translate } from '@foyer/i18n';
import { Slots } from '@foyer/slots';
import { SETUP_GROUPS, type SetupPage, setupPages } from './setup-page.js';
import type { CollectionItem } from './section.js';
import { declaredResources, type Resource } from './resources/resource.js';

/** What a team can set up, in groups. */
@Injectable()
export class SetupPages implements OnModuleInit {
  constructor(private readonly slots: Slots) {}

  onModuleInit(): void {
    for (const resource of declaredResources()) this.slots.fill(setupPages, ...pageOf(resource));
  }

  all(): readonly SetupPage[] {
    return this.slots.of(setupPages);
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

const pageOf = ({ about: { page, words } }: Resource<CollectionItem>): [order: number, page: SetupPage] => {
  const { path, order, can, ...rest } = page;
  const shownTo = ({ ability }: Actor) => !can || holds(ability, ...can);
  return [
    order,
    { ...rest, shownTo, href: `/console/settings/${path}`, label: `${words}.title`, text: `${words}.lead` },
  ];
};
