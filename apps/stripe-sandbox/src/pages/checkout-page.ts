import type { Account, Attempt } from '../account.js';
import { money } from '../billing/amounts.js';
import { createSubscription } from '../billing/creation.js';
import { bankSays } from '../billing/payments.js';
import { type Verdict, verdict } from '../cards.js';
import { newId } from '../collection.js';
import type { CheckoutSession, Customer, PaymentMethod } from '../objects.js';
import { amountsOf, detailsOf, sessionDiscounts, wishOf } from '../resources/checkout.js';
import { type AskedDiscount, usableCode } from '../resources/coupons.js';
import { register } from '../resources/customers.js';
import { confirmSetup, failSetup, newSetupIntent } from '../resources/intents.js';
import { attach, newPaymentMethod } from '../resources/payment-methods.js';
import { hasTaxIdForm, newTaxId, TAX_ID_TYPES } from '../resources/tax-ids.js';
import { countries, day, views } from './views.js';
import { type Errors, type Fields, isEmail, lead, show, typedAddress, typedCard, type Visit } from './visit.js';

const NOT_AUTHENTICATED =
  'We are unable to authenticate your payment method. Please choose a different payment method and try again.';

/** A checkout, and what somebody has typed into it so far. */
interface Checkout {
  account: Account;
  session: CheckoutSession;
  customer: Customer | null;
  codes: AskedDiscount[];
  amounts: ReturnType<typeof amountsOf> | null;
}

export function checkoutPage(visit: Visit, account: Account, session: CheckoutSession): void {
  if (session.status === 'expired')
    return show(
      visit,
      views.message({
        title: 'This page has expired',
        text: 'Go back and start again.',
        link: session.cancel_url,
        linkText: 'Back',
      }),
      410,
    );
  if (session.status === 'complete') return lead(visit, successUrl(session));
  const { fields } = visit;
  if (!fields) {
    const failed = visit.query.get('failed') !== null;
    return form(visit, checkoutOf(account, session, {}).checkout, {}, failed ? { form: NOT_AUTHENTICATED } : {});
  }
  const { checkout, errors } = checkoutOf(account, session, fields);
  if (fields['do'] === 'apply' || errors['promotionCode']) return form(visit, checkout, fields, errors);
  submit(visit, checkout, fields);
}

function checkoutOf(
  account: Account,
  session: CheckoutSession,
  fields: Fields,
): { checkout: Checkout; errors: Errors } {
  const customer = account.customers.find(session.customer) ?? null;
  const errors: Errors = {};
  const codes = sessionDiscounts(account, session);
  const typed = (fields['promotionCode'] ?? '').trim().toLowerCase();
  if (typed && session.allow_promotion_codes) {
    const code = account.promotionCodes.where((one) => one.active && one.code.toLowerCase() === typed).at(0);
    const coupon = code && usableCode(account, code, customer?.id ?? null);
    if (code && coupon) codes.push({ coupon, code });
    else errors['promotionCode'] = 'This code is invalid.';
  }
  const amounts = session.mode === 'subscription' ? amountsOf(account, session, customer, codes) : null;
  return { checkout: { account, session, customer, codes, amounts }, errors };
}

const needsCard = ({ session, amounts }: Checkout) =>
  session.payment_method_collection !== 'if_required' || (amounts?.due ?? 0) > 0;
const needsAddress = ({ session }: Checkout) =>
  session.billing_address_collection === 'required' || session.tax_id_collection.enabled;

function form(visit: Visit, checkout: Checkout, values: Fields, errors: Errors): void {
  const { session, customer, amounts, account, codes } = checkout;
  const currency = session.currency ?? 'usd';
  const shown = (amount: number) => money(amount, currency);
  const button = !amounts
    ? 'Save card'
    : amounts.due > 0
      ? `Pay ${shown(amounts.due)}`
      : amounts.trialEnd
        ? 'Start trial'
        : 'Subscribe';
  show(
    visit,
    views.checkout({
      ...{
        values: {
          billingCountry: customer?.address?.country ?? 'GB',
          email: session.customer_email ?? '',
          businessName: customer?.name ?? '',
          ...values,
        },
        errors,
        button,
      },
      title: amounts
        ? `Subscribe to ${account.products.find(account.prices.get(account.sessionLines.get(session.id).data.items[0]!.price).product)?.name}`
        : 'Save a card',
      cancelUrl: session.cancel_url,
      lines: amounts?.lines.map(({ description, amount }) => ({ description, amount: shown(amount) })),
      discount: amounts && amounts.subtotal > amounts.total ? shown(amounts.subtotal - amounts.total) : null,
      code: codes.map((one) => ('coupon' in one ? (one.code?.code ?? one.coupon.name ?? '') : '')).join(', '),
      balance: amounts && amounts.due < amounts.total ? shown(amounts.total - amounts.due) : null,
      due: amounts && shown(amounts.due),
      trialEnd: amounts?.trialEnd ? day(amounts.trialEnd) : null,
      knownEmail: customer?.email,
      promotionCodes: session.allow_promotion_codes && amounts,
      ...{ needsCard: needsCard(checkout), needsAddress: needsAddress(checkout), countries },
      taxIds: session.tax_id_collection.enabled,
      taxIdTypes: TAX_ID_TYPES.map(([type, label]) => ({ type, label })),
    }),
    Object.keys(errors).length > 0 ? 422 : 200,
  );
}

