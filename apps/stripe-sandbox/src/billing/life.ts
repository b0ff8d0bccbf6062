import type { Account } from '../account.js';
import { DAY } from '../calendar.js';
import type { Discount, Invoice, Subscription, SubscriptionStatus } from '../objects.js';
import { refreshEntitlements } from './active-entitlements.js';
import { discountsOf } from './discounts.js';
import {
  type BillingReason,
  createInvoice,
  finalizeInvoice,
  pendingItems,
  subscriptionOf,
  voidInvoice,
} from './invoicing.js';
import { takeItems } from './items.js';
import { creditLine, type DraftLine, isMetered, keepForNextInvoice, usageLine } from './lines.js';
import { charge, defaultMethod, type Means, type Outcome, intentOf } from './payments.js';

const OVER: SubscriptionStatus[] = ['canceled', 'incomplete_expired'];
export const isOver = ({ status }: Subscription): boolean => OVER.includes(status);

export function setStatus(account: Account, subscription: Subscription, status: SubscriptionStatus): void {
  account.change('customer.subscription.updated', subscription, (one) => (one.status = status));
  refreshEntitlements(account, subscription.customer);
}

/** Makes an invoice for a subscription, opens it, and, unless its holder is to pay it, charges it. */
export function bill(
  account: Account,
  subscription: Subscription,
  lines: DraftLine[],
  reason: BillingReason,
  { means, collect = true, discounts }: { means?: Partial<Means>; collect?: boolean; discounts?: Discount[] } = {},
): { invoice: Invoice; outcome: Outcome | null } {
  const customer = account.customers.get(subscription.customer);
  const now = account.now(customer.id);
  const invoice = createInvoice({
    ...{ account, customer, subscription, currency: subscription.currency, lines, reason, now },
    discounts: discounts ?? discountsOf(account, subscription, now),
  });
  account.change('customer.subscription.updated', subscription, (one) => (one.latest_invoice = invoice.id));
  // Who has given up paying gets drafts only.
  if (subscription.status === 'unpaid') return { invoice, outcome: null };
  finalizeInvoice(account, invoice, subscription.days_until_due);
  if (invoice.amount_due > 0 && (!collect || invoice.collection_method === 'send_invoice')) {
    intentOf(account, invoice);
    return { invoice, outcome: null };
  }
  const outcome = pay(account, invoice, { method: defaultMethod(account, invoice), present: false, ...means });
  return { invoice, outcome };
}

/** Tries to pay an invoice, with everything that follows from how it ends. */
export function pay(account: Account, invoice: Invoice, means: Means, { automatic = true } = {}): Outcome {
  const outcome = charge(account, invoice, means);
  if (outcome.kind === 'paid') afterPayment(account, invoice);
  else afterFailure(account, invoice, outcome, automatic, means.present);
  return outcome;
}

/** An invoice is paid: its subscription lives again, and what waited for the payment is done. */
export function afterPayment(account: Account, invoice: Invoice): void {
  const customer = account.customers.find(invoice.customer);
  const subscription = subscriptionOf(account, invoice);
  const owes = account.invoices.where(
    (one) => one.customer === invoice.customer && one.status === 'open' && one.attempt_count > 0,
  );
  if (customer && owes.length === 0) account.change('customer.updated', customer, (one) => (one.delinquent = false));
  if (!subscription || isOver(subscription)) return;
  if (subscription.pending_update && subscription.latest_invoice === invoice.id) {
    const { subscription_items: items, billing_cycle_anchor: anchor } = subscription.pending_update;
    account.change('customer.subscription.updated', subscription, (one) => {
      one.pending_update = null;
      takeItems(account, one, items, anchor ?? one.billing_cycle_anchor);
    });
    account.emit('customer.subscription.pending_update_applied', subscription);
  }
  const open = owes.some((one) => subscriptionOf(account, one) === subscription);
  const waiting: SubscriptionStatus[] = ['incomplete', 'past_due', 'unpaid'];
  if (waiting.includes(subscription.status) && (!open || subscription.latest_invoice === invoice.id))
    setStatus(account, subscription, 'active');
  else refreshEntitlements(account, subscription.customer);
}

