import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { Themes } from '@foyer/theming';
import { BillingAccounts } from './billing-accounts.js';
import { Catalogue } from './catalogue.js';
import { Inbox } from './inbox.js';
import { PlanDoorController } from './plan-door.controller.js';
import { PlanDoor } from './plan-door.js';
import { Reconciliation } from './reconciliation.js';
import { Revenue } from './revenue.js';
import { StripeApi } from './stripe-api.js';
import { StripeWebhookController } from './stripe-webhook.controller.js';
import { Subscriptions } from './subscriptions.js';

registerMessages('billing', new URL('../locales', import.meta.url));

@Global()
@Module({
  controllers: [StripeWebhookController, PlanDoorController],
  providers: [StripeApi, Catalogue, BillingAccounts, Inbox, Subscriptions, Reconciliation, Revenue, PlanDoor],
  exports: [Catalogue, BillingAccounts, Inbox, Subscriptions, Reconciliation, Revenue, PlanDoor],
})
export class BillingModule implements OnModuleInit {
  constructor(private readonly themes: Themes) {}

  onModuleInit(): void {
    this.themes.registerTemplates('billing', new URL('../templates', import.meta.url));
  }
}
