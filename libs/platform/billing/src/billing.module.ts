import { Global, Module } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { BillingAccounts } from './billing-accounts.js';
import { Catalogue } from './catalogue.js';
import { Inbox } from './inbox.js';
import { Reconciliation } from './reconciliation.js';
import { Revenue } from './revenue.js';
import { StripeApi } from './stripe-api.js';
import { StripeWebhookController } from './stripe-webhook.controller.js';
import { Subscriptions } from './subscriptions.js';

registerMessages('billing', new URL('../locales', import.meta.url));

@Global()
@Module({
  controllers: [StripeWebhookController],
  providers: [StripeApi, Catalogue, BillingAccounts, Inbox, Subscriptions, Reconciliation, Revenue],
  exports: [Catalogue, BillingAccounts, Inbox, Subscriptions, Reconciliation, Revenue],
})
export class BillingModule {}
