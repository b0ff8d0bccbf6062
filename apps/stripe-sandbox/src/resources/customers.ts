import type { Account } from '../account.js';
import { moveBalance } from '../billing/balance.js';
import { cancelSubscription } from '../billing/life.js';
import { newId, pageOf, randomText } from '../collection.js';
import { invalid, requiredParam } from '../errors.js';
import { type Form, mergedMetadata, addressIn } from '../form.js';
import type { Customer, TaxId } from '../objects.js';
import { route } from '../routes.js';
import { deleteTaxId, newTaxId } from './tax-ids.js';
import { attach } from './payment-methods.js';

const emailIn = (form: Form): string | null | undefined => {
  const email = form.emptiable('email');
  if (email && !/^[^@\s]+@[^@\s]+$/.test(email))
    throw invalid(`Invalid email address: ${email}`, 'email', 'email_invalid');
  return email;
};

/** What can be given when it is created as well as later. */
function changesIn(account: Account, form: Form, customer: Customer | null): Partial<Customer> {
  const changes: Partial<Customer> = {};
  const set = <K extends keyof Customer>(name: K, value: Customer[K] | undefined) => {
    if (value !== undefined) changes[name] = value;
  };
  set('email', emailIn(form));
  for (const name of ['name', 'phone', 'description', 'individual_name', 'business_name'] as const)
    set(name, form.emptiable(name) as Customer['name'] | undefined);
  set('address', addressIn(form, 'address'));
  set('metadata', mergedMetadata(form, customer?.metadata));
  set('preferred_locales', form.texts('preferred_locales'));
  set('tax_exempt', form.oneOf('tax_exempt', 'none', 'exempt', 'reverse', '') || undefined);
  set('invoice_prefix', form.text('invoice_prefix'));
  set('next_invoice_sequence', form.integer('next_invoice_sequence'));
  const settings = form.group('invoice_settings');
  if (settings) {
    settings.skip('custom_fields', 'rendering_options');
    const method = settings.emptiable('default_payment_method');
    const footer = settings.emptiable('footer');
    if (method) {
      const { customer: owner } = account.paymentMethods.get(method, 'invoice_settings[default_payment_method]');
      if (owner !== customer?.id)
        throw invalid(
          'The payment method must be attached to the customer before it can be its default.',
          'invoice_settings[default_payment_method]',
        );
    }
    changes.invoice_settings = {
      ...(customer?.invoice_settings ?? {
        custom_fields: null,
        rendering_options: null,
        default_payment_method: null,
        footer: null,
      }),
      ...(method !== undefined && { default_payment_method: method }),
      ...(footer !== undefined && { footer }),
    };
  }
  form.skip('shipping', 'tax', 'validate', 'cash_balance');
  return changes;
}

/** A new customer, with what is known about it. */
export function register(account: Account, known: Partial<Customer>): Customer {
  const customer: Customer = {
    ...{
      id: newId('cus'),
      object: 'customer',
      address: null,
      balance: 0,
      created: 0,
      currency: null,
      customer_account: null,
    },
    ...{ default_source: null, delinquent: false, description: null, discount: null, email: null, livemode: false },
    ...{ invoice_prefix: randomText(8).toUpperCase(), metadata: {}, name: null, next_invoice_sequence: 1, phone: null },
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    ...{ preferred_locales: [], shipping: null, tax_exempt: 'none', test_clock: null },
    ...known,
  };
  account.customers.add(customer);
  customer.created = account.now(customer.id);
  account.emit('customer.created', customer);
  return customer;
}

function create(account: Account, form: Form): Customer {
  const clock = form.text('test_clock') ?? null;
  if (clock) account.clocks.get(clock, 'test_clock');
  const balance = form.integer('balance') ?? 0;
  const method = form.text('payment_method');
  const taxIds = (form.groups('tax_id_data') ?? []).map((one) => ({
    type: one.need('type'),
    value: one.need('value'),
  }));
  const changes = changesIn(account, form, null);
  form.end();
  const customer = register(account, { balance, test_clock: clock, ...changes });
  for (const { type, value } of taxIds) newTaxId(account, customer, type, value, 'tax_id_data');
  if (method) {
    const attached = attach(account, account.paymentMethods.find(method) ?? method, customer);
    customer.invoice_settings.default_payment_method = attached.id;
  }
  return customer;
}

/** A customer and all that is only for it. */
export function forgetCustomer(account: Account, customer: Customer): void {
  for (const subscription of account.subscriptions.where((one) => one.customer === customer.id))
    if (!['canceled', 'incomplete_expired'].includes(subscription.status))
      cancelSubscription(account, subscription, {});
  account.customers.delete(customer.id);
  account.emit('customer.deleted', customer, undefined, account.now());
}

