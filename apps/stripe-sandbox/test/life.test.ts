import type Stripe from 'stripe';
import { StripeSandbox } from '../src/index.js';
import { checkedClient, faultsOfEvent, takeFaults } from './contract.js';

const at = (iso: string) => Date.parse(`${iso}Z`) / 1_000;

let sandbox: StripeSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await StripeSandbox.start();
  stripe = checkedClient(sandbox.apiKey(), sandbox.clientOptions);
});
afterAll(() => sandbox.stop());
afterEach(() => expect(takeFaults()).toEqual([]));

async function catalogue() {
  const product = await stripe.products.create({ name: 'Team' });
  const month = await stripe.prices.create({
    product: product.id,
    currency: 'eur',
    unit_amount: 3_000,
    recurring: { interval: 'month' },
    currency_options: { usd: { unit_amount: 3_300 } },
  });
  const business = await stripe.prices.create({
    product: (await stripe.products.create({ name: 'Business' })).id,
    currency: 'eur',
    unit_amount: 9_000,
    recurring: { interval: 'month' },
  });
  const year = await stripe.prices.create({
    product: product.id,
    currency: 'eur',
    unit_amount: 30_000,
    recurring: { interval: 'year' },
  });
  return { product, month, business, year };
}

async function customerAt(from: string, card = 'pm_card_visa') {
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: at(from), name: from });
  const customer = await stripe.customers.create({ email: 'ana@acme.example', name: 'Acme', test_clock: clock.id });
  if (card) {
    const method = await stripe.paymentMethods.attach(card, { customer: customer.id });
    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
  }
  const go = (to: string) => sandbox.advance(clock.id, at(to));
  return { clock, customer, go };
}

const typesSince = (place: number) =>
  sandbox
    .events()
    .slice(place)
    .map(({ type }) => type);

test('a year of renewals, each at its own time, and a clock that says when it is ready', async () => {
  const { month } = await catalogue();
  const { clock, customer } = await customerAt('2026-01-31T10:00:00');
  const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: month.id }] });
  expect(subscription.status).toBe('active');
  expect(subscription.items.data[0]!.current_period_end).toBe(at('2026-02-28T10:00:00'));
  let running = await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: at('2027-02-01T00:00:00') });
  expect(running.status).toBe('advancing');
  while (running.status === 'advancing') running = await stripe.testHelpers.testClocks.retrieve(clock.id);
  const invoices = await stripe.invoices.list({ customer: customer.id, limit: 100, expand: ['data.payments'] });
  expect(invoices.data.map(({ amount_paid, billing_reason }) => [amount_paid, billing_reason])).toEqual([
    ...Array.from({ length: 12 }, () => [3_000, 'subscription_cycle']),
    [3_000, 'subscription_create'],
  ]);
  expect(invoices.data.map(({ created }) => new Date(created * 1_000).toISOString().slice(5, 10)).reverse()).toEqual([
    ...[
      '01-31',
      '02-28',
      '03-31',
      '04-30',
      '05-31',
      '06-30',
      '07-31',
      '08-31',
      '09-30',
      '10-31',
      '11-30',
      '12-31',
      '01-31',
    ],
  ]);
});

test('an upgrade in the middle of a month is credited and charged by the second, as the preview said', async () => {
  const { month, business } = await catalogue();
  const { customer, go } = await customerAt('2026-04-01T00:00:00');
  const { id, items } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: month.id }] });
  await go('2026-04-11T06:00:00');
  // 19.75 of 30 days are left: 3000 × 19.75 / 30 = 1975, 9000 × 19.75 / 30 = 5925.
  const change = {
    items: [{ id: items.data[0]!.id, price: business.id }],
    proration_behavior: 'always_invoice' as const,
  };
  const preview = await stripe.invoices.createPreview({ subscription: id, subscription_details: change });
  expect(
    preview.lines.data.map(({ amount, parent }) => [amount, parent?.subscription_item_details?.proration]),
  ).toEqual([
    [-1_975, true],
    [5_925, true],
  ]);
  const place = sandbox.events().length;
  const updated = await stripe.subscriptions.update(id, { ...change, expand: ['latest_invoice'] });
  const invoice = updated.latest_invoice as Stripe.Invoice;
  expect([invoice.total, invoice.status, invoice.billing_reason]).toEqual([3_950, 'paid', 'subscription_update']);
  expect(preview.total).toBe(3_950);
  expect(typesSince(place)).toEqual(
    expect.arrayContaining(['customer.subscription.updated', 'invoice.created', 'invoice.finalized', 'invoice.paid']),
  );
  await go('2026-05-01T01:00:00');
  const [newest] = (await stripe.invoices.list({ customer: customer.id, limit: 1 })).data;
  expect(newest!.total).toBe(9_000);
});

test('from monthly to yearly begins a new period at once', async () => {
  const { month, year } = await catalogue();
  const { customer, go } = await customerAt('2026-04-01T00:00:00');
  const { id, items } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: month.id }] });
  await go('2026-04-16T00:00:00');
  const updated = await stripe.subscriptions.update(id, {
    items: [{ id: items.data[0]!.id, price: year.id }],
    expand: ['latest_invoice'],
  });
  expect((updated.latest_invoice as Stripe.Invoice).total).toBe(30_000 - 1_500);
  expect(updated.items.data[0]!.current_period_end).toBe(at('2027-04-16T00:00:00'));
});

test('a card that fails later: three more attempts, then unpaid; paying restores', async () => {
  const { month } = await catalogue();
  const { customer, go } = await customerAt('2026-01-01T00:00:00');
  const { id } = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: month.id }] });
  const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: customer.id });
  await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: bad.id } });
  const seen: unknown[] = [];
  const look = async (to: string) => {
    await go(to);
    const { status, latest_invoice } = await stripe.subscriptions.retrieve(id, { expand: ['latest_invoice'] });
    const { attempt_count, next_payment_attempt } = latest_invoice as Stripe.Invoice;
    seen.push([status, attempt_count, next_payment_attempt && next_payment_attempt - at('2026-02-01T00:00:00')]);
  };
  const day = 86_400;
  for (const to of ['2026-02-01T00:00:01', '2026-02-04T00:00:01', '2026-02-09T00:00:01', '2026-02-16T00:00:01'])
    await look(to);
  expect(seen).toEqual([
    ['past_due', 1, 3 * day],
    ['past_due', 2, 8 * day],
    ['past_due', 3, 15 * day],
    ['unpaid', 4, null],
  ]);
  const { latest_invoice } = await stripe.subscriptions.retrieve(id);
  await expect(stripe.invoices.pay(latest_invoice as string)).rejects.toMatchObject({
    ...{ statusCode: 402, type: 'StripeCardError', code: 'card_declined', decline_code: 'generic_decline' },
  });
  const paid = await stripe.invoices.pay(latest_invoice as string, { payment_method: 'pm_card_visa' });
  expect(paid.status).toBe('paid');
  expect((await stripe.subscriptions.retrieve(id)).status).toBe('active');
});

test('every event is as Stripe has it', () => {
  const faulty = sandbox.events().flatMap((event) => faultsOfEvent(event).map((fault) => `${event.type} ${fault}`));
  expect([...new Set(faulty)]).toEqual([]);
});
