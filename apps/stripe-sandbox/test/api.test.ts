import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Stripe from 'stripe';
import { StripeSandbox } from '../src/index.js';
import { checkedClient, takeFaults } from './contract.js';

let sandbox: StripeSandbox;
let stripe: Stripe;

beforeAll(async () => {
  sandbox = await StripeSandbox.start();
  stripe = checkedClient(sandbox.apiKey(), sandbox.clientOptions);
});
afterAll(() => sandbox.stop());
afterEach(() => expect(takeFaults()).toEqual([]));

describe('keys of idempotency', () => {
  test('the same key gets the same answer, and nothing is done twice', async () => {
    const options = { idempotencyKey: 'customer-1' };
    const first = await stripe.customers.create({ email: 'ana@acme.example' }, options);
    const second = await stripe.customers.create({ email: 'ana@acme.example' }, options);
    expect(second.id).toBe(first.id);
    expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect((await stripe.customers.list({ email: 'ana@acme.example' })).data).toHaveLength(1);
  });

  test('other parameters under the same key are refused', async () => {
    const options = { idempotencyKey: 'customer-2' };
    await stripe.customers.create({ email: 'bo@acme.example' }, options);
    await expect(stripe.customers.create({ email: 'cy@acme.example' }, options)).rejects.toMatchObject({
      ...{ statusCode: 400, type: 'StripeIdempotencyError' },
    });
  });

  test('an error is repeated too', async () => {
    const options = { idempotencyKey: 'price-1' };
    const ask = () => stripe.prices.create({ currency: 'eur', product: 'prod_none', unit_amount: 1 }, options);
    const said = await ask().catch((error: Stripe.errors.StripeError) => error.requestId);
    const again = await ask().catch((error: Stripe.errors.StripeError) => error);
    expect(said).toBeTruthy();
    expect(again).toMatchObject({
      statusCode: 404,
      code: 'resource_missing',
      headers: { 'idempotent-replayed': 'true' },
    });
  });

  test('while the first is in flight the others wait; the client tries again and gets what the first got', async () => {
    sandbox.latencyMs = 60;
    const options = { idempotencyKey: 'parallel' };
    const ask = () => stripe.customers.create({ email: 'pia@acme.example' }, options);
    const answers = await Promise.allSettled(Array.from({ length: 8 }, ask));
    const refused = answers.flatMap((one) =>
      one.status === 'rejected' ? [(one.reason as Stripe.errors.StripeError).statusCode] : [],
    );
    expect(refused).toEqual(Array.from({ length: 7 }, () => 409));
    const patient = checkedClient(sandbox.apiKey(), sandbox.clientOptions, { maxNetworkRetries: 5 });
    const retried = await Promise.all(
      Array.from({ length: 4 }, () =>
        patient.customers.create({ email: 'quy@acme.example' }, { idempotencyKey: 'patient' }),
      ),
    );
    sandbox.latencyMs = 0;
    expect(new Set(retried.map(({ id }) => id)).size).toBe(1);
  });

  test('each account has its own', async () => {
    const other = checkedClient(sandbox.apiKey('other'), sandbox.clientOptions);
    const mine = await stripe.customers.create({ email: 'x@acme.example' }, { idempotencyKey: 'shared' });
    const theirs = await other.customers.create({ email: 'y@acme.example' }, { idempotencyKey: 'shared' });
    expect(theirs.id).not.toBe(mine.id);
  });
});

test('accounts know nothing of each other', async () => {
  const other = checkedClient('rk_sandbox_other', sandbox.clientOptions);
  const { id } = await stripe.customers.create({ email: 'only@acme.example' });
  await expect(other.customers.retrieve(id)).rejects.toMatchObject({
    statusCode: 404,
    code: 'resource_missing',
    param: 'id',
  });
  expect((await other.customers.list({ email: 'only@acme.example' })).data).toEqual([]);
  expect(
    (await other.events.list({ limit: 100 })).data.some(({ data }) => (data.object as { id: string }).id === id),
  ).toBe(false);
});

