import { Conflict, Refused } from '@foyer/access';
import type { Feature, Limit } from './names.js';

/** Where the plan is seen to. */
export const PLAN_PAGE = '/console/settings/plan';
const TO_THE_PLAN = { href: PLAN_PAGE, label: 'entitlements.to-the-plan' } as const;

/** The plan's number is reached. What was typed stays; the way up is the plan. Customers hear nothing of plans. */
export class LimitReached extends Conflict {
  override readonly forOthers: string;
  override readonly wayOut = TO_THE_PLAN;

  constructor(
    readonly counted: Limit,
    readonly limit: number,
  ) {
    super(`entitlements.limit.${counted}`, { limit });
    this.forOthers = `entitlements.outside.${MET_OUTSIDE.has(counted) ? counted : 'other'}`;
  }
}
/** What those outside the team meet; the rest is for the team alone. */
const MET_OUTSIDE: ReadonlySet<Limit> = new Set<Limit>(['agents', 'customers', 'storage', 'tickets']);

/** The plan does not hold this. */
export class NotInPlan extends Refused {
  override readonly forOthers = 'entitlements.outside.other';
  override readonly wayOut = TO_THE_PLAN;

  constructor(readonly feature: Feature) {
    super(`entitlements.feature.${feature}`);
  }
}

/** Nothing new is set up while the platform's bill is open or the trial is over. */
export class Restricted extends Refused {
  override readonly forOthers = 'entitlements.outside.other';
  override readonly wayOut = TO_THE_PLAN;

  constructor() {
    super('entitlements.restricted');
  }
}
