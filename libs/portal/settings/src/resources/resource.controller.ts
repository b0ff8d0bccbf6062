import { Get, Post, Res, type Type } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import { Conflict, NotFound } from '@foyer/access';
import { messages } from '@foyer/i18n';
import {
  Ask,
  type Asked,
  ConsoleController,
  type FormState,
  id,
  seeOther,
  sendSpreadsheet,
  show,
  spreadsheet,
  View,
  type Visit,
} from '@foyer/web';
import { Collections, Needed } from '../collections.js';
import type { CollectionItem } from '../section.js';
import type { CollectionRow } from '../lists.js';
import { reshaped, type Typed } from '../typed-rows.js';
import { translationViews } from '../translated.js';
import { InUse, useLinks } from '../uses.js';
import { saveOpened, VERSION, versionOf } from '../version.js';
import { valueAt } from './fields.js';
import { asDifferent, changesOf } from './resource-change.js';
import { controlsOf, formOf, itemFrom, type ResourceInput, valuesOf } from './resource-form.js';
import { type Offered, rowOf, tableOf } from './resource-rows.js';
import type { Resource } from './resource.js';

/** What a new row of a part of the form holds, from what was chosen for it. */
export type FirstRows = Record<string, (chosen: string) => Record<string, string> | null>;
const onItem = { params: { item: id } };

/**
 * The pages of a list that the team sets up: list, new, edit, order, switch, remove, table. A subclass carries
 * `@SettingsPage` and says what its fields cannot: the rows of a rule, a list
 * that shows how something is doing. A template of its own gets `form`, `item` (`{ id }` or null), `version`, `controls` by name, and
 * `rest`: those it has not placed itself.
 */
export abstract class ResourceController<Item extends CollectionItem> {
  protected abstract readonly collection: Resource<Item>;
  protected readonly template: string = 'settings/team/resource';
  /** Controls that the template has places for. */
  protected readonly placed: readonly string[] = [];
  /** By the name of a part made by hand, the control at which the page says what is wrong with it. */
  protected readonly begins: Readonly<Record<string, string>> = {};

  constructor(protected readonly collections: Collections) {}

  /** Of the list: `/console/settings/…`. */
  protected get path(): string {
    return `/console/settings/${this.collection.about.page.path}`;
  }
  protected get words(): string {
    return this.collection.about.words;
  }
  protected get form(): z.ZodType<ResourceInput> {
    return formOf(this.collection);
  }

  protected row(visit: Visit, item: Item): CollectionRow | Promise<CollectionRow> {
    return rowOf(this.collection, visit, item, this.offered(visit));
  }
  /** What the form holds for an item, or for a new one. */
  protected values(_visit: Visit, item: Item | null): Typed {
    return valuesOf(this.collection, item);
  }
  /** @throws InvalidField for what only the whole can know */
  protected made(
    input: ResourceInput,
    before: Item | null,
    _visit: Visit,
  ): Omit<Item, 'id'> | Promise<Omit<Item, 'id'>> {
    return itemFrom(this.collection, input, before);
  }
  /** Of a form with rows, such as conditions, actions, holidays. A button asks for one more or less and gets the page back as it was typed. */
  protected firstRows(_visit: Visit): FirstRows | null | Promise<FirstRows> {
    return null;
  }
  /** What the page offers beside what was typed. */
  protected async choices(visit: Visit, form: FormState<unknown>, item: Item | null) {
    const { about } = this.collection;
    const lead = `${this.words}.page-lead`;
    const controls = await controlsOf(
      ...([this.collection, visit, form, item, this.offered(visit), this.along(visit, item)] as const),
    );
    return {
      ...(item && { heading: about.title(item, visit.locale) }),
      lead: messages.has(visit.locale, lead) ? visit.t(lead) : null,
      controls: Object.fromEntries(controls.map((control) => [control.name, control])),
      /** For the summary of what is wrong; a page with parts made by hand adds theirs. */
      fields: controls as readonly { name: string; label: string }[],
      rest: controls.filter(({ name }) => !this.placed.includes(name)),
      translations: translationViews(visit, about.texts),
    };
  }

  @Get()
  @View('settings/team/collection')
  async list(@Ask() { visit }: Asked) {
    return this.listView(visit);
  }

