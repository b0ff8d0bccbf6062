import { Injectable } from '@nestjs/common';
import type { Stripe } from 'stripe';
import { type Actor, Conflict, holds, InvalidField, Refused } from '@foyer/access';
import { PlatformDatabase, rows, sql } from '@foyer/database';
import { type Interval, type Plan, Plans } from '@foyer/plans';
import { currentTenant } from '@foyer/tenancy';
import { type Account, BillingAccounts } from './billing-accounts.js';
import { Catalogue } from './catalogue.js';
import type { Subscribed } from './mirror.js';
import { StripeApi } from './stripe-api.js';

export interface Choice {
  plan: string;
  interval: Interval;
}
/** Where Stripe leads back to. */
export interface WaysBack {
  /** `{CHECKOUT_SESSION_ID}` in it becomes the session's. */
  done: string;
  left: string;
}
/** What a change would cost today, in the currency's smallest unit. */
export interface Preview {
  currency: string;
  due: number;
  lines: { text: string; amount: number }[];
  /** When nothing is due and it only begins later. */
  from: string | null;
  at: number;
}

/** What an operator may do with its plan. Every verb asks Stripe, and then looks at what became of it. */
@Injectable()
export class Subscriptions {
  constructor(
    private readonly platform: PlatformDatabase,
    private readonly stripe: StripeApi,
    private readonly catalogue: Catalogue,
    private readonly accounts: BillingAccounts,
    private readonly plans: Plans,
  ) {}

  /** What is known of the ambient tenant's subscription; from memory of ours, Stripe is not asked. */
  own(): Promise<Account | null> {
    return this.accounts.of(currentTenant().id);
  }

  /** Asks Stripe what is so now: after a way back from there, whose news may come later than the person. */
  async look(actor: Actor): Promise<Account | null> {
    this.demand(actor);
    const account = await this.own();
    if (!account) return null;
    await this.accounts.refresh(account);
    return this.own();
  }

  /** Begins to pay. @returns the address of Stripe's page. @throws Conflict when there is a subscription already */
  async checkout(
    actor: Actor,
    choice: Choice & { currency: string; email: string; locale: string },
    { done, left }: WaysBack,
  ): Promise<string> {
    this.demand(actor);
    const plan = this.planOf(choice.plan);
    if (!this.plans.currencies.includes(choice.currency)) throw new InvalidField('currency', 'web.form.choice');
    const tenant = currentTenant();
    const account = await this.accounts.open(tenant, choice);
    await this.accounts.refresh(account);
    if (isAlive((await this.own())?.mirror.subscription)) throw new Conflict('billing.subscribed-already');
    const { plan: price, tickets } = await this.catalogue.prices(plan, choice.interval);
    await this.leaveOthers(account);
    const session = await this.stripe.ask((api) =>
      api.checkout.sessions.create({
        mode: 'subscription',
        customer: account.customerId,
        client_reference_id: tenant.id,
        currency: choice.currency,
        locale: 'auto',
        line_items: [{ price, quantity: 1 }, ...(tickets ? [{ price: tickets }] : [])],
        allow_promotion_codes: true,
        billing_address_collection: 'required',
        tax_id_collection: { enabled: true },
        customer_update: { name: 'auto', address: 'auto' },
        subscription_data: { metadata: { tenant_id: tenant.id } },
        success_url: done,
        cancel_url: left,
      }),
    );
    return session.url!;
  }

  /** What it would cost to go over to another plan. */
  async preview(actor: Actor, choice: Choice): Promise<Preview> {
    this.demand(actor);
    const { account, subscription, plan, isUp } = await this.changing(choice);
    const at = Math.floor(Date.now() / 1000);
    if (!isUp) return { currency: subscription.currency, due: 0, lines: [], from: subscription.periodEnd, at };
    const items = await this.itemsFor(subscription, plan, choice.interval);
    const invoice = await this.stripe.ask((api) =>
      api.invoices.createPreview({
        customer: account.customerId,
        subscription: subscription.id,
        subscription_details: { items, proration_behavior: 'always_invoice', proration_date: at },
      }),
    );
    return {
      currency: invoice.currency,
      due: invoice.amount_due,
      lines: invoice.lines.data.map(({ description, amount }) => ({ text: description ?? '', amount })),
      from: null,
      at,
    };
  }

