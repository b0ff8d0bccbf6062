import type { Account, Attempt } from '../account.js';
import { money } from '../billing/amounts.js';
import { cancelSubscription, isOver } from '../billing/life.js';
import { isMetered } from '../billing/lines.js';
import { nextPeriodEnd } from '../billing/renewal.js';
import { newId } from '../collection.js';
import type { Customer, PaymentMethod, PortalConfiguration, PortalSession, Subscription } from '../objects.js';
import { confirmSetup, failSetup, makeDefault, newSetupIntent } from '../resources/intents.js';
import { detach, newPaymentMethod } from '../resources/payment-methods.js';
import { markEnding } from '../resources/subscriptions.js';
import { deleteTaxId, hasTaxIdForm, newTaxId, TAX_ID_TYPES } from '../resources/tax-ids.js';
import { countries, day, views } from './views.js';
import {
  type Errors,
  type Fields,
  isEmail,
  lead,
  show,
  shownMethod,
  typedAddress,
  typedCard,
  type Visit,
} from './visit.js';

interface Portal {
  account: Account;
  session: PortalSession;
  customer: Customer;
  features: PortalConfiguration['features'];
}

const DONE: Record<string, string> = {
  cancel: 'Your plan will end.',
  resume: 'Your plan goes on.',
  default: 'The default payment method has been changed.',
  remove: 'The payment method has been removed.',
  add: 'The card has been added.',
  details: 'Your billing information has been saved.',
};

const REASONS: Record<string, string> = {
  too_expensive: 'It is too expensive',
  missing_features: 'Something is missing',
  switched_service: 'We found something else',
  unused: 'We do not use it enough',
  customer_service: 'The service was not good enough',
  low_quality: 'The quality was not good enough',
  too_complex: 'It is too complicated',
  other: 'Another reason',
};

export function portalPage(visit: Visit, account: Account, session: PortalSession): void {
  const { features } = account.portalConfigurations.get(session.configuration);
  const portal: Portal = { account, session, customer: account.customers.get(session.customer), features };
  const { fields } = visit;
  if (!fields)
    return page(
      visit,
      portal,
      {},
      visit.query.has('failed') ? { form: 'Your bank could not confirm that it is you.' } : {},
    );
  const [verb = '', id] = (fields['do'] ?? '').split(' ');
  const errors = act(visit, portal, verb, id, fields);
  if (errors === 'led') return;
  if (errors) return page(visit, portal, fields, errors);
  lead(visit, flowReturn(session, verb) ?? `${visit.path}?done=${verb}`);
}

/** Who came for one thing goes back when it is done. */
function flowReturn({ flow }: PortalSession, verb: string): string | null {
  const { type, after_completion: after } = (flow ?? {}) as {
    type?: string;
    after_completion?: { redirect: { return_url: string } | null };
  };
  const ends: Record<string, string> = {
    payment_method_update: 'add',
    subscription_cancel: 'cancel',
    customer_update: 'details',
  };
  return type && ends[type] === verb ? (after?.redirect?.return_url ?? null) : null;
}

/** Does what a form asks for; says what was wrong with it, or that somebody has been led elsewhere. */
function act(
  visit: Visit,
  portal: Portal,
  verb: string,
  id: string | undefined,
  fields: Fields,
): Errors | 'led' | null {
  const { account, customer, features } = portal;
  const subscription = account.subscriptions.find(fields['subscription']);
  const method = account.paymentMethods.find(fields['method']);
  const mine = subscription?.customer === customer.id && !isOver(subscription) ? subscription : undefined;
  const owned = method?.customer === customer.id ? method : undefined;
  const now = account.now(customer.id);
  if (verb === 'cancel' && mine && features.subscription_cancel.enabled) {
    const feedback = REASONS[fields['feedback'] ?? ''] ? fields['feedback']! : null;
    if (features.subscription_cancel.mode === 'immediately')
      cancelSubscription(account, mine, {
        prorate: features.subscription_cancel.proration_behavior !== 'none',
        feedback,
      });
    else
      account.change('customer.subscription.updated', mine, (one) => {
        markEnding(one, nextPeriodEnd(one), true, now);
        one.cancellation_details.feedback = feedback;
      });
    return null;
  }
  if (verb === 'resume' && mine) {
    account.change('customer.subscription.updated', mine, (one) => markEnding(one, null, false, now));
    return null;
  }
  if (verb === 'default' && owned && features.payment_method_update.enabled) {
    useFromNow(portal, owned);
    return null;
  }
  if (verb === 'remove' && owned && features.payment_method_update.enabled) {
    detach(account, owned);
    return null;
  }
  if (verb === 'add' && features.payment_method_update.enabled) return add(visit, portal, fields);
  if (verb === 'untax') {
    const taxId = account.taxIds.find(id);
    if (taxId?.customer === customer.id) deleteTaxId(account, taxId);
    return null;
  }
  if (verb === 'details' && features.customer_update.enabled) return saveDetails(portal, fields);
  return { form: 'This is not possible any more.' };
}

/** The customer's default, and that of its plans, which would come before. */
function useFromNow({ account, customer }: Portal, method: PaymentMethod): void {
  makeDefault(account, customer, method.id);
  for (const one of account.subscriptions.where(
    (row) => row.customer === customer.id && row.default_payment_method !== null && !isOver(row),
  ))
    account.change('customer.subscription.updated', one, (row) => (row.default_payment_method = method.id));
}

