import type { Account } from '../account.js';
import { newId } from '../collection.js';
import type { BalanceTransaction, Customer, Metadata } from '../objects.js';

/** Credits (below zero) or debits a customer's balance. */
export function moveBalance(
  account: Account,
  customer: Customer,
  amount: number,
  about: { type: string; currency: string; description?: string | null; metadata?: Metadata; invoice?: string },
): BalanceTransaction {
  account.change('customer.updated', customer, (one) => {
    one.balance += amount;
    one.currency ??= about.currency;
  });
  return account.balanceTransactions.add({
    ...{ id: newId('cbtxn'), object: 'customer_balance_transaction', amount, created: account.now(customer.id) },
    ...{
      checkout_session: null,
      credit_note: null,
      currency: about.currency,
      customer: customer.id,
      customer_account: null,
    },
    ...{ description: about.description ?? null, ending_balance: customer.balance, invoice: about.invoice ?? null },
    ...{ livemode: false, metadata: about.metadata ?? {}, type: about.type },
  });
}
