import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Actor, InvalidField, NotFound } from '@foyer/access';
import { ALPHABETICAL, Database, rows, sql, type Sql, table, verbatim } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { LOCALES } from '@foyer/i18n';
import {
  declareReference,
  type ItemChange,
  type Localized,
  localized,
  mayManage,
  type Said,
  SettingsChanged,
  Uses,
} from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { sent } from './sent-requests.js';
import { TicketCategory } from './ticket-category.entity.js';

/** A category with what it is called in every language of the portal, as statements select it. */
export interface SaidCategory extends Localized {
  id: string;
  name: string;
}
export interface CategoryRow extends SaidCategory {
  tickets: number;
  archived: boolean;
}

/** Of its name, in every language. */
export const CATEGORY_NAME_MAX = 80;

/** Its texts as a form gives them: `textsFrom`. */
export interface CategoryTexts {
  name: string;
  translations: Record<string, Said>;
}

/** The columns of a `SaidCategory` as JSON; null where an outer join found none. */
export const saidCategory = (alias: string): Sql =>
  sql`case when ${verbatim(`${alias}.id`)} is not null then json_build_object('id', ${verbatim(`${alias}.id`)}, 'name', ${verbatim(`${alias}.name`)}, 'translations', ${verbatim(`${alias}.translations`)}) end`;

export const categoryName = (category: SaidCategory, locale: string): string => localized(category, 'name', locale);

/** What a ticket is about; one that is put away is not offered. */
export const categoryReference = declareReference('categories');

/** As a select offers them. */
export const categoryOptions = (categories: readonly SaidCategory[], locale: string) =>
  categories.map((category) => ({ value: category.id, label: categoryName(category, locale) }));

/** What tickets can be about, in the operator's order. */
@Injectable()
export class Categories implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly uses: Uses,
    private readonly slots: Slots,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.slots.fill(categoryReference, 10, async (locale) => categoryOptions(await this.all(), locale));
  }

  /** Those offered for new tickets. */
  all(): Promise<SaidCategory[]> {
    return this.database.read((em) =>
      rows<SaidCategory>(
        em,
        sql`select id, name, translations from ${table('ticket_category')} where archived_at is null order by position, name ${ALPHABETICAL} limit 200`,
      ),
    );
  }

  /** All of them, with how many tickets each has; those put away come last. */
  async listed(): Promise<CategoryRow[]> {
    const tickets = await sent(this.slots).byCategory();
    const all = await this.database.read((em) =>
      rows<Omit<CategoryRow, 'tickets'>>(
        em,
        sql`select id, name, translations, archived_at is not null as archived
              from ${table('ticket_category')} order by archived_at is not null, position, name ${ALPHABETICAL} limit 500`,
      ),
    );
    return all.map((category) => ({ ...category, tickets: tickets.get(category.id) ?? 0 }));
  }

  async add(actor: Actor, texts: CategoryTexts): Promise<string> {
    mayManage(actor);
    mustBeSpoken(texts);
    return this.database.write(async (em) => {
      await this.checkName(texts.name, null);
      const [{ position }] = (await rows<{ position: number }>(
        em,
        sql`select coalesce(max(position), 0)::int + 1 as position from ${table('ticket_category')}`,
      )) as [{ position: number }];
      const category = Object.assign(new TicketCategory(), { ...texts, position, changedBy: actor.id });
      em.persist(category);
      await em.flush();
      await this.told(actor, { id: category.id, verb: 'added' });
      return category.id;
    });
  }

  async rename(actor: Actor, id: string, texts: CategoryTexts): Promise<void> {
    await this.change(actor, id, 'changed', async (category) => {
      mustBeSpoken(texts, category);
      await this.checkName(texts.name, id);
      Object.assign(category, texts);
    });
  }

  /** New tickets are no longer given to it; those that have it keep it. @throws InUse */
  async archive(actor: Actor, id: string): Promise<void> {
    await this.change(actor, id, 'archived', async (category) => {
      await this.uses.mustBeNone(id);
      category.archivedAt = new Date();
    });
  }

  async restore(actor: Actor, id: string): Promise<void> {
    await this.change(actor, id, 'restored', (category) => void (category.archivedAt = null));
  }

  async move(actor: Actor, id: string, by: number): Promise<void> {
    await this.change(actor, id, 'moved', async () => {
      const ids = (await this.all()).map((one) => one.id);
      const from = ids.indexOf(id);
      const to = Math.max(0, Math.min(ids.length - 1, from + by));
      if (from < 0 || from === to) return;
      ids.splice(to, 0, ...ids.splice(from, 1));
      await this.database.write((em) =>
        rows(
          em,
          sql`update ${table('ticket_category')} c set position = o.place
                from unnest(${ids}::uuid[]) with ordinality o (id, place) where o.id = c.id`,
        ),
      );
    });
  }

  /** Its tickets go to another category. @throws InUse · InvalidField when it has tickets and none is named */
  async remove(actor: Actor, id: string, to: string | null): Promise<void> {
    await this.change(actor, id, 'removed', async () => {
      await this.uses.mustBeNone(id);
      await this.database.write(async (em) => {
        const target = to && to !== id ? await em.findOne(TicketCategory, { id: to, archivedAt: null }) : null;
        if (to && !target) throw new InvalidField('to', 'web.form.choice');
        if (!target && (await sent(this.slots).byCategory()).has(id))
          throw new InvalidField('to', 'requests.setup.categories.say-where');
        await sent(this.slots).refile(id, to);
        await em.nativeDelete(TicketCategory, { id });
      });
    });
  }

  /** Nobody else changes it until the enclosing write is over. */
  async hold(id: string): Promise<void> {
    await this.database.write((em) =>
      rows(em, sql`select 1 from ${table('ticket_category')} where id = ${id} for update`),
    );
  }

  private async change(
    actor: Actor,
    id: string,
    verb: ItemChange['verb'] | 'moved',
    change: (category: TicketCategory) => unknown,
  ): Promise<void> {
    mayManage(actor);
    await this.database.write(async (em) => {
      await this.hold(id);
      const category = await em.findOne(TicketCategory, { id });
      if (!category) throw new NotFound();
      await change(category);
      category.changedBy = actor.id;
      await em.flush();
      await this.told(actor, ...(verb === 'moved' ? [] : [{ id, verb }]));
    });
  }

  private async told(actor: Actor, ...items: ItemChange[]): Promise<void> {
    await this.outbox.publish(new SettingsChanged('ticket-categories', ['items'], actor.id, items), { by: actor });
  }

  private async checkName(name: string, except: string | null): Promise<void> {
    const [taken] = await this.database.write((em) =>
      rows(
        em,
        sql`select 1 from ${table('ticket_category')} where lower(name) = lower(${name}) and id is distinct from ${except}::uuid`,
      ),
    );
    if (taken) throw new InvalidField('name', 'requests.setup.taken');
  }
}

/** Into languages that there are; one that was there before may stay. */
function mustBeSpoken({ translations }: CategoryTexts, before?: TicketCategory): void {
  const known = new Set<string>([...LOCALES, ...Object.keys(before?.translations ?? {})]);
  if (!Object.keys(translations).every((locale) => known.has(locale)))
    throw new InvalidField('translations', 'settings.resource.language');
}