function add(visit: Visit, portal: Portal, fields: Fields): Errors | 'led' | null {
  const { account, customer } = portal;
  const { card, errors } = typedCard(account, fields, customer.id);
  if (Object.keys(errors).length > 0) return errors;
  const method = newPaymentMethod(account, card, { name: customer.name, email: customer.email });
  const intent = newSetupIntent(account, customer.id);
  const said = confirmSetup(account, intent, method);
  if (said === 'refused') return { cardNumber: (intent.last_setup_error as { message: string }).message };
  if (said === 'succeeded') {
    useFromNow(portal, method);
    return null;
  }
  const attempt = account.attempts.add({
    ...{
      id: newId('att'),
      kind: 'portal',
      subject: portal.session.id,
      paymentMethod: method.id,
      returnUrl: visit.path,
    },
    fields: { intent: intent.id },
  });
  lead(visit, `/3ds/${account.name}/${attempt.id}`);
  return 'led';
}

export function portalAfterBank(account: Account, attempt: Attempt, confirmed: boolean): string {
  const session = account.portalSessions.get(attempt.subject);
  const intent = account.setupIntents.get(attempt.fields['intent']!);
  const method = account.paymentMethods.get(attempt.paymentMethod);
  if (!confirmed) {
    failSetup(account, intent, method);
    return `${attempt.returnUrl}?failed`;
  }
  confirmSetup(account, intent, method, { confirmed: true });
  const { features } = account.portalConfigurations.get(session.configuration);
  useFromNow({ account, session, customer: account.customers.get(session.customer), features }, method);
  return flowReturn(session, 'add') ?? `${attempt.returnUrl}?done=add`;
}

function saveDetails({ account, customer, features }: Portal, fields: Fields): Errors | null {
  const may = (what: string) => features.customer_update.allowed_updates.includes(what);
  const { address, errors } = typedAddress(fields);
  const [name, email] = [(fields['name'] ?? '').trim(), (fields['email'] ?? '').trim()];
  if (!name) errors['name'] = 'Enter the name.';
  if (!isEmail(email)) errors['email'] = 'Enter an email address.';
  const [type, taxId] = [fields['taxIdType'] ?? '', (fields['taxId'] ?? '').trim()];
  if ((type || taxId) && !hasTaxIdForm(type, taxId))
    errors['taxId'] = type ? 'This tax ID is not valid for its type.' : 'Choose the type of the tax ID.';
  if (Object.keys(errors).length > 0) return errors;
  account.change('customer.updated', customer, (one) => {
    if (may('name')) one.name = name;
    if (may('email')) one.email = email;
    if (may('address')) one.address = address;
  });
  if (type && may('tax_id')) newTaxId(account, customer, type, taxId, 'tax_id');
  return null;
}

function page(visit: Visit, portal: Portal, values: Fields, errors: Errors): void {
  const { account, session, customer, features } = portal;
  const { headline } = account.portalConfigurations.get(session.configuration).business_profile;
  const mine = account.subscriptions.where((one) => one.customer === customer.id && !isOver(one)).reverse();
  const standard =
    mine.find((one) => one.default_payment_method)?.default_payment_method ??
    customer.invoice_settings.default_payment_method;
  const known = {
    ...{ name: customer.name ?? '', email: customer.email ?? '', billingAddressLine1: customer.address?.line1 ?? '' },
    ...{ billingPostalCode: customer.address?.postal_code ?? '', billingLocality: customer.address?.city ?? '' },
    billingCountry: customer.address?.country ?? 'GB',
  };
  const only = (session.flow as { type?: string } | null)?.type;
  const shows = (enabled: boolean, flow: string) => enabled && (!only || only === flow);
  show(
    visit,
    views.portal({
      ...{
        customer,
        headline,
        errors,
        values: { ...known, ...values },
        returnUrl: session.return_url,
        accountName: account.name,
      },
      notice: DONE[visit.query.get('done') ?? ''],
      subscriptions: !only || only === 'subscription_cancel' ? mine.map((one) => shownSubscription(portal, one)) : [],
      canUpdateMethod: shows(features.payment_method_update.enabled, 'payment_method_update'),
      canUpdateCustomer: shows(features.customer_update.enabled, 'customer_update'),
      canSeeInvoices: features.invoice_history.enabled && !only,
      methods: account.paymentMethods
        .where((one) => one.customer === customer.id)
        .map((one) => ({ ...shownMethod(one), isDefault: one.id === standard })),
      ...{ countries, taxIdTypes: TAX_ID_TYPES.map(([type, label]) => ({ type, label })) },
      taxIds: account.taxIds.where((one) => one.customer === customer.id),
      invoices: account.invoices
        .where((one) => one.customer === customer.id && one.status !== 'draft')
        .reverse()
        .map((one) => ({
          ...{ url: one.hosted_invoice_url, date: day(one.created), number: one.number, status: one.status },
          amount: money(one.total, one.currency),
        })),
    }),
    Object.keys(errors).length > 0 ? 422 : 200,
  );
}

function shownSubscription({ account, features }: Portal, one: Subscription) {
  const main = one.items.data.find(({ price }) => !isMetered(price)) ?? one.items.data[0]!;
  const ending = one.cancel_at_period_end || one.cancel_at !== null;
  const amount =
    account.currencyOptions.find(main.price.id)?.options[one.currency]?.unit_amount ?? main.price.unit_amount;
  return {
    ...{ id: one.id, status: one.status, name: account.products.find(main.price.product)?.name },
    price:
      amount === null
        ? ''
        : `${money(amount * (main.quantity ?? 1), one.currency)} per ${main.price.recurring!.interval}`,
    ends: ending ? day(one.cancel_at ?? nextPeriodEnd(one)) : null,
    renews: day(nextPeriodEnd(one)),
    canCancel: features.subscription_cancel.enabled && !ending,
    canResume: ending,
    reasons:
      features.subscription_cancel.cancellation_reason.enabled &&
      features.subscription_cancel.cancellation_reason.options.map((value) => ({
        value,
        label: REASONS[value] ?? value,
      })),
  };
}
