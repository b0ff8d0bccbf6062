import type { Account } from '../account.js';
import { authenticationRequired, type Refusal, refusalNamed, type Verdict, verdict } from '../cards.js';
import { newId, randomText } from '../collection.js';
import type { Invoice, PaymentIntent, PaymentMethod } from '../objects.js';
import { subscriptionOf } from './invoicing.js';

export interface Means {
  method: PaymentMethod | null;
  /** Somebody is there who could confirm. */
  present: boolean;
  /** Somebody has just confirmed. */
  confirmed?: boolean;
}

export type Outcome =
  | { kind: 'paid' }
  | { kind: 'refused'; refusal: Refusal; intent: PaymentIntent }
  | { kind: 'authenticate'; intent: PaymentIntent }
  | { kind: 'no_method' };

/** The method that is charged without being asked for. */
export function defaultMethod(account: Account, invoice: Invoice): PaymentMethod | null {
  const customer = account.customers.get(invoice.customer);
  const own = invoice.default_payment_method ?? subscriptionOf(account, invoice)?.default_payment_method;
  return account.paymentMethods.find(own ?? customer.invoice_settings.default_payment_method) ?? null;
}

/** What the bank says to a charge; what was forced comes before what the card would do. */
export function bankSays(
  account: Account,
  customer: string,
  method: PaymentMethod,
  { confirmed = false },
  use = true,
): Verdict {
  const forced = account.forced.find(customer);
  if (forced) {
    if (use) forced.times -= 1;
    if (forced.times <= 0) account.forced.delete(customer);
    if (forced.outcome === 'succeed') return { kind: 'accepted' };
    if (forced.outcome === 'authenticate') return confirmed ? { kind: 'accepted' } : { kind: 'authenticate' };
    return { kind: 'refused', refusal: refusalNamed(forced.outcome) };
  }
  const { number, known } = account.cards.get(method.id);
  return verdict(number, 'charge', { known, confirmed });
}

export const secretOf = (id: string): string => `${id}_secret_${randomText(24)}`;

export function intentOf(account: Account, invoice: Invoice): PaymentIntent {
  const [payment] = account.invoicePayments.where((one) => one.invoice === invoice.id && one.status !== 'canceled');
  if (payment) return account.paymentIntents.get(payment.payment.payment_intent);
  const id = newId('pi');
  const intent: PaymentIntent = {
    ...{
      id,
      object: 'payment_intent',
      allowed_payment_method_types: null,
      amount: invoice.amount_due,
      amount_capturable: 0,
    },
    ...{ amount_details: { tip: {} }, amount_received: 0, application: null, application_fee_amount: null },
    ...{ automatic_payment_methods: null, canceled_at: null, cancellation_reason: null, capture_method: 'automatic' },
    ...{ client_secret: secretOf(id), confirmation_method: 'automatic', created: account.now(invoice.customer) },
    ...{
      currency: invoice.currency,
      customer: invoice.customer,
      customer_account: null,
      description: 'Payment for Invoice',
    },
    ...{ excluded_payment_method_types: null, last_payment_error: null, latest_charge: null, livemode: false },
    ...{ managed_payments: null, metadata: {}, next_action: null, on_behalf_of: null, payment_method: null },
    ...{ payment_method_configuration_details: null, payment_method_options: {}, payment_method_types: ['card'] },
    ...{ payment_record: null, processing: null, receipt_email: null, review: null, setup_future_usage: 'off_session' },
    ...{ shipping: null, source: null, statement_descriptor: null, statement_descriptor_suffix: null },
    ...{ status: 'requires_payment_method', transfer_data: null, transfer_group: null },
  };
  account.paymentIntents.add(intent);
  account.invoicePayments.add({
    ...{ id: newId('inpay'), object: 'invoice_payment', amount_paid: null, amount_requested: invoice.amount_due },
    ...{ created: intent.created, currency: invoice.currency, invoice: invoice.id, is_default: true, livemode: false },
    payment: { payment_intent: id, type: 'payment_intent' },
    ...{ status: 'open', status_transitions: { canceled_at: null, paid_at: null } },
  });
  account.emit('payment_intent.created', intent);
  return intent;
}