function submit(visit: Visit, checkout: Checkout, fields: Fields): void {
  const { account, session, customer } = checkout;
  const errors: Errors = {};
  if (!customer?.email && !isEmail((fields['email'] ?? '').trim())) errors['email'] = 'Enter an email address.';
  const typed = needsCard(checkout) ? typedCard(account, fields, session.customer) : null;
  Object.assign(errors, typed?.errors);
  if (typed && !(fields['billingName'] ?? '').trim()) errors['billingName'] = 'Enter the name on the card.';
  if (needsAddress(checkout)) Object.assign(errors, typedAddress(fields).errors);
  const [type, taxId] = [fields['taxIdType'] ?? '', (fields['taxId'] ?? '').trim()];
  if (session.tax_id_collection.enabled && (type || taxId) && !hasTaxIdForm(type, taxId))
    errors['taxId'] = type ? 'This tax ID is not valid for its type.' : 'Choose the type of the tax ID.';
  if (Object.keys(errors).length > 0) return form(visit, checkout, fields, errors);

  const method = typed && newPaymentMethod(account, typed.card, { name: fields['billingName']!.trim() });
  const said: Verdict = method ? asked(checkout, method) : { kind: 'accepted' };
  if (said.kind === 'refused') {
    account.paymentMethods.delete(method!.id);
    if (session.mode === 'setup') failSetup(account, account.setupIntents.get(session.setup_intent!), method!);
    return form(visit, checkout, fields, { cardNumber: said.refusal.message });
  }
  if (said.kind === 'accepted') return lead(visit, complete(checkout, method, fields));
  // What was typed is kept, but never a card's number.
  const { cardNumber: _number, cardExpiry: _expiry, cardCvc: _cvc, ...kept } = fields;
  const attempt = account.attempts.add({
    ...{
      id: newId('att'),
      kind: 'checkout',
      subject: session.id,
      paymentMethod: method!.id,
      returnUrl: visit.path,
      fields: kept,
    },
  });
  lead(visit, `/3ds/${account.name}/${attempt.id}`);
}

/** What the bank is going to say, before anything is made that could not be taken back. */
function asked({ account, session, amounts }: Checkout, method: PaymentMethod): Verdict {
  if (amounts && amounts.due > 0) {
    const said = bankSays(account, session.customer ?? '', method, {}, false);
    if (said.kind === 'refused') bankSays(account, session.customer ?? '', method, {});
    return said;
  }
  return verdict(account.cards.get(method.id).number, 'save', { known: false, confirmed: false });
}

/** The bank's page was left. */
export function checkoutAfterBank(account: Account, attempt: Attempt, confirmed: boolean): string {
  const session = account.checkoutSessions.get(attempt.subject);
  if (session.status !== 'open') return attempt.returnUrl;
  const method = account.paymentMethods.get(attempt.paymentMethod);
  if (!confirmed) {
    if (session.mode === 'setup') failSetup(account, account.setupIntents.get(session.setup_intent!), method);
    return `${attempt.returnUrl}?failed`;
  }
  return complete(checkoutOf(account, session, attempt.fields).checkout, method, attempt.fields);
}

const successUrl = ({ success_url: url, id }: CheckoutSession) => url!.replaceAll('{CHECKOUT_SESSION_ID}', id);

function complete(checkout: Checkout, method: PaymentMethod | null, fields: Fields): string {
  const { account, session, codes } = checkout;
  const customer = buyer(checkout, fields);
  session.customer = customer.id;
  if (session.mode === 'setup') {
    const intent = account.setupIntents.get(session.setup_intent!);
    intent.customer = customer.id;
    confirmSetup(account, intent, method!, { confirmed: true });
  } else subscribe(checkout, customer, method, codes);
  session.customer_details = detailsOf(account, customer);
  Object.assign(session, { status: 'complete', url: null });
  account.emit('checkout.session.completed', session);
  return successUrl(session);
}

function subscribe(
  { account, session, amounts }: Checkout,
  customer: Customer,
  method: PaymentMethod | null,
  codes: AskedDiscount[],
): void {
  if (method && amounts!.due === 0)
    confirmSetup(account, newSetupIntent(account, customer.id), method, { confirmed: true });
  else if (method) attach(account, method, customer);
  const wish = { ...wishOf(account, session, customer, codes), defaultPaymentMethod: method?.id ?? null };
  const subscription = createSubscription(account, wish, { means: { method, present: true, confirmed: true } });
  const invoice = account.invoices.find(subscription.latest_invoice);
  Object.assign(session, {
    ...{ subscription: subscription.id, invoice: subscription.latest_invoice },
    payment_status: invoice && invoice.amount_due > 0 ? 'paid' : 'no_payment_required',
    ...{ amount_subtotal: amounts!.subtotal, amount_total: amounts!.total },
    total_details: { amount_discount: amounts!.subtotal - amounts!.total, amount_shipping: 0, amount_tax: 0 },
  });
}

/** Who buys: a customer there is, with what it may change of itself, or a new one. */
function buyer(checkout: Checkout, fields: Fields): Customer {
  const { account, session } = checkout;
  const { updates } = account.sessionLines.get(session.id).data;
  const address = needsAddress(checkout) ? typedAddress(fields).address : null;
  const name = (fields['businessName'] ?? '').trim() || (fields['billingName'] ?? '').trim() || null;
  const email = (fields['email'] ?? '').trim() || null;
  const customer = checkout.customer ?? register(account, { email, name, address });
  if (checkout.customer)
    account.change('customer.updated', customer, (one) => {
      one.email ??= email;
      if (updates.name && name) one.name = name;
      if (updates.address && address) one.address = address;
    });
  if (session.tax_id_collection.enabled && fields['taxIdType'])
    newTaxId(account, customer, fields['taxIdType'], (fields['taxId'] ?? '').trim(), 'tax_id');
  return customer;
}
