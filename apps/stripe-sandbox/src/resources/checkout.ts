import type { Account } from '../account.js';
import { amountOf } from '../billing/amounts.js';
import { draftSubscription, type NewSubscription } from '../billing/creation.js';
import { draftDiscounts } from '../billing/discounts.js';
import { composed } from '../billing/invoicing.js';
import { isMetered } from '../billing/lines.js';
import { expireSession } from '../billing/passing-time.js';
import { checkPrices } from '../billing/changes.js';
import { DAY, HOUR } from '../calendar.js';
import { newId, pageOf, randomText } from '../collection.js';
import { invalid, requiredParam } from '../errors.js';
import { type Form, mergedMetadata } from '../form.js';
import type { CheckoutSession, Customer, Price, Wire } from '../objects.js';
import { route } from '../routes.js';
import { newPrice } from './catalogue.js';
import { type AskedDiscount, discountsIn } from './coupons.js';
import { newSetupIntent } from './intents.js';

const OPEN_HOURS = 24;

/** Somebody who is not there yet, so that prices can be worked out. */
const nobody = (account: Account, currency: string): Customer => ({
  ...{
    id: 'cus_nobody',
    object: 'customer',
    address: null,
    balance: 0,
    created: account.now(),
    currency,
    delinquent: false,
  },
  ...{ email: null, invoice_prefix: '', metadata: {}, name: null, next_invoice_sequence: 1, phone: null },
  invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
  ...{ tax_exempt: 'none', test_clock: null },
});

/** The subscription that a session is about. */
export function wishOf(
  account: Account,
  session: CheckoutSession,
  customer: Customer | null,
  codes: AskedDiscount[],
): NewSubscription {
  const { data } = account.sessionLines.get(session.id);
  const buyer = customer ?? nobody(account, session.currency!);
  const now = account.now(buyer.id);
  return {
    customer: buyer,
    items: data.items.map(({ price, quantity }) => ({ price: account.prices.get(price), quantity })),
    ...{
      currency: session.currency!,
      trialEnd: data.trialDays ? now + data.trialDays * DAY : data.trialEnd,
      anchor: null,
    },
    discounts: draftDiscounts(account, codes, customer?.id ?? null, null),
    ...{ metadata: data.metadata, description: data.description, defaultPaymentMethod: null },
    ...{ missingPaymentMethod: data.missingPaymentMethod, collection: 'charge_automatically', daysUntilDue: null },
    ...{ cancelAtPeriodEnd: false, cancelAt: null },
  };
}

/** What a session's customer is going to pay now. */
export function amountsOf(
  account: Account,
  session: CheckoutSession,
  customer: Customer | null,
  codes: AskedDiscount[],
) {
  const wish = wishOf(account, session, customer, codes);
  const { subscription, lines } = draftSubscription(account, wish);
  const { discounts } = wish;
  const invoice = composed(
    {
      ...{ account, customer: wish.customer, subscription, currency: subscription.currency, lines, discounts },
      reason: 'upcoming',
      now: account.now(wish.customer.id),
    },
    newId('upcoming_in'),
  );
  return {
    subtotal: invoice.subtotal,
    total: invoice.total,
    due: invoice.amount_due,
    trialEnd: subscription.trial_end,
    lines: invoice.lines.data,
  };
}

/** The discounts that a session came with. */
export const sessionDiscounts = (account: Account, session: CheckoutSession): AskedDiscount[] =>
  (session.discounts ?? []).flatMap(({ coupon, promotion_code: code }) => {
    const found = account.coupons.find(coupon);
    return found ? [{ coupon: found, code: account.promotionCodes.find(code) ?? null }] : [];
  });

/** Works out the amounts that a session shows. */
export function fillAmounts(account: Account, session: CheckoutSession): void {
  if (session.mode !== 'subscription') return;
  const customer = account.customers.find(session.customer) ?? null;
  const { subtotal, total } = amountsOf(account, session, customer, sessionDiscounts(account, session));
  session.amount_subtotal = subtotal;
  session.amount_total = total;
  session.total_details = { amount_discount: subtotal - total, amount_shipping: 0, amount_tax: 0 };
}

function priceOf(account: Account, line: Form): Price {
  const id = line.text('price');
  if (id) return account.prices.get(id, line.nameOf('price'));
  const data = line.group('price_data');
  if (!data) throw requiredParam(line.nameOf('price'));
  return newPrice(account, data, account.products.get(data.need('product'), data.nameOf('product')).id);
}

