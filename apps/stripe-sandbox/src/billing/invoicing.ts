import type { Account } from '../account.js';
import { DAY } from '../calendar.js';
import { newId, randomText } from '../collection.js';
import type { Customer, Discount, Invoice, InvoiceItem, LineItem, Subscription } from '../objects.js';
import { moveBalance } from './balance.js';
import { endSpentDiscounts, reductions } from './discounts.js';
import { type DraftLine, lineItem, pendingLine } from './lines.js';

export type BillingReason =
  | 'subscription_create'
  | 'subscription_cycle'
  | 'subscription_update'
  | 'manual'
  | 'upcoming'
  | 'subscription_threshold';

export interface DraftInvoice {
  account: Account;
  customer: Customer;
  subscription: Subscription | null;
  currency: string;
  lines: DraftLine[];
  discounts: Discount[];
  reason: BillingReason;
  now: number;
}

const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);

/** What a customer is going to be asked for, by an invoice that nobody has seen yet. */
export function composed(draft: DraftInvoice, id: string): Invoice {
  const { account, customer, subscription, currency, discounts, reason, now } = draft;
  const offs = reductions(account, draft.lines, discounts, currency);
  const lines = draft.lines.map((line, place) => lineItem(id, line, offs[place]!));
  const subtotal = sum(lines.map(({ amount }) => amount));
  const off = totals(offs.flat());
  const total = subtotal - sum(off.map(({ amount }) => amount));
  const due = Math.max(0, total + customer.balance);
  return {
    ...{
      id,
      object: 'invoice',
      account_country: 'GB',
      account_name: account.name,
      account_tax_ids: null,
      amount_due: due,
    },
    ...{ amount_overpaid: 0, amount_paid: 0, amount_remaining: due, amount_shipping: 0, application: null },
    ...{ attempt_count: 0, attempted: false, auto_advance: false },
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    ...{ automatically_finalizes_at: null, billing_reason: reason, created: now, currency, custom_fields: null },
    collection_method: subscription?.collection_method ?? 'charge_automatically',
    ...{
      customer: customer.id,
      customer_account: null,
      customer_address: customer.address,
      customer_email: customer.email,
    },
    ...{ customer_name: customer.name, customer_phone: customer.phone, customer_shipping: null },
    ...{
      customer_tax_exempt: customer.tax_exempt,
      default_payment_method: null,
      default_source: null,
      default_tax_rates: [],
    },
    customer_tax_ids: account.taxIds
      .where((one) => one.customer === customer.id)
      .map(({ type, value }) => ({ type, value })),
    ...{ description: null, discounts: off.map(({ discount }) => discount), due_date: null, effective_at: null },
    ...{ ending_balance: null, footer: customer.invoice_settings.footer, from_invoice: null, hosted_invoice_url: null },
    ...{ invoice_pdf: null, issuer: { type: 'self' }, last_finalization_error: null, latest_revision: null },
    lines: { object: 'list', data: lines, has_more: false, url: `/v1/invoices/${id}/lines` },
    ...{ livemode: false, metadata: {}, next_payment_attempt: null, number: null, on_behalf_of: null },
    parent: subscription && {
      quote_details: null,
      subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
      type: 'subscription_details',
    },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    ...spanOf(lines, now, reason),
    ...{
      post_payment_credit_notes_amount: 0,
      pre_payment_credit_notes_amount: 0,
      receipt_number: null,
      rendering: null,
    },
    ...{ shipping_cost: null, shipping_details: null, starting_balance: customer.balance, statement_descriptor: null },
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    ...{
      subtotal,
      subtotal_excluding_tax: subtotal,
      test_clock: customer.test_clock,
      total,
      total_discount_amounts: off,
    },
    ...{ total_excluding_tax: total, total_taxes: [], webhooks_delivered_at: null },
    total_pretax_credit_amounts: off.map((one) => ({ ...one, type: 'discount' })),
  };
}

function totals(offs: { amount: number; discount: string }[]): { amount: number; discount: string }[] {
  const byDiscount = new Map<string, number>();
  for (const { amount, discount } of offs) byDiscount.set(discount, (byDiscount.get(discount) ?? 0) + amount);
  return [...byDiscount].map(([discount, amount]) => ({ amount, discount }));
}

