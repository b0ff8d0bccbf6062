export { type Allowance, type Interval, INTERVALS, type Plan, Plans } from './plans.js';
export { PlansModule } from './plans.module.js';
