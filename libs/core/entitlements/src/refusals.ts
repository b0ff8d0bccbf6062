import { Conflict, Refused } from '@foyer/access';
import type { Feature, Limit } from './names.js';

/** The plan's number is reached. What was typed stays; the way up is the plan. */
export class LimitReached extends Conflict {
  constructor(
    readonly counted: Limit,
    readonly limit: number,
  ) {
    super(`entitlements.limit.${counted}`, { limit });
  }
}

/** The plan does not hold this. */
export class NotInPlan extends Refused {
  constructor(readonly feature: Feature) {
    super(`entitlements.feature.${feature}`);
  }
}

/** Nothing new is set up while the platform's bill is open or the trial is over. */
export class Restricted extends Refused {
  constructor() {
    super('entitlements.restricted');
  }
}