describe('errors', () => {
  test('an unknown key, and nothing under that id', async () => {
    const stranger = checkedClient('sk_test_other', sandbox.clientOptions);
    await expect(stranger.subscriptions.list()).rejects.toMatchObject({
      statusCode: 401,
      type: 'StripeAuthenticationError',
    });
    await expect(stripe.subscriptions.retrieve('sub_none')).rejects.toMatchObject({ statusCode: 404 });
  });

  test('what is missing, unknown or of the wrong kind is named', async () => {
    const refused = (params: object) =>
      stripe.rawRequest('POST', '/v1/products', params).catch((error: unknown) => error);
    expect(await refused({})).toMatchObject({ statusCode: 400, code: 'parameter_missing', param: 'name' });
    expect(await refused({ name: 'A', colour: 'red' })).toMatchObject({ code: 'parameter_unknown', param: 'colour' });
    expect(await refused({ name: 'A', active: 'perhaps' })).toMatchObject({ param: 'active' });
    const nested = { name: 'A', default_price_data: { currency: 'eur', unit_amount: 'many' } };
    expect(await refused(nested)).toMatchObject({
      param: 'default_price_data[unit_amount]',
      code: 'parameter_invalid_integer',
    });
  });

  test('a wrong tax id, a coupon that is over, a lookup key that is taken', async () => {
    const { id } = await stripe.customers.create({ name: 'Acme' });
    await expect(stripe.customers.createTaxId(id, { type: 'eu_vat', value: 'DE1' })).rejects.toMatchObject({
      code: 'tax_id_invalid',
    });
    const over = await stripe.coupons.create({ percent_off: 10, duration: 'forever', redeem_by: 1 });
    const product = await stripe.products.create({ name: 'Team' });
    const price = () =>
      stripe.prices.create({
        product: product.id,
        currency: 'eur',
        unit_amount: 1_000,
        recurring: { interval: 'month' },
        lookup_key: 'team',
      });
    const { id: team } = await price();
    await expect(price()).rejects.toMatchObject({ statusCode: 400, param: 'lookup_key' });
    await expect(
      stripe.subscriptions.create({ customer: id, items: [{ price: team }], discounts: [{ coupon: over.id }] }),
    ).rejects.toMatchObject({ code: 'coupon_expired' });
    await expect(stripe.paymentMethods.attach('pm_card_chargeDeclined', { customer: id })).rejects.toMatchObject({
      ...{ statusCode: 402, type: 'StripeCardError', code: 'card_declined', decline_code: 'generic_decline' },
    });
  });

  test('outages: an error, too many requests, no answer at all, and an answer that is lost', async () => {
    const patient = checkedClient(sandbox.apiKey(), sandbox.clientOptions, { maxNetworkRetries: 2, timeout: 400 });
    for (const [kind, statusCode] of [
      ['error', 500],
      ['unavailable', 503],
      ['rate_limit', 429],
    ] as const) {
      sandbox.outage = { kind, times: 1 };
      await expect(stripe.customers.list()).rejects.toMatchObject({ statusCode });
      expect((await stripe.customers.list({ limit: 1 })).data).toHaveLength(1);
    }
    const from = sandbox.calls.length;
    sandbox.outage = { kind: 'error', times: 1, after: 1, only: 'GET /v1/products' };
    for (const ask of [() => stripe.customers.list(), () => stripe.products.list()]) await ask();
    await expect(stripe.products.list()).rejects.toMatchObject({ statusCode: 500 });
    expect(sandbox.calls.slice(from)).toEqual(['GET /v1/customers', 'GET /v1/products', 'GET /v1/products']);
    sandbox.outage = { kind: 'hang', times: 1 };
    expect((await patient.customers.list({ limit: 1 })).data).toHaveLength(1);
    sandbox.outage = { kind: 'lost', times: 1 };
    const { id } = await patient.customers.create({ email: 'lost@acme.example' });
    expect((await stripe.customers.list({ email: 'lost@acme.example' })).data.map((one) => one.id)).toEqual([id]);
  });
});

test('lists go on page by page, and fields are expanded only where they can be', async () => {
  const client = checkedClient(sandbox.apiKey('lists'), sandbox.clientOptions);
  const names = Array.from({ length: 25 }, (_, place) => `P${place}`);
  for (const name of names) await client.products.create({ name, metadata: { place: name } });
  const all: string[] = [];
  for await (const { name } of client.products.list({ limit: 7 })) all.push(name);
  expect(all).toEqual(names.reverse());
  const first = await client.products.list({ limit: 3 });
  const next = await client.products.list({ limit: 3, starting_after: first.data[2]!.id });
  const back = await client.products.list({ limit: 3, ending_before: next.data[0]!.id });
  expect(back.data.map(({ id }) => id)).toEqual(first.data.map(({ id }) => id));
  await expect(client.products.list({ expand: ['data.colour'] })).rejects.toMatchObject({ param: 'expand' });
  const price = await client.prices.create({
    ...{ product: first.data[0]!.id, currency: 'eur', unit_amount: 5, currency_options: { usd: { unit_amount: 6 } } },
    expand: ['product', 'currency_options'],
  });
  expect(price.product).toMatchObject({ id: first.data[0]!.id });
  expect(price.currency_options!['usd']).toMatchObject({ unit_amount: 6 });
});

test('metadata are merged and emptied', async () => {
  const { id } = await stripe.customers.create({ metadata: { a: '1', b: '2' } });
  expect((await stripe.customers.update(id, { metadata: { b: '', c: '3' } })).metadata).toEqual({ a: '1', c: '3' });
  expect((await stripe.customers.update(id, { metadata: '' })).metadata).toEqual({});
});

test('what is kept in a file is there after a restart', async () => {
  const dataFile = join(mkdtempSync(join(tmpdir(), 'foyer-stripe-')), 'state', 'accounts.json');
  const first = await StripeSandbox.start({ dataFile });
  const client = checkedClient(first.apiKey(), first.clientOptions);
  const customer = await client.customers.create({ email: 'kept@acme.example', payment_method: 'pm_card_visa' });
  const product = await client.products.create({ name: 'Kept' });
  const price = await client.prices.create({
    product: product.id,
    currency: 'eur',
    unit_amount: 700,
    recurring: { interval: 'month' },
  });
  const { id } = await client.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  await first.stop();
  const second = await StripeSandbox.start({ dataFile });
  const again = checkedClient(second.apiKey(), second.clientOptions);
  await again.prices.update(price.id, { nickname: 'Monthly' });
  const { status, items } = await again.subscriptions.retrieve(id);
  expect([status, items.data[0]!.price.nickname]).toEqual(['active', 'Monthly']);
  expect((await again.invoices.list({ subscription: id })).data).toHaveLength(1);
  await second.stop();
});
