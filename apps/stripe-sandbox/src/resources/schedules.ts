import type { Account } from '../account.js';
import { checkPrices } from '../billing/changes.js';
import { isOver, cancelSubscription } from '../billing/life.js';
import { release } from '../billing/phases.js';
import { nextPeriodEnd } from '../billing/renewal.js';
import { type Interval, intervalsAfter } from '../calendar.js';
import { newId, pageOf } from '../collection.js';
import { invalid, requiredParam } from '../errors.js';
import { type Form, mergedMetadata } from '../form.js';
import type { Price, Schedule, SchedulePhase, Subscription } from '../objects.js';
import { route } from '../routes.js';

type Given = { price: Price; quantity?: number; metadata: Record<string, string> };

function phaseOf(
  subscription: Subscription,
  items: Given[],
  start: number,
  end: number,
  more: Partial<SchedulePhase> = {},
): SchedulePhase {
  return {
    ...{ add_invoice_items: [], application_fee_percent: null, billing_cycle_anchor: null, billing_thresholds: null },
    ...{
      collection_method: null,
      currency: subscription.currency,
      default_payment_method: null,
      default_tax_rates: [],
    },
    ...{ description: null, discounts: [], end_date: end, invoice_settings: null },
    items: items.map(({ price, quantity, metadata }) => ({
      ...{ billing_thresholds: null, discounts: [], metadata, plan: price.id, price: price.id },
      ...(quantity !== undefined && { quantity }),
      tax_rates: [],
    })),
    ...{ metadata: {}, on_behalf_of: null, proration_behavior: 'create_prorations', start_date: start },
    ...{ transfer_data: null, trial_end: null },
    ...more,
  };
}

function fromSubscription(account: Account, subscription: Subscription, metadata: Record<string, string>): Schedule {
  if (isOver(subscription)) throw invalid('The subscription is over.', 'from_subscription');
  if (subscription.schedule)
    throw invalid(
      `You cannot migrate a subscription that is already attached to a schedule: ${subscription.schedule}.`,
      'from_subscription',
    );
  const now = account.now(subscription.customer);
  const start = Math.max(...subscription.items.data.map((item) => item.current_period_start));
  const end = nextPeriodEnd(subscription);
  const items = subscription.items.data.map(({ price, quantity, metadata: own }) => ({
    price,
    quantity,
    metadata: own,
  }));
  const schedule: Schedule = {
    ...{ id: newId('sub_sched'), object: 'subscription_schedule', application: null },
    billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible', updated_at: now },
    ...{ canceled_at: null, completed_at: null, created: now, current_phase: { start_date: start, end_date: end } },
    ...{ customer: subscription.customer, customer_account: null },
    default_settings: {
      ...{ application_fee_percent: null, billing_cycle_anchor: 'automatic', billing_thresholds: null },
      automatic_tax: { disabled_reason: null, enabled: false, liability: null },
      ...{
        collection_method: 'charge_automatically',
        default_payment_method: null,
        description: null,
        on_behalf_of: null,
      },
      invoice_settings: {
        account_tax_ids: null,
        custom_fields: null,
        days_until_due: null,
        description: null,
        footer: null,
        issuer: { type: 'self' },
      },
      transfer_data: null,
    },
    ...{
      end_behavior: 'release',
      livemode: false,
      metadata,
      pause_schedules: [],
      phases: [phaseOf(subscription, items, start, end)],
    },
    ...{ released_at: null, released_subscription: null, status: 'active', subscription: subscription.id },
    test_clock: subscription.test_clock,
  };
  account.schedules.add(schedule);
  account.emit('subscription_schedule.created', schedule);
  account.change('customer.subscription.updated', subscription, (one) => (one.schedule = schedule.id));
  return schedule;
}

function itemsIn(account: Account, phase: Form): Given[] {
  const items = (phase.groups('items') ?? []).map((item) => {
    const price = account.prices.get(item.text('price') ?? item.need('plan'), item.nameOf('price'));
    const quantity = item.integer('quantity');
    item.skip('billing_thresholds', 'tax_rates', 'discounts');
    return {
      price,
      quantity: price.recurring?.usage_type === 'metered' ? undefined : (quantity ?? 1),
      metadata: mergedMetadata(item),
    };
  });
  if (items.length === 0) throw requiredParam(phase.nameOf('items'));
  return items;
}

