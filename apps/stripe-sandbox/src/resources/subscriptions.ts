import type { Account } from '../account.js';
import { applyChange, type AskedItem, checkPrices, type PaymentBehavior, plannedChange } from '../billing/changes.js';
import { createSubscription, type NewSubscription } from '../billing/creation.js';
import { draftDiscounts, grant } from '../billing/discounts.js';
import { periodAt } from '../billing/items.js';
import { bill, cancelSubscription, isOver, setStatus } from '../billing/life.js';
import { isMetered, periodLine } from '../billing/lines.js';
import { endTrial, nextPeriodEnd } from '../billing/renewal.js';
import { DAY } from '../calendar.js';
import { pageOf } from '../collection.js';
import { invalid, requiredParam } from '../errors.js';
import { type Form, mergedMetadata } from '../form.js';
import type { Customer, MissingPaymentMethod, Price, Subscription } from '../objects.js';
import { route } from '../routes.js';
import { discountsIn } from './coupons.js';
import { newPrice } from './catalogue.js';
import { paymentMethodNamed, attach } from './payment-methods.js';

const PRORATIONS = ['create_prorations', 'none', 'always_invoice'] as const;
const PAYMENTS = ['allow_incomplete', 'default_incomplete', 'error_if_incomplete', 'pending_if_incomplete'] as const;
/** Known, and without meaning in the sandbox. */
const IGNORED = [
  ...['automatic_tax', 'payment_settings', 'off_session', 'billing_mode', 'invoice_settings', 'default_tax_rates'],
  ...['application_fee_percent', 'on_behalf_of', 'transfer_data', 'customer_account', 'default_source'],
];

function priceIn(account: Account, item: Form): Price | undefined {
  const id = item.text('price') ?? item.text('plan');
  const data = item.group('price_data');
  if (data) return newPrice(account, data, account.products.get(data.need('product'), data.nameOf('product')).id);
  return id === undefined ? undefined : account.prices.get(id, item.nameOf('price'));
}

/** The items that a request changes. */
export function itemsIn(account: Account, form: Form): AskedItem[] | undefined {
  return form.groups('items')?.map((item) => {
    const asked: AskedItem = {
      ...{ id: item.text('id'), price: priceIn(account, item), quantity: item.integer('quantity') },
      ...{ deleted: item.flag('deleted') ?? false, clearUsage: item.flag('clear_usage') ?? false },
    };
    if (item.has('metadata')) asked.metadata = mergedMetadata(item);
    item.skip('billing_thresholds', 'tax_rates', 'discounts');
    if (asked.price && isMetered(asked.price) && asked.quantity !== undefined)
      throw invalid('You cannot set a quantity for a metered price.', item.nameOf('quantity'));
    if (asked.quantity !== undefined && asked.quantity < 0)
      throw invalid('Invalid non-negative integer', item.nameOf('quantity'));
    return asked;
  });
}

function trialEndIn(form: Form, customer: Customer, account: Account, prices: Price[]): number | null {
  const end = form.text('trial_end');
  const days = form.integer('trial_period_days');
  const fromPlan = form.flag('trial_from_plan') ?? false;
  const now = account.now(customer.id);
  if (end !== undefined && days !== undefined)
    throw invalid('You cannot pass both trial_end and trial_period_days.', 'trial_end');
  if (end === 'now') return null;
  if (end !== undefined) {
    if (!/^\d+$/.test(end)) throw invalid(`Invalid timestamp: ${end}`, 'trial_end');
    if (Number(end) <= now) throw invalid('trial_end must be a future timestamp.', 'trial_end');
    return Number(end);
  }
  if (days !== undefined) return days > 0 ? now + days * DAY : null;
  const own = fromPlan ? Math.max(0, ...prices.map(({ recurring }) => recurring?.trial_period_days ?? 0)) : 0;
  return own > 0 ? now + own * DAY : null;
}

function missingMethodIn(form: Form): MissingPaymentMethod | undefined {
  return form
    .group('trial_settings')
    ?.group('end_behavior')
    ?.oneOf('missing_payment_method', 'create_invoice', 'cancel', 'pause');
}

const whenMethod = (account: Account, form: Form, customer: Customer): string | null | undefined => {
  const id = form.emptiable('default_payment_method');
  if (!id) return id;
  const method = paymentMethodNamed(account, id, 'default_payment_method');
  if (account.paymentMethods.find(id) && method.customer !== customer.id)
    throw invalid(
      `The customer does not have a payment method with the ID ${id}. The payment method must be attached to the customer.`,
      'default_payment_method',
      'resource_missing',
    );
  return attach(account, method, customer).id;
};

