import type { Account } from '../account.js';
import { intervalsAfter } from '../calendar.js';
import { newId } from '../collection.js';
import type { Coupon, Discount, Subscription } from '../objects.js';
import type { AskedDiscount } from '../resources/coupons.js';
import type { DraftLine } from './lines.js';

/** A discount as it would be given; only `grant` gives it. */
export function draftDiscount(
  coupon: Coupon,
  code: string | null,
  customer: string | null,
  subscription: string | null,
  now: number,
): Discount {
  const months = coupon.duration === 'repeating' ? coupon.duration_in_months! : null;
  return {
    ...{ id: newId('di'), object: 'discount', checkout_session: null, customer, customer_account: null },
    end: months === null ? null : intervalsAfter(now, { interval: 'month', interval_count: 1 }, months),
    ...{
      invoice: null,
      invoice_item: null,
      promotion_code: code,
      source: { coupon: coupon.id, type: 'coupon' as const },
    },
    ...{ start: now, subscription, subscription_item: null },
  };
}

/** What is asked for, as discounts: those there are, and drafts of new ones. */
export function draftDiscounts(
  account: Account,
  asked: AskedDiscount[],
  customer: string | null,
  subscription: string | null,
): Discount[] {
  return asked.map((one) =>
    'discount' in one
      ? account.discounts.get(one.discount)
      : draftDiscount(one.coupon, one.code?.id ?? null, customer, subscription, account.now(customer)),
  );
}

/** Gives a subscription its discounts, and counts their coupons as redeemed. */
export function grant(account: Account, subscription: Subscription, discounts: Discount[]): void {
  for (const discount of discounts) {
    if (account.discounts.find(discount.id)) continue;
    account.discounts.add({ ...discount, customer: subscription.customer, subscription: subscription.id });
    const coupon = account.coupons.find(discount.source.coupon);
    if (coupon) coupon.times_redeemed += 1;
    const code = account.promotionCodes.find(discount.promotion_code);
    if (code) code.times_redeemed += 1;
    account.emit('customer.discount.created', account.discounts.get(discount.id));
  }
  subscription.discounts = discounts.map(({ id }) => id);
}

export function discountsOf(account: Account, subscription: Subscription, now: number): Discount[] {
  return subscription.discounts
    .map((id) => account.discounts.find(id))
    .filter((one): one is Discount => one !== undefined && (one.end === null || one.end > now));
}

/** Ends those that were for one invoice, and those whose months are over. */
export function endSpentDiscounts(
  account: Account,
  subscription: Subscription,
  used: ReadonlySet<string>,
  now: number,
): void {
  const spent = subscription.discounts.filter((id) => {
    const discount = account.discounts.find(id);
    const once = account.coupons.find(discount?.source.coupon)?.duration === 'once';
    return !discount || (once && used.has(id)) || (discount.end !== null && discount.end <= now);
  });
  if (spent.length === 0) return;
  subscription.discounts = subscription.discounts.filter((id) => !spent.includes(id));
  for (const id of spent) {
    const discount = account.discounts.find(id);
    if (!discount) continue;
    discount.end ??= now;
    account.emit('customer.discount.deleted', discount);
  }
}

const appliesTo = (coupon: Coupon, line: DraftLine) => {
  const products = (coupon['applies_to'] as { products: string[] } | undefined)?.products;
  return (
    line.discountable &&
    line.amount > 0 &&
    (!products || (line.price !== null && products.includes(line.price.product)))
  );
};

/** What each line gets off by each discount, one discount after the other. */
export function reductions(
  account: Account,
  lines: DraftLine[],
  discounts: Discount[],
  currency: string,
): { amount: number; discount: string }[][] {
  const left = lines.map(({ amount }) => amount);
  const result: { amount: number; discount: string }[][] = lines.map(() => []);
  for (const { id, source } of discounts) {
    const coupon = account.coupons.find(source.coupon);
    if (!coupon) continue;
    const places = lines.flatMap((line, place) => (appliesTo(coupon, line) && left[place]! > 0 ? [place] : []));
    let rest = coupon.amount_off !== null && coupon.currency === currency ? coupon.amount_off : 0;
    let sum = places.reduce((total, place) => total + left[place]!, 0);
    rest = Math.min(rest, sum);
    for (const place of places) {
      const line = left[place]!;
      const off =
        coupon.percent_off !== null ? Math.round((line * coupon.percent_off) / 100) : Math.round((rest * line) / sum);
      rest -= off;
      sum -= line;
      left[place] = line - off;
      if (off > 0) result[place]!.push({ amount: off, discount: id });
    }
  }
  return result;
}

/** What part of a price remains after the discounts that are percentages. */
export function partAfterPercentages(account: Account, discounts: Discount[], product: string): number {
  return discounts.reduce((part, { source }) => {
    const coupon = account.coupons.find(source.coupon);
    const products = (coupon?.['applies_to'] as { products: string[] } | undefined)?.products;
    return coupon?.percent_off && (!products || products.includes(product))
      ? part * (1 - coupon.percent_off / 100)
      : part;
  }, 1);
}
