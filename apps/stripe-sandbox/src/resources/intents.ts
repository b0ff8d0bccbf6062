import type { Account } from '../account.js';
import { authenticationRequired, verdict } from '../cards.js';
import { cardError, secretOf } from '../billing/payments.js';
import { newId, pageOf } from '../collection.js';
import { ApiError, invalid } from '../errors.js';
import { type Form, mergedMetadata } from '../form.js';
import type { Customer, Metadata, PaymentMethod, SetupIntent } from '../objects.js';
import { route } from '../routes.js';
import { attach, paymentMethodNamed } from './payment-methods.js';

export function newSetupIntent(account: Account, customer: string | null, metadata: Metadata = {}): SetupIntent {
  const id = newId('seti');
  const intent: SetupIntent = {
    ...{
      id,
      object: 'setup_intent',
      allowed_payment_method_types: null,
      application: null,
      automatic_payment_methods: null,
    },
    ...{ cancellation_reason: null, client_secret: secretOf(id), created: account.now(customer), customer },
    ...{ customer_account: null, description: null, excluded_payment_method_types: null, flow_directions: null },
    ...{ last_setup_error: null, latest_attempt: null, livemode: false, mandate: null, metadata, next_action: null },
    ...{ on_behalf_of: null, payment_method: null, payment_method_configuration_details: null },
    ...{ payment_method_options: {}, payment_method_types: ['card'], single_use_mandate: null },
    ...{ status: 'requires_payment_method', usage: 'off_session' },
  };
  account.setupIntents.add(intent);
  account.emit('setup_intent.created', intent);
  return intent;
}

/** Saves a method for later charges, if its bank agrees. */
export function confirmSetup(
  account: Account,
  intent: SetupIntent,
  method: PaymentMethod,
  { confirmed = false }: { confirmed?: boolean } = {},
): 'succeeded' | 'requires_action' | 'refused' {
  const card = account.cards.get(method.id);
  const said = verdict(card.number, 'save', { known: card.known, confirmed });
  intent.payment_method = method.id;
  if (said.kind === 'authenticate') {
    Object.assign(intent, {
      status: 'requires_action',
      next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: null, url: null } },
    });
    account.emit('setup_intent.requires_action', intent);
    return 'requires_action';
  }
  if (said.kind === 'refused') {
    failSetup(account, intent, method, cardError(said.refusal, method));
    return 'refused';
  }
  card.known = true;
  Object.assign(intent, { status: 'succeeded', next_action: null, last_setup_error: null });
  account.emit('setup_intent.succeeded', intent);
  const customer = account.customers.find(intent.customer);
  if (customer) attach(account, method, customer);
  return 'succeeded';
}

export function failSetup(
  account: Account,
  intent: SetupIntent,
  method: PaymentMethod,
  error: object = cardError({ ...authenticationRequired, code: 'setup_intent_authentication_failure' }, method),
): void {
  Object.assign(intent, {
    status: 'requires_payment_method',
    next_action: null,
    payment_method: null,
    last_setup_error: error,
  });
  account.emit('setup_intent.setup_failed', intent);
}

/** Makes a method the one that a customer's invoices are charged to. */
export function makeDefault(account: Account, customer: Customer, method: string): void {
  account.change('customer.updated', customer, (one) => (one.invoice_settings.default_payment_method = method));
}

function confirmFrom(account: Account, intent: SetupIntent, form: Form): SetupIntent {
  const named = form.text('payment_method') ?? intent.payment_method;
  form.skip('return_url', 'mandate_data', 'use_stripe_sdk');
  form.end();
  if (!named)
    throw invalid(
      'You cannot confirm this SetupIntent because it is missing a payment method.',
      'payment_method',
      'setup_intent_unexpected_state',
    );
  if (intent.status === 'succeeded' || intent.status === 'canceled')
    throw invalid(
      `This SetupIntent has a status of ${intent.status} and cannot be confirmed.`,
      undefined,
      'setup_intent_unexpected_state',
    );
  if (confirmSetup(account, intent, paymentMethodNamed(account, named, 'payment_method')) === 'refused')
    throw new ApiError(402, { ...(intent.last_setup_error as { message: string; code: string }), type: 'card_error' });
  return intent;
}

export const intents = [
  route('POST', '/v1/setup_intents', ({ account, form }) => {
    const customer = form.text('customer') ?? null;
    if (customer) account.customers.get(customer, 'customer');
    const metadata = mergedMetadata(form);
    const confirm = form.flag('confirm') ?? false;
    const named = form.text('payment_method');
    form.skip(
      'usage',
      'automatic_payment_methods',
      'description',
      'allowed_payment_method_types',
      'return_url',
      'mandate_data',
      'attach_to_self',
    );
    form.end();
    const method = named && paymentMethodNamed(account, named, 'payment_method');
    const intent = newSetupIntent(account, customer, metadata);
    if (method) Object.assign(intent, { payment_method: method.id, status: 'requires_confirmation' });
    if (confirm && method && confirmSetup(account, intent, method) === 'refused')
      throw new ApiError(402, {
        ...(intent.last_setup_error as { message: string; code: string }),
        type: 'card_error',
      });
    return intent;
  }),
  route('GET', '/v1/setup_intents', ({ account, form }) => {
    const customer = form.text('customer');
    return pageOf(
      account.setupIntents.where((one) => !customer || one.customer === customer),
      form,
      '/v1/setup_intents',
    );
  }),
  route('GET', '/v1/setup_intents/:id', ({ account, at }) => account.setupIntents.get(at['id']!, 'intent')),
  route('POST', '/v1/setup_intents/:id/confirm', ({ account, at, form }) =>
    confirmFrom(account, account.setupIntents.get(at['id']!, 'intent'), form),
  ),
  route('POST', '/v1/setup_intents/:id/cancel', ({ account, at, form }) => {
    const intent = account.setupIntents.get(at['id']!, 'intent');
    const reason = form.text('cancellation_reason') ?? null;
    form.end();
    Object.assign(intent, { status: 'canceled', cancellation_reason: reason });
    account.emit('setup_intent.canceled', intent);
    return intent;
  }),
  route('GET', '/v1/payment_intents', ({ account, form }) => {
    const customer = form.text('customer');
    return pageOf(
      account.paymentIntents.where((one) => !customer || one.customer === customer),
      form,
      '/v1/payment_intents',
    );
  }),
  route('GET', '/v1/payment_intents/:id', ({ account, at }) => account.paymentIntents.get(at['id']!, 'intent')),
];
