import { Param, ParseUUIDPipe, Post, Req } from '@nestjs/common';
import type { Actor } from '@foyer/access';
import { CurrentActor, CurrentVisit, type FoyerRequest, type Visit } from '@foyer/web';
import type { Collections } from '../collections.js';
import type { CollectionItem } from '../section.js';
import { reshaped, type Typed } from '../typed-rows.js';
import { CollectionController } from './collection.controller.js';

/** What a new row of a part of the form holds, from what was chosen for it. */
export type FirstRows = Record<string, (chosen: string) => Record<string, string> | null>;

/**
 * Pages of a list whose items hold rows: conditions, actions, holidays. A button asks for a row more or less and gets the
 * page back as it was typed; nothing is saved by that.
 */
export abstract class RowsController<Item extends CollectionItem, Input> extends CollectionController<Item, Input> {
  constructor(collections: Collections) {
    super(collections);
  }

  protected abstract firstRows(visit: Visit): FirstRows | Promise<FirstRows>;

  @Post()
  override async create(@CurrentVisit() visit: Visit, @CurrentActor() actor: Actor, @Req() req: FoyerRequest) {
    const typed = await this.asked(visit, req);
    return typed ? this.page(visit, null, visit.form(typed)) : super.create(visit, actor, req);
  }

  @Post(':item')
  override async save(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: Actor,
    @Param('item', ParseUUIDPipe) id: string,
    @Req() req: FoyerRequest,
  ) {
    const typed = await this.asked(visit, req);
    return typed ? this.page(visit, await this.known(id), visit.form(typed)) : super.save(visit, actor, id, req);
  }

  private async asked(visit: Visit, req: FoyerRequest): Promise<Typed | null> {
    const { _csrf, ...typed } = (req.body ?? {}) as Typed;
    return reshaped(typed, await this.firstRows(visit));
  }
}
