import { Injectable } from '@nestjs/common';
import type { FormState, Visit } from '@foyer/web';
import { type Connection, isForTeam } from './connection-book.js';
import { isSetUp } from './connections.js';
import { GroupRows } from './group-rows.js';
import { addressesOf, attemptsPathOf } from './paths.js';

/** Controls that the page places by itself. */
export const PLACED = [
  ...['emailAttribute', 'nameAttribute', 'groupsAttribute', 'trustsAddresses', 'makesAccounts', 'groupsRule'],
  ...['countsAsSecondFactor', 'enforced', 'keeperId', 'enabled', 'blocked'],
];

type Shown = (visit: Visit, connection: Connection) => Promise<object>;

/** What the page of a connection has beside the controls of its fields: the groups with their roles, and what its provider asks for. */
@Injectable()
export class ConnectionForm {
  private readonly shown = new Map<string, Shown>();

  constructor(readonly rows: GroupRows) {}

  /** What the page of one kind shows beside. */
  show(kind: string, more: Shown): void {
    this.shown.set(kind, more);
  }

  /** Of an item that is there: new ones have no address yet, and no groups. */
  async view(visit: Visit, form: FormState<unknown>, connection: Connection | null) {
    const isReady = connection !== null && isSetUp(connection.kind, connection);
    const hasRoles = isReady && (connection.companyId !== null || isForTeam(connection));
    return {
      ...(await this.rows.view(visit, form, hasRoles ? connection.companyId : undefined)),
      ...{ hasRoles, isReady },
      addresses: connection && addressesOf(connection).map(([label, address]) => ({ label: visit.t(label), address })),
      certificates: (connection && (await this.shown.get(connection.kind)?.(visit, connection))) ?? null,
      tryHref: connection && `/sign-in/with/${connection.id}?trial=1`,
      attemptsHref: connection && attemptsPathOf(visit.actor, connection),
    };
  }
}