function wishIn(account: Account, form: Form): { wish: NewSubscription; payment: PaymentBehavior } {
  const customer = account.customers.get(form.need('customer'), 'customer');
  const asked = itemsIn(account, form);
  if (!asked?.length) throw requiredParam('items');
  const items = asked.map(({ price, quantity, metadata }, index) => {
    if (!price) throw requiredParam(`items[${index}][price]`);
    return { price, quantity, metadata };
  });
  const trialEnd = trialEndIn(
    form,
    customer,
    account,
    items.map(({ price }) => price),
  );
  const wish: NewSubscription = {
    ...{
      customer,
      items,
      currency: form.text('currency'),
      trialEnd,
      anchor: form.integer('billing_cycle_anchor') ?? null,
    },
    discounts: draftDiscounts(account, discountsIn(account, form, customer.id) ?? [], customer.id, null),
    ...{ metadata: mergedMetadata(form), description: form.emptiable('description') ?? null },
    defaultPaymentMethod: whenMethod(account, form, customer) ?? null,
    missingPaymentMethod: missingMethodIn(form) ?? 'create_invoice',
    collection: form.oneOf('collection_method', 'charge_automatically', 'send_invoice') ?? 'charge_automatically',
    daysUntilDue: form.integer('days_until_due') ?? null,
    cancelAtPeriodEnd: form.flag('cancel_at_period_end') ?? false,
    cancelAt: form.integer('cancel_at') ?? null,
  };
  const payment = form.oneOf('payment_behavior', ...PAYMENTS) ?? 'allow_incomplete';
  form.oneOf('proration_behavior', ...PRORATIONS);
  form.skip(...IGNORED);
  form.end();
  return { wish, payment };
}

/** What a request changes beside the items. */
function plainChangesIn(account: Account, form: Form, subscription: Subscription): (one: Subscription) => void {
  const customer = account.customers.get(subscription.customer);
  const now = account.now(customer.id);
  const metadata = mergedMetadata(form, subscription.metadata);
  const method = whenMethod(account, form, customer);
  const description = form.emptiable('description');
  const missing = missingMethodIn(form);
  const collection = form.oneOf('collection_method', 'charge_automatically', 'send_invoice');
  const days = form.integer('days_until_due');
  const atEnd = form.flag('cancel_at_period_end');
  const cancelAt = form.emptiable('cancel_at');
  const details = form.group('cancellation_details');
  const [comment, feedback] = [details?.emptiable('comment'), details?.emptiable('feedback')];
  if (atEnd && cancelAt) throw invalid('You may not pass both cancel_at and cancel_at_period_end.', 'cancel_at');
  return (one) => {
    one.metadata = metadata;
    if (method !== undefined) one.default_payment_method = method;
    if (description !== undefined) one.description = description;
    if (missing) one.trial_settings.end_behavior.missing_payment_method = missing;
    if (collection) one.collection_method = collection;
    if (days !== undefined) one.days_until_due = days;
    if (atEnd !== undefined) markEnding(one, atEnd ? nextPeriodEnd(one) : null, atEnd, now);
    if (cancelAt !== undefined) {
      const named = ['min_period_end', 'max_period_end', 'max_billed_until'].includes(cancelAt ?? '');
      markEnding(one, cancelAt === null ? null : named ? nextPeriodEnd(one) : Number(cancelAt), false, now);
    }
    if (comment !== undefined) one.cancellation_details.comment = comment;
    if (feedback !== undefined) one.cancellation_details.feedback = feedback;
  };
}

/** Sets down, or takes back, that a subscription is to end. */
export function markEnding(one: Subscription, at: number | null, atPeriodEnd: boolean, now: number): void {
  one.cancel_at_period_end = atPeriodEnd;
  one.cancel_at = at;
  one.canceled_at = at === null ? null : now;
  one.cancellation_details = {
    ...(at === null ? { comment: null, feedback: null, feedback_option: null } : one.cancellation_details),
    reason: at === null ? null : 'cancellation_requested',
  };
}

