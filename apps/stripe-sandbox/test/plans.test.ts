import Stripe from 'stripe';
import { StripeSandbox } from '../src/index.js';
import { checkedClient, faultsOfEvent, takeFaults } from './contract.js';

const at = (iso: string) => Date.parse(`${iso}Z`) / 1_000;
const DAY = 86_400;

let sandbox: StripeSandbox;
let stripe: Stripe;
let team: Stripe.Price;
let business: Stripe.Price;
let yearly: Stripe.Price;
let tickets: Stripe.Price;

beforeAll(async () => {
  sandbox = await StripeSandbox.start();
  stripe = checkedClient(sandbox.apiKey(), sandbox.clientOptions);
  const price = (product: string, unit_amount: number, interval: 'month' | 'year') =>
    stripe.prices.create({ product, currency: 'eur', unit_amount, recurring: { interval } });
  const [small, large] = [
    await stripe.products.create({ name: 'Team' }),
    await stripe.products.create({ name: 'Business' }),
  ];
  team = await price(small.id, 3_000, 'month');
  yearly = await price(small.id, 30_000, 'year');
  business = await price(large.id, 9_000, 'month');
  const sso = await stripe.entitlements.features.create({ lookup_key: 'sso', name: 'Single sign-on' });
  const api = await stripe.entitlements.features.create({ lookup_key: 'api', name: 'API' });
  for (const [product, feature] of [
    [small, api],
    [large, api],
    [large, sso],
  ] as const)
    await stripe.products.createFeature(product.id, { entitlement_feature: feature.id });
  const meter = await stripe.billing.meters.create({
    ...{ display_name: 'Tickets', event_name: 'ticket', default_aggregation: { formula: 'sum' } },
  });
  tickets = await stripe.prices.create({
    ...{ product: (await stripe.products.create({ name: 'Tickets' })).id, currency: 'eur', billing_scheme: 'tiered' },
    ...{ tiers_mode: 'graduated', recurring: { interval: 'month', usage_type: 'metered', meter: meter.id } },
    tiers: [
      { up_to: 100, unit_amount: 0 },
      { up_to: 'inf', unit_amount_decimal: Stripe.Decimal.from('12.5') },
    ],
  });
});
afterAll(() => sandbox.stop());
afterEach(() => expect(takeFaults()).toEqual([]));

async function customerAt(from: string, card: string | null = 'pm_card_visa') {
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: at(from) });
  const customer = await stripe.customers.create({
    email: 'ana@acme.example',
    test_clock: clock.id,
    ...(card && { payment_method: card }),
  });
  return { id: customer.id, go: (to: string) => sandbox.advance(clock.id, at(to)) };
}
const totals = async (customer: string) =>
  (await stripe.invoices.list({ customer, limit: 100 })).data.map(({ total }) => total).reverse();
const typesOf = (customer: string) =>
  sandbox
    .events()
    .filter(({ data }) => data.object['customer'] === customer)
    .map(({ type }) => type);

test('a trial without a card: told three days before, then paused, resumed when there is a card', async () => {
  const { id: customer, go } = await customerAt('2026-03-01T00:00:00', null);
  const { id, status } = await stripe.subscriptions.create({
    ...{ customer, items: [{ price: team.id }], trial_period_days: 14 },
    trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
  });
  expect(status).toBe('trialing');
  await go('2026-03-11T23:59:59');
  expect(typesOf(customer)).not.toContain('customer.subscription.trial_will_end');
  await go('2026-03-12T00:00:00');
  expect(typesOf(customer)).toContain('customer.subscription.trial_will_end');
  await go('2026-03-16T00:00:00');
  expect((await stripe.subscriptions.retrieve(id)).status).toBe('paused');
  const method = await stripe.paymentMethods.attach('pm_card_visa', { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: method.id } });
  const resumed = await stripe.subscriptions.resume(id, {
    billing_cycle_anchor: { type: 'now' },
    expand: ['latest_invoice'],
  });
  expect(resumed).toMatchObject({ status: 'active', latest_invoice: { total: 3_000, status: 'paid' } });
});

test('a trial that is prolonged, and one that is ended at once', async () => {
  const { id: customer, go } = await customerAt('2026-03-01T00:00:00');
  const { id } = await stripe.subscriptions.create({ customer, items: [{ price: team.id }], trial_period_days: 14 });
  await stripe.subscriptions.update(id, { trial_end: at('2026-04-01T00:00:00'), proration_behavior: 'none' });
  await go('2026-03-20T00:00:00');
  expect((await stripe.subscriptions.retrieve(id)).status).toBe('trialing');
  const ended = await stripe.subscriptions.update(id, { trial_end: 'now' });
  expect([ended.status, ended.items.data[0]!.current_period_end]).toEqual(['active', at('2026-04-20T00:00:00')]);
  expect(await totals(customer)).toEqual([0, 3_000]);
});

