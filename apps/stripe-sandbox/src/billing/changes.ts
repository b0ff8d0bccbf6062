import type { Account } from '../account.js';
import { HOUR, sameCadence } from '../calendar.js';
import { ApiError, invalid } from '../errors.js';
import type { Metadata, PaymentMethod, Price, ProrationBehavior, Subscription, SubscriptionItem } from '../objects.js';
import { supportsCurrency } from './amounts.js';
import { refreshEntitlements } from './active-entitlements.js';
import { discountsOf } from './discounts.js';
import { createInvoice, finalizeInvoice } from './invoicing.js';
import { newItem, periodAt, takeItems } from './items.js';
import {
  creditLine,
  type DraftLine,
  isMetered,
  keepForNextInvoice,
  periodLine,
  remainderLine,
  usageLine,
} from './lines.js';
import { bill, pay } from './life.js';
import { bankSays, defaultMethod } from './payments.js';

const PENDING_HOURS = 23;

export type PaymentBehavior =
  'allow_incomplete' | 'default_incomplete' | 'error_if_incomplete' | 'pending_if_incomplete';

/** One item as a request asks for it. */
export interface AskedItem {
  id?: string;
  price?: Price;
  quantity?: number;
  deleted?: boolean;
  clearUsage?: boolean;
  metadata?: Metadata;
}

/** What a change makes of a subscription, before anything is done. */
export interface PlannedChange {
  items: SubscriptionItem[];
  anchor: number;
  /** Whether periods begin anew, so that something is to be paid at once. */
  restarts: boolean;
  /** What goes on the next invoice, or on one of its own. */
  lines: DraftLine[];
}

const key = (item: SubscriptionItem) => `${item.price.id} ${item.quantity ?? ''}`;

/** Checks that prices can stand in one subscription. */
export function checkPrices(account: Account, prices: Price[], currency: string): void {
  for (const price of prices) {
    if (price.type !== 'recurring')
      throw invalid(
        'The price specified is set to `type=one_time` but this field only accepts prices with `type=recurring`.',
        'items',
      );
    if (!price.active)
      throw invalid(`The price specified is inactive. This field only accepts active prices.`, 'items');
    if (!supportsCurrency(account, price, currency))
      throw invalid(`The price specified supports currencies other than ${currency} only.`, 'currency');
  }
}

/** Works out what a change of items means at a moment: new items, and by the second what is credited and charged. */
export function plannedChange(
  account: Account,
  subscription: Subscription,
  asked: AskedItem[],
  { at, prorate, restart = false }: { at: number; prorate: boolean; restart?: boolean },
): PlannedChange {
  const old = subscription.items.data;
  const trialing = subscription.status === 'trialing';
  const changed = new Map<string, AskedItem>();
  for (const one of asked) {
    if (!one.id) continue;
    if (!old.some(({ id }) => id === one.id))
      throw invalid(`No such subscription item: '${one.id}'`, 'items', 'resource_missing');
    changed.set(one.id, one);
  }
  const kept = old.filter(({ id }) => !changed.get(id)?.deleted);
  const restarts =
    !trialing &&
    (restart ||
      kept.some(({ id, price }) => {
        const next = changed.get(id)?.price;
        return next && !isMetered(price) && !sameCadence(price.recurring!, next.recurring!);
      }));
  const anchor = restarts ? at : subscription.billing_cycle_anchor;
  const periodOf = (price: Price) =>
    trialing
      ? { start: subscription.trial_start!, end: subscription.trial_end! }
      : restarts
        ? periodAt(at, price, at)
        : periodAt(anchor, price, at);
  const items = [
    ...kept.map((item) => {
      const { price = item.price, quantity = item.quantity, metadata = item.metadata } = changed.get(item.id) ?? {};
      const period = restarts || !sameCadence(price.recurring!, item.price.recurring!) ? periodOf(price) : null;
      const next: SubscriptionItem = { ...item, price, metadata };
      if (isMetered(price)) delete next.quantity;
      else next.quantity = quantity ?? 1;
      return period ? { ...next, current_period_start: period.start, current_period_end: period.end } : next;
    }),
    ...asked
      .filter(({ id }) => !id)
      .map(({ price, quantity, metadata }) => {
        if (!price) throw invalid('A new item needs a price.', 'items', 'parameter_missing');
        if (kept.some((item) => item.price.id === price.id))
          throw invalid('Cannot add multiple subscription items with the same price.', 'items');
        return newItem(subscription.id, price, quantity, metadata ?? {}, periodOf(price), at);
      }),
  ];
  if (items.length === 0) throw invalid('A subscription must have at least one active item.', 'items');
  return {
    items,
    anchor,
    restarts,
    lines: trialing ? [] : linesOf(account, subscription, items, changed, { at, prorate, restarts }),
  };
}

