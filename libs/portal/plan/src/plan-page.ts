import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { type Account, Subscriptions } from '@foyer/billing';
import { FEATURES, type Feature, Frozen, Usage } from '@foyer/entitlements';
import type { PortalActor } from '@foyer/identity';
import { formatters } from '@foyer/i18n';
import { type Interval, INTERVALS, type Plan, Plans } from '@foyer/plans';
import { currentTenant } from '@foyer/tenancy';
import type { Visit } from '@foyer/web';
import { amountOf, usageView } from './plan-words.js';

export const PATH = '/console/settings/plan';
/** What an operator sees of its plan. */
@Injectable()
export class PlanPage {
  constructor(
    private readonly plans: Plans,
    private readonly subscriptions: Subscriptions,
    private readonly usage: Usage,
    private readonly frozen: Frozen,
  ) {}

  async view(visit: Visit, actor: PortalActor) {
    const { entitled } = currentTenant();
    const account = await this.subscriptions.own();
    const used = await this.usage.all();
    const frozen = [];
    for (const kind of this.frozen.all()) {
      const items = await kind.items();
      if (!items.some(({ isFrozen }) => isFrozen)) continue;
      const most = used.find(({ limit }) => limit === kind.limit)?.most ?? Infinity;
      const heading = visit.t(`plan.frozen.${kind.limit}`, { count: items.filter(({ isFrozen }) => isFrozen).length });
      const lead = visit.t(`plan.frozen.${kind.limit}-text`, { limit: most });
      frozen.push({ limit: kind.limit, heading, lead, items });
    }
    return {
      sold: this.plans.areSold,
      current: this.currentView(visit, account),
      usage: used.map((each) => usageView(visit.locale, each)),
      features: FEATURES.map((feature) => ({
        label: visit.t(`plan.feature.${feature}`),
        has: entitled.features.includes(feature),
      })),
      frozen,
      invoices: this.plans.areSold && account ? await this.invoices(visit, actor, null) : null,
      cancelForm: visit.form(),
    };
  }

  async invoices(visit: Visit, actor: PortalActor, after: string | null) {
    const found = await this.subscriptions.invoices(actor, after);
    if (!found) return { away: true, rows: [], next: null };
    const rows = found.invoices.map((invoice) => this.invoiceView(visit, invoice));
    return { away: false, rows, next: found.more ? `${PATH}/invoices?after=${found.invoices.at(-1)!.id}` : null };
  }

  /** Everything there is to choose from, with prices of one interval and currency. */
  choice(visit: Visit, account: Account | null, interval: Interval, wanted: string | null) {
    const subscription = account?.mirror.subscription;
    const alive = subscription && subscription.status !== 'canceled';
    const currency = alive ? subscription.currency : this.currency(wanted, visit.locale);
    const link = (more: Record<string, string>) =>
      `${PATH}/plans?${new URLSearchParams({ interval, currency, ...more }).toString()}`;
    return {
      alive: Boolean(alive),
      interval,
      currency,
      intervals: INTERVALS.map((each) => ({
        label: visit.t(`plan.by-${each}`),
        href: link({ interval: each }),
        current: each === interval,
      })),
      currencies: alive
        ? []
        : this.plans.currencies.map((each) => ({
            label: each.toUpperCase(),
            href: link({ currency: each }),
            current: each === currency,
          })),
      plans: this.plans.all().map((plan) => ({
        id: plan.id,
        ...this.planView(visit, plan, interval, currency),
        current: Boolean(alive) && subscription?.plan === plan.id && subscription.interval === interval,
        next: subscription?.next?.plan === plan.id && subscription.next.interval === interval,
        previewHref: `${PATH}/preview?plan=${plan.id}&interval=${interval}`,
      })),
    };
  }

  planView(visit: Visit, plan: Plan, interval: Interval, currency: string) {
    const { locale } = visit;
    const money = (amount: number) => formatters(visit.region).money(amount, currency);
    const price = plan.prices[currency]![interval];
    return {
      name: this.plans.title(plan.id, locale),
      price: money(price),
      per: visit.t(`plan.per-${interval}`),
      aMonth: interval === 'year' ? visit.t('plan.a-month', { price: money(Math.round(price / 12)) }) : null,
      limits: this.usage.counted().map((limit) => ({
        label: visit.t(limit === 'tickets' ? 'plan.tickets-a-month' : `plan.limit.${limit}`),
        value: amountOf(locale, limit, plan.limits[limit] ?? Infinity),
      })),
      features: plan.features.map((feature: Feature) => visit.t(`plan.feature.${feature}`)),
      metered: plan.metered
        ? visit.t('plan.metered', { price: money(plan.metered.tickets[currency]!) })
        : visit.t('plan.hard'),
    };
  }

  private currentView(visit: Visit, account: Account | null) {
    const { status, plan, trialEndsAt, standing } = currentTenant();
    const { subscription, card, open } = account?.mirror ?? { subscription: null, card: null, open: [] };
    const alive = subscription && subscription.status !== 'canceled';
    const money = (amount: number, currency: string) => formatters(visit.region).money(amount, currency);
    const [owed] = open;
    return {
      name: this.plans.title(plan, visit.locale),
      status: { label: visit.t(`plan.status.${status}`), tone: TONES[status] },
      why: standing ? visit.t(`plan.why.${standing}`) : null,
      price: alive
        ? { text: money(subscription.amount, subscription.currency), per: visit.t(`plan.per-${subscription.interval}`) }
        : null,
      trialEndsAt: status === 'trialing' ? trialEndsAt : null,
      renewsAt: alive && !subscription.endsAt ? subscription.periodEnd : null,
      endsAt: alive ? subscription.endsAt : null,
      next: alive &&
        subscription.next && { ...subscription.next, plan: this.plans.title(subscription.next.plan, visit.locale) },
      waits: Boolean(alive && subscription.waitsForPayment),
      owed: owed && {
        amount: money(owed.due, owed.currency),
        number: owed.number,
        nextAttemptAt: owed.nextAttemptAt,
        href: owed.url,
      },
      card,
      isCustomer: account !== null,
      alive: Boolean(alive),
    };
  }

  private invoiceView(visit: Visit, invoice: Stripe.Invoice) {
    const { number, created, total, currency, status } = invoice;
    return {
      name: number ?? invoice.id,
      at: new Date(created * 1000).toISOString(),
      total: formatters(visit.region).money(total, currency),
      state: {
        label: visit.t(`plan.invoice.${STATES.includes(status ?? '') ? status : 'open'}`),
        tone: status === 'paid' ? 'good' : status === 'open' ? 'warn' : null,
      },
      href: invoice.hosted_invoice_url ?? null,
      pdf: invoice.invoice_pdf ?? null,
    };
  }

  /** The one that was chosen, or that of the reader's part of the world. */
  private currency(wanted: string | null, locale: string): string {
    if (wanted && this.plans.currencies.includes(wanted)) return wanted;
    const usual = locale === 'en' ? 'usd' : 'eur';
    return this.plans.currencies.includes(usual) ? usual : this.plans.currencies[0]!;
  }
}

const STATES = ['paid', 'open', 'void', 'uncollectible'];
const TONES: Record<string, string | null> = {
  ...{ trialing: 'info', active: 'good', past_due: 'warn', restricted: 'bad', suspended: 'bad' },
};