test('a downgrade at the end of the period, by a schedule that lets go afterwards', async () => {
  const { id: customer, go } = await customerAt('2026-01-15T00:00:00');
  const { id } = await stripe.subscriptions.create({ customer, items: [{ price: business.id }] });
  const schedule = await stripe.subscriptionSchedules.create({ from_subscription: id });
  const [now] = schedule.phases;
  await stripe.subscriptionSchedules.update(schedule.id, {
    end_behavior: 'release',
    phases: [
      { items: [{ price: business.id, quantity: 1 }], start_date: now!.start_date, end_date: now!.end_date },
      { items: [{ price: team.id, quantity: 1 }], duration: { interval: 'month' }, proration_behavior: 'none' },
    ],
  });
  await go('2026-02-14T00:00:00');
  expect((await stripe.subscriptions.retrieve(id)).items.data[0]!.price.id).toBe(business.id);
  await go('2026-02-15T00:00:01');
  const after = await stripe.subscriptions.retrieve(id);
  expect([after.items.data[0]!.price.id, after.schedule]).toEqual([team.id, schedule.id]);
  await go('2026-03-16T00:00:00');
  expect((await stripe.subscriptions.retrieve(id)).schedule).toBeNull();
  expect((await stripe.subscriptionSchedules.retrieve(schedule.id)).status).toBe('released');
  expect(await totals(customer)).toEqual([9_000, 3_000, 3_000]);
  const { data } = await stripe.entitlements.activeEntitlements.list({ customer });
  expect(data.map(({ lookup_key }) => lookup_key)).toEqual(['api']);
});

test('a downgrade that is taken back before it happens', async () => {
  const { id: customer, go } = await customerAt('2026-01-15T00:00:00');
  const { id } = await stripe.subscriptions.create({ customer, items: [{ price: business.id }] });
  const schedule = await stripe.subscriptionSchedules.create({ from_subscription: id });
  await stripe.subscriptionSchedules.update(schedule.id, {
    phases: [
      {
        items: [{ price: business.id }],
        start_date: schedule.phases[0]!.start_date,
        end_date: schedule.phases[0]!.end_date,
      },
      { items: [{ price: yearly.id }], proration_behavior: 'none' },
    ],
  });
  await expect(stripe.subscriptions.update(id, { items: [{ price: team.id }] })).rejects.toMatchObject({
    statusCode: 400,
  });
  await stripe.subscriptionSchedules.release(schedule.id);
  await go('2026-02-16T00:00:00');
  expect(await totals(customer)).toEqual([9_000, 9_000]);
});

test('an upgrade that is pending until it is paid, applied then, or given up after 23 hours', async () => {
  const { id: customer, go } = await customerAt('2026-04-01T00:00:00');
  const { id, items } = await stripe.subscriptions.create({ customer, items: [{ price: team.id }] });
  await go('2026-04-16T00:00:00');
  const upgrade = () =>
    stripe.subscriptions.update(id, {
      ...{ items: [{ id: items.data[0]!.id, price: business.id }], proration_behavior: 'always_invoice' },
      ...{ payment_behavior: 'pending_if_incomplete', expand: ['latest_invoice'] },
    });
  sandbox.forceCharges(customer, 'insufficient_funds');
  const pending = await upgrade();
  expect(pending.items.data[0]!.price.id).toBe(team.id);
  expect(pending).toMatchObject({ status: 'active', latest_invoice: { status: 'open', total: 3_000 } });
  expect(pending.pending_update!.subscription_items![0]!.price.id).toBe(business.id);
  await go('2026-04-17T00:00:00');
  const given = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
  expect([given.pending_update, (given.latest_invoice as Stripe.Invoice).status]).toEqual([null, 'void']);
  sandbox.forceCharges(customer, 'authenticate');
  const again = await upgrade();
  expect(again.pending_update).not.toBeNull();
  await stripe.invoices.pay((again.latest_invoice as Stripe.Invoice).id);
  const applied = await stripe.subscriptions.retrieve(id);
  expect([applied.pending_update, applied.items.data[0]!.price.id]).toEqual([null, business.id]);
  expect(typesOf(customer)).toEqual(
    expect.arrayContaining([
      'customer.subscription.pending_update_expired',
      'customer.subscription.pending_update_applied',
      'invoice.voided',
      'invoice.payment_action_required',
    ]),
  );
});

