import type { Account } from '../account.js';
import type { Schedule, SchedulePhase, Subscription } from '../objects.js';
import { applyChange, plannedChange } from './changes.js';
import { planOf } from './items.js';
import { cancelSubscription } from './life.js';

/** When the next phase of a subscription's schedule begins, or its last one ends. */
export function nextPhaseAt(account: Account, subscription: Subscription): number | null {
  const schedule = account.schedules.find(subscription.schedule);
  return schedule?.status === 'active' && schedule.current_phase ? schedule.current_phase.end_date : null;
}

/** The current phase is over: the next begins, or the schedule has done its work. */
export function enterPhase(account: Account, subscription: Subscription, at: number): void {
  const schedule = account.schedules.get(subscription.schedule!);
  const next = schedule.phases.find(({ start_date }) => start_date === at);
  if (!next) return finish(account, schedule, subscription, at);
  account.change('subscription_schedule.updated', schedule, (one) => {
    one.current_phase = { start_date: next.start_date, end_date: next.end_date };
  });
  const asked = asItems(account, subscription, next);
  // At the end of a period there is nothing to credit: the renewal that follows bills the new prices.
  const boundary = subscription.items.data.every((item) => item.current_period_end <= at);
  if (boundary) {
    account.change('customer.subscription.updated', subscription, (one) => {
      const { items } = plannedChange(account, one, asked, { at: at - 1, prorate: false });
      const before = new Map(one.items.data.map((item) => [item.id, item.current_period_start]));
      one.items.data = items.map((item) => ({
        ...{ ...item, plan: planOf(item.price) },
        ...{ current_period_start: before.get(item.id) ?? at, current_period_end: at },
      }));
      Object.assign(one.metadata, next.metadata);
      one.billing_cycle_anchor = sameDay(one.billing_cycle_anchor, at);
    });
    return;
  }
  const plan = plannedChange(account, subscription, asked, { at, prorate: next.proration_behavior !== 'none' });
  applyChange(account, subscription, plan, { proration: next.proration_behavior, payment: 'allow_incomplete' }, (one) =>
    Object.assign(one.metadata, next.metadata),
  );
}

/** The day of the month stays what it was, also after a month that is too short. */
const sameDay = (anchor: number, at: number) => (new Date(anchor * 1_000).getUTCDate() > 28 ? anchor : at);

function finish(account: Account, schedule: Schedule, subscription: Subscription, at: number): void {
  if (schedule.end_behavior === 'cancel') {
    Object.assign(schedule, { status: 'completed', completed_at: at, current_phase: null });
    account.emit('subscription_schedule.completed', schedule);
    subscription.schedule = null;
    return cancelSubscription(account, subscription, { invoiceNow: true });
  }
  release(account, schedule, at);
}

/** The subscription goes on as it is, and nothing is planned for it. */
export function release(account: Account, schedule: Schedule, at: number): void {
  const subscription = account.subscriptions.find(schedule.subscription);
  Object.assign(schedule, { status: 'released', released_at: at, released_subscription: schedule.subscription });
  Object.assign(schedule, { subscription: null, current_phase: null });
  if (subscription) account.change('customer.subscription.updated', subscription, (one) => (one.schedule = null));
  account.emit('subscription_schedule.released', schedule);
}

/** The items of a phase as a change: what it does not name goes, what it names stays where it can. */
function asItems(account: Account, subscription: Subscription, phase: SchedulePhase) {
  const free = [...subscription.items.data];
  const taken = phase.items.map(({ price: id, quantity, metadata }) => {
    const price = account.prices.get(id, 'items');
    const same = free.findIndex((item) => item.price.id === id);
    const kind =
      same >= 0 ? same : free.findIndex((item) => item.price.recurring!.usage_type === price.recurring!.usage_type);
    const [item] = kind >= 0 ? free.splice(kind, 1) : [];
    return { ...(item && { id: item.id }), price, quantity, metadata };
  });
  return [...taken, ...free.map(({ id }) => ({ id, deleted: true }))];
}