function phasesIn(
  account: Account,
  form: Form,
  schedule: Schedule,
  subscription: Subscription,
): SchedulePhase[] | undefined {
  const now = account.now(schedule.customer);
  let last: number | null = null;
  return form.groups('phases')?.map((phase, index) => {
    const items = itemsIn(account, phase);
    checkPrices(
      account,
      items.map(({ price }) => price).filter(({ id }) => !subscription.items.data.some(({ price }) => price.id === id)),
      subscription.currency,
    );
    const given = phase.text('start_date');
    const start: number =
      given === 'now' ? now : given !== undefined ? Number(given) : (last ?? schedule.phases[0]!.start_date);
    const duration = phase.group('duration');
    const cadence = duration && {
      interval: duration.need('interval') as Interval,
      interval_count: duration.integer('interval_count') ?? 1,
    };
    const until = phase.text('end_date');
    const end =
      until === 'now'
        ? now
        : until !== undefined
          ? Number(until)
          : intervalsAfter(start, cadence ?? items[0]!.price.recurring!, 1);
    const proration =
      phase.oneOf('proration_behavior', 'create_prorations', 'none', 'always_invoice') ?? 'create_prorations';
    const metadata = mergedMetadata(phase);
    phase.skip(
      'billing_cycle_anchor',
      'collection_method',
      'currency',
      'default_payment_method',
      'description',
      'discounts',
    );
    phase.skip('invoice_settings', 'automatic_tax', 'default_tax_rates', 'trial', 'trial_end', 'add_invoice_items');
    if (last !== null && start !== last)
      throw invalid('Phases must follow each other without a gap.', phase.nameOf('start_date'));
    if (end <= start) throw invalid('A phase must end after it starts.', phase.nameOf('end_date'));
    if (index === 0 && start > now)
      throw invalid('The first phase must be the current one.', phase.nameOf('start_date'));
    last = end;
    return phaseOf(subscription, items, start, end, { proration_behavior: proration, metadata });
  });
}

export const schedules = [
  route('POST', '/v1/subscription_schedules', ({ account, form }) => {
    const from = form.text('from_subscription');
    const metadata = mergedMetadata(form);
    form.skip('billing_mode');
    form.end();
    if (!from)
      throw invalid('The sandbox makes schedules from subscriptions only.', 'from_subscription', 'parameter_missing');
    return fromSubscription(account, account.subscriptions.get(from, 'from_subscription'), metadata);
  }),
  route('GET', '/v1/subscription_schedules', ({ account, form }) => {
    const customer = form.text('customer');
    form.skip('scheduled');
    return pageOf(
      account.schedules.where((one) => !customer || one.customer === customer),
      form,
      '/v1/subscription_schedules',
    );
  }),
  route('GET', '/v1/subscription_schedules/:id', ({ account, at }) => account.schedules.get(at['id']!, 'schedule')),
  route('POST', '/v1/subscription_schedules/:id', ({ account, at, form }) => {
    const schedule = account.schedules.get(at['id']!, 'schedule');
    if (schedule.status !== 'active')
      throw invalid(
        `You cannot update a subscription schedule that is ${schedule.status}.`,
        undefined,
        'resource_missing',
      );
    const subscription = account.subscriptions.get(schedule.subscription!);
    const phases = phasesIn(account, form, schedule, subscription);
    const ending = form.oneOf('end_behavior', 'release', 'cancel');
    const metadata = mergedMetadata(form, schedule.metadata);
    form.skip('default_settings', 'proration_behavior');
    form.end();
    const now = account.now(schedule.customer);
    account.change('subscription_schedule.updated', schedule, (one) => {
      one.metadata = metadata;
      one.end_behavior = ending ?? one.end_behavior;
      if (!phases?.length) return;
      one.phases = phases;
      const current = phases.find(({ start_date, end_date }) => start_date <= now && now < end_date);
      one.current_phase = current ? { start_date: current.start_date, end_date: current.end_date } : null;
    });
    return schedule;
  }),
  route('POST', '/v1/subscription_schedules/:id/release', ({ account, at, form }) => {
    const schedule = account.schedules.get(at['id']!, 'schedule');
    form.skip('preserve_cancel_date');
    form.end();
    if (schedule.status !== 'active' && schedule.status !== 'not_started')
      throw invalid(
        `You cannot release a subscription schedule that is currently in the \`${schedule.status}\` status.`,
      );
    release(account, schedule, account.now(schedule.customer));
    return schedule;
  }),
  route('POST', '/v1/subscription_schedules/:id/cancel', ({ account, at, form }) => {
    const schedule = account.schedules.get(at['id']!, 'schedule');
    const [invoiceNow, prorate] = [form.flag('invoice_now'), form.flag('prorate')];
    form.end();
    const subscription = account.subscriptions.get(schedule.subscription ?? '', 'subscription');
    cancelSubscription(account, subscription, { invoiceNow, prorate });
    return schedule;
  }),
];