  @Get('new')
  async blank(@Ask() { visit }: Asked) {
    return this.page(visit, null, visit.form(this.values(visit, null)));
  }

  @Get('export')
  async export(@Ask() { visit }: Asked, @Res() res: Response) {
    const listed: [Item, CollectionRow][] = [];
    for (const item of await this.collections.all(this.collection)) listed.push([item, await this.row(visit, item)]);
    const { columns, lines } = await tableOf(this.collection, visit, listed, this.offered(visit));
    sendSpreadsheet(res, this.collection.name, spreadsheet(visit, columns, lines));
  }

  @Post()
  async create(@Ask() { visit, actor }: Asked) {
    const typed = await this.askedForRows(visit);
    if (typed) return this.page(visit, null, visit.form(typed));
    const form = visit.posted(this.form);
    const said = this.collections.typedSecrets.said(visit, this.collection as never, null);
    // What there is already may stay; something new needs its secrets, whatever else is wrong.
    for (const { control, field } of this.collection.about.leaves)
      if (field.sealedFor && !field.later && !said[control]) form.fail(control, 'web.form.required');
    await form.attempt(async (input) =>
      this.collections.add(actor, this.collection, await this.made({ ...input, ...said }, null, visit)),
    );
    return form.failed ? this.page(visit, null, form) : seeOther(this.path, 'settings.collection.added');
  }

  @Get(':item')
  async edit(@Ask(onItem) { visit, item: id }: Asked<typeof onItem>) {
    const item = await this.known(id);
    return this.page(visit, item, visit.form(this.values(visit, item)));
  }

  @Post(':item')
  async save(@Ask(onItem) { visit, actor, item: id }: Asked<typeof onItem>) {
    const item = await this.known(id);
    const typed = await this.askedForRows(visit);
    if (typed) return this.page(visit, item, visit.form(typed));
    const form = visit.posted(this.form);
    await saveOpened(
      form,
      async (input, version) => {
        const said = this.collections.typedSecrets.said(visit, this.collection as never, id);
        const made = await this.made({ ...input, ...said }, item, visit);
        await this.collections.replace(actor, this.collection, id, made, version);
      },
      (wanted, stored) => this.different(visit, wanted as Item, stored as Item),
    );
    return form.failed ? this.page(visit, item, form) : seeOther(this.path, 'settings.saved');
  }

  @Post(':item/removal')
  @View('settings/team/collection')
  async remove(@Ask(onItem) { visit, actor, item: id }: Asked<typeof onItem>) {
    return this.unlessNeeded(visit, async () => {
      await this.collections.remove(actor, this.collection, id);
      return seeOther(this.path, 'settings.collection.removed');
    });
  }

  /** Says with the list what keeps an item from going, and leads there. */
  protected async unlessNeeded<T>(visit: Visit, verb: () => Promise<T>) {
    try {
      return await verb();
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      const why =
        error instanceof InUse
          ? { uses: useLinks(error.uses, visit.locale) }
          : { problem: visit.t(error.code, error.values), problemHref: error instanceof Needed ? error.href : null };
      return show('settings/team/collection', { ...(await this.listView(visit)), ...why }, 422);
    }
  }

  @Post(':item/up')
  async up(@Ask(onItem) { actor, item: id }: Asked<typeof onItem>) {
    await this.collections.move(actor, this.collection, id, -1);
    return seeOther(this.path);
  }

  @Post(':item/down')
  async down(@Ask(onItem) { actor, item: id }: Asked<typeof onItem>) {
    await this.collections.move(actor, this.collection, id, 1);
    return seeOther(this.path);
  }

  /** Switches an item that has `enabled` on or off. */
  @Post(':item/switch')
  async switch(@Ask(onItem) { actor, item: id }: Asked<typeof onItem>) {
    const item = await this.known(id);
    if (!('enabled' in item)) throw new NotFound();
    await this.collections.replace(actor, this.collection, id, { ...item, enabled: !item.enabled } as Omit<Item, 'id'>);
    return seeOther(this.path);
  }

