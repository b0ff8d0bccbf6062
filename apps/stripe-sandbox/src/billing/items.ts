import type { Account } from '../account.js';
import { nextBoundary } from '../calendar.js';
import { newId } from '../collection.js';
import type { Metadata, Period, Price, Subscription, SubscriptionItem } from '../objects.js';
import { discountsOf, partAfterPercentages } from './discounts.js';
import { isMetered } from './lines.js';

/** The period that a moment lies in, as its anchor has it. */
export function periodAt(anchor: number, price: Price, moment: number): Period {
  const cadence = price.recurring!;
  const end = nextBoundary(anchor, cadence, moment);
  let start = nextBoundary(anchor, cadence, moment - 366 * 86_400 * cadence.interval_count - 1);
  while (nextBoundary(anchor, cadence, start) < end) start = nextBoundary(anchor, cadence, start);
  return { start, end };
}

export function newItem(
  subscription: string,
  price: Price,
  quantity: number | undefined,
  metadata: Metadata,
  { start, end }: Period,
  now: number,
): SubscriptionItem {
  return {
    ...{
      id: newId('si'),
      object: 'subscription_item',
      billing_thresholds: null,
      created: now,
      current_period_end: end,
    },
    ...{ current_period_start: start, current_trial: null, discounts: [], metadata, plan: planOf(price), price },
    ...(isMetered(price) ? {} : { quantity: quantity ?? 1 }),
    ...{ subscription, tax_rates: [] },
  };
}

/** What prices were called before; the API still shows it. */
export function planOf(price: Price) {
  const {
    id,
    active,
    unit_amount,
    unit_amount_decimal,
    billing_scheme,
    created,
    currency,
    metadata,
    nickname,
    product,
  } = price;
  const { interval, interval_count, meter, trial_period_days, usage_type } = price.recurring!;
  return {
    ...{
      id,
      object: 'plan',
      active,
      amount: unit_amount,
      amount_decimal: unit_amount_decimal,
      billing_scheme,
      created,
    },
    ...{ currency, interval, interval_count, livemode: false, metadata, meter, nickname, product },
    ...{ tiers_mode: price.tiers_mode, transform_usage: null, trial_period_days, usage_type },
  };
}

/** Gives a subscription other items. What they bill from now on is a matter of the lines that go with it. */
export function takeItems(
  account: Account,
  subscription: Subscription,
  items: SubscriptionItem[],
  anchor: number,
): void {
  const now = account.now(subscription.customer);
  const discounts = discountsOf(account, subscription, now);
  const before = new Map(subscription.items.data.map((item) => [item.id, item]));
  subscription.items.data = items.map((item) => ({ ...item, plan: planOf(item.price) }));
  subscription.billing_cycle_anchor = anchor;
  for (const { id, price, quantity } of items) {
    const old = before.get(id);
    if (old?.price.id === price.id && old.quantity === quantity) continue;
    if (isMetered(price) || subscription.status === 'trialing') continue;
    account.billedParts.add({ id, part: partAfterPercentages(account, discounts, price.product) });
  }
}
