import type Stripe from 'stripe';
import { StripeSandbox } from '../src/index.js';
import { checkedClient, faultsOfEvent, takeFaults } from './contract.js';

let sandbox: StripeSandbox;
let stripe: Stripe;
let price: Stripe.Price;

beforeAll(async () => {
  sandbox = await StripeSandbox.start();
  stripe = checkedClient(sandbox.apiKey(), sandbox.clientOptions);
  const product = await stripe.products.create({ name: 'Team' });
  price = await stripe.prices.create({
    product: product.id,
    currency: 'eur',
    unit_amount: 4_900,
    recurring: { interval: 'month' },
  });
});
afterAll(() => sandbox.stop());
afterEach(() => expect(takeFaults()).toEqual([]));

const CARD = { cardNumber: '4242 4242 4242 4242', cardExpiry: '12 / 34', cardCvc: '123', billingName: 'Ana Acme' };
const numbered = (number: string) => ({ ...CARD, cardNumber: number });

async function send(url: string, fields: Record<string, string>) {
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
  return { status: answer.status, to: answer.headers.get('location'), html: await answer.text() };
}
const look = async (url: string) => (await fetch(url)).text();
const bank = (to: string | null, what: 'complete' | 'fail') => {
  expect(to).toMatch(/^\/3ds\//);
  return send(`${sandbox.origin}${to}`, { do: what });
};

async function session(more: Partial<Stripe.Checkout.SessionCreateParams> = {}) {
  const customer = more.customer ?? (await stripe.customers.create({ email: 'ana@acme.example', name: 'Acme' })).id;
  const made = await stripe.checkout.sessions.create({
    ...{ mode: 'subscription', customer, line_items: [{ price: price.id, quantity: 1 }] },
    ...{ success_url: 'https://acme.example/done?id={CHECKOUT_SESSION_ID}', cancel_url: 'https://acme.example/plan' },
    ...more,
  });
  return { ...made, customer, url: made.url! };
}

test('a card that is accepted subscribes, and leads back', async () => {
  const { id, url, customer } = await session({
    client_reference_id: 'tenant-1',
    subscription_data: { metadata: { tenant: 'acme' } },
  });
  expect(await look(url)).toContain('Pay €49.00');
  const { status, to } = await send(url, { ...CARD, do: 'pay' });
  expect([status, to]).toEqual([303, `https://acme.example/done?id=${id}`]);
  const done = await stripe.checkout.sessions.retrieve(id, { expand: ['subscription', 'line_items', 'invoice'] });
  expect(done).toMatchObject({ status: 'complete', payment_status: 'paid', client_reference_id: 'tenant-1', customer });
  expect(done.subscription).toMatchObject({ status: 'active', metadata: { tenant: 'acme' } });
  expect(done.invoice).toMatchObject({ status: 'paid', amount_paid: 4_900 });
  const types = sandbox.events().map(({ type }) => type);
  for (const type of [
    'payment_method.attached',
    'charge.succeeded',
    'invoice_payment.paid',
    'checkout.session.completed',
  ])
    expect(types).toContain(type);
});

test.each([
  ['4000000000000002', 'Your card was declined.'],
  ['4000000000000069', 'Your card has expired.'],
  ['4000000000009995', 'Your card has insufficient funds.'],
  ['4242424242424241', 'Your card number is incorrect.'],
  ['4242', 'Your card number is incomplete.'],
])('card %s is told: %s', async (number, message) => {
  const { id, url } = await session();
  const { status, html } = await send(url, { ...numbered(number), do: 'pay' });
  expect(status).toBe(422);
  expect(html).toContain(message);
  expect((await stripe.checkout.sessions.retrieve(id)).status).toBe('open');
});

test('a date that is over and a wrong security code are told by field', async () => {
  const { url } = await session();
  const { html } = await send(url, { ...CARD, cardExpiry: '01 / 20', cardCvc: '1', billingName: '', do: 'pay' });
  expect(html).toMatch(/id="cardExpiry-error">Your card&#x27;s expiration date is in the past/);
  expect(html).toMatch(/id="cardCvc-error">Your card&#x27;s security code is invalid/);
  expect(html).toMatch(/id="billingName-error"/);
  expect(html).not.toMatch(/id="cardNumber-error"/);
});

test.each(['4000002500003155', '4000000000003220'])('3-D Secure with %s: failed, then completed', async (number) => {
  const { id, url } = await session();
  const asked = await send(url, { ...numbered(number), do: 'pay' });
  const failed = await bank(asked.to, 'fail');
  expect(await look(`${sandbox.origin}${failed.to}`)).toContain('We are unable to authenticate your payment method');
  expect((await stripe.checkout.sessions.retrieve(id)).status).toBe('open');
  const again = await send(url, { ...numbered(number), do: 'pay' });
  expect((await bank(again.to, 'complete')).to).toBe(`https://acme.example/done?id=${id}`);
  const { subscription } = await stripe.checkout.sessions.retrieve(id, { expand: ['subscription'] });
  expect(subscription).toMatchObject({ status: 'active' });
});

test('a promotion code is shown before it is paid, and an address and a tax id are asked for', async () => {
  const coupon = await stripe.coupons.create({ percent_off: 25, duration: 'once' });
  await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id }, code: 'SPRING' });
  const { id, url, customer } = await session({
    ...{ allow_promotion_codes: true, billing_address_collection: 'required', tax_id_collection: { enabled: true } },
    customer_update: { name: 'auto', address: 'auto' },
  });
  expect((await send(url, { promotionCode: 'winter', do: 'apply' })).html).toContain('This code is invalid.');
  expect((await send(url, { promotionCode: 'spring', do: 'apply' })).html).toContain('Pay €36.75');
  const address = {
    billingAddressLine1: 'Hauptstraße 1',
    billingPostalCode: '10115',
    billingLocality: 'Berlin',
    billingCountry: 'DE',
  };
  const typed = { ...CARD, ...address, promotionCode: 'SPRING', taxIdType: 'eu_vat', do: 'pay' };
  expect((await send(url, { ...typed, taxId: 'DE12' })).html).toContain('This tax ID is not valid for its type.');
  expect((await send(url, { ...typed, taxId: 'DE123456789' })).status).toBe(303);
  const done = await stripe.checkout.sessions.retrieve(id, { expand: ['invoice'] });
  expect((done.invoice as Stripe.Invoice).amount_paid).toBe(3_675);
  expect(done.invoice).toMatchObject({
    customer_address: { city: 'Berlin' },
    customer_tax_ids: [{ type: 'eu_vat', value: 'DE123456789' }],
  });
  const { tax_ids } = (await stripe.customers.retrieve(customer, { expand: ['tax_ids'] })) as Stripe.Customer;
  expect(tax_ids!.data).toHaveLength(1);
});

