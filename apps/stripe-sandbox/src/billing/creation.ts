import type { Account } from '../account.js';
import { invalid } from '../errors.js';
import { newId } from '../collection.js';
import type { Customer, Discount, Metadata, MissingPaymentMethod, Price, Subscription } from '../objects.js';
import { settleCurrency } from '../account.js';
import { checkPayable, checkPrices, type PaymentBehavior } from './changes.js';
import { grant } from './discounts.js';
import { newItem, periodAt } from './items.js';
import { bill, setStatus } from './life.js';
import { type DraftLine, isMetered, periodLine, remainderLine, trialLine } from './lines.js';
import type { Means } from './payments.js';

export interface NewSubscription {
  customer: Customer;
  items: { price: Price; quantity?: number; metadata?: Metadata }[];
  currency?: string;
  trialEnd: number | null;
  anchor: number | null;
  discounts: Discount[];
  metadata: Metadata;
  description: string | null;
  defaultPaymentMethod: string | null;
  missingPaymentMethod: MissingPaymentMethod;
  collection: 'charge_automatically' | 'send_invoice';
  daysUntilDue: number | null;
  cancelAtPeriodEnd: boolean;
  cancelAt: number | null;
}

/** A subscription that is not there yet, and what its first invoice holds. */
export function draftSubscription(
  account: Account,
  wish: NewSubscription,
): { subscription: Subscription; lines: DraftLine[] } {
  const { customer, items, trialEnd } = wish;
  const now = account.now(customer.id);
  const currency = wish.currency ?? customer.currency ?? items[0]!.price.currency;
  checkPrices(
    account,
    items.map(({ price }) => price),
    currency,
  );
  if (new Set(items.map(({ price }) => price.id)).size < items.length)
    throw invalid('Cannot add multiple subscription items with the same price.', 'items');
  const trialing = trialEnd !== null && trialEnd > now;
  const anchor = trialing ? trialEnd : (wish.anchor ?? now);
  const id = newId('sub');
  const rows = items.map(({ price, quantity, metadata }) => {
    // Before an anchor that lies ahead runs a part of a period.
    const period = trialing ? { start: now, end: trialEnd } : { ...periodAt(anchor, price, now), start: now };
    return newItem(id, price, quantity, metadata ?? {}, period, now);
  });
  const subscription: Subscription = {
    ...{ id, object: 'subscription', application: null, application_fee_percent: null },
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    ...{
      billing_cycle_anchor: anchor,
      billing_cycle_anchor_config: null,
      billing_schedules: [],
      billing_thresholds: null,
    },
    billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible', updated_at: now },
    ...{
      cancel_at: wish.cancelAt,
      cancel_at_period_end: wish.cancelAtPeriodEnd,
      canceled_at: wish.cancelAtPeriodEnd ? now : null,
    },
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    ...{ collection_method: wish.collection, created: now, currency, customer: customer.id, customer_account: null },
    ...{ days_until_due: wish.daysUntilDue, default_payment_method: wish.defaultPaymentMethod, default_source: null },
    ...{ default_tax_rates: [], description: wish.description, discounts: [], ended_at: null },
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: { object: 'list', data: rows, has_more: false, url: `/v1/subscription_items?subscription=${id}` },
    ...{ latest_invoice: null, livemode: false, managed_payments: null, metadata: wish.metadata },
    ...{ next_pending_invoice_item_invoice: null, on_behalf_of: null, pause_collection: null },
    payment_settings: { payment_method_options: null, payment_method_types: null, save_default_payment_method: 'off' },
    ...{ pending_invoice_item_interval: null, pending_setup_intent: null, pending_update: null, schedule: null },
    ...{
      start_date: now,
      status: trialing ? 'trialing' : 'incomplete',
      test_clock: customer.test_clock,
      transfer_data: null,
    },
    trial_end: trialing ? trialEnd : null,
    trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: wish.missingPaymentMethod } },
    trial_start: trialing ? now : null,
  };
  const lines = rows
    .filter(({ price }) => !isMetered(price) || trialing)
    .map((item) => {
      const of = { account, subscription, item };
      const period = { start: item.current_period_start, end: item.current_period_end };
      if (trialing) return trialLine(of, period);
      const whole = periodAt(anchor, item.price, now);
      return whole.start === now
        ? periodLine(of, period)
        : partOf({ ...of, item: { ...item, current_period_start: whole.start } }, now);
    });
  return { subscription, lines };
}

const partOf = (of: Parameters<typeof remainderLine>[0], now: number): DraftLine => ({
  ...remainderLine(of, now),
  whole: false,
});

export function createSubscription(
  account: Account,
  wish: NewSubscription,
  { payment = 'allow_incomplete', means }: { payment?: PaymentBehavior; means?: Partial<Means> } = {},
): Subscription {
  const { subscription, lines } = draftSubscription(account, wish);
  const { customer } = wish;
  const costs = lines.some(({ amount }) => amount > 0);
  if (payment === 'error_if_incomplete' && costs && wish.collection === 'charge_automatically') {
    const id = wish.defaultPaymentMethod ?? customer.invoice_settings.default_payment_method;
    checkPayable(account, customer.id, account.paymentMethods.find(id) ?? null);
  }
  settleCurrency(customer, subscription.currency);
  account.subscriptions.add(subscription);
  grant(account, subscription, wish.discounts);
  if (wish.collection === 'send_invoice' && subscription.status === 'incomplete') subscription.status = 'active';
  account.emit('customer.subscription.created', subscription);
  bill(account, subscription, lines, 'subscription_create', { collect: payment !== 'default_incomplete', means });
  // Nothing to pay, or a trial: entitled at once.
  if (subscription.status === 'trialing' || subscription.status === 'active')
    setStatus(account, subscription, subscription.status);
  return subscription;
}
