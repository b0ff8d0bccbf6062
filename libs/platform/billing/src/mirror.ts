import type { Stripe } from 'stripe';
import type { Interval } from '@foyer/plans';
import type { Bill } from '@foyer/tenants';

/** So often a payment fails before more than words follow. */
const PATIENCE = 3;

export interface Subscribed {
  id: string;
  status: string;
  plan: string | null;
  interval: Interval;
  currency: string;
  /** In the currency's smallest unit, for one interval, before discounts and tax. */
  amount: number;
  itemId: string;
  ticketsItemId: string | null;
  /** All times are ISO. */
  startedAt: string;
  periodEnd: string;
  /** It ends then, unless that is taken back. */
  endsAt: string | null;
  endedAt: string | null;
  endedForDebt: boolean;
  /** Another plan from then on. */
  next: { plan: string; interval: Interval; at: string } | null;
  scheduleId: string | null;
  /** A change waits for a payment that somebody has to confirm. */
  waitsForPayment: boolean;
}
export interface OpenInvoice {
  id: string;
  number: string | null;
  due: number;
  currency: string;
  attempts: number;
  nextAttemptAt: string | null;
  createdAt: string;
  url: string | null;
}
export interface Card {
  brand: string;
  last4: string;
  month: number;
  year: number;
}

/** What is remembered of what Stripe says about one customer: enough for every page and decision of ours. */
export interface Mirror {
  subscription: Subscribed | null;
  /** What is owed, the oldest first. */
  open: OpenInvoice[];
  card: Card | null;
}

const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
const isoOrNull = (seconds: number | null | undefined) => (seconds ? iso(seconds) : null);

/** Of several subscriptions, the one that counts: what is alive before what has ended, then the youngest. */
const LIFE = ['active', 'trialing', 'past_due', 'unpaid', 'paused', 'canceled'];

export function mirrorOf(
  subscriptions: Stripe.Subscription[],
  invoices: Stripe.Invoice[],
  customer: Stripe.Customer,
): Mirror {
  // One that was never paid for has never begun.
  const begun = subscriptions.filter(({ status }) => LIFE.includes(status));
  const [one] = begun.sort(
    (a, b) => LIFE.indexOf(a.status) - LIFE.indexOf(b.status) || b.created - a.created || (a.id < b.id ? 1 : -1),
  );
  const owed = invoices
    .filter(({ status, amount_remaining }) => status === 'open' && amount_remaining > 0)
    .filter((invoice) => !one || subscriptionOf(invoice) === one.id)
    .sort((a, b) => a.created - b.created || (a.id! < b.id! ? -1 : 1));
  return {
    subscription: one ? subscribed(one) : null,
    open: owed.map((invoice) => ({
      id: invoice.id!,
      number: invoice.number,
      due: invoice.amount_remaining,
      currency: invoice.currency,
      attempts: invoice.attempt_count,
      nextAttemptAt: isoOrNull(invoice.next_payment_attempt),
      createdAt: iso(invoice.created),
      url: invoice.hosted_invoice_url ?? null,
    })),
    card: cardOf(one?.default_payment_method) ?? cardOf(customer.invoice_settings.default_payment_method),
  };
}

/** How somebody of whom Stripe says this pays. Null: has never begun to. */
export function billOf({ subscription, open }: Mirror): Bill | null {
  if (!subscription) return null;
  const since = open[0]?.createdAt ?? subscription.startedAt;
  switch (subscription.status) {
    case 'active':
    case 'trialing':
      return { state: 'paying', since: subscription.startedAt };
    case 'past_due':
      return { state: open.some(({ attempts }) => attempts >= PATIENCE) ? 'very-late' : 'late', since };
    case 'unpaid':
      return { state: 'given-up', since };
    case 'paused':
      return { state: 'paused', since: subscription.startedAt };
    default:
      return {
        state: subscription.endedForDebt && open.length > 0 ? 'given-up' : 'ended',
        since: subscription.endedAt ?? subscription.periodEnd,
      };
  }
}

function subscribed(one: Stripe.Subscription): Subscribed {
  const items = one.items.data;
  const plan = items.find(({ price }) => price.metadata['of'] !== 'tickets') ?? items[0]!;
  const { price } = plan;
  const schedule = typeof one.schedule === 'object' ? one.schedule : null;
  const endsAt = one.cancel_at ?? (one.cancel_at_period_end ? plan.current_period_end : null);
  return {
    id: one.id,
    status: one.status,
    plan: price.metadata['plan'] ?? null,
    interval: price.recurring?.interval === 'year' ? 'year' : 'month',
    currency: one.currency,
    amount: amountIn(price, one.currency),
    itemId: plan.id,
    ticketsItemId: items.find((item) => item.price.metadata['of'] === 'tickets')?.id ?? null,
    startedAt: iso(one.start_date),
    periodEnd: iso(plan.current_period_end),
    endsAt: one.status === 'canceled' ? null : isoOrNull(endsAt),
    endedAt: isoOrNull(one.ended_at),
    endedForDebt: one.cancellation_details?.reason === 'payment_failed',
    next: nextOf(schedule),
    scheduleId: typeof one.schedule === 'string' ? one.schedule : (schedule?.id ?? null),
    waitsForPayment: one.pending_update !== null,
  };
}

/** In another currency than the price's own Stripe tells it only to who asks for each price; so the price says it itself. */
const amountIn = ({ currency, unit_amount, metadata }: Stripe.Price, wanted: string): number =>
  currency === wanted ? (unit_amount ?? 0) : Number(metadata[wanted] ?? 0);

/** What its schedule makes of it later. We write the plan into the phase, so that no price has to be asked for. */
function nextOf(schedule: Stripe.SubscriptionSchedule | null): Subscribed['next'] {
  if (!schedule || schedule.status !== 'active') return null;
  const later = schedule.phases.find(
    (phase) => phase.start_date > (schedule.current_phase?.start_date ?? 0) && phase.metadata?.['plan'],
  );
  if (!later) return null;
  const { plan, interval } = later.metadata as { plan: string; interval: Interval };
  return { plan, interval, at: iso(later.start_date) };
}

function subscriptionOf({ parent }: Stripe.Invoice): string | null {
  const of = parent?.subscription_details?.subscription ?? null;
  return typeof of === 'object' ? (of?.id ?? null) : of;
}

function cardOf(method: string | Stripe.PaymentMethod | null | undefined): Card | null {
  const card = typeof method === 'object' ? method?.card : null;
  return card ? { brand: card.brand, last4: card.last4, month: card.exp_month, year: card.exp_year } : null;
}