test('a trial keeps the card and takes nothing; a session expires', async () => {
  const { id, url } = await session({ subscription_data: { trial_period_days: 14 } });
  expect(await look(url)).toContain('Start trial');
  await send(url, { ...numbered('4000000000000341'), do: 'pay' });
  const { subscription, payment_status } = await stripe.checkout.sessions.retrieve(id, { expand: ['subscription'] });
  expect([payment_status, (subscription as Stripe.Subscription).status]).toEqual(['no_payment_required', 'trialing']);
  const other = await session();
  await stripe.checkout.sessions.expire(other.id);
  expect(await look(other.url)).toContain('This page has expired');
});

test('a session of setup saves a card', async () => {
  const { id, url, customer } = await session({ mode: 'setup', line_items: undefined, currency: 'eur' });
  const asked = await send(url, { ...numbered('4000002500003155'), do: 'pay' });
  await bank(asked.to, 'complete');
  const { setup_intent } = await stripe.checkout.sessions.retrieve(id, { expand: ['setup_intent'] });
  expect(setup_intent).toMatchObject({ status: 'succeeded', customer });
  expect((await stripe.customers.listPaymentMethods(customer)).data).toHaveLength(1);
});

async function subscribed() {
  const { id, url, customer } = await session();
  await send(url, { ...CARD, do: 'pay' });
  const { subscription } = await stripe.checkout.sessions.retrieve(id);
  return { customer, subscription: subscription as string };
}

