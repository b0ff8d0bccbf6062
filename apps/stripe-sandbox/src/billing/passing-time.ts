import type { Account } from '../account.js';
import { DAY, HOUR } from '../calendar.js';
import type { Clock, Invoice, Subscription } from '../objects.js';
import { subscriptionOf } from './invoicing.js';
import { expireIncomplete, expirePendingUpdate, isOver, pay, cancelSubscription } from './life.js';
import { defaultMethod } from './payments.js';
import { nextPeriodEnd, renew, upcomingInvoice } from './renewal.js';
import { enterPhase, nextPhaseAt } from './phases.js';

const WARNING_DAYS = 3;
const INCOMPLETE_HOURS = 23;

/** Something that happens by itself at a moment. Of what happens at the same moment, the earlier in the list comes first. */
interface Due {
  at: number;
  run: () => void;
}

function ofSubscription(account: Account, subscription: Subscription): Due[] {
  if (isOver(subscription) || subscription.status === 'paused') return [];
  if (subscription.status === 'incomplete')
    return [{ at: subscription.created + INCOMPLETE_HOURS * HOUR, run: () => expireIncomplete(account, subscription) }];
  const due: Due[] = [];
  const end = nextPeriodEnd(subscription);
  const { pending_update: pending, trial_end: trialEnd, cancel_at: cancelAt } = subscription;
  if (pending) due.push({ at: pending.expires_at, run: () => expirePendingUpdate(account, subscription) });
  if (subscription.status === 'trialing' && trialEnd)
    due.push(
      ...once(
        account,
        `trial_will_end ${subscription.id} ${trialEnd}`,
        Math.max(trialEnd - WARNING_DAYS * DAY, subscription.created),
        () => account.emit('customer.subscription.trial_will_end', subscription),
      ),
    );
  if (subscription.status === 'active' && !subscription.cancel_at_period_end)
    due.push(
      ...once(account, `upcoming ${subscription.id} ${end}`, end - account.settings.upcomingDays * DAY, () =>
        account.emit('invoice.upcoming', withoutId(upcomingInvoice(account, subscription, end))),
      ),
    );
  const phase = nextPhaseAt(account, subscription);
  if (phase !== null) due.push({ at: phase, run: () => enterPhase(account, subscription, phase) });
  if (cancelAt !== null && cancelAt < end)
    due.push({ at: cancelAt, run: () => cancelSubscription(account, subscription, { invoiceNow: true }) });
  due.push({ at: end, run: () => renew(account, subscription, end) });
  return due;
}

/** The invoice that is only foreseen has no id. */
const withoutId = (invoice: Invoice) => ({ ...invoice, id: undefined as unknown as string });

function once(account: Account, id: string, at: number, run: () => void): Due[] {
  if (account.told.find(id)) return [];
  const tell = () => {
    account.told.add({ id });
    run();
  };
  return [{ at, run: tell }];
}

function ofInvoice(account: Account, invoice: Invoice): Due[] {
  const at = invoice.next_payment_attempt;
  if (invoice.status !== 'open' || at === null) return [];
  const subscription = subscriptionOf(account, invoice);
  const run = () => {
    if (subscription && isOver(subscription)) return void (invoice.next_payment_attempt = null);
    pay(account, invoice, { method: defaultMethod(account, invoice), present: false });
  };
  return [{ at, run }];
}

function earliest(account: Account, clock: string | null): Due | null {
  const due: Due[] = [
    ...account.invoices.where((one) => one['test_clock'] === clock).flatMap((one) => ofInvoice(account, one)),
    ...account.subscriptions.where((one) => one.test_clock === clock).flatMap((one) => ofSubscription(account, one)),
    ...account.checkoutSessions
      .where((one) => one.status === 'open' && (account.customers.find(one.customer)?.test_clock ?? null) === clock)
      .map((session) => ({ at: session.expires_at, run: () => expireSession(account, session.id) })),
  ];
  return due.reduce<Due | null>((first, one) => (first === null || one.at < first.at ? one : first), null);
}

export function expireSession(account: Account, id: string): void {
  const session = account.checkoutSessions.get(id, 'session');
  session.status = 'expired';
  session.url = null;
  account.emit('checkout.session.expired', session);
}

/** Lets a clock run: one thing after another, each at its own time. */
export function runUntil(account: Account, clock: Clock, to: number): void {
  for (let due = earliest(account, clock.id); due && due.at <= to; due = earliest(account, clock.id)) {
    clock.frozen_time = Math.max(clock.frozen_time, due.at);
    due.run();
  }
  clock.frozen_time = to;
  clock.status = 'ready';
  clock.status_details = {};
}

/** What happened by itself since somebody last looked, for customers who live in real time. */
export function runDue(account: Account): boolean {
  const now = account.now();
  let ran = false;
  for (let due = earliest(account, null); due && due.at <= now; due = earliest(account, null)) {
    due.run();
    ran = true;
  }
  return ran;
}