function update(account: Account, subscription: Subscription, form: Form): Subscription {
  if (isOver(subscription))
    throw invalid(
      'A canceled subscription can only update its cancellation_details and metadata.',
      undefined,
      'subscription_canceled',
    );
  const now = account.now(subscription.customer);
  const asked = itemsIn(account, form) ?? [];
  checkPrices(
    account,
    asked.flatMap(({ price }) => price ?? []),
    subscription.currency,
  );
  const plain = plainChangesIn(account, form, subscription);
  const proration = form.oneOf('proration_behavior', ...PRORATIONS) ?? 'create_prorations';
  const payment = form.oneOf('payment_behavior', ...PAYMENTS) ?? 'allow_incomplete';
  const at = form.integer('proration_date') ?? now;
  const anchor = form.group('billing_cycle_anchor')?.oneOf('type', 'unchanged', 'now');
  const trial = form.text('trial_end');
  const askedDiscounts = discountsIn(account, form, subscription.customer);
  form.skip(...IGNORED, 'trial_from_plan');
  form.end();
  if (trial !== undefined && trial !== 'now' && Number(trial) <= now)
    throw invalid('trial_end must be a future timestamp.', 'trial_end');
  if (asked.length > 0 && subscription.schedule && account.schedules.find(subscription.schedule)?.status === 'active')
    throw invalid(
      `The subscription is managed by the subscription schedule \`${subscription.schedule}\`, and updating items directly is not allowed. Release the schedule first.`,
      'items',
    );
  if (payment === 'pending_if_incomplete' && subscription.pending_update && asked.length > 0)
    throw invalid('This subscription has a pending update already.', 'payment_behavior');
  if (askedDiscounts) {
    const drafts = draftDiscounts(account, askedDiscounts, subscription.customer, subscription.id);
    account.change('customer.subscription.updated', subscription, (one) => grant(account, one, drafts));
  }
  if (asked.length > 0 || anchor === 'now') {
    const plan = plannedChange(account, subscription, asked, {
      at,
      prorate: proration !== 'none',
      restart: anchor === 'now',
    });
    applyChange(account, subscription, plan, { proration, payment }, plain);
  } else account.change('customer.subscription.updated', subscription, plain);
  if (trial === 'now' && subscription.status === 'trialing') endTrial(account, subscription, now);
  else if (trial !== undefined && trial !== 'now') moveTrial(account, subscription, Number(trial), now);
  return subscription;
}

/** A longer or shorter trial, or one for somebody who pays already: billing begins anew when it is over. */
function moveTrial(account: Account, subscription: Subscription, end: number, now: number): void {
  account.change('customer.subscription.updated', subscription, (one) => {
    one.status = 'trialing';
    one.trial_end = end;
    one.trial_start ??= now;
    one.billing_cycle_anchor = end;
    for (const item of one.items.data) item.current_period_end = end;
  });
}

function resume(account: Account, subscription: Subscription): Subscription {
  if (subscription.status !== 'paused')
    throw invalid('This subscription is not paused.', 'subscription', 'subscription_not_paused');
  const now = account.now(subscription.customer);
  subscription.billing_cycle_anchor = now;
  const items = subscription.items.data.map((item) => {
    const { start, end } = periodAt(now, item.price, now);
    return { ...item, current_period_start: start, current_period_end: end };
  });
  subscription.items.data = items;
  setStatus(account, subscription, 'active');
  account.emit('customer.subscription.resumed', subscription);
  const lines = items
    .filter(({ price }) => !isMetered(price))
    .map((item) =>
      periodLine({ account, subscription, item }, { start: item.current_period_start, end: item.current_period_end }),
    );
  bill(account, subscription, lines, 'subscription_update');
  return subscription;
}

const itemOf = (account: Account, id: string) => {
  for (const subscription of account.subscriptions.all()) {
    const item = subscription.items.data.find((one) => one.id === id);
    if (item) return { subscription, item };
  }
  throw invalid(`No such subscription_item: '${id}'`, 'id', 'resource_missing');
};

function changeItem(account: Account, form: Form, subscription: Subscription, asked: AskedItem): Subscription {
  const proration = form.oneOf('proration_behavior', ...PRORATIONS) ?? 'create_prorations';
  const payment = form.oneOf('payment_behavior', ...PAYMENTS) ?? 'allow_incomplete';
  const at = form.integer('proration_date') ?? account.now(subscription.customer);
  form.skip('off_session', 'tax_rates', 'billing_thresholds', 'discounts');
  form.end();
  checkPrices(account, asked.price ? [asked.price] : [], subscription.currency);
  const plan = plannedChange(account, subscription, [asked], { at, prorate: proration !== 'none' });
  applyChange(account, subscription, plan, { proration, payment });
  return subscription;
}

