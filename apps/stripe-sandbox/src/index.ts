export type { BillingSettings } from './account.js';
export type { StripeEvent, Wire } from './objects.js';
export { StripeSandbox } from './sandbox.js';
export type { Outage, OutageRule, SandboxOptions } from './sandbox-state.js';
export type { Delivery, DeliveryRules, Order } from './webhooks.js';
