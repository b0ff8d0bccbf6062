import type { Response } from 'express';
import { Get, Post, Res } from '@nestjs/common';
import { z } from 'zod';
import { NotFound } from '@foyer/access';
import { type Limit, Limits } from '@foyer/credentials';
import { apart } from '@foyer/database';
import { formatters } from '@foyer/i18n';
import { INTERVALS, Plans } from '@foyer/plans';
import { inTenant, type Tenant } from '@foyer/tenancy';
import { Ask, type Asked, field, Guest, seeOther, show, SiteController, View, type Visit } from '@foyer/web';
import { BillingAccounts } from './billing-accounts.js';
import { PAYER, PlanDoor } from './plan-door.js';
import { Subscriptions } from './subscriptions.js';

const CHECKOUTS: Limit = { name: 'plan-door', points: 30, seconds: 3600 };
const onDoor = { params: { token: String } };
const buying = {
  params: { token: String },
  form: z.object({ plan: field.text(40), interval: z.enum(INTERVALS), currency: field.text(3) }),
};

/** Where a portal that is closed is opened again: pay what is owed, or choose a plan. */
@SiteController('plan')
export class PlanDoorController {
  constructor(
    private readonly door: PlanDoor,
    private readonly plans: Plans,
    private readonly accounts: BillingAccounts,
    private readonly subscriptions: Subscriptions,
    private readonly limits: Limits,
  ) {}

  @Get(':token')
  @Guest()
  @View('billing/site/door')
  async page(@Ask(onDoor) { visit, token }: Asked<typeof onDoor>) {
    return this.view(visit, token, await this.tenant(token));
  }

  @Post(':token/checkout')
  @Guest()
  async buy(@Ask(buying) { visit, token, form }: Asked<typeof buying>, @Res({ passthrough: true }) res: Response) {
    const tenant = await this.tenant(token);
    await this.limits.count(CHECKOUTS, tenant.id);
    const email = await this.accounts.ownerEmail(tenant.id);
    const back = this.door.address(tenant);
    const url = await inTenant(tenant, () =>
      this.subscriptions.checkout(
        PAYER,
        { ...form.value, email, locale: visit.locale },
        { done: `${back}/return`, left: back },
      ),
    );
    // The answer to a form may lead nowhere but here (CSP `form-action`), so the page goes on by itself.
    res.setHeader('Refresh', `0; url=${url}`);
    return show('billing/site/leaving', { url });
  }

  /** Back from Stripe, perhaps before its news. */
  @Get(':token/return')
  @Guest()
  async back(@Ask(onDoor) { token }: Asked<typeof onDoor>) {
    const tenant = await this.tenant(token);
    await apart(() => inTenant(tenant, () => this.subscriptions.look(PAYER))).catch(() => null);
    return seeOther(`/plan/${token}`);
  }

  private async tenant(token: string): Promise<Tenant> {
    const tenant = this.plans.areSold ? await this.door.tenant(token) : null;
    if (!tenant || tenant.status === 'closed') throw new NotFound();
    return tenant;
  }

  private async view(visit: Visit, token: string, { id, name, origin, status }: Tenant) {
    const account = await this.accounts.of(id);
    const { subscription = null, open = [] } = account?.mirror ?? {};
    const alive = subscription && subscription.status !== 'canceled';
    const money = (amount: number, currency: string) => formatters(visit.region).money(amount, currency);
    const [owed] = open;
    const currency = account?.currency ?? this.plans.currencies[0]!;
    return {
      ...{ name, origin, token },
      isOpen: status !== 'suspended',
      status: visit.t(`billing.door.${status === 'suspended' ? 'closed' : 'open'}`, { name }),
      owed: owed?.url ? { amount: money(owed.due, owed.currency), href: owed.url } : null,
      choices: alive
        ? []
        : this.plans.all().flatMap((plan) =>
            INTERVALS.map((interval) => ({
              ...{ plan: plan.id, interval, currency },
              name: this.plans.title(plan.id, visit.locale),
              price: money(plan.prices[currency]![interval], currency),
              per: visit.t(`billing.door.per-${interval}`),
            })),
          ),
    };
  }
}
