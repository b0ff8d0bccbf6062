export { type Count, demandSetup, Entitlements } from './entitlements.js';
export { EntitlementsModule } from './entitlements.module.js';
export { type Freezable, type Freezing, Frozen } from './frozen.js';
export { EVERYTHING, type Feature, FEATURES, type Limit, LIMITS } from './names.js';
export { PlanChanged } from './plan-changed.js';
export { LimitReached, NotInPlan, PLAN_PAGE, Restricted } from './refusals.js';
export { Usage, type UsageOfLimit, type Used } from './usage.js';