  /**
   * Up: at once, for what is left of the period. Down: when what was paid for is over.
   * @param at the moment to which the preview was reckoned
   * @returns where the payment is to be confirmed, when a bank asks for it
   */
  async change(actor: Actor, choice: Choice, at?: number): Promise<{ confirmAt: string | null; from: string | null }> {
    this.demand(actor);
    const { account, subscription, plan, isUp } = await this.changing(choice);
    if (!isUp) {
      await this.schedule(subscription, plan, choice.interval);
      await this.accounts.refresh(account);
      return { confirmAt: null, from: subscription.periodEnd };
    }
    if (subscription.scheduleId) await this.release(subscription.scheduleId);
    const items = await this.itemsFor(subscription, plan, choice.interval);
    const changed = await this.stripe.ask((api) =>
      api.subscriptions.update(subscription.id, {
        items,
        proration_behavior: 'always_invoice',
        proration_date: at && Math.abs(at - Date.now() / 1000) < 3600 ? at : undefined,
        payment_behavior: 'pending_if_incomplete',
        expand: ['latest_invoice'],
      }),
    );
    await this.accounts.refresh(account);
    const invoice = changed.latest_invoice as Stripe.Invoice | null;
    return { confirmAt: changed.pending_update ? (invoice?.hosted_invoice_url ?? null) : null, from: null };
  }

  /** It goes on as it is: a change that was to come later does not. */
  async keep(actor: Actor): Promise<void> {
    this.demand(actor);
    const { account, subscription } = await this.alive();
    if (subscription.scheduleId) await this.release(subscription.scheduleId);
    await this.accounts.refresh(account);
  }

  /** Ends when what was paid for is over. */
  async cancel(actor: Actor, comment: string): Promise<void> {
    this.demand(actor);
    const { account, subscription } = await this.alive();
    if (subscription.scheduleId) await this.release(subscription.scheduleId);
    await this.stripe.ask((api) =>
      api.subscriptions.update(subscription.id, {
        cancel_at_period_end: true,
        ...(comment ? { cancellation_details: { comment } } : {}),
      }),
    );
    await this.accounts.refresh(account);
  }

  async resume(actor: Actor): Promise<void> {
    this.demand(actor);
    const { account, subscription } = await this.alive();
    await this.stripe.ask((api) => api.subscriptions.update(subscription.id, { cancel_at_period_end: false }));
    await this.accounts.refresh(account);
  }

  /** Stripe's page for the card, the address, tax ids and invoices. */
  async portal(actor: Actor, back: string): Promise<string> {
    this.demand(actor);
    const account = await this.own();
    if (!account) throw new Conflict('billing.nothing-yet');
    const session = await this.stripe.ask((api) =>
      api.billingPortal.sessions.create({ customer: account.customerId, return_url: back }),
    );
    return session.url;
  }

  /** The latest first. Null: Stripe does not answer. */
  async invoices(actor: Actor, after: string | null): Promise<{ invoices: Stripe.Invoice[]; more: boolean } | null> {
    this.demand(actor);
    const account = await this.own();
    if (!account) return { invoices: [], more: false };
    return this.stripe
      .ask((api) =>
        api.invoices.list(
          { customer: account.customerId, limit: 12, ...(after ? { starting_after: after } : {}) },
          { timeout: 4000, maxNetworkRetries: 0 },
        ),
      )
      .then(({ data, has_more }) => ({ invoices: data.filter(({ status }) => status !== 'draft'), more: has_more }))
      .catch(() => null);
  }

  /**
   * Tells Stripe of tickets beyond the plan. What is about to be told is noted first, and told by a name of its own, so that neither a
   * crash between the two nor a repetition counts anything twice. @param total of the calendar month `month` (`2026-11`)
   */
  async meter(month: string, total: number): Promise<void> {
    const account = await this.own();
    const subscription = account?.mirror.subscription;
    const plan = subscription?.plan && this.plans.find(subscription.plan);
    if (!account || !plan || !plan.metered || !subscription.ticketsItemId || !isAlive(subscription)) return;
    const beyond = Math.max(0, total - (plan.limits.tickets ?? Infinity));
    const [noted] = await this.platform.write((em) =>
      rows<{ reported: number; sending: number }>(
        em,
        sql`update platform.billing_account
               set metered = case
                 when metered->>'month' is distinct from ${month}
                   then jsonb_build_object('month', ${month}::text, 'reported', 0, 'sending', ${beyond}::int)
                 when (metered->>'sending')::int > (metered->>'reported')::int then metered
                 else metered || jsonb_build_object('sending', greatest(${beyond}::int, (metered->>'reported')::int)) end
             where tenant_id = ${account.tenantId}
            returning (metered->>'reported')::int as reported, (metered->>'sending')::int as sending`,
      ),
    );
    if (!noted || noted.sending <= noted.reported) return;
    await this.catalogue.count({
      identifier: `${account.tenantId}.${month}.${noted.sending}`,
      customerId: account.customerId,
      value: noted.sending - noted.reported,
    });
    await this.platform.write((em) =>
      rows(
        em,
        sql`update platform.billing_account set metered = metered || jsonb_build_object('reported', ${noted.sending}::int)
             where tenant_id = ${account.tenantId} and metered->>'month' = ${month} and (metered->>'sending')::int = ${noted.sending}`,
      ),
    );
  }

