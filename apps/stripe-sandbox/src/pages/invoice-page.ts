import type { Account, Attempt } from '../account.js';
import { money } from '../billing/amounts.js';
import { subscriptionOf } from '../billing/invoicing.js';
import { pay } from '../billing/life.js';
import { defaultMethod, intentOf, refuse } from '../billing/payments.js';
import { authenticationRequired } from '../cards.js';
import { newId } from '../collection.js';
import type { Invoice, PaymentMethod } from '../objects.js';
import { makeDefault } from '../resources/intents.js';
import { attach, newPaymentMethod } from '../resources/payment-methods.js';
import { day, views } from './views.js';
import { type Errors, type Fields, lead, show, shownMethod, typedCard, type Visit } from './visit.js';

export function invoicePage(visit: Visit, account: Account, invoice: Invoice): void {
  const { fields } = visit;
  if (!fields || invoice.status !== 'open') {
    const failed = visit.query.get('failed') !== null && invoice.status === 'open';
    return page(
      visit,
      account,
      invoice,
      {},
      failed ? { form: 'Your bank could not confirm that it is you. Try again, or use another card.' } : {},
    );
  }
  const saved = account.paymentMethods.find(fields['method']);
  const owned = saved?.customer === invoice.customer ? saved : undefined;
  const typed = owned ? null : typedCard(account, fields, invoice.customer);
  if (typed && Object.keys(typed.errors).length > 0) return page(visit, account, invoice, fields, typed.errors);
  const method = owned ?? newPaymentMethod(account, typed!.card);
  const outcome = pay(account, invoice, { method, present: true }, { automatic: false });
  if (outcome.kind === 'paid') {
    if (fields['keep'] === 'yes') keep(account, invoice, method);
    return lead(visit, visit.path);
  }
  if (outcome.kind === 'authenticate') {
    const attempt = account.attempts.add({
      ...{ id: newId('att'), kind: 'invoice', subject: invoice.id, paymentMethod: method.id, returnUrl: visit.path },
      fields: { keep: fields['keep'] ?? '' },
    });
    return lead(visit, `/3ds/${account.name}/${attempt.id}`);
  }
  const said = outcome.kind === 'refused' ? outcome.refusal.message : 'Choose a card.';
  page(visit, account, invoice, fields, { form: said });
}

export function invoiceAfterBank(account: Account, attempt: Attempt, confirmed: boolean): string {
  const invoice = account.invoices.get(attempt.subject);
  const method = account.paymentMethods.get(attempt.paymentMethod);
  if (invoice.status !== 'open') return attempt.returnUrl;
  if (!confirmed) {
    refuse(account, intentOf(account, invoice), method, authenticationRequired);
    account.emit('invoice.payment_failed', invoice);
    return `${attempt.returnUrl}?failed`;
  }
  const outcome = pay(account, invoice, { method, present: true, confirmed: true }, { automatic: false });
  if (outcome.kind === 'paid' && attempt.fields['keep'] === 'yes') keep(account, invoice, method);
  return outcome.kind === 'paid' ? attempt.returnUrl : `${attempt.returnUrl}?failed`;
}

/** The card that paid is charged next time too. */
function keep(account: Account, invoice: Invoice, method: PaymentMethod): void {
  const customer = account.customers.get(invoice.customer);
  attach(account, method, customer);
  makeDefault(account, customer, method.id);
  const subscription = subscriptionOf(account, invoice);
  if (subscription?.default_payment_method)
    account.change('customer.subscription.updated', subscription, (one) => (one.default_payment_method = method.id));
}

function page(visit: Visit, account: Account, invoice: Invoice, values: Fields, errors: Errors): void {
  const shown = (amount: number) => money(amount, invoice.currency);
  const chosen = values['method'] ?? defaultMethod(account, invoice)?.id ?? '';
  const methods = account.paymentMethods.where((one) => one.customer === invoice.customer).map(shownMethod);
  const discount = (invoice['total_discount_amounts'] as { amount: number }[]).reduce(
    (sum, { amount }) => sum + amount,
    0,
  );
  show(
    visit,
    views.invoice({
      ...{ title: `Invoice ${invoice.number}`, invoice, values, errors, payable: invoice.status === 'open' },
      ...{ due: shown(invoice.amount_due), total: shown(invoice.total), date: day(invoice.created) },
      balance: invoice.amount_due === invoice.total ? null : shown(invoice.amount_due - invoice.total),
      discount: discount > 0 ? shown(discount) : null,
      lines: invoice.lines.data.map(({ description, amount, period }) => ({
        ...{ description, amount: shown(amount), period: `${day(period.start)} – ${day(period.end)}` },
      })),
      methods: methods.map((one) => ({ ...one, chosen: one.id === chosen })),
      newChosen: !methods.some(({ id }) => id === chosen),
    }),
    Object.keys(errors).length > 0 ? 422 : 200,
  );
}