test('in the portal: cancel and resume, another card with 3-D Secure, address and tax id, invoices', async () => {
  const { customer, subscription } = await subscribed();
  const { url } = await stripe.billingPortal.sessions.create({ customer, return_url: 'https://acme.example/plan' });
  expect(await look(url)).toContain('href="https://acme.example/plan"');
  await send(url, { do: 'cancel', subscription });
  expect(await stripe.subscriptions.retrieve(subscription)).toMatchObject({
    cancel_at_period_end: true,
    status: 'active',
  });
  await send(url, { do: 'resume', subscription });
  expect(await stripe.subscriptions.retrieve(subscription)).toMatchObject({
    cancel_at_period_end: false,
    cancel_at: null,
  });

  expect((await send(url, { ...numbered('4000000000000002'), do: 'add' })).html).toContain('Your card was declined.');
  const asked = await send(url, { ...numbered('4000000000003220'), do: 'add' });
  await bank(asked.to, 'complete');
  const { default_payment_method: method } = await stripe.subscriptions.retrieve(subscription, {
    expand: ['default_payment_method'],
  });
  expect(method).toMatchObject({ card: { last4: '3220' } });
  const [old] = (await stripe.customers.listPaymentMethods(customer)).data.filter(({ card }) => card!.last4 === '4242');
  await send(url, { do: 'remove', method: old!.id });
  expect((await stripe.customers.listPaymentMethods(customer)).data).toHaveLength(1);

  const details = { name: 'Acme GmbH', email: 'buchhaltung@acme.example', billingAddressLine1: 'Hauptstraße 1' };
  const rest = { billingPostalCode: '10115', billingLocality: 'Berlin', billingCountry: 'DE', taxIdType: 'eu_vat' };
  expect((await send(url, { do: 'details', ...details, ...rest, taxId: '12' })).status).toBe(422);
  expect((await send(url, { do: 'details', ...details, ...rest, taxId: 'DE123456789' })).status).toBe(303);
  expect(await stripe.customers.retrieve(customer)).toMatchObject({ name: 'Acme GmbH', address: { city: 'Berlin' } });
  expect(await look(url)).toMatch(/href="[^"]+\/i\/foyer\/\w+">/);
});

test('a trial for which no card is needed, and a portal that leads back when one is added', async () => {
  const { id, url, customer } = await session({
    ...{ payment_method_collection: 'if_required', subscription_data: { trial_period_days: 14 } },
  });
  expect(await look(url)).not.toContain('cardNumber');
  expect((await send(url, { do: 'pay' })).to).toContain('https://acme.example/done');
  const { subscription } = await stripe.checkout.sessions.retrieve(id, { expand: ['subscription'] });
  expect(subscription).toMatchObject({ status: 'trialing', default_payment_method: null });
  const portal = await stripe.billingPortal.sessions.create({
    customer,
    flow_data: {
      ...{ type: 'payment_method_update' },
      after_completion: { type: 'redirect', redirect: { return_url: 'https://acme.example/added' } },
    },
  });
  expect(await look(portal.url)).not.toContain('Billing information');
  expect((await send(portal.url, { ...CARD, do: 'add' })).to).toBe('https://acme.example/added');
});

test('an invoice that failed is paid on its page, with another card that is kept; it can be printed', async () => {
  const { customer, subscription } = await subscribed();
  sandbox.forceCharges(customer, 'insufficient_funds');
  await stripe.subscriptions.update(subscription, {
    billing_cycle_anchor: { type: 'now' },
    proration_behavior: 'none',
  });
  const { status, latest_invoice } = await stripe.subscriptions.retrieve(subscription, { expand: ['latest_invoice'] });
  expect(status).toBe('past_due');
  const { hosted_invoice_url: page, invoice_pdf: pdf } = latest_invoice as Stripe.Invoice;
  expect(await look(page!)).toContain('Pay this invoice');
  expect((await send(page!, { ...numbered('4000000000000002'), method: '', do: 'pay' })).html).toContain(
    'Your card was declined.',
  );
  const asked = await send(page!, { ...numbered('4000000000003220'), method: '', keep: 'yes', do: 'pay' });
  await bank(asked.to, 'complete');
  const paid = await stripe.subscriptions.retrieve(subscription, {
    expand: ['latest_invoice', 'default_payment_method'],
  });
  expect(paid).toMatchObject({
    status: 'active',
    latest_invoice: { status: 'paid' },
    default_payment_method: { card: { last4: '3220' } },
  });
  const file = await fetch(pdf!);
  expect(file.headers.get('content-type')).toBe('application/pdf');
  expect(Buffer.from(await file.arrayBuffer()).toString('latin1')).toMatch(/^%PDF-1\.4[\s\S]+%%EOF\n$/);
});

test('a form of another site does nothing', async () => {
  const { customer, subscription } = await subscribed();
  const { url } = await stripe.billingPortal.sessions.create({ customer });
  const answer = await fetch(url, {
    ...{
      method: 'POST',
      headers: { 'Sec-Fetch-Site': 'cross-site' },
      body: new URLSearchParams({ do: 'cancel', subscription }),
    },
  });
  expect(answer.status).toBe(403);
});

test('every event is as Stripe has it', () => {
  const faulty = sandbox.events().flatMap((event) => faultsOfEvent(event).map((fault) => `${event.type} ${fault}`));
  expect([...new Set(faulty)]).toEqual([]);
});
