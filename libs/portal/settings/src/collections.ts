import { randomUUIDv7 } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { type Actor, Conflict, NotFound } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { seal } from '@foyer/credentials';
import { demandSetup } from '@foyer/entitlements';
import { Database } from '@foyer/database';
import { FALLBACK_LOCALE } from '@foyer/i18n';
import { Slots } from '@foyer/slots';
import { Items } from './items.js';
import { isRows, type List, moved } from './lists.js';
import type { Mention } from './resources/fields.js';
import type { FindOptions, Offering, Option, Reference } from './resources/references.js';
import { isResource, resourceOf } from './resources/resource.js';
import { mustBeThere, mustHold, sealed, wellFormed } from './resources/resource-checks.js';
import { TypedSecrets } from './resources/typed-secrets.js';
import { type CollectionItem, MAX_ITEMS } from './section.js';
import { mayManage, Settings } from './settings.js';
import { Uses } from './uses.js';
import { mustBeAsOpened } from './version.js';

interface Need {
  code: string;
  values?: Record<string, string | number>;
  /** Where those are that need it. */
  href?: string;
}
/** Says who still needs the item, as a message with values; null when nobody does. */
export type StillNeeded = (id: string) => Promise<Need | null>;

/** Something is not removed as long as what `href` leads to needs it. */
export class Needed extends Conflict {
  readonly href: string | null;
  constructor({ code, values, href }: Need) {
    super(code, values);
    this.href = href ?? null;
  }
}
/** Throws unless the actor may make the second of the first; null where there is none. */
export type Restriction<Item> = (actor: Actor, before: Item | null, after: Item | null) => Promise<void>;