/** As Stripe: the time in which its items came together, which ends when it is made. */
function spanOf(lines: LineItem[], now: number, reason: BillingReason): { period_start: number; period_end: number } {
  if (reason !== 'subscription_cycle' && reason !== 'upcoming') return { period_start: now, period_end: now };
  const starts = lines.map(({ period }) => period.start).filter((start) => start < now);
  return { period_start: Math.min(now, ...starts), period_end: now };
}

export function pendingItems(account: Account, customer: string, subscription: string | null): InvoiceItem[] {
  return account.invoiceItems.where((one) => {
    const parent = one['parent'] as { subscription_details: { subscription: string } } | null;
    return (
      one.customer === customer &&
      one.invoice === null &&
      (!parent || parent.subscription_details.subscription === subscription)
    );
  });
}

/** Makes an invoice of lines and of what waits for one. */
export function createInvoice(draft: DraftInvoice, { pending = true } = {}): Invoice {
  const { account, customer, subscription } = draft;
  const waiting = pending ? pendingItems(account, customer.id, subscription?.id ?? null) : [];
  const lines = [...waiting.map((one) => pendingLine(account, one)), ...draft.lines];
  const invoice = composed({ ...draft, lines }, newId('in'));
  for (const one of waiting) one.invoice = invoice.id;
  customer.currency ??= draft.currency;
  account.invoices.add(invoice);
  lines.forEach((line, place) => rememberPart(account, line, invoice.lines.data[place]!));
  if (subscription) {
    const used = new Set(invoice['discounts'] as string[]);
    endSpentDiscounts(account, subscription, used, draft.now);
  }
  account.emit('invoice.created', invoice);
  return invoice;
}

function rememberPart(account: Account, line: DraftLine, { amount, discount_amounts: off }: LineItem): void {
  if (!line.whole || !line.item || amount <= 0) return;
  account.billedParts.add({ id: line.item, part: (amount - sum(off.map((one) => one.amount))) / amount });
}

/** Numbers an invoice and opens it; from now on it is owed. */
export function finalizeInvoice(account: Account, invoice: Invoice, daysUntilDue: number | null = null): void {
  const customer = account.customers.get(invoice.customer);
  const now = account.now(customer.id);
  const key = randomText(40);
  account.invoiceKeys.add({ id: invoice.id, key });
  const address = `${account.origin()}/i/${account.name}/${key}`;
  const balance = customer.balance;
  const due = Math.max(0, invoice.total + balance);
  const moved = due - invoice.total;
  customer.next_invoice_sequence += 1;
  account.change('invoice.updated', invoice, (one) => {
    one.number = `${customer.invoice_prefix}-${String(customer.next_invoice_sequence - 1).padStart(4, '0')}`;
    Object.assign(one, {
      starting_balance: balance,
      amount_due: due,
      amount_remaining: due,
      ending_balance: balance - moved,
    });
    Object.assign(one, { hosted_invoice_url: address, invoice_pdf: `${address}/pdf`, effective_at: now });
    one.auto_advance = one.collection_method === 'charge_automatically';
    one.due_date = one.collection_method === 'send_invoice' ? now + (daysUntilDue ?? 30) * DAY : null;
    one.status = 'open';
    one.status_transitions.finalized_at = now;
  });
  if (moved !== 0)
    moveBalance(account, customer, -moved, {
      type: 'applied_to_invoice',
      currency: invoice.currency,
      invoice: invoice.id,
    });
  account.emit('invoice.finalized', invoice);
}

/** Nothing is owed by it any more, though nobody has paid. */
export function voidInvoice(account: Account, invoice: Invoice): void {
  account.change('invoice.updated', invoice, (one) => {
    Object.assign(one, { status: 'void', auto_advance: false, next_payment_attempt: null });
    one.status_transitions.voided_at = account.now(one.customer);
  });
  account.emit('invoice.voided', invoice);
}

export const subscriptionOf = (account: Account, invoice: Invoice): Subscription | undefined =>
  account.subscriptions.find(invoice.parent?.subscription_details?.subscription);
