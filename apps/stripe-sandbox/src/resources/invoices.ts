import type { Account } from '../account.js';
import { plannedChange } from '../billing/changes.js';
import { draftSubscription } from '../billing/creation.js';
import { discountsOf, draftDiscounts } from '../billing/discounts.js';
import { composed, finalizeInvoice, voidInvoice } from '../billing/invoicing.js';
import { afterPayment, pay } from '../billing/life.js';
import { type DraftLine } from '../billing/lines.js';
import { cardError, defaultMethod, markPaid } from '../billing/payments.js';
import { nextPeriodEnd, upcomingInvoice } from '../billing/renewal.js';
import { newId, pageOf } from '../collection.js';
import { ApiError, invalid, requiredParam } from '../errors.js';
import { type Form, mergedMetadata } from '../form.js';
import type { Invoice, InvoiceItem, Subscription } from '../objects.js';
import { route } from '../routes.js';
import { discountsIn } from './coupons.js';
import { paymentMethodNamed } from './payment-methods.js';
import { itemsIn } from './subscriptions.js';

function payNow(account: Account, invoice: Invoice, form: Form): Invoice {
  const named = form.text('payment_method');
  const outOfBand = form.flag('paid_out_of_band') ?? false;
  const method = named ? paymentMethodNamed(account, named, 'payment_method') : defaultMethod(account, invoice);
  form.skip('off_session', 'forgive', 'mandate');
  form.end();
  if (invoice.status === 'paid') throw invalid('Invoice is already paid', undefined, 'invoice_already_paid');
  if (invoice.status === 'void' || (invoice.status === 'draft' && subscriptionIsOver(account, invoice)))
    throw invalid(`This invoice can no longer be paid: it is ${invoice.status}.`, undefined, 'invoice_not_editable');
  if (invoice.status === 'draft') finalizeInvoice(account, invoice);
  if (outOfBand) {
    markPaid(account, invoice);
    afterPayment(account, invoice);
    return invoice;
  }
  if (!method && invoice.amount_due > 0)
    throw invalid(
      'There is no `default_payment_method` set on this Customer or Invoice. Please consider adding a default payment method.',
      undefined,
      'resource_missing',
    );
  const outcome = pay(account, invoice, { method, present: true }, { automatic: false });
  if (outcome.kind === 'paid' || outcome.kind === 'no_method') return invoice;
  const { intent } = outcome;
  if (outcome.kind === 'authenticate')
    throw new ApiError(402, {
      ...{ type: 'card_error', code: 'invoice_payment_intent_requires_action' },
      message: 'Payment for this invoice requires additional user action before it can be completed successfully.',
    });
  throw new ApiError(402, {
    ...cardError(outcome.refusal, method!),
    type: 'card_error',
    payment_intent: structuredClone(intent),
  });
}

const subscriptionIsOver = (account: Account, invoice: Invoice) =>
  ['canceled', 'incomplete_expired'].includes(
    account.subscriptions.find(invoice.parent?.subscription_details?.subscription)?.status ?? '',
  );