test('a first payment that fails: incomplete, paid on the spot, or expired', async () => {
  const { id: customer, go } = await customerAt('2026-04-01T00:00:00', 'pm_card_chargeCustomerFail');
  await expect(
    stripe.subscriptions.create({ customer, items: [{ price: team.id }], payment_behavior: 'error_if_incomplete' }),
  ).rejects.toMatchObject({ statusCode: 402, code: 'card_declined' });
  expect((await stripe.subscriptions.list({ customer, status: 'all' })).data).toEqual([]);
  const first = await stripe.subscriptions.create({ customer, items: [{ price: team.id }] });
  expect(first.status).toBe('incomplete');
  const second = await stripe.subscriptions.create({
    customer,
    items: [{ price: yearly.id }],
    payment_behavior: 'default_incomplete',
  });
  await stripe.invoices.pay(second.latest_invoice as string, { payment_method: 'pm_card_visa' });
  await go('2026-04-02T00:00:00');
  expect((await stripe.subscriptions.retrieve(first.id)).status).toBe('incomplete_expired');
  expect((await stripe.subscriptions.retrieve(second.id)).status).toBe('active');
});

test('tickets are metered: reported once each, free up to a number, billed at the end of each month', async () => {
  const { id: customer, go } = await customerAt('2026-05-01T00:00:00');
  const { id } = await stripe.subscriptions.create({ customer, items: [{ price: team.id }, { price: tickets.id }] });
  const report = (identifier: string, value: number, when: string) =>
    stripe.billing.meterEvents.create({
      event_name: 'ticket',
      identifier,
      payload: { stripe_customer_id: customer, value: String(value) },
      timestamp: at(when),
    });
  await go('2026-05-20T00:00:00');
  await report('t-1', 90, '2026-05-03T00:00:00');
  await report('t-2', 31, '2026-05-19T00:00:00');
  await expect(report('t-2', 31, '2026-05-19T00:00:00')).rejects.toMatchObject({ statusCode: 400 });
  await expect(report('t-3', 1, '2026-04-10T00:00:00')).rejects.toMatchObject({ code: 'timestamp_too_far_in_past' });
  const meter = tickets.recurring!.meter!;
  const { data } = await stripe.billing.meters.listEventSummaries(meter, {
    customer,
    start_time: at('2026-05-01T00:00:00'),
    end_time: at('2026-06-01T00:00:00'),
  });
  expect(data.map(({ aggregated_value }) => aggregated_value)).toEqual([121]);
  const preview = await stripe.invoices.createPreview({ subscription: id });
  expect(preview.total).toBe(3_000 + 263);
  await go('2026-06-01T00:00:01');
  await go('2026-06-10T00:00:00');
  await report('t-4', 104, '2026-06-09T00:00:00');
  await stripe.subscriptions.update(id, { cancel_at_period_end: true });
  await go('2026-07-02T00:00:00');
  expect(await totals(customer)).toEqual([3_000, 3_263, 50]);
  expect((await stripe.subscriptions.retrieve(id)).status).toBe('canceled');
});

test('coupons: once, for some months, and an amount; the credit of an upgrade is what was really paid', async () => {
  const half = await stripe.coupons.create({ percent_off: 50, duration: 'repeating', duration_in_months: 2 });
  const ten = await stripe.coupons.create({ amount_off: 1_000, currency: 'eur', duration: 'once' });
  const { id: customer, go } = await customerAt('2026-04-01T00:00:00');
  const { id, items } = await stripe.subscriptions.create({
    customer,
    items: [{ price: business.id }],
    discounts: [{ coupon: half.id }],
  });
  await go('2026-04-16T00:00:00');
  const down = { items: [{ id: items.data[0]!.id, price: team.id }], proration_behavior: 'always_invoice' as const };
  const preview = await stripe.invoices.createPreview({ subscription: id, subscription_details: down });
  // Half of 4500 comes back; half a month of 3000 at half the price is charged.
  expect([preview.total, preview.amount_due]).toEqual([-2_250 + 750, 0]);
  await stripe.subscriptions.update(id, down);
  expect(((await stripe.customers.retrieve(customer)) as Stripe.Customer).balance).toBe(-1_500);
  await go('2026-07-02T00:00:00');
  const list = (await stripe.invoices.list({ customer })).data.reverse();
  expect(list.map(({ total, amount_paid }) => [total, amount_paid])).toEqual([
    ...[
      [4_500, 4_500],
      [-1_500, 0],
      [1_500, 0],
      [3_000, 3_000],
      [3_000, 3_000],
    ],
  ]);
  const other = await customerAt('2026-04-01T00:00:00');
  await stripe.subscriptions.create({
    customer: other.id,
    items: [{ price: team.id }],
    discounts: [{ coupon: ten.id }],
  });
  await other.go('2026-05-02T00:00:00');
  expect(await totals(other.id)).toEqual([2_000, 3_000]);
  expect((await stripe.coupons.retrieve(ten.id)).times_redeemed).toBe(1);
});

