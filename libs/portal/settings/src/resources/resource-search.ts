import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Actor, holds } from '@foyer/access';
import { begins } from '@foyer/i18n';
import { Slots } from '@foyer/slots';
import type { Visit } from '@foyer/web';
import { Collections } from '../collections.js';
import { consoleSearch, type Found } from '../console-search.js';
import type { CollectionItem } from '../section.js';
import { Features } from '../features.js';
import { Settings } from '../settings.js';
import { valueAt } from './fields.js';
import { declaredResources, type Resource } from './resource.js';

const MOST = 8;

/** Finds what the team has set up by its name and by what its lines of text say. From memory: it costs no statement. */
@Injectable()
export class ResourceSearch implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly collections: Collections,
    private readonly features: Features,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.slots.fill(consoleSearch, 60, {
      label: 'settings.nav',
      find: (actor, words, visit) => this.find(actor, words, visit),
    });
  }

  private async find(actor: Actor, words: string, visit: Visit): Promise<Found[]> {
    if (words === '' || !holds(actor.ability, 'manage', 'Settings')) return [];
    const chosen = await this.settings.get('features');
    const found: Found[] = [];
    for (const resource of declaredResources()) {
      const { page, title, words: called } = resource.about;
      if (page.feature && !this.features.isOn(page.feature, chosen)) continue;
      if (page.can && !holds(actor.ability, ...page.can)) continue;
      for (const item of await this.collections.all(resource)) {
        const name = title(item, visit.locale);
        const href = `/console/settings/${page.path}/${item.id}`;
        if (begins(name, words) || says(resource, item, words))
          found.push({ title: name, text: visit.t(`${called}.title`), href, icon: page.icon });
        if (found.length === MOST) return found;
      }
    }
    return found;
  }
}

const says = ({ about }: Resource<CollectionItem>, item: CollectionItem, words: string): boolean =>
  about.leaves
    .filter(({ field: { form } }) => form?.kind === 'text' && !form.numeric)
    .some(({ path }) => [valueAt(item, path) ?? []].flat().some((said) => begins(String(said), words)));