/** Asks the bank for what an invoice is about, and tells what it said; what follows from that is not its matter. */
export function charge(account: Account, invoice: Invoice, { method, present, confirmed = false }: Means): Outcome {
  if (invoice.amount_due === 0) return markPaid(account, invoice);
  const intent = intentOf(account, invoice);
  if (!method) return { kind: 'no_method' };
  intent.payment_method = method.id;
  const said = bankSays(account, invoice.customer, method, { confirmed });
  if (said.kind === 'accepted') {
    account.cards.get(method.id).known = true;
    succeed(account, invoice, intent, method);
    return markPaid(account, invoice);
  }
  if (said.kind === 'authenticate') {
    Object.assign(intent, {
      status: 'requires_action',
      next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: null, url: invoice.hosted_invoice_url } },
      last_payment_error: present ? null : cardError(authenticationRequired, method),
    });
    account.emit('payment_intent.requires_action', intent);
    return { kind: 'authenticate', intent };
  }
  refuse(account, intent, method, said.refusal);
  return { kind: 'refused', refusal: said.refusal, intent };
}

export const cardError = (refusal: Refusal, method: PaymentMethod) => ({
  ...{ type: 'card_error', code: refusal.code, decline_code: refusal.decline_code, message: refusal.message },
  payment_method: structuredClone(method),
});

/** The person at the bank's page did not confirm. */
export function refuse(account: Account, intent: PaymentIntent, method: PaymentMethod, refusal: Refusal): void {
  const made = newCharge(account, intent, method, refusal);
  Object.assign(intent, {
    ...{ status: 'requires_payment_method', next_action: null, latest_charge: made.id },
    last_payment_error: { ...cardError(refusal, method), charge: made.id },
  });
  account.emit('charge.failed', made);
  account.emit('payment_intent.payment_failed', intent);
}

function succeed(account: Account, invoice: Invoice, intent: PaymentIntent, method: PaymentMethod): void {
  const made = newCharge(account, intent, method, null);
  Object.assign(intent, {
    ...{ status: 'succeeded', amount_received: intent.amount, latest_charge: made.id, next_action: null },
    last_payment_error: null,
  });
  account.emit('charge.succeeded', made);
  account.emit('payment_intent.succeeded', intent);
  for (const payment of account.invoicePayments.where((one) => one.invoice === invoice.id && one.status === 'open')) {
    payment.status = 'paid';
    payment.amount_paid = intent.amount;
    payment.status_transitions.paid_at = account.now(invoice.customer);
    account.emit('invoice_payment.paid', payment, undefined, account.now(invoice.customer));
  }
}

/** An invoice is paid, by the bank or because nothing is owed. */
export function markPaid(account: Account, invoice: Invoice): { kind: 'paid' } {
  account.change('invoice.updated', invoice, (one) => {
    Object.assign(one, { status: 'paid', amount_paid: one.amount_due, amount_remaining: 0, auto_advance: false });
    Object.assign(one, { attempted: true, next_payment_attempt: null });
    if (one.amount_due > 0 && one.attempt_count === 0) one.attempt_count = 1;
    one.status_transitions.paid_at = account.now(one.customer);
  });
  account.emit('invoice.paid', invoice);
  account.emit('invoice.payment_succeeded', invoice);
  return { kind: 'paid' };
}

function newCharge(account: Account, intent: PaymentIntent, method: PaymentMethod, refusal: Refusal | null) {
  const { amount, currency, customer } = intent;
  return account.charges.add({
    ...{ id: newId('ch'), object: 'charge', amount, amount_captured: refusal ? 0 : amount, amount_refunded: 0 },
    ...{ application: null, application_fee: null, application_fee_amount: null, balance_transaction: null },
    ...{ billing_details: method.billing_details, calculated_statement_descriptor: 'FOYER', captured: !refusal },
    ...{ created: account.now(customer), currency, customer, description: intent['description'], disputed: false },
    ...{
      failure_balance_transaction: null,
      failure_code: refusal?.code ?? null,
      failure_message: refusal?.message ?? null,
    },
    ...{ fraud_details: {}, livemode: false, metadata: {}, on_behalf_of: null },
    outcome: {
      ...{ advice_code: null, network_advice_code: null, network_decline_code: null, rule: undefined },
      network_status: refusal ? 'declined_by_network' : 'approved_by_network',
      ...{
        reason: refusal?.decline_code ?? null,
        risk_level: 'normal',
        type: refusal ? 'issuer_declined' : 'authorized',
      },
      seller_message: refusal ? 'The bank did not return any further details with this decline.' : 'Payment complete.',
    },
    ...{ paid: !refusal, payment_intent: intent.id, payment_method: method.id },
    payment_method_details: { card: { ...method.card, amount_authorized: refusal ? null : amount }, type: 'card' },
    ...{ receipt_email: null, receipt_number: null, receipt_url: null, refunded: false, review: null, shipping: null },
    ...{ source: null, source_transfer: null, statement_descriptor: null, statement_descriptor_suffix: null },
    ...{ status: refusal ? 'failed' : 'succeeded', transfer_data: null, transfer_group: null },
  });
}