test('a credit pays first, and prorations wait for the next invoice where nobody asked for more', async () => {
  const { id: customer, go } = await customerAt('2026-04-01T00:00:00');
  await stripe.customers.createBalanceTransaction(customer, { amount: -5_000, currency: 'eur', description: 'Sorry' });
  const { id, items, latest_invoice } = await stripe.subscriptions.create({
    customer,
    items: [{ price: team.id }],
    expand: ['latest_invoice'],
  });
  expect(latest_invoice).toMatchObject({
    total: 3_000,
    amount_due: 0,
    starting_balance: -5_000,
    ending_balance: -2_000,
    status: 'paid',
  });
  await go('2026-04-16T00:00:00');
  await stripe.subscriptions.update(id, { items: [{ id: items.data[0]!.id, price: business.id }] });
  await go('2026-05-01T00:00:01');
  const [newest] = (await stripe.invoices.list({ customer })).data;
  expect([newest!.total, newest!.amount_paid]).toEqual([9_000 - 1_500 + 4_500, 10_000]);
});

test('cancelled and resumed, cancelled at once with the rest credited, and not twice', async () => {
  const { id: customer, go } = await customerAt('2026-04-01T00:00:00');
  const { id } = await stripe.subscriptions.create({ customer, items: [{ price: team.id }] });
  const ending = await stripe.subscriptions.update(id, { cancel_at_period_end: true });
  expect([ending.cancel_at, ending.cancellation_details!.reason]).toEqual([
    at('2026-05-01T00:00:00'),
    'cancellation_requested',
  ]);
  await stripe.subscriptions.update(id, { cancel_at_period_end: false });
  await go('2026-05-16T12:00:00');
  const gone = await stripe.subscriptions.cancel(id, { prorate: true, invoice_now: true });
  expect(gone.status).toBe('canceled');
  expect(await totals(customer)).toEqual([3_000, 3_000, -1_500]);
  await expect(stripe.subscriptions.cancel(id)).rejects.toMatchObject({ code: 'resource_missing' });
  await go('2026-08-01T00:00:00');
  expect(await totals(customer)).toHaveLength(3);
});

test('a year in advance, and its tickets month by month', async () => {
  const { id: customer, go } = await customerAt('2026-01-10T00:00:00');
  const { items } = await stripe.subscriptions.create({
    customer,
    items: [{ price: yearly.id }, { price: tickets.id }],
  });
  expect(items.data.map(({ current_period_end }) => current_period_end)).toEqual([
    at('2027-01-10T00:00:00'),
    at('2026-02-10T00:00:00'),
  ]);
  await go('2026-02-01T00:00:00');
  await stripe.billing.meterEvents.create({
    ...{ event_name: 'ticket', payload: { stripe_customer_id: customer, value: '108' } },
  });
  await go('2027-01-10T00:00:01');
  expect(await totals(customer)).toEqual([30_000, 100, ...Array.from({ length: 10 }, () => 0), 30_000]);
});

test('where the last attempt cancels, and where an unpaid plan gets drafts only', async () => {
  const account = sandbox.account();
  const [first, second] = [await customerAt('2026-01-01T00:00:00'), await customerAt('2026-01-01T00:00:00')];
  const subscribe = (customer: string) => stripe.subscriptions.create({ customer, items: [{ price: team.id }] });
  const [cancelled, unpaid] = [await subscribe(first.id), await subscribe(second.id)];
  for (const { id } of [first, second]) sandbox.forceCharges(id, 'insufficient_funds', { times: 4 });
  account.settings.afterRetries = 'cancel';
  await first.go('2026-02-17T00:00:00');
  account.settings.afterRetries = 'unpaid';
  await second.go('2026-03-02T00:00:00');
  expect(await stripe.subscriptions.retrieve(cancelled.id)).toMatchObject({
    ...{ status: 'canceled', cancellation_details: { reason: 'payment_failed' } },
  });
  expect((await stripe.invoices.list({ customer: first.id })).data[0]).toMatchObject({
    status: 'open',
    next_payment_attempt: null,
  });
  const [draft, open] = (await stripe.invoices.list({ customer: second.id })).data;
  expect([draft!.status, open!.status, open!.attempt_count]).toEqual(['draft', 'open', 4]);
  expect((await stripe.subscriptions.retrieve(unpaid.id)).status).toBe('unpaid');
  expect((await stripe.entitlements.activeEntitlements.list({ customer: second.id })).data).toEqual([]);
  await stripe.invoices.pay(open!.id);
  expect((await stripe.subscriptions.retrieve(unpaid.id)).status).toBe('active');
  expect((await stripe.entitlements.activeEntitlements.list({ customer: second.id })).data).toHaveLength(1);
});

