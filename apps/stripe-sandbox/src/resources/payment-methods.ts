import { createHash } from 'node:crypto';
import type { Account } from '../account.js';
import { brandOf, cardFaults, NAMED_CARDS, type TypedCard, verdict } from '../cards.js';
import { newId, pageOf } from '../collection.js';
import { ApiError, invalid, missing, requiredParam } from '../errors.js';
import { type Form, mergedMetadata, addressIn } from '../form.js';
import type { BillingDetails, Customer, PaymentMethod } from '../objects.js';
import { route } from '../routes.js';

export const NO_DETAILS: BillingDetails = { address: null, email: null, name: null, phone: null, tax_id: null };

export function newPaymentMethod(
  account: Account,
  card: TypedCard,
  details: Partial<BillingDetails> = {},
): PaymentMethod {
  const { number, expMonth, expYear } = card;
  const brand = brandOf(number);
  const method: PaymentMethod = {
    ...{ id: newId('pm'), object: 'payment_method', allow_redisplay: 'unspecified', created: account.now() },
    billing_details: { ...NO_DETAILS, ...details },
    card: {
      ...{
        brand,
        checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
        country: 'US',
      },
      ...{ display_brand: brand, exp_month: expMonth, exp_year: expYear < 100 ? 2_000 + expYear : expYear },
      fingerprint: createHash('sha256').update(number).digest('base64url').slice(0, 16),
      ...{
        funding: 'credit',
        generated_from: null,
        last4: number.slice(-4),
        networks: { available: [brand], preferred: null },
      },
      ...{ regulated_status: 'unregulated', three_d_secure_usage: { supported: true }, wallet: null },
    },
    ...{ customer: null, customer_account: null, livemode: false, metadata: {}, type: 'card' },
  };
  account.cards.add({ id: method.id, number, known: false });
  return account.paymentMethods.add(method);
}

/** A method that has a name instead of a form, like `pm_card_visa` or `tok_visa`. */
function namedPaymentMethod(account: Account, name: string, param: string): PaymentMethod {
  const number = NAMED_CARDS[name.replace(/^(pm_card|tok)_/, '')];
  if (!number || !/^(pm_card|tok)_/.test(name)) throw missing('PaymentMethod', name, param);
  return newPaymentMethod(account, { number, expMonth: 12, expYear: new Date().getUTCFullYear() + 5, cvc: '123' });
}

/** The method that a request names; those with names of their own are made when they are asked for. */
export const paymentMethodNamed = (account: Account, id: string, param: string): PaymentMethod =>
  account.paymentMethods.find(id) ?? namedPaymentMethod(account, id, param);

/** @throws where the bank refuses the card as such */
export function attach(account: Account, given: PaymentMethod | string, customer: Customer): PaymentMethod {
  const method = typeof given === 'string' ? namedPaymentMethod(account, given, 'payment_method') : given;
  if (method.customer && method.customer !== customer.id)
    throw invalid(
      'The payment method you provided has already been attached to a customer.',
      'payment_method',
      'payment_method_unexpected_state',
    );
  if (method.customer === customer.id) return method;
  const said = verdict(account.cards.get(method.id).number, 'save', { known: false, confirmed: true });
  if (said.kind === 'refused') throw new ApiError(402, { type: 'card_error', ...said.refusal });
  method.customer = customer.id;
  account.emit('payment_method.attached', method);
  return method;
}

export function detach(account: Account, method: PaymentMethod): void {
  const owner = account.customers.find(method.customer);
  method.customer = null;
  account.emit('payment_method.detached', method, owner && { customer: owner.id }, account.now(owner?.id));
  if (owner?.invoice_settings.default_payment_method === method.id)
    account.change('customer.updated', owner, (one) => (one.invoice_settings.default_payment_method = null));
  for (const subscription of account.subscriptions.where((one) => one.default_payment_method === method.id))
    account.change('customer.subscription.updated', subscription, (one) => (one.default_payment_method = null));
}

function detailsIn(form: Form): Partial<BillingDetails> {
  const group = form.group('billing_details');
  if (!group) return {};
  const details: Partial<BillingDetails> = {};
  for (const name of ['email', 'name', 'phone', 'tax_id'] as const) {
    const value = group.emptiable(name);
    if (value !== undefined) details[name] = value;
  }
  const address = addressIn(group, 'address');
  return address === undefined ? details : { ...details, address };
}

export const paymentMethods = [
  route('POST', '/v1/payment_methods', ({ account, form }) => {
    form.oneOf('type', 'card');
    const card = form.group('card');
    if (!card) throw requiredParam('card');
    const token = card.text('token');
    const typed = {
      ...{ number: (card.text('number') ?? '').replace(/[ -]/g, ''), expMonth: card.integer('exp_month') ?? NaN },
      ...{ expYear: card.integer('exp_year') ?? NaN, cvc: card.text('cvc') ?? '123' },
    };
    const details = detailsIn(form);
    const metadata = mergedMetadata(form);
    form.skip('allow_redisplay', 'radar_options');
    form.end();
    if (!token) {
      const [fault] = cardFaults(typed, account.now());
      const param = fault && { number: 'number', expiry: 'exp_year', cvc: 'cvc' }[fault.field];
      if (fault) throw new ApiError(402, { type: 'card_error', code: fault.code, message: fault.message, param });
    }
    const method = token ? namedPaymentMethod(account, token, 'card[token]') : newPaymentMethod(account, typed);
    return Object.assign(method, { metadata, billing_details: { ...method.billing_details, ...details } });
  }),
  route('GET', '/v1/payment_methods', ({ account, form }) => {
    const customer = form.text('customer');
    form.skip('type', 'allow_redisplay');
    return pageOf(
      account.paymentMethods.where((one) => !!one.customer && one.customer === customer),
      form,
      '/v1/payment_methods',
    );
  }),
  route('GET', '/v1/payment_methods/:id', ({ account, at }) => account.paymentMethods.get(at['id']!, 'payment_method')),
  route('POST', '/v1/payment_methods/:id', ({ account, at, form }) => {
    const method = account.paymentMethods.get(at['id']!, 'payment_method');
    const details = detailsIn(form);
    const metadata = mergedMetadata(form, method.metadata);
    const card = form.group('card');
    const [month, year] = [card?.integer('exp_month'), card?.integer('exp_year')];
    form.skip('allow_redisplay');
    form.end();
    account.change('payment_method.updated', method, (one) => {
      Object.assign(one, { metadata, billing_details: { ...one.billing_details, ...details } });
      if (month) one.card.exp_month = month;
      if (year) one.card.exp_year = year;
    });
    return method;
  }),
  route('POST', '/v1/payment_methods/:id/attach', ({ account, at, form }) => {
    const customer = account.customers.get(form.need('customer'), 'customer');
    form.end();
    return attach(account, account.paymentMethods.find(at['id']!) ?? at['id']!, customer);
  }),
  route('POST', '/v1/payment_methods/:id/detach', ({ account, at, form }) => {
    const method = account.paymentMethods.get(at['id']!, 'payment_method');
    form.end();
    if (!method.customer)
      throw invalid(
        'The payment method you provided is not attached to a customer so detachment is impossible.',
        'payment_method',
      );
    detach(account, method);
    return method;
  }),
];
