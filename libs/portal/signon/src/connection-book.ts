import { Injectable } from '@nestjs/common';
import { Collections } from '@foyer/settings';
import { connectionKinds, type ConnectionItem, isSetUp } from './connections.js';

/** A connection with the name of its kind. */
export type Connection = ConnectionItem & { kind: string };
/** Whose a connection or a domain is: a company's, or (null) the operator's. */
export type Owner = string | null;

export const isOn = (one: Connection): boolean => one.enabled && !one.blocked && isSetUp(one.kind, one);
export const isForTeam = ({ audience }: Pick<ConnectionItem, 'audience'>): boolean => audience !== 'customers';
export const isForCustomers = ({ audience }: Pick<ConnectionItem, 'audience'>): boolean => audience !== 'team';

/** All connections of a tenant, whatever they speak. From memory. */
@Injectable()
export class ConnectionBook {
  constructor(private readonly collections: Collections) {}

  async all(): Promise<Connection[]> {
    const found: Connection[] = [];
    for (const [kind, list] of connectionKinds())
      for (const item of await this.collections.all(list)) found.push({ ...item, kind });
    return found;
  }

  /** Null also where there is one that is switched off. */
  async open(id: string): Promise<Connection | null> {
    return (await this.all()).find((one) => one.id === id && isOn(one)) ?? null;
  }

  async find(id: string): Promise<Connection | null> {
    return (await this.all()).find((one) => one.id === id) ?? null;
  }

  /** Those of the operator that anybody may try, for buttons on the pages where people sign in. */
  async offered(side: 'portal' | 'console'): Promise<Connection[]> {
    const fits = side === 'console' ? isForTeam : isForCustomers;
    return (await this.all()).filter((one) => isOn(one) && one.companyId === null && fits(one));
  }

  async of(owner: Owner): Promise<Connection[]> {
    return (await this.all()).filter(({ companyId }) => companyId === owner);
  }
}
