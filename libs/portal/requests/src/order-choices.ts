import { Injectable } from '@nestjs/common';
import type { PortalActor } from '@foyer/identity';

export type FindOrders = (actor: PortalActor) => Promise<{ value: string; label: string }[]>;

/** The slot that knows a customer's orders, for fields that ask for one. Empty, the reference is typed. */
@Injectable()
export class OrderChoices {
  private finder: FindOrders = () => Promise.resolve([]);

  fill(find: FindOrders): void {
    this.finder = find;
  }

  find: FindOrders = (actor) => this.finder(actor);
}
