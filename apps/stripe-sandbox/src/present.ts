import type { Account } from './account.js';
import { invalid } from './errors.js';
import type { Wire, WireList } from './objects.js';

type Node = Record<string, unknown>;

const listOf = <T extends Wire>(data: T[], url: string): WireList<T> => ({
  object: 'list',
  data,
  has_more: false,
  url,
});

/** Fields that an object shows only to those who ask. */
const INCLUDABLE: Record<string, Record<string, (account: Account, object: Node) => unknown>> = {
  customer: {
    subscriptions: (account, { id }) =>
      listOf(
        account.subscriptions.where((one) => one.customer === id && one.status !== 'canceled').reverse(),
        `/v1/customers/${id as string}/subscriptions`,
      ),
    tax_ids: (account, { id }) =>
      listOf(account.taxIds.where((one) => one.customer === id).reverse(), `/v1/customers/${id as string}/tax_ids`),
  },
  invoice: {
    payments: (account, { id }) =>
      listOf(
        account.invoicePayments.where((one) => one.invoice === id).reverse(),
        `/v1/invoice_payments?invoice=${id as string}`,
      ),
    confirmation_secret: (account, { id }) => {
      const [payment] = account.invoicePayments.where((one) => one.invoice === id);
      const intent = payment && account.paymentIntents.find(payment.payment.payment_intent);
      return intent ? { client_secret: intent.client_secret, type: 'payment_intent' } : null;
    },
  },
  price: {
    currency_options: (account, { id }) => account.currencyOptions.find(id as string)?.options,
    tiers: (account, { id }) => account.tiers.find(id as string)?.tiers,
  },
  'checkout.session': {
    line_items: (account, { id }) =>
      listOf(account.sessionLines.find(id as string)?.lines ?? [], `/v1/checkout/sessions/${id as string}/line_items`),
  },
};

/** An answer as it goes out, with what was asked to be expanded. */
export function presented(account: Account, answer: object, expand: string[]): object {
  const copy = structuredClone(answer) as Node;
  for (const path of expand) {
    if (path.split('.').length > 4) throw invalid('You cannot expand more than 4 levels of a property.', 'expand');
    expandPath(account, copy, path.split('.'), path);
  }
  return copy;
}

function expandPath(account: Account, node: unknown, [field, ...rest]: string[], path: string): void {
  if (field === undefined) return;
  if (Array.isArray(node)) return node.forEach((one) => expandPath(account, one, [field, ...rest], path));
  const object = node as Node;
  if (object['object'] === 'list' && field !== 'data')
    return expandPath(account, object['data'], [field, ...rest], path);
  const include = INCLUDABLE[object['object'] as string]?.[field];
  if (include && object[field] === undefined) {
    const value = include(account, object);
    if (value !== undefined) object[field] = structuredClone(value);
  }
  if (!(field in object)) {
    if (include) return;
    throw invalid(`This property cannot be expanded (${path}).`, 'expand');
  }
  object[field] = resolved(account, object[field]);
  if (rest.length > 0 && typeof object[field] === 'object' && object[field] !== null)
    expandPath(account, object[field], rest, path);
}

function resolved(account: Account, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one) => resolved(account, one));
  if (typeof value !== 'string') return value;
  const found = account.find(value);
  return found ? structuredClone(found) : value;
}
