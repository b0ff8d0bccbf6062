import { Get, Res, type Type } from '@nestjs/common';
import type { Response } from 'express';
import type { z } from 'zod';
import { messages } from '@foyer/i18n';
import {
  Ask,
  type Asked,
  Can,
  ConsoleController,
  Feature,
  type FormState,
  sendSpreadsheet,
  type Visit,
} from '@foyer/web';
import { Collections } from '../collections.js';
import type { CollectionItem } from '../section.js';
import type { CollectionRow } from '../lists.js';
import { CollectionController } from '../team/collection.controller.js';
import type { Typed } from '../typed-rows.js';
import { translationViews } from '../translated.js';
import { type Leaf, valueAt } from './fields.js';
import { cell, type Offered, resourceSpreadsheet } from './resource-spreadsheet.js';
import { askedOf, controlsOf, formOf, itemFrom, type ResourceInput, valuesOf } from './resource-form.js';
import type { Resource } from './resource.js';

/**
 * The pages of a resource. A subclass says what its fields cannot: the rows of a rule, a list that shows how something is
 * doing. The template of its own gets `controls` by name, and `rest`: those it has not placed itself.
 */
export abstract class ResourceController<Item extends CollectionItem> extends CollectionController<
  Item,
  ResourceInput
> {
  protected abstract override readonly collection: Resource<Item>;
  protected readonly template: string = 'settings/team/resource';
  /** Controls that the template has places for. */
  protected readonly placed: readonly string[] = [];

  protected get path(): string {
    return `/console/settings/${this.collection.about.page.path}`;
  }
  protected get words(): string {
    return this.collection.about.words;
  }
  protected override get ordered(): boolean {
    return this.collection.about.ordered ?? true;
  }
  protected get form(): z.ZodType<ResourceInput> {
    return formOf(this.collection);
  }

  protected row(visit: Visit, item: Item): CollectionRow | Promise<CollectionRow> {
    return this.declaredRow(visit, item);
  }

  private async declaredRow(visit: Visit, item: Item): Promise<CollectionRow> {
    const { title, row, leaves } = this.collection.about;
    const say = { locale: visit.locale, region: visit.region, t: visit.t.bind(visit) };
    const said = row?.(item, say) ?? {};
    const listed: (string | null | undefined)[] = [said.text];
    for (const leaf of leaves.filter(({ field }) => field.listed)) {
      const value = valueAt(item, leaf.path);
      const offered = leaf.field.refersTo ? await this.offered(visit, leaf, [value ?? []].flat() as string[]) : [];
      const shown = cell(visit, leaf, value, offered);
      listed.push(shown ? `${visit.t(this.collection.about.label(leaf))}: ${String(shown)}` : null);
    }
    return {
      title: title(item, visit.locale),
      enabled: 'enabled' in item ? Boolean(item.enabled) : null,
      ...said,
      text: listed.filter(Boolean).join(' · ') || null,
    };
  }

  protected values(_visit: Visit, item: Item | null): Typed {
    return valuesOf(this.collection, item);
  }

  protected made(
    input: ResourceInput,
    before: Item | null,
    _visit: Visit,
  ): Omit<Item, 'id'> | Promise<Omit<Item, 'id'>> {
    return itemFrom(this.collection, input, before);
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: Item | null) {
    const { about } = this.collection;
    const lead = `${this.words}.page-lead`;
    const controls = await controlsOf(this.collection, visit, form, item, (leaf, chosen) =>
      this.offered(visit, leaf, chosen),
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

  protected override async listView(visit: Visit) {
    return { ...(await super.listView(visit)), table: `${this.path}/export` };
  }

  /** The whole list as a table, for people who keep it elsewhere or compare two portals. */
  @Get('export')
  async export(@Ask() { visit }: Asked, @Res() res: Response) {
    const { about, name } = this.collection;
    const offered: Offered = new Map();
    for (const leaf of askedOf(about)) if (leaf.field.refersTo) offered.set(leaf, await this.offered(visit, leaf, []));
    const lines = [];
    for (const item of await this.collections.all(this.collection))
      lines.push({ item, row: await this.row(visit, item) });
    sendSpreadsheet(res, name, resourceSpreadsheet(about, visit, lines, offered));
  }

  private offered(visit: Visit, { field }: Leaf, chosen: string[]) {
    return this.collections.offered(field.refersTo!, visit.locale, chosen);
  }
}

/** The pages of a resource whose fields say all there is. */
export function settingsPage<Item extends CollectionItem>(resource: Resource<Item>): Type {
  const { path, feature } = resource.about.page;
  class ResourcePage extends ResourceController<Item> {
    protected readonly collection = resource;
    constructor(collections: Collections) {
      super(collections);
    }
  }
  Reflect.defineMetadata('design:paramtypes', [Collections], ResourcePage);
  Can('manage', 'Settings')(ResourcePage);
  ConsoleController(`settings/${path}`)(ResourcePage);
  if (feature) Feature(feature)(ResourcePage);
  return ResourcePage;
}
