export { PLANS, type PlanName } from './plans.js';
export { type Business, Signup } from './signup.js';
export { SignupModule } from './signup.module.js';
