import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Subscriptions } from '@foyer/billing';
import { Entitlements, Usage } from '@foyer/entitlements';
import { Maintenance } from '@foyer/tenants';

/** Tells Stripe each hour of tickets beyond the plan, where the plan goes on. */
@Injectable()
export class Metering implements OnModuleInit {
  constructor(
    private readonly maintenance: Maintenance,
    private readonly entitlements: Entitlements,
    private readonly usage: Usage,
    private readonly subscriptions: Subscriptions,
  ) {}

  onModuleInit(): void {
    this.maintenance.register('plan.metering', () => this.tell());
  }

  async tell(now = new Date()): Promise<void> {
    if (!this.entitlements.isMetered('tickets')) return;
    const tickets = (await this.usage.all()).find(({ limit }) => limit === 'tickets');
    if (tickets) await this.subscriptions.meter(now.toISOString().slice(0, 7), tickets.used);
  }
}