function linesOf(
  account: Account,
  subscription: Subscription,
  items: SubscriptionItem[],
  changed: Map<string, AskedItem>,
  { at, prorate, restarts }: { at: number; prorate: boolean; restarts: boolean },
): DraftLine[] {
  const of = (item: SubscriptionItem) => ({ account, subscription, item });
  const lines: DraftLine[] = [];
  for (const item of subscription.items.data) {
    const next = items.find(({ id }) => id === item.id);
    const touched = !next || restarts || key(next) !== key(item);
    if (!touched) continue;
    if (isMetered(item.price)) {
      if ((restarts || !next) && !changed.get(item.id)?.clearUsage)
        lines.push(usageLine(of(item), { start: item.current_period_start, end: at }));
    } else if (prorate && account.billedParts.find(item.id) && item.current_period_end > at)
      lines.push(creditLine(of(item), at));
  }
  for (const item of items) {
    if (isMetered(item.price)) continue;
    const before = subscription.items.data.find(({ id }) => id === item.id);
    if (restarts) lines.push(periodLine(of(item), { start: item.current_period_start, end: item.current_period_end }));
    else if (prorate && (!before || key(before) !== key(item))) lines.push(remainderLine(of(item), at));
  }
  return lines.filter(({ amount, quantity, item }) => amount !== 0 || quantity !== 0 || item !== null);
}

/** Does what was planned, and has it paid as was asked. */
export function applyChange(
  account: Account,
  subscription: Subscription,
  plan: PlannedChange,
  how: { proration: ProrationBehavior; payment: PaymentBehavior },
  mutate: (subscription: Subscription) => void = () => undefined,
): void {
  const atOnce = plan.restarts || how.proration === 'always_invoice';
  const billable = subscription.status === 'active' || subscription.status === 'past_due';
  if (atOnce && plan.lines.length > 0 && billable) {
    if (how.payment === 'error_if_incomplete') refuseUnpayable(account, subscription);
    if (how.payment === 'pending_if_incomplete') return applyWhenPaid(account, subscription, plan, mutate);
  }
  account.change('customer.subscription.updated', subscription, (one) => {
    mutate(one);
    takeItems(account, one, plan.items, plan.anchor);
  });
  if (atOnce && plan.lines.length > 0)
    bill(account, subscription, plan.lines, 'subscription_update', { collect: how.payment !== 'default_incomplete' });
  else for (const line of plan.lines) keepForNextInvoice(account, subscription, line);
  refreshEntitlements(account, subscription.customer);
}

/** Bills a change first, and makes it only when that is paid. */
function applyWhenPaid(
  account: Account,
  subscription: Subscription,
  plan: PlannedChange,
  mutate: (subscription: Subscription) => void,
): void {
  const now = account.now(subscription.customer);
  const customer = account.customers.get(subscription.customer);
  const invoice = createInvoice({
    ...{
      account,
      customer,
      subscription,
      currency: subscription.currency,
      lines: plan.lines,
      reason: 'subscription_update',
      now,
    },
    discounts: discountsOf(account, subscription, now),
  });
  account.change('customer.subscription.updated', subscription, (one) => {
    mutate(one);
    one.latest_invoice = invoice.id;
    one.pending_update = {
      ...{ billing_cycle_anchor: plan.restarts ? plan.anchor : null, cancel_at_period_end: null, discount: null },
      ...{ discounts: null, expires_at: now + PENDING_HOURS * HOUR, metadata: null, subscription_items: plan.items },
      ...{ trial_end: null, trial_from_plan: null },
    };
  });
  finalizeInvoice(account, invoice);
  pay(account, invoice, { method: defaultMethod(account, invoice), present: true });
}

/** A request that must be paid or not be done at all. */
export function refuseUnpayable(account: Account, subscription: Subscription): void {
  const customer = account.customers.get(subscription.customer);
  const id = subscription.default_payment_method ?? customer.invoice_settings.default_payment_method;
  checkPayable(account, customer.id, account.paymentMethods.find(id) ?? null);
}

export function checkPayable(account: Account, customer: string, method: PaymentMethod | null): void {
  if (!method)
    throw invalid(
      'This customer has no attached payment source or default payment method. Please consider adding a default payment method.',
      undefined,
      'resource_missing',
    );
  const said = bankSays(account, customer, method, {}, false);
  if (said.kind === 'accepted') return;
  if (said.kind === 'refused') throw new ApiError(402, { type: 'card_error', ...said.refusal });
  throw new ApiError(402, {
    ...{ type: 'card_error', code: 'subscription_payment_intent_requires_action' },
    message: 'Payment for this subscription requires additional user action before it can be completed successfully.',
  });
}
