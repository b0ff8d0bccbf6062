import type { Account } from '../account.js';
import { nextBoundary } from '../calendar.js';
import type { Subscription, SubscriptionItem } from '../objects.js';
import { refreshEntitlements } from './active-entitlements.js';
import { discountsOf } from './discounts.js';
import { composed, pendingItems, type DraftInvoice } from './invoicing.js';
import { bill, cancelSubscription } from './life.js';
import { type DraftLine, isMetered, pendingLine, periodLine, usageLine } from './lines.js';

/** What the items whose period ends then are going to bill: what was used, and the next period. */
export function renewalLines(account: Account, subscription: Subscription, at: number, free: boolean): DraftLine[] {
  const due = subscription.items.data.filter((item) => item.current_period_end <= at);
  const of = (item: SubscriptionItem) => ({ account, subscription, item });
  const used = due
    .filter(({ price }) => isMetered(price) && !free)
    .map((item) => usageLine(of(item), { start: item.current_period_start, end: item.current_period_end }));
  const ahead = due
    .filter(({ price }) => !isMetered(price))
    .map((item) => periodLine(of(item), { start: item.current_period_end, end: nextEnd(subscription, item) }));
  return [...used, ...ahead];
}

const nextEnd = (
  { billing_cycle_anchor: anchor }: Subscription,
  { price, current_period_end: end }: SubscriptionItem,
) => nextBoundary(anchor, price.recurring!, end);

/** A period is over: the subscription ends if it was to, or goes on and bills the next. */
export function renew(account: Account, subscription: Subscription, now: number): void {
  const wasTrialing = subscription.status === 'trialing';
  const customer = account.customers.get(subscription.customer);
  if (subscription.cancel_at_period_end || (subscription.cancel_at !== null && subscription.cancel_at <= now))
    return cancelSubscription(account, subscription, { invoiceNow: true });
  const hasMethod = subscription.default_payment_method ?? customer.invoice_settings.default_payment_method;
  const without = subscription.trial_settings.end_behavior.missing_payment_method;
  if (wasTrialing && !hasMethod && subscription.collection_method === 'charge_automatically') {
    if (without === 'cancel') return cancelSubscription(account, subscription, {});
    if (without === 'pause') return pause(account, subscription);
  }
  const lines = renewalLines(account, subscription, now, wasTrialing);
  account.change('customer.subscription.updated', subscription, (one) => {
    for (const item of one.items.data) {
      if (item.current_period_end > now) continue;
      const end = nextEnd(one, item);
      item.current_period_start = item.current_period_end;
      item.current_period_end = end;
    }
    if (wasTrialing) one.status = 'active';
  });
  refreshEntitlements(account, subscription.customer);
  if (lines.length > 0) bill(account, subscription, lines, 'subscription_cycle');
}

function pause(account: Account, subscription: Subscription): void {
  account.change('customer.subscription.updated', subscription, (one) => (one.status = 'paused'));
  account.emit('customer.subscription.paused', subscription);
  refreshEntitlements(account, subscription.customer);
}

/** The trial is over, before its time where that is asked for: paid periods begin now. */
export function endTrial(account: Account, subscription: Subscription, now: number): void {
  subscription.billing_cycle_anchor = now;
  subscription.trial_end = now;
  for (const item of subscription.items.data) item.current_period_end = now;
  renew(account, subscription, now);
}

/** The invoice that a subscription is going to get next, if nothing else happens. */
export function upcomingInvoice(account: Account, subscription: Subscription, at: number, extra: DraftLine[] = []) {
  const customer = account.customers.get(subscription.customer);
  const waiting = pendingItems(account, customer.id, subscription.id).map((one) => pendingLine(account, one));
  const ends = subscription.cancel_at_period_end;
  const lines = renewalLines(account, subscription, at, subscription.status === 'trialing').filter(
    ({ price }) => !ends || (price !== null && isMetered(price)),
  );
  const draft: DraftInvoice = {
    ...{ account, customer, subscription, currency: subscription.currency, lines: [...waiting, ...extra, ...lines] },
    ...{ discounts: discountsOf(account, subscription, at), reason: 'upcoming', now: at },
  };
  return composed(draft, `upcoming_${subscription.id}`);
}

export const nextPeriodEnd = ({ items }: Subscription): number =>
  Math.min(...items.data.map((item) => item.current_period_end));