  /** What is stored now, field by field, where it is not what was to be; what parts made by hand do is one sentence. */
  private async different(visit: Visit, wanted: Item, stored: Item) {
    const { about } = this.collection;
    const kept = about.leaves.filter(({ control, field }) => field.sealedFor && !valueAt(wanted, [control]));
    const mine = { ...wanted, ...Object.fromEntries(kept.map(({ control }) => [control, valueAt(stored, [control])])) };
    const changes = await changesOf(about, mine, stored, visit, this.offered(visit));
    const [one, other] = [await this.row(visit, mine), await this.row(visit, stored)];
    const parts = about.leaves.filter(({ field }) => field.form === null).map(({ control }) => control);
    const wordless = changes.filter(({ control, to }) => to === null && parts.includes(control));
    const summary = other.text && one.text !== other.text && wordless.length > 0;
    return [
      ...changes.filter((change) => !summary || !wordless.includes(change)).map((change) => asDifferent(visit, change)),
      ...(summary ? [{ label: visit.t('settings.resource.summary'), text: other.text! }] : []),
    ];
  }

  private along(visit: Visit, item: Item | null): Record<string, string> {
    return this.collections.typedSecrets.along(visit, this.collection as never, item?.id ?? null);
  }

  private async askedForRows(visit: Visit): Promise<Typed | null> {
    const first = await this.firstRows(visit);
    return first && reshaped(visit.posted(z.looseObject({})).values, first);
  }

  protected async known(id: string): Promise<Item> {
    const item = await this.collections.find(this.collection, id);
    if (!item) throw new NotFound();
    return item;
  }

  protected async listView(visit: Visit): Promise<object> {
    const items = await this.collections.all(this.collection);
    const rows = await Promise.all(items.map((item) => this.row(visit, item)));
    const word = (key: string) => visit.t(`${this.words}.${key}`);
    return {
      heading: word('title'),
      lead: word('lead'),
      add: { href: `${this.path}/new`, label: word('add') },
      empty: { heading: word('empty'), text: word('empty-text') },
      removeText: word('remove-text'),
      ordered: this.collection.about.ordered ?? true,
      problem: await this.unread(visit),
      table: `${this.path}/export`,
      items: rows.map((row, index) => ({
        text: null,
        badge: null,
        enabled: null,
        ...row,
        href: `${this.path}/${items[index]!.id}`,
        first: index === 0,
        last: index === rows.length - 1,
      })),
    };
  }

  private async unread(visit: Visit): Promise<string | null> {
    const count = await this.collections.setAside(this.collection);
    return count > 0 ? visit.t('settings.collection.aside', { count }) : null;
  }

  protected async page(visit: Visit, item: Item | null, form: FormState<unknown>) {
    for (const [part, control] of Object.entries(this.begins)) {
      const wrong = form.errors[part];
      if (wrong === undefined) continue;
      delete form.errors[part];
      form.errors[control] ??= wrong;
    }
    return show(this.template, await this.view(visit, item, form));
  }

  protected async view(visit: Visit, item: Item | null, form: FormState<unknown>) {
    const own = {
      form,
      item: item && { id: item.id },
      version: item && (form.values[VERSION] ?? versionOf(item)),
      heading: visit.t(`${this.words}.${item ? 'title' : 'new'}`),
      action: item ? `${this.path}/${item.id}` : this.path,
      back: { href: this.path, label: visit.t(`${this.words}.title`) },
    };
    return { ...own, ...(await this.choices(visit, form, item)) };
  }

  private offered(visit: Visit): Offered {
    return ({ field }, chosen) => this.collections.offered(field.refersTo!, visit.locale, chosen);
  }
}

/** On the pages of a list: where they are, for whom, and of which section, as it is declared. */
export function SettingsPage<Item extends CollectionItem>({ about: { page } }: Resource<Item>): ClassDecorator {
  const { path, feature, can = ['manage', 'Settings'] } = page;
  return ConsoleController(`settings/${path}`, { can, ...(feature && { feature }) });
}

/** The pages of a resource whose fields say all there is. */
export function settingsPage<Item extends CollectionItem>(resource: Resource<Item>): Type {
  class ResourcePage extends ResourceController<Item> {
    protected readonly collection = resource;
    constructor(collections: Collections) {
      super(collections);
    }
  }
  Reflect.defineMetadata('design:paramtypes', [Collections], ResourcePage);
  SettingsPage(resource)(ResourcePage);
  return ResourcePage;
}