/** Adds to, changes and orders the lists that a tenant sets up. Reading comes from memory and costs no statement. */
@Injectable()
export class Collections {
  /** For pages of lists that have secrets. */
  readonly typedSecrets: TypedSecrets;
  private readonly needs = new Map<string, StillNeeded[]>();
  private readonly restrictions = new Map<string, Restriction<never>>();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly settings: Settings,
    private readonly items: Items,
    private readonly uses: Uses,
    private readonly slots: Slots,
  ) {
    this.typedSecrets = new TypedSecrets(config.secretKey);
  }

  /** Of a list kept as rows, the team's. The same array as long as nothing changes. */
  async all<Item extends CollectionItem>(list: List<Item>): Promise<readonly Item[]> {
    return isRows(list) ? this.items.all(list) : (await this.settings.get(list.section)).items;
  }

  async find<Item extends CollectionItem>(collection: List<Item>, id: string | null): Promise<Item | undefined> {
    return id === null ? undefined : (await this.all(collection)).find((item) => item.id === id);
  }

  /** What a field can refer to, in the reader's words. */
  async offered(to: Reference, locale: string, chosen: readonly string[] = []): Promise<readonly Option[]> {
    const list = resourceOf(to);
    if (!list) return this.optionsOf(to)(locale, chosen);
    return (await this.all(list)).map((item) => ({ value: item.id, label: list.about.title(item, locale) }));
  }

  private readonly offering: Offering = (to, chosen) => this.offered(to, FALLBACK_LOCALE, chosen);

  /** For what is no declared list: what it speaks of is there, or it spoke of it before. @throws InvalidField */
  async mustBeThere(control: string, mentions: readonly Mention[], before: readonly Mention[] = []): Promise<void> {
    await mustBeThere(control, mentions, before, this.offering);
  }

  private optionsOf(to: Reference): FindOptions {
    const [find] = this.slots.of(to);
    if (!find) throw new Error(`Nobody has filled the reference to ${to.name}`);
    return find;
  }

  /** Before an item is removed, `check` is asked whether somebody still needs it, beside what the settings say of it (`Uses`). */
  protect<Item extends CollectionItem>({ name }: List<Item>, check: StillNeeded): void {
    this.needs.set(name, [...(this.needs.get(name) ?? []), check]);
  }

  /** Before an item is added, changed or removed, `check` is asked whether the actor may do that. */
  restrict<Item extends CollectionItem>({ name }: List<Item>, check: Restriction<Item>): void {
    this.restrictions.set(name, check as Restriction<never>);
  }

  async add<Item extends CollectionItem>(actor: Actor, collection: List<Item>, item: Omit<Item, 'id'>): Promise<Item> {
    const id = randomUUIDv7();
    const { after } = await this.change(actor, collection, (items) => {
      if (!isRows(collection) && items.length >= MAX_ITEMS)
        throw new Conflict('settings.collection.full', { max: MAX_ITEMS });
      return [...items, this.itemOf(collection, { ...item, id } as Item, null, items)];
    });
    return after.at(-1)!;
  }

  /** @throws InvalidField · ChangedMeanwhile when the item is not the `version` any longer that somebody has been changing */
  async replace<Item extends CollectionItem>(
    actor: Actor,
    collection: List<Item>,
    id: string,
    item: Omit<Item, 'id'>,
    version?: string,
  ): Promise<void> {
    await this.change(actor, collection, (items) => {
      const before = items[known(items, id)]!;
      mustBeAsOpened(version, before, { ...item, id });
      const after = this.itemOf(collection, { ...item, id } as Item, before, items);
      return items.map((one) => (one === before ? after : one));
    });
  }

  /** @throws InUse when something else that is set up goes by it · Conflict when something else still needs it */
  async remove<Item extends CollectionItem>(actor: Actor, collection: List<Item>, id: string): Promise<void> {
    await this.database.write(async () => {
      await this.change(actor, collection, (items) => {
        known(items, id);
        if (items.length === 1 && isResource(collection) && collection.about.lastStays)
          throw new Conflict(collection.about.lastStays);
        return items.filter((one) => one.id !== id);
      });
      await this.uses.mustBeNone(id);
      for (const check of this.needs.get(collection.name) ?? []) {
        const need = await check(id);
        if (need) throw new Needed(need);
      }
    });
  }

  /** Moves an item by so many places; at an end it stays there. */
  async move<Item extends CollectionItem>(actor: Actor, collection: List<Item>, id: string, by: number): Promise<void> {
    mayManage(actor);
    await this.change(actor, collection, (items) => moved(items, items[known(items, id)]!, by));
  }

  /** For packs: what is there already takes what they say and keeps its id and place, the rest comes after what stays. */
  async bring<Item extends CollectionItem>(
    list: List<Item>,
    given: readonly Omit<Item, 'id'>[],
    isSame: (item: Item, given: Omit<Item, 'id'>) => boolean,
    stays: (item: Item) => boolean = () => true,
  ): Promise<Item[]> {
    const items = (await this.stored(list)).filter(stays);
    for (const each of given) {
      const index = items.findIndex((item) => isSame(item, each));
      if (index < 0) items.push({ ...each, id: randomUUIDv7() } as Item);
      else items[index] = { ...each, id: items[index]!.id } as Item;
    }
    if (given.length > 0) await this.apply(list, items);
    return items;
  }

  /** Sets the whole list, for packs. */
  async apply<Item extends CollectionItem>(list: List<Item>, items: Item[]): Promise<void> {
    await this.update(list, () => items, null);
  }

  /** The list as the enclosing write sees it. */
  async stored<Item extends CollectionItem>(list: List<Item>): Promise<Item[]> {
    return isRows(list) ? this.items.stored(list) : (await this.settings.stored(list.section)).items;
  }

  /** How many of its items this version cannot read. */
  async setAside<Item extends CollectionItem>(list: List<Item>): Promise<number> {
    const counts = isRows(list) ? this.items.setAside() : await this.settings.setAside();
    return counts.get(list.name) ?? 0;
  }

  private async change<Item extends CollectionItem>(
    actor: Actor,
    list: List<Item>,
    to: (items: Item[]) => Item[],
  ): Promise<{ after: readonly Item[] }> {
    const isRuled = isResource(list) && list.about.ruledByRestriction && this.restrictions.has(list.name);
    if (isRuled) demandSetup();
    else mayManage(actor);
    return this.database.write(async () => {
      const { before, after } = await this.update(list, to, actor.id);
      await this.check(actor, list, before, after);
      return { after };
    });
  }

  private async update<Item extends CollectionItem>(
    list: List<Item>,
    to: (items: Item[]) => Item[],
    actorId: string | null,
  ): Promise<{ before: readonly Item[]; after: readonly Item[] }> {
    if (isRows(list)) return this.items.update(list, null, to, actorId);
    let [before, after]: [Item[], Item[]] = [[], []];
    const change = ({ items }: { items: Item[] }) => {
      [before, after] = [items, to(items)];
      return { items: after };
    };
    await this.settings.update(list.section, change, actorId);
    return { before, after };
  }

  private async check<Item extends CollectionItem>(
    actor: Actor,
    list: List<Item>,
    before: readonly Item[],
    after: readonly Item[],
  ): Promise<void> {
    const restriction = this.restrictions.get(list.name) as Restriction<Item> | undefined;
    const were = new Map(before.map((item) => [item.id, item]));
    const are = new Map(after.map((item) => [item.id, item]));
    for (const id of new Set([...were.keys(), ...are.keys()])) {
      const [was, is] = [were.get(id) ?? null, are.get(id) ?? null];
      if (isDeepStrictEqual(was, is)) continue;
      const others = after.filter((one) => one.id !== id);
      if (is && isResource(list)) await mustHold(list, is, was, others, this.offering);
      await restriction?.(actor, was, is);
    }
  }

  /** As the list keeps it. @throws InvalidField */
  private itemOf<Item extends CollectionItem>(
    list: List<Item>,
    given: Item,
    before: Item | null,
    all: readonly Item[],
  ): Item {
    if (!isResource(list)) return given;
    const to = (purpose: string, said: string) => seal(this.config.secretKey, purpose, said);
    const item = sealed(list, wellFormed(list.about.schema, given), before, to);
    const others = all.filter(({ id }) => id !== item.id);
    return list.about.derive?.(item, before, others) ?? item;
  }
}

function known(items: CollectionItem[], id: string): number {
  const index = items.findIndex((item) => item.id === id);
  if (index < 0) throw new NotFound();
  return index;
}