/** What would be billed, without doing anything: for a change, for a new subscription, or next time. */
function preview(account: Account, form: Form): Invoice {
  const subscriptionId = form.text('subscription');
  const customerId = form.text('customer');
  const subscription = subscriptionId ? account.subscriptions.get(subscriptionId, 'subscription') : null;
  if (!subscription && !customerId) throw requiredParam('customer');
  const customer = account.customers.get(subscription?.customer ?? customerId!, 'customer');
  const details = form.group('subscription_details');
  const asked = (details && itemsIn(account, details)) ?? [];
  const proration =
    details?.oneOf('proration_behavior', 'create_prorations', 'none', 'always_invoice') ?? 'create_prorations';
  const at = details?.integer('proration_date') ?? account.now(customer.id);
  const anchor = details?.has('billing_cycle_anchor') ? details.raw('billing_cycle_anchor') : undefined;
  const trial = details?.text('trial_end');
  const atEnd = details?.flag('cancel_at_period_end');
  details?.skip('default_tax_rates', 'resume_at', 'start_date', 'billing_mode', 'cancel_at', 'cancel_now');
  const given = discountsIn(account, form, customer.id);
  const currency = form.text('currency');
  form.skip('automatic_tax', 'customer_details', 'preview_mode', 'issuer', 'on_behalf_of');
  form.end();
  const restart = anchor === 'now' || (typeof anchor === 'object' && 'type' in anchor && anchor.type === 'now');
  const asDrafts = (of: Subscription | null) => given && draftDiscounts(account, given, customer.id, of?.id ?? null);

  if (!subscription) {
    const items = asked.map(({ price, quantity }, index) => {
      if (!price) throw requiredParam(`subscription_details[items][${index}][price]`);
      return { price, quantity };
    });
    if (items.length === 0) throw requiredParam('subscription_details[items]');
    const { subscription: draft, lines } = draftSubscription(account, {
      ...{
        customer,
        items,
        currency,
        trialEnd: trial && trial !== 'now' ? Number(trial) : null,
        anchor: null,
        discounts: [],
      },
      ...{ metadata: {}, description: null, defaultPaymentMethod: null, missingPaymentMethod: 'create_invoice' },
      ...{ collection: 'charge_automatically', daysUntilDue: null, cancelAtPeriodEnd: false, cancelAt: null },
    });
    const discounts = asDrafts(draft) ?? [];
    return composed(
      {
        ...{
          account,
          customer,
          subscription: draft,
          currency: draft.currency,
          lines,
          discounts,
          reason: 'upcoming' as const,
        },
        now: at,
      },
      newId('upcoming_in'),
    );
  }

  const copy = structuredClone(subscription);
  // The catalogue is asked by identity, so a copy must hold the same prices.
  copy.items.data.forEach((item, place) => (item.price = subscription.items.data[place]!.price));
  if (atEnd !== undefined) copy.cancel_at_period_end = atEnd;
  const discounts = asDrafts(copy) ?? discountsOf(account, copy, at);
  let extra: DraftLine[] = [];
  if (trial === 'now' && copy.status === 'trialing') {
    copy.billing_cycle_anchor = at;
    for (const item of copy.items.data) item.current_period_end = at;
    if (asked.length > 0)
      copy.items.data = plannedChange(account, copy, asked, { at, prorate: false }).items.map((item) => ({
        ...item,
        current_period_end: at,
      }));
    return upcomingInvoice(account, copy, at);
  }
  if (asked.length > 0 || restart) {
    const plan = plannedChange(account, copy, asked, { at, prorate: proration !== 'none', restart });
    if (plan.restarts || proration === 'always_invoice')
      return composed(
        {
          ...{ account, customer, subscription: copy, currency: copy.currency, lines: plan.lines, discounts },
          reason: 'upcoming',
          now: at,
        },
        newId('upcoming_in'),
      );
    copy.items.data = plan.items;
    extra = plan.lines;
  }
  return upcomingInvoice(account, copy, nextPeriodEnd(copy), extra);
}

function newInvoiceItem(account: Account, form: Form): InvoiceItem {
  const customer = account.customers.get(form.need('customer'), 'customer');
  const amount = form.integer('amount');
  const currency = (form.text('currency') ?? customer.currency ?? 'usd').toLowerCase();
  const subscription = form.text('subscription');
  const now = account.now(customer.id);
  if (subscription) account.subscriptions.get(subscription, 'subscription');
  if (amount === undefined) throw requiredParam('amount');
  const item: InvoiceItem = {
    ...{
      id: newId('ii'),
      object: 'invoiceitem',
      amount,
      currency,
      customer: customer.id,
      customer_account: null,
      date: now,
    },
    ...{ description: form.emptiable('description') ?? null, discountable: form.flag('discountable') ?? amount > 0 },
    ...{ discounts: [], invoice: null, livemode: false, metadata: mergedMetadata(form), net_amount: amount },
    parent: subscription ? { subscription_details: { subscription }, type: 'subscription_details' } : null,
    ...{ period: { start: now, end: now }, pricing: null, proration: false, quantity: 1, quantity_decimal: '1' },
    ...{ tax_rates: [], test_clock: customer.test_clock },
  };
  form.end();
  account.invoiceItems.add(item);
  account.emit('invoiceitem.created', item);
  return item;
}