function afterFailure(
  account: Account,
  invoice: Invoice,
  outcome: Outcome,
  automatic: boolean,
  present: boolean,
): void {
  const subscription = subscriptionOf(account, invoice);
  const { retryDays } = account.settings;
  const now = account.now(invoice.customer);
  const first = subscription?.status === 'incomplete' || subscription?.pending_update;
  account.change('invoice.updated', invoice, (one) => {
    one.attempted = true;
    // Any attempt is the first; afterwards only those count that nobody asked for.
    if (one.attempt_count === 0 || automatic) one.attempt_count += 1;
    const wait = retryDays[one.attempt_count - 1];
    if (one.attempt_count === 1 || automatic)
      one.next_payment_attempt = first || wait === undefined || !one.auto_advance ? null : now + wait * DAY;
  });
  if (outcome.kind === 'authenticate') account.emit('invoice.payment_action_required', invoice);
  if (outcome.kind !== 'authenticate' || !present) account.emit('invoice.payment_failed', invoice);
  if (first || !subscription || isOver(subscription)) return;
  const customer = account.customers.get(invoice.customer);
  account.change('customer.updated', customer, (one) => (one.delinquent = true));
  if (subscription.status === 'active' || subscription.status === 'trialing')
    setStatus(account, subscription, 'past_due');
  if (automatic && invoice.next_payment_attempt === null && subscription.status === 'past_due')
    giveUp(account, subscription);
}

/** The last attempt has failed. */
function giveUp(account: Account, subscription: Subscription): void {
  const { afterRetries } = account.settings;
  if (afterRetries === 'unpaid') setStatus(account, subscription, 'unpaid');
  if (afterRetries === 'cancel') cancelSubscription(account, subscription, { reason: 'payment_failed' });
}

export interface Cancelling {
  invoiceNow?: boolean;
  prorate?: boolean;
  reason?: 'cancellation_requested' | 'payment_failed';
  comment?: string | null;
  feedback?: string | null;
}

/** Ends a subscription now. What was used until now is billed where that is asked for, or its period is over. */
export function cancelSubscription(account: Account, subscription: Subscription, how: Cancelling): void {
  const { invoiceNow = false, prorate = false, reason = 'cancellation_requested', comment, feedback } = how;
  const now = account.now(subscription.customer);
  const of = (item: Subscription['items']['data'][number]) => ({ account, subscription, item });
  const used = subscription.items.data
    .filter(({ price }) => isMetered(price))
    .map((item) => usageLine(of(item), { start: item.current_period_start, end: now }))
    .filter(({ quantity }) => quantity! > 0);
  const unused = subscription.items.data
    .filter(
      (item) => prorate && !isMetered(item.price) && item.current_period_end > now && account.billedParts.find(item.id),
    )
    .map((item) => creditLine(of(item), now));
  const wasLive = subscription.status === 'active' || subscription.status === 'past_due';
  if (
    wasLive &&
    invoiceNow &&
    used.length + unused.length + pendingItems(account, subscription.customer, subscription.id).length > 0
  )
    bill(account, subscription, [...unused, ...used], 'subscription_update');
  else if (wasLive) for (const line of unused) keepForNextInvoice(account, subscription, line);
  for (const invoice of account.invoices.where(
    (one) => one.status === 'open' && subscriptionOf(account, one) === subscription,
  ))
    account.change('invoice.updated', invoice, (one) =>
      Object.assign(one, { auto_advance: false, next_payment_attempt: null }),
    );
  const schedule = account.schedules.find(subscription.schedule);
  if (schedule) {
    Object.assign(schedule, { status: 'canceled', canceled_at: now, current_phase: null });
    account.emit('subscription_schedule.canceled', schedule);
  }
  Object.assign(subscription, {
    status: 'canceled',
    ended_at: now,
    canceled_at: subscription.canceled_at ?? now,
    pending_update: null,
  });
  subscription.cancellation_details = {
    ...subscription.cancellation_details,
    ...(comment !== undefined && { comment }),
    ...(feedback !== undefined && { feedback }),
    reason: subscription.cancellation_details.reason ?? reason,
  };
  account.emit('customer.subscription.deleted', subscription);
  refreshEntitlements(account, subscription.customer);
}

/** The first invoice was not paid in time. */
export function expireIncomplete(account: Account, subscription: Subscription): void {
  const invoice = account.invoices.find(subscription.latest_invoice);
  if (invoice?.status === 'open') voidInvoice(account, invoice);
  account.change('customer.subscription.updated', subscription, (one) => {
    one.status = 'incomplete_expired';
    one.ended_at = account.now(one.customer);
  });
}

/** The payment for a change was not made in time: everything stays as it was. */
export function expirePendingUpdate(account: Account, subscription: Subscription): void {
  const invoice = account.invoices.find(subscription.latest_invoice);
  if (invoice?.status === 'open') voidInvoice(account, invoice);
  account.change('customer.subscription.updated', subscription, (one) => (one.pending_update = null));
  account.emit('customer.subscription.pending_update_expired', subscription);
}