  private demand({ ability }: Actor): void {
    if (!holds(ability, 'manage', 'Settings')) throw new Refused();
  }

  private planOf(id: string): Plan {
    const plan = this.plans.find(id);
    if (!plan) throw new InvalidField('plan', 'web.form.choice');
    return plan;
  }

  private async alive(): Promise<{ account: Account; subscription: Subscribed }> {
    const account = await this.own();
    const subscription = account?.mirror.subscription;
    if (!account || !isAlive(subscription)) throw new Conflict('billing.nothing-yet');
    return { account, subscription };
  }

  private async changing(choice: Choice) {
    const { account, subscription } = await this.alive();
    if (subscription.status !== 'active' && subscription.status !== 'trialing') throw new Conflict('billing.pay-first');
    if (subscription.endsAt) throw new Conflict('billing.resume-first');
    const plan = this.planOf(choice.plan);
    if (subscription.plan === choice.plan && subscription.interval === choice.interval)
      throw new Conflict('billing.has-it');
    const [now, then] = [this.plans.rank(subscription.plan ?? ''), this.plans.rank(choice.plan)];
    const isUp = then > now || (then === now && choice.interval === 'year');
    return { account, subscription, plan, isUp };
  }

  private async itemsFor({ itemId, ticketsItemId }: Subscribed, plan: Plan, interval: Interval) {
    const prices = await this.catalogue.prices(plan, interval);
    const tickets = prices.tickets
      ? [{ ...(ticketsItemId ? { id: ticketsItemId } : {}), price: prices.tickets }]
      : ticketsItemId
        ? [{ id: ticketsItemId, deleted: true }]
        : [];
    return [{ id: itemId, price: prices.plan }, ...tickets];
  }

  private async schedule(subscription: Subscribed, plan: Plan, interval: Interval): Promise<void> {
    const prices = await this.catalogue.prices(plan, interval);
    const schedule = await this.stripe.ask((api) =>
      subscription.scheduleId
        ? api.subscriptionSchedules.retrieve(subscription.scheduleId)
        : api.subscriptionSchedules.create({ from_subscription: subscription.id }),
    );
    const now = schedule.phases.find(({ start_date }) => start_date === schedule.current_phase?.start_date)!;
    const priceId = (price: string | { id: string }) => (typeof price === 'string' ? price : price.id);
    await this.stripe.ask((api) =>
      api.subscriptionSchedules.update(schedule.id, {
        end_behavior: 'release',
        phases: [
          {
            items: now.items.map(({ price, quantity }) => ({
              price: priceId(price),
              ...(quantity === undefined || quantity === null ? {} : { quantity }),
            })),
            start_date: now.start_date,
            end_date: Math.floor(Date.parse(subscription.periodEnd) / 1000),
          },
          {
            items: [{ price: prices.plan, quantity: 1 }, ...(prices.tickets ? [{ price: prices.tickets }] : [])],
            metadata: { plan: plan.id, interval },
            proration_behavior: 'none',
            duration: { interval, interval_count: 1 },
          },
        ],
      }),
    );
  }

  private async release(scheduleId: string): Promise<void> {
    await this.stripe.ask((api) => api.subscriptionSchedules.release(scheduleId));
  }

  /** Two open checkouts could both be paid. */
  private async leaveOthers({ customerId }: Account): Promise<void> {
    const { data } = await this.stripe.ask((api) =>
      api.checkout.sessions.list({ customer: customerId, status: 'open', limit: 20 }),
    );
    for (const { id } of data) await this.stripe.ask((api) => api.checkout.sessions.expire(id)).catch(() => undefined);
  }
}

const isAlive = (subscription: Subscribed | null | undefined): subscription is Subscribed =>
  !!subscription && subscription.status !== 'canceled';