const url = (id: string, what: string) => `/v1/customers/${id}/${what}`;
const taxIdOf = (account: Account, customer: string, id: string): TaxId => {
  const taxId = account.taxIds.get(id);
  return taxId.customer === customer ? taxId : account.taxIds.get(`${id} of ${customer}`);
};

export const customers = [
  route('POST', '/v1/customers', ({ account, form }) => create(account, form)),
  route('GET', '/v1/customers', ({ account, form }) => {
    const [email, clock] = [form.text('email'), form.text('test_clock')];
    const rows = account.customers.where(
      (one) =>
        (email === undefined || one.email?.toLowerCase() === email.toLowerCase()) &&
        // Customers of clocks are listed only for their clock.
        (clock === undefined ? one.test_clock === null : one.test_clock === clock),
    );
    return pageOf(rows, form, '/v1/customers');
  }),
  route('GET', '/v1/customers/:id', ({ account, at }) => {
    const deleted = !account.customers.find(at['id']!) && wasDeleted(account, at['id']!);
    return deleted ? { id: at['id']!, object: 'customer', deleted: true } : account.customers.get(at['id']!);
  }),
  route('POST', '/v1/customers/:id', ({ account, at, form }) => {
    const customer = account.customers.get(at['id']!);
    const balance = form.integer('balance');
    const changes = changesIn(account, form, customer);
    form.end();
    account.change('customer.updated', customer, (one) => Object.assign(one, changes));
    if (balance !== undefined && balance !== customer.balance)
      moveBalance(account, customer, balance - customer.balance, {
        type: 'adjustment',
        currency: customer.currency ?? 'usd',
      });
    return customer;
  }),
  route('DELETE', '/v1/customers/:id', ({ account, at, form }) => {
    const customer = account.customers.get(at['id']!);
    form.end();
    forgetCustomer(account, customer);
    return { id: customer.id, object: 'customer', deleted: true };
  }),
  route('GET', '/v1/customers/:id/balance_transactions', ({ account, at, form }) => {
    const { id } = account.customers.get(at['id']!);
    const invoice = form.text('invoice');
    const rows = account.balanceTransactions.where(
      (one) => one.customer === id && (!invoice || one['invoice'] === invoice),
    );
    return pageOf(rows, form, url(id, 'balance_transactions'));
  }),
  route('POST', '/v1/customers/:id/balance_transactions', ({ account, at, form }) => {
    const customer = account.customers.get(at['id']!);
    const amount = form.integer('amount');
    const currency = form.need('currency');
    const description = form.emptiable('description') ?? null;
    const metadata = mergedMetadata(form);
    form.end();
    if (amount === undefined) throw requiredParam('amount');
    return moveBalance(account, customer, amount, { type: 'adjustment', currency, description, metadata });
  }),
  route('GET', '/v1/customers/:id/balance_transactions/:transaction', ({ account, at }) =>
    account.balanceTransactions.get(at['transaction']!),
  ),
  route('GET', '/v1/customers/:id/tax_ids', ({ account, at, form }) => {
    const { id } = account.customers.get(at['id']!);
    return pageOf(
      account.taxIds.where((one) => one.customer === id),
      form,
      url(id, 'tax_ids'),
    );
  }),
  route('POST', '/v1/customers/:id/tax_ids', ({ account, at, form }) => {
    const customer = account.customers.get(at['id']!);
    const [type, value] = [form.need('type'), form.need('value')];
    form.end();
    return newTaxId(account, customer, type, value, 'value');
  }),
  route('GET', '/v1/customers/:id/tax_ids/:tax', ({ account, at }) => taxIdOf(account, at['id']!, at['tax']!)),
  route('DELETE', '/v1/customers/:id/tax_ids/:tax', ({ account, at }) => {
    const taxId = taxIdOf(account, at['id']!, at['tax']!);
    deleteTaxId(account, taxId);
    return { id: taxId.id, object: 'tax_id', deleted: true };
  }),
  route('GET', '/v1/customers/:id/payment_methods', ({ account, at, form }) => {
    const { id } = account.customers.get(at['id']!);
    form.skip('type', 'allow_redisplay');
    return pageOf(
      account.paymentMethods.where((one) => one.customer === id),
      form,
      url(id, 'payment_methods'),
    );
  }),
  route('GET', '/v1/customers/:id/payment_methods/:method', ({ account, at }) => {
    const method = account.paymentMethods.get(at['method']!);
    return method.customer === at['id'] ? method : account.paymentMethods.get(`${method.id} of ${at['id']}`);
  }),
];

const wasDeleted = (account: Account, id: string) =>
  account.events.all().some(({ type, data }) => type === 'customer.deleted' && data.object.id === id);