export const invoices = [
  route('POST', '/v1/invoices/create_preview', ({ account, form }) => preview(account, form)),
  route('GET', '/v1/invoices', ({ account, form }) => {
    const [customer, status, subscription] = [form.text('customer'), form.text('status'), form.text('subscription')];
    form.skip('collection_method', 'due_date');
    const rows = account.invoices.where(
      (one) =>
        (!customer || one.customer === customer) &&
        (!status || one.status === status) &&
        (!subscription || one.parent?.subscription_details?.subscription === subscription),
    );
    return pageOf(rows, form, '/v1/invoices');
  }),
  route('GET', '/v1/invoices/:id', ({ account, at }) => account.invoices.get(at['id']!, 'invoice')),
  route('POST', '/v1/invoices/:id', ({ account, at, form }) => {
    const invoice = account.invoices.get(at['id']!, 'invoice');
    const metadata = mergedMetadata(form, invoice.metadata);
    const [description, footer, advance] = [
      form.emptiable('description'),
      form.emptiable('footer'),
      form.flag('auto_advance'),
    ];
    const method = form.text('default_payment_method');
    if (method) account.paymentMethods.get(method, 'default_payment_method');
    form.end();
    account.change('invoice.updated', invoice, (one) => {
      Object.assign(
        one,
        { metadata },
        description !== undefined && { description },
        footer !== undefined && { footer },
      );
      if (advance !== undefined) one.auto_advance = advance;
      if (advance === false) one.next_payment_attempt = null;
      if (method) one.default_payment_method = method;
    });
    return invoice;
  }),
  route('GET', '/v1/invoices/:id/lines', ({ account, at, form }) => {
    const { id, lines } = account.invoices.get(at['id']!, 'invoice');
    return pageOf([...lines.data].reverse(), form, `/v1/invoices/${id}/lines`);
  }),
  route('POST', '/v1/invoices/:id/finalize', ({ account, at, form }) => {
    const invoice = account.invoices.get(at['id']!, 'invoice');
    form.skip('auto_advance');
    form.end();
    if (invoice.status !== 'draft')
      throw invalid(
        `This invoice is already finalized, you can't re-finalize a non-draft invoice.`,
        undefined,
        'invoice_not_editable',
      );
    finalizeInvoice(account, invoice);
    return invoice;
  }),
  route('POST', '/v1/invoices/:id/pay', ({ account, at, form }) =>
    payNow(account, account.invoices.get(at['id']!, 'invoice'), form),
  ),
  route('POST', '/v1/invoices/:id/void', ({ account, at, form }) => {
    const invoice = account.invoices.get(at['id']!, 'invoice');
    form.end();
    if (invoice.status !== 'open' && invoice.status !== 'uncollectible')
      throw invalid(
        `You can only void open or uncollectible invoices; this one is ${invoice.status}.`,
        undefined,
        'invoice_not_editable',
      );
    voidInvoice(account, invoice);
    return invoice;
  }),
  route('POST', '/v1/invoices/:id/mark_uncollectible', ({ account, at, form }) => {
    const invoice = account.invoices.get(at['id']!, 'invoice');
    form.end();
    if (invoice.status !== 'open')
      throw invalid('Only open invoices can be marked uncollectible.', undefined, 'invoice_not_editable');
    account.change('invoice.updated', invoice, (one) => {
      Object.assign(one, { status: 'uncollectible', auto_advance: false, next_payment_attempt: null });
      one.status_transitions.marked_uncollectible_at = account.now(one.customer);
    });
    account.emit('invoice.marked_uncollectible', invoice);
    return invoice;
  }),
  route('POST', '/v1/invoiceitems', ({ account, form }) => newInvoiceItem(account, form)),
  route('GET', '/v1/invoiceitems', ({ account, form }) => {
    const [customer, pending] = [form.text('customer'), form.flag('pending')];
    const rows = account.invoiceItems.where(
      (one) =>
        (!customer || one.customer === customer) && (pending === undefined || (one.invoice === null) === pending),
    );
    return pageOf(rows, form, '/v1/invoiceitems');
  }),
  route('GET', '/v1/invoiceitems/:id', ({ account, at }) => account.invoiceItems.get(at['id']!)),
  route('DELETE', '/v1/invoiceitems/:id', ({ account, at }) => {
    const item = account.invoiceItems.get(at['id']!);
    if (item.invoice)
      throw invalid(
        'This invoice item belongs to an invoice and cannot be deleted.',
        undefined,
        'invoice_not_editable',
      );
    account.invoiceItems.delete(item.id);
    account.emit('invoiceitem.deleted', item);
    return { id: item.id, object: 'invoiceitem', deleted: true };
  }),
  route('GET', '/v1/invoice_payments', ({ account, form }) => {
    const [invoice, status] = [form.text('invoice'), form.text('status')];
    form.skip('payment');
    const rows = account.invoicePayments.where(
      (one) => (!invoice || one.invoice === invoice) && (!status || one.status === status),
    );
    return pageOf(rows, form, '/v1/invoice_payments');
  }),
  route('GET', '/v1/charges', ({ account, form }) => {
    const [customer, intent] = [form.text('customer'), form.text('payment_intent')];
    const rows = account.charges.where(
      (one) => (!customer || one['customer'] === customer) && (!intent || one.payment_intent === intent),
    );
    return pageOf(rows, form, '/v1/charges');
  }),
  route('GET', '/v1/charges/:id', ({ account, at }) => account.charges.get(at['id']!)),
];
