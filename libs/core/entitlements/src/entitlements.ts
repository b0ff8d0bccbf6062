import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Database } from '@foyer/database';
import { currentTenant } from '@foyer/tenancy';
import type { Feature, Limit } from './names.js';
import { LimitReached, NotInPlan, Restricted } from './refusals.js';

/** How many of them there are. More than `upTo` need not be told apart from `upTo`. */
export type Count = (em: SqlEntityManager, upTo: number) => Promise<number>;

/** Before anything is set up or changed that is not a customer's matter. @throws Restricted */
export function demandSetup(): void {
  if (currentTenant().status === 'restricted') throw new Restricted();
}

/** What the ambient tenant's plan lets it do: answered from memory, since the tenant carries it. */
@Injectable()
export class Entitlements {
  constructor(private readonly database: Database) {}

  has(feature: Feature): boolean {
    return currentTenant().entitled.features.includes(feature);
  }

  /** `Infinity` where the plan does not count. */
  limit(name: Limit): number {
    return currentTenant().entitled.limits[name] ?? Infinity;
  }

  isMetered(name: Limit): boolean {
    return currentTenant().entitled.metered.includes(name);
  }

  isRestricted(): boolean {
    return currentTenant().status === 'restricted';
  }

  /** Before anything is set up or changed that is not a customer's matter. @throws Restricted */
  demandSetup(): void {
    demandSetup();
  }

  /** @throws NotInPlan, Restricted */
  demand(feature: Feature): void {
    this.demandSetup();
    if (!this.has(feature)) throw new NotInPlan(feature);
  }

  /**
   * In a write, before `more` are made: whoever else makes some waits until this write has ended, so that the number is
   * never exceeded, however many ask at once. Without a limit nobody waits and nothing is counted. @throws LimitReached
   */
  async room(name: Limit, count: Count, more = 1): Promise<void> {
    const limit = this.limit(name);
    if (limit === Infinity || this.isMetered(name)) return;
    await this.database.inTurn(`limit ${name}`);
    await this.database.write(async (em) => {
      if ((await count(em, limit + 1)) + more > limit) throw new LimitReached(name, limit);
    });
  }
}