export const subscriptions = [
  route('POST', '/v1/subscriptions', ({ account, form }) => {
    const { wish, payment } = wishIn(account, form);
    return createSubscription(account, wish, { payment });
  }),
  route('GET', '/v1/subscriptions', ({ account, form }) => {
    const [customer, status, price] = [form.text('customer'), form.text('status'), form.text('price')];
    const clock = form.text('test_clock');
    form.skip('collection_method');
    const rows = account.subscriptions.where(
      (one) =>
        (!customer || one.customer === customer) &&
        (status === 'all' ||
          (status === 'ended' ? isOver(one) : status ? one.status === status : one.status !== 'canceled')) &&
        (!price || one.items.data.some((item) => item.price.id === price)) &&
        // Those of clocks are listed only for their clock or customer.
        (clock ? one.test_clock === clock : customer !== undefined || one.test_clock === null),
    );
    return pageOf(rows, form, '/v1/subscriptions');
  }),
  route('GET', '/v1/subscriptions/:id', ({ account, at }) => account.subscriptions.get(at['id']!)),
  route('POST', '/v1/subscriptions/:id', ({ account, at, form }) =>
    update(account, account.subscriptions.get(at['id']!), form),
  ),
  route('DELETE', '/v1/subscriptions/:id', ({ account, at, form }) => {
    const subscription = account.subscriptions.get(at['id']!);
    const details = form.group('cancellation_details');
    const [comment, feedback] = [details?.emptiable('comment'), details?.emptiable('feedback')];
    const [invoiceNow, prorate] = [form.flag('invoice_now'), form.flag('prorate')];
    form.end();
    if (isOver(subscription)) throw invalid(`No such subscription: '${subscription.id}'`, 'id', 'resource_missing');
    cancelSubscription(account, subscription, { invoiceNow, prorate, comment, feedback });
    return subscription;
  }),
  route('POST', '/v1/subscriptions/:id/resume', ({ account, at, form }) => {
    const subscription = account.subscriptions.get(at['id']!);
    form.skip('billing_cycle_anchor', 'payment_behavior', 'proration_behavior', 'proration_date');
    form.end();
    return resume(account, subscription);
  }),
  route('DELETE', '/v1/subscriptions/:id/discount', ({ account, at }) => {
    const subscription = account.subscriptions.get(at['id']!);
    const [id] = subscription.discounts;
    if (!id) throw invalid('No active discount for this subscription.', 'id', 'resource_missing');
    const { customer } = subscription;
    account.change('customer.subscription.updated', subscription, (one) => (one.discounts = []));
    account.emit('customer.discount.deleted', account.discounts.get(id));
    return { ...account.discounts.get(id), customer, deleted: true };
  }),

  route('GET', '/v1/subscription_items', ({ account, form }) => {
    const subscription = account.subscriptions.get(form.need('subscription'), 'subscription');
    return pageOf(subscription.items.data, form, '/v1/subscription_items');
  }),
  route('GET', '/v1/subscription_items/:id', ({ account, at }) => itemOf(account, at['id']!).item),
  route('POST', '/v1/subscription_items', ({ account, form }) => {
    const subscription = account.subscriptions.get(form.need('subscription'), 'subscription');
    const asked = { price: priceIn(account, form), quantity: form.integer('quantity'), metadata: mergedMetadata(form) };
    return changeItem(account, form, subscription, asked).items.data.at(-1)!;
  }),
  route('POST', '/v1/subscription_items/:id', ({ account, at, form }) => {
    const { subscription, item } = itemOf(account, at['id']!);
    const asked = { id: item.id, price: priceIn(account, form), quantity: form.integer('quantity') };
    const metadata = mergedMetadata(form, item.metadata);
    return changeItem(account, form, subscription, { ...asked, metadata }).items.data.find(({ id }) => id === item.id)!;
  }),
  route('DELETE', '/v1/subscription_items/:id', ({ account, at, form }) => {
    const { subscription, item } = itemOf(account, at['id']!);
    const clearUsage = form.flag('clear_usage') ?? false;
    changeItem(account, form, subscription, { id: item.id, deleted: true, clearUsage });
    return { id: item.id, object: 'subscription_item', deleted: true };
  }),
];