function create(account: Account, form: Form): CheckoutSession {
  const mode = form.oneOf('mode', 'subscription', 'setup') ?? (form.has('line_items') ? 'subscription' : 'setup');
  const customer =
    account.customers.find(form.text('customer')) ??
    (form.has('customer') ? account.customers.get(form.text('customer')!, 'customer') : null);
  const now = account.now(customer?.id);
  const lines = (form.groups('line_items') ?? []).map((line) => {
    const price = priceOf(account, line);
    const quantity = line.integer('quantity');
    line.skip('adjustable_quantity', 'tax_rates', 'metadata');
    if (isMetered(price) && quantity !== undefined)
      throw invalid('You cannot set a quantity for a metered price.', line.nameOf('quantity'));
    if (!isMetered(price) && !(quantity! >= 1)) throw requiredParam(line.nameOf('quantity'));
    return { price, quantity };
  });
  const asked = discountsIn(account, form, customer?.id ?? null) ?? [];
  const data = form.group('subscription_data');
  const trialEnd = data?.integer('trial_end') ?? null;
  const updates = form.group('customer_update');
  const subscriptionData = {
    updates: { address: updates?.text('address') === 'auto', name: updates?.text('name') === 'auto' },
    ...{ metadata: data ? mergedMetadata(data) : {}, description: data?.emptiable('description') ?? null },
    ...{ trialDays: data?.integer('trial_period_days') ?? null, trialEnd },
    missingPaymentMethod:
      data
        ?.group('trial_settings')
        ?.group('end_behavior')
        ?.oneOf('missing_payment_method', 'create_invoice', 'cancel', 'pause') ?? ('create_invoice' as const),
    items: lines.map(({ price, quantity }) => ({ price: price.id, quantity })),
  };
  data?.skip('default_tax_rates', 'billing_mode', 'proration_behavior', 'invoice_settings', 'billing_cycle_anchor');
  updates?.skip('shipping');
  const email = form.text('customer_email') ?? null;
  const codes = form.flag('allow_promotion_codes') ?? null;
  const taxIds = form.group('tax_id_collection');
  const expires = form.integer('expires_at') ?? now + OPEN_HOURS * HOUR;
  const [success, cancel] = [form.text('success_url') ?? null, form.text('cancel_url') ?? null];
  const id = `cs_test_${randomText(56)}`;
  const setupData = form.group('setup_intent_data');
  const setupMetadata = setupData ? mergedMetadata(setupData) : {};
  setupData?.skip('description');
  const currency = form.text('currency')?.toLowerCase() ?? customer?.currency ?? lines[0]?.price.currency ?? null;
  const session: CheckoutSession = {
    ...{ id, object: 'checkout.session', adaptive_pricing: null, after_expiration: null, allow_promotion_codes: codes },
    ...{ allowed_payment_method_types: null, amount_subtotal: null, amount_total: null },
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: form.oneOf('billing_address_collection', 'required', 'auto') ?? null,
    ...{ cancel_url: cancel, client_reference_id: form.text('client_reference_id') ?? null, client_secret: null },
    ...{ collected_information: null, consent: null, consent_collection: null, created: now, currency },
    ...{ currency_conversion: null, custom_fields: [], custom_text: NO_TEXTS, customer: customer?.id ?? null },
    ...{ customer_account: null, customer_creation: customer || mode === 'setup' ? null : 'always' },
    customer_details: customer && detailsOf(account, customer),
    customer_email: email,
    discounts: asked.flatMap((one) =>
      'coupon' in one ? [{ coupon: one.coupon.id, promotion_code: one.code?.id ?? null }] : [],
    ),
    ...{ expires_at: expires, integration_identifier: null, invoice: null, invoice_creation: null, livemode: false },
    ...{ locale: form.text('locale') ?? null, managed_payments: null, metadata: mergedMetadata(form), mode },
    ...{ origin_context: null, payment_intent: null, payment_link: null },
    payment_method_collection:
      mode === 'setup' ? null : (form.oneOf('payment_method_collection', 'always', 'if_required') ?? 'always'),
    ...{
      payment_method_configuration_details: null,
      payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    },
    ...{
      payment_method_types: ['card'],
      payment_status: mode === 'setup' ? 'no_payment_required' : 'unpaid',
      permissions: null,
    },
    ...{ phone_number_collection: { enabled: false }, recovered_from: null, saved_payment_method_options: null },
    ...{
      setup_intent: null,
      shipping_address_collection: null,
      shipping_cost: null,
      shipping_options: [],
      status: 'open',
    },
    ...{ submit_type: null, subscription: null, success_url: success },
    tax_id_collection: { enabled: taxIds?.flag('enabled') ?? false, required: taxIds?.text('required') ?? 'never' },
    ...{
      total_details: null,
      ui_mode: form.text('ui_mode') ?? 'hosted',
      url: `${account.origin()}/c/pay/${id}`,
      wallet_options: null,
    },
  };
  form.skip('automatic_tax', 'customer_creation', 'consent_collection', 'custom_text', 'phone_number_collection');
  form.skip(
    'payment_method_options',
    'saved_payment_method_options',
    'name_collection',
    'branding_settings',
    'payment_method_data',
  );
  form.end();
  if (mode === 'subscription' && lines.length === 0) throw requiredParam('line_items');
  if (!success) throw requiredParam('success_url');
  for (const [name, value] of [
    ['success_url', success],
    ['cancel_url', cancel],
  ] as const)
    if (value !== null && !/^https?:$/.test(URL.parse(value)?.protocol ?? ''))
      throw invalid('Not a valid URL', name, 'url_invalid');
  if (customer && email)
    throw invalid('You may only specify one of these parameters: customer, customer_email.', 'customer_email');
  if (codes && asked.length > 0)
    throw invalid('You may only specify one of these parameters: allow_promotion_codes, discounts.', 'discounts');
  if (expires < now + HOUR / 2 || expires > now + OPEN_HOURS * HOUR)
    throw invalid(
      'The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.',
      'expires_at',
    );
  if (currency)
    checkPrices(
      account,
      lines.map(({ price }) => price),
      currency,
    );
  account.sessionLines.add({
    id,
    lines: lines.map((line) => lineOf(account, line, currency!)),
    data: subscriptionData,
  });
  account.checkoutSessions.add(session);
  fillAmounts(account, session);
  if (mode === 'setup') session.setup_intent = newSetupIntent(account, customer?.id ?? null, setupMetadata).id;
  return session;
}

