export { type Account, BillingAccounts } from './billing-accounts.js';
export { BillingModule } from './billing.module.js';
export { Catalogue } from './catalogue.js';
export { Inbox } from './inbox.js';
export { billOf, type Card, type Mirror, mirrorOf, type OpenInvoice, type Subscribed } from './mirror.js';
export { type Reconciled, Reconciliation } from './reconciliation.js';
export { StripeAway, StripeRefused } from './refusals.js';
export { type Owing, Revenue, type RevenueDay } from './revenue.js';
export { type Choice, type Preview, Subscriptions, type WaysBack } from './subscriptions.js';
