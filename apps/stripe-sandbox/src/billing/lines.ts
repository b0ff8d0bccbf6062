import type { Account } from '../account.js';
import type { InvoiceItem, LineItem, Period, Price, Subscription, SubscriptionItem } from '../objects.js';
import { newId } from '../collection.js';
import { amountOf, money } from './amounts.js';
import { usageOf } from './usage.js';

/** A line before it is on an invoice. */
export interface DraftLine {
  amount: number;
  currency: string;
  description: string;
  discountable: boolean;
  period: Period;
  price: Price | null;
  quantity: number | null;
  proration: boolean;
  subscription: string | null;
  item: string | null;
  invoiceItem: string | null;
  /** A full price of a period, by which the part that was really paid is known. */
  whole: boolean;
}

export const isMetered = ({ recurring }: Price): boolean => recurring?.usage_type === 'metered';

const dateOf = (at: number) =>
  new Date(at * 1_000).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });

const productName = (account: Account, price: Price) => account.products.find(price.product)?.name ?? price.product;

const every = ({ recurring }: Price) =>
  recurring!.interval_count === 1 ? recurring!.interval : `${recurring!.interval_count} ${recurring!.interval}s`;

interface Of {
  account: Account;
  subscription: Subscription;
  item: SubscriptionItem;
}

const base = ({ subscription, item }: Of) => ({
  ...{ currency: subscription.currency, price: item.price, quantity: item.quantity ?? null, proration: false },
  ...{ subscription: subscription.id, item: item.id, invoiceItem: null, whole: false, discountable: true },
});

export const grossOf = (account: Account, currency: string, { price, quantity }: SubscriptionItem): number =>
  amountOf(account, price, currency, quantity ?? 1);

/** A period in advance. */
export function periodLine(of: Of, period: Period): DraftLine {
  const { account, subscription, item } = of;
  const amount = grossOf(account, subscription.currency, item);
  const unit = money(amountOf(account, item.price, subscription.currency, 1), subscription.currency);
  const description = `${item.quantity ?? 1} × ${productName(account, item.price)} (at ${unit} / ${every(item.price)})`;
  return { ...base(of), amount, description, period, whole: true };
}

export function trialLine(of: Of, period: Period): DraftLine {
  return { ...base(of), amount: 0, description: `Trial period for ${productName(of.account, of.item.price)}`, period };
}

/** What was used, afterwards. */
export function usageLine(of: Of, period: Period): DraftLine {
  const { account, subscription, item } = of;
  const meter = account.meters.find(item.price.recurring?.meter);
  const quantity = meter ? Math.max(0, usageOf(account, meter, subscription.customer, period)) : 0;
  const amount = amountOf(account, item.price, subscription.currency, quantity);
  return { ...base(of), amount, quantity, description: `${quantity} × ${productName(account, item.price)}`, period };
}

/** What of a period that was billed is not used: by the second, and by what was really billed. */
export function creditLine(of: Of, at: number): DraftLine {
  const { account, subscription, item } = of;
  const { current_period_start: start, current_period_end: end } = item;
  const part = account.billedParts.find(item.id)?.part ?? 1;
  const amount = -Math.round((grossOf(account, subscription.currency, item) * part * (end - at)) / (end - start));
  const description = `Unused time on ${productName(account, item.price)} after ${dateOf(at)}`;
  return {
    ...{ ...base(of), amount: amount || 0, description, period: { start: at, end } },
    ...{ proration: true, discountable: false },
  };
}

/** The rest of a running period. */
export function remainderLine(of: Of, at: number): DraftLine {
  const { account, subscription, item } = of;
  const { current_period_start: start, current_period_end: end } = item;
  const amount = Math.round((grossOf(account, subscription.currency, item) * (end - at)) / (end - start));
  const description = `Remaining time on ${productName(account, item.price)} after ${dateOf(at)}`;
  return { ...base(of), amount, description, period: { start: at, end }, proration: true };
}

export function pendingLine(account: Account, waiting: InvoiceItem): DraftLine {
  const price = account.prices.find(
    (waiting['pricing'] as { price_details?: { price: string } } | null)?.price_details?.price,
  );
  const parent = waiting['parent'] as {
    subscription_details: { subscription: string; subscription_item?: string };
  } | null;
  return {
    ...{ amount: waiting.amount, currency: waiting.currency, description: waiting.description ?? '' },
    ...{ discountable: waiting.discountable, period: waiting.period, price: price ?? null, invoiceItem: waiting.id },
    ...{ quantity: waiting['quantity'] as number, proration: waiting.proration, whole: false },
    subscription: parent?.subscription_details.subscription ?? null,
    item: parent?.subscription_details.subscription_item ?? null,
  };
}

const pricingOf = ({ price, quantity, amount }: DraftLine) =>
  price && {
    ...{ price_details: { price: price.id, product: price.product }, type: 'price_details' },
    unit_amount_decimal: price.unit_amount_decimal ?? (quantity ? String(amount / quantity) : null),
  };

/** Puts a line aside for the next invoice. */
export function keepForNextInvoice(account: Account, subscription: Subscription, line: DraftLine): InvoiceItem {
  const item: InvoiceItem = {
    ...{ id: newId('ii'), object: 'invoiceitem', amount: line.amount, currency: line.currency },
    ...{ customer: subscription.customer, customer_account: null, date: account.now(subscription.customer) },
    ...{
      description: line.description,
      discountable: line.discountable,
      discounts: [],
      invoice: null,
      livemode: false,
    },
    ...{ metadata: {}, net_amount: line.amount, period: line.period, proration: line.proration },
    parent: {
      subscription_details: { subscription: subscription.id, ...(line.item && { subscription_item: line.item }) },
      type: 'subscription_details',
    },
    ...{ pricing: pricingOf(line), quantity: line.quantity ?? 1, quantity_decimal: String(line.quantity ?? 1) },
    ...{ tax_rates: [], test_clock: subscription.test_clock },
  };
  account.invoiceItems.add(item);
  account.emit('invoiceitem.created', item);
  return item;
}

export function lineItem(
  invoice: string | null,
  line: DraftLine,
  off: { amount: number; discount: string }[],
): LineItem {
  const { subscription, item, invoiceItem, proration } = line;
  const details = { invoice_item: invoiceItem, proration, proration_details: { credited_items: null }, subscription };
  return {
    ...{
      id: newId('il'),
      object: 'line_item',
      amount: line.amount,
      currency: line.currency,
      description: line.description,
    },
    ...{
      discount_amounts: off,
      discountable: line.discountable,
      discounts: off.map(({ discount }) => discount),
      invoice,
    },
    ...{ livemode: false, metadata: {} },
    parent: item
      ? {
          invoice_item_details: null,
          subscription_item_details: { ...details, subscription_item: item },
          type: 'subscription_item_details',
        }
      : invoiceItem
        ? { invoice_item_details: details, subscription_item_details: null, type: 'invoice_item_details' }
        : null,
    ...{ period: line.period, pretax_credit_amounts: off.map((one) => ({ ...one, type: 'discount' })) },
    ...{ pricing: pricingOf(line), quantity: line.quantity },
    ...{
      quantity_decimal: line.quantity === null ? null : String(line.quantity),
      subscription,
      subtotal: line.amount,
      taxes: [],
    },
  };
}