test('a change costs what was shown, however long somebody thought about it', async () => {
  const { id: customer, go } = await customerAt('2026-04-01T00:00:00');
  const { id, items } = await stripe.subscriptions.create({ customer, items: [{ price: team.id }] });
  await go('2026-04-11T00:00:00');
  const change = {
    ...{ items: [{ id: items.data[0]!.id, price: business.id }], proration_behavior: 'always_invoice' as const },
    proration_date: at('2026-04-11T00:00:00'),
  };
  const { total } = await stripe.invoices.createPreview({ subscription: id, subscription_details: change });
  await go('2026-04-11T09:00:00');
  const { latest_invoice } = await stripe.subscriptions.update(id, { ...change, expand: ['latest_invoice'] });
  expect([total, (latest_invoice as Stripe.Invoice).total]).toEqual([4_000, 4_000]);
});

test('what a new subscription would cost is shown before there is one', async () => {
  const { id: customer } = await customerAt('2026-04-01T00:00:00');
  const coupon = await stripe.coupons.create({ percent_off: 10, duration: 'forever' });
  const preview = await stripe.invoices.createPreview({
    ...{ customer, discounts: [{ coupon: coupon.id }] },
    subscription_details: { items: [{ price: yearly.id }] },
  });
  expect([preview.subtotal, preview.total]).toEqual([30_000, 27_000]);
  expect((await stripe.subscriptions.list({ customer, status: 'all' })).data).toEqual([]);
  expect((await stripe.coupons.retrieve(coupon.id)).times_redeemed).toBe(0);
});

test('a customer that is deleted takes its plans along, and its invoices stay', async () => {
  const { id: customer, go } = await customerAt('2026-04-01T00:00:00');
  const { id } = await stripe.subscriptions.create({ customer, items: [{ price: team.id }] });
  await stripe.customers.del(customer);
  expect(await stripe.customers.retrieve(customer)).toEqual(expect.objectContaining({ id: customer, deleted: true }));
  expect((await stripe.subscriptions.retrieve(id)).status).toBe('canceled');
  await go('2026-06-02T00:00:00');
  expect(await totals(customer)).toEqual([3_000]);
  await expect(stripe.subscriptions.create({ customer, items: [{ price: team.id }] })).rejects.toMatchObject({
    code: 'resource_missing',
  });
});

test('two years in seconds are right to the cent', async () => {
  const { id: customer, go } = await customerAt('2024-01-31T08:00:00');
  const { id, items } = await stripe.subscriptions.create({ customer, items: [{ price: team.id }] });
  await go('2024-08-15T20:00:00');
  // From 31 July to 31 August: 15 days and 12 hours of 31 days are left.
  const up = { items: [{ id: items.data[0]!.id, price: business.id }], proration_behavior: 'always_invoice' as const };
  await stripe.subscriptions.update(id, up);
  const left = (15.5 * DAY) / (31 * DAY);
  await go('2025-03-01T00:00:00');
  await stripe.subscriptions.update(id, { items: [{ id: items.data[0]!.id, price: yearly.id }] });
  const unused =
    (at('2025-03-31T08:00:00') - at('2025-03-01T00:00:00')) / (at('2025-03-31T08:00:00') - at('2025-02-28T08:00:00'));
  await go('2026-03-02T00:00:00');
  const expected =
    7 * 3_000 +
    (Math.round(9_000 * left) - Math.round(3_000 * left)) +
    7 * 9_000 +
    (30_000 - Math.round(9_000 * unused)) +
    30_000;
  const all = await totals(customer);
  expect(all.reduce((sum, one) => sum + one, 0)).toBe(expected);
});

test('every event is as Stripe has it', () => {
  const faulty = sandbox.events().flatMap((event) => faultsOfEvent(event).map((fault) => `${event.type} ${fault}`));
  expect([...new Set(faulty)]).toEqual([]);
});
