import { Injectable } from '@nestjs/common';
import { Entitlements } from './entitlements.js';
import { type Limit, LIMITS } from './names.js';

/** How much there is of what a plan counts, in one statement at the most. */
export type Used = () => Promise<number>;
export interface UsageOfLimit {
  limit: Limit;
  used: number;
  /** `Infinity` where the plan does not count. */
  most: number;
  /** Whether it goes on beyond that and each one more is paid for. */
  isMetered: boolean;
}

/** What of a plan is used up, as those say who keep it. */
@Injectable()
export class Usage {
  private readonly counts = new Map<Limit, Used>();

  constructor(private readonly entitlements: Entitlements) {}

  /** Call when the module starts. */
  register(limit: Limit, used: Used): void {
    if (this.counts.has(limit)) throw new Error(`Two modules count ${limit}`);
    this.counts.set(limit, used);
  }

  /** What somebody counts, in the order of `LIMITS`: of the rest there is nothing yet that a plan could promise. */
  counted(): Limit[] {
    return LIMITS.filter((limit) => this.counts.has(limit));
  }

  /** In that order. One after the other: they share the page's transaction. */
  async all(): Promise<UsageOfLimit[]> {
    const all: UsageOfLimit[] = [];
    for (const limit of this.counted()) {
      const [most, isMetered] = [this.entitlements.limit(limit), this.entitlements.isMetered(limit)];
      all.push({ limit, used: await this.counts.get(limit)!(), most, isMetered });
    }
    return all;
  }
}