const NO_TEXTS = { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null };

export const detailsOf = (account: Account, customer: Customer) => ({
  ...{
    address: customer.address,
    business_name: null,
    email: customer.email,
    individual_name: null,
    name: customer.name,
  },
  ...{ phone: customer.phone, tax_exempt: customer.tax_exempt },
  tax_ids: account.taxIds.where((one) => one.customer === customer.id).map(({ type, value }) => ({ type, value })),
});

function lineOf(account: Account, { price, quantity }: { price: Price; quantity?: number }, currency: string): Wire {
  const amount = isMetered(price) ? 0 : amountOf(account, price, currency, quantity ?? 1);
  return {
    ...{ id: newId('li'), object: 'item', adjustable_quantity: null, amount_discount: 0, amount_subtotal: amount },
    ...{
      amount_tax: 0,
      amount_total: amount,
      currency,
      description: account.products.find(price.product)?.name ?? null,
    },
    ...{ metadata: {}, price, quantity: isMetered(price) ? null : (quantity ?? 1) },
  };
}

export const checkout = [
  route('POST', '/v1/checkout/sessions', ({ account, form }) => create(account, form)),
  route('GET', '/v1/checkout/sessions', ({ account, form }) => {
    const [customer, status, subscription] = [form.text('customer'), form.text('status'), form.text('subscription')];
    const email = form.group('customer_details')?.text('email');
    const rows = account.checkoutSessions.where(
      (one) =>
        (!customer || one.customer === customer) &&
        (!status || one.status === status) &&
        (!subscription || one.subscription === subscription) &&
        (!email || (one.customer_details as { email?: string } | null)?.email === email),
    );
    return pageOf(rows, form, '/v1/checkout/sessions');
  }),
  route('GET', '/v1/checkout/sessions/:id', ({ account, at }) => account.checkoutSessions.get(at['id']!, 'session')),
  route('POST', '/v1/checkout/sessions/:id', ({ account, at, form }) => {
    const session = account.checkoutSessions.get(at['id']!, 'session');
    session.metadata = mergedMetadata(form, session.metadata);
    form.end();
    return session;
  }),
  route('GET', '/v1/checkout/sessions/:id/line_items', ({ account, at, form }) => {
    const { id } = account.checkoutSessions.get(at['id']!, 'session');
    return pageOf([...account.sessionLines.get(id).lines].reverse(), form, `/v1/checkout/sessions/${id}/line_items`);
  }),
  route('POST', '/v1/checkout/sessions/:id/expire', ({ account, at, form }) => {
    const session = account.checkoutSessions.get(at['id']!, 'session');
    form.end();
    if (session.status !== 'open')
      throw invalid(
        `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session.status}.`,
      );
    expireSession(account, session.id);
    return session;
  }),
];
