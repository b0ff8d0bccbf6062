import { Injectable } from '@nestjs/common';
import { StillUsed } from '@foyer/access';
import { translate } from '@foyer/i18n';
import type { ItemList } from './items.js';
import { type Declared, declaredResources } from './resources/resource.js';
import type { CollectionItem, Section } from './section.js';
import { type Mention, Settings } from './settings.js';

/** A section whose items do something with what they mention, and would do nothing once that is gone. */
export interface UsePlace<Item> {
  /** Message: what its items are called together. */
  kind: string;
  name: (item: Item, locale: string) => string;
  /** Where one is changed. Null: it concerns one person alone and keeps nobody from anything. */
  page: (item: Item) => string | null;
  /** Whether an item that mentions the id also depends on it. Without it, all do. */
  goesBy?: (item: Item, id: string) => boolean;
}
export interface Use {
  kind: string;
  href: string;
  name: (locale: string) => string;
}

/** Something is not removed, as settings would go by what is gone: `uses` says which. */
export class InUse extends StillUsed {
  constructor(readonly uses: readonly Use[]) {
    super('settings.uses.heading');
  }

  named(locale: string): string[] {
    return this.uses.map(({ kind, name }) => `${translate(locale, kind)}: ${name(locale)}`);
  }
}

/** What in the settings goes by a category, a field, a group, a person …: so that nothing is taken from under a rule. */
@Injectable()
export class Uses {
  private readonly places = new Map<string, UsePlace<unknown>>();

  constructor(private readonly settings: Settings) {}

  add<Item extends object>(
    section: Section<{ items: Item[] } | Item> | ItemList<Item & { id: string }>,
    place: UsePlace<Item>,
  ): void {
    this.places.set(section.name, place as UsePlace<unknown>);
  }

  /** As the enclosing write sees it, in the order of the lists. */
  async of(id: string): Promise<Use[]> {
    return (await this.settings.mentions([id])).flatMap((mention) => this.use(mention));
  }

  /** @throws InUse */
  async mustBeNone(id: string): Promise<void> {
    const uses = await this.of(id);
    if (uses.length > 0) throw new InUse(uses);
  }

  private use({ id, section, by }: Mention): Use[] {
    const place = this.places.get(section) ?? placeOf(section);
    const href = place?.page(by) ?? null;
    if (!place || href === null || place.goesBy?.(by, id) === false) return [];
    return [{ kind: place.kind, href, name: (locale) => place.name(by, locale) }];
  }
}

/** Of a declared list, as it says itself. */
function placeOf(name: string): UsePlace<unknown> | undefined {
  const { about } = [...declaredResources()].find((resource) => resource.name === name) ?? {};
  const { goesBy } = about ?? {};
  return (
    goesBy && {
      kind: `${about!.words}.title`,
      name: (item, locale) => about!.title(item as CollectionItem, locale),
      page: (item) => useBy({ about: about! }, item as CollectionItem).href,
      goesBy: (item, id) => goesBy(item as CollectionItem, id),
    }
  );
}

/** What an item of a declared list keeps from going. */
export const useBy = <Item extends CollectionItem>({ about }: Declared<Item>, item: Item): Use => ({
  kind: `${about.words}.title`,
  href: `/console/settings/${about.page.path}/${item.id}`,
  name: (locale) => about.title(item, locale),
});

/** As `settings/team/uses` shows them to those who set up the portal. */
export const useLinks = (uses: readonly Use[], locale: string) =>
  uses.map(({ kind, href, name }) => ({ name: name(locale), kind: translate(locale, kind), href }));
