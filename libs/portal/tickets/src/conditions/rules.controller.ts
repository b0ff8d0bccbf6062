import { type CollectionItem, type Collections, RowsController } from '@foyer/settings';
import type { Visit } from '@foyer/web';
import type { RuleChoices, RuleOptions } from './rule-choices.js';

/** Pages of a list of rules: everything they speak of is read once a request. */
export abstract class RulesController<Item extends CollectionItem, Input> extends RowsController<Item, Input> {
  private readonly read = new WeakMap<Visit, Promise<RuleChoices>>();

  constructor(
    collections: Collections,
    private readonly options: RuleOptions,
  ) {
    super(collections);
  }

  protected all(visit: Visit): Promise<RuleChoices> {
    let found = this.read.get(visit);
    if (!found) this.read.set(visit, (found = this.options.all(visit)));
    return found;
  }
}
