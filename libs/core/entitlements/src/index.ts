export { type Count, Entitlements } from './entitlements.js';
export { EntitlementsModule } from './entitlements.module.js';
export { type Freezable, type Freezing, Frozen } from './frozen.js';
export { Usage, type UsageOfLimit, type Used } from './usage.js';
export { EVERYTHING, type Feature, FEATURES, type Limit, LIMITS } from './names.js';
export { PlanChanged } from './plan-changed.js';
export { LimitReached, NotInPlan, Restricted } from './refusals.js';
