import { randomBytes } from 'node:crypto';
import type { AddressInfo, Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BillingAccounts, Inbox, PlanDoor, Reconciliation, Subscriptions } from '@foyer/billing';
import { PlatformDatabase, rows, sql } from '@foyer/database';
import { inTenant } from '@foyer/tenancy';
import { Directory, Tenants } from '@foyer/tenants';
import { StripeSandbox } from '@foyer/app-stripe-sandbox';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import Stripe from 'stripe';

const SECRET = `whsec_${randomBytes(12).toString('hex')}`;
const CARD = { cardExpiry: '12 / 34', cardCvc: '123', billingName: 'Ana Acme', do: 'pay' };
const ADDRESS = {
  billingAddressLine1: 'Road 1',
  billingPostalCode: '10115',
  billingLocality: 'Berlin',
  billingCountry: 'DE',
};
const BACK = { done: 'https://acme.example/back?session={CHECKOUT_SESSION_ID}', left: 'https://acme.example/left' };

let sandbox: StripeSandbox;
let stripe: Stripe;
let world: World;

beforeAll(async () => {
  sandbox = await StripeSandbox.start({ webhookSecret: SECRET });
  stripe = new Stripe(sandbox.apiKey(), sandbox.clientOptions);
  world = await World.start({
    STRIPE_SECRET_KEY: sandbox.apiKey(),
    STRIPE_WEBHOOK_SECRET: SECRET,
    STRIPE_API_BASE: sandbox.apiBase,
  });
});
afterAll(() => sandbox.stop());

const inside = <T>(acme: TestTenant, fn: () => Promise<T>) => inTenant(acme.tenant, fn);
const statusOf = async (acme: TestTenant) => {
  const { status, plan } = (await world.get(Directory).bySlug(acme.tenant.slug))!;
  return { status, plan };
};
async function send(url: string, fields: Record<string, string>) {
  return fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' });
}
async function checkout(acme: TestTenant, plan = 'team', interval: 'month' | 'year' = 'month') {
  const owner = await acme.owner.actor();
  return inside(acme, () =>
    world
      .get(Subscriptions)
      .checkout(owner, { plan, interval, currency: 'eur', email: 'owner@acme.example', locale: 'en' }, BACK),
  );
}
async function pays(acme: TestTenant, plan = 'team', cardNumber = '4242 4242 4242 4242') {
  const answer = await send(await checkout(acme, plan), { ...CARD, ...ADDRESS, cardNumber });
  expect(answer.status).toBe(303);
  await refresh(acme);
}
async function refresh(acme: TestTenant) {
  const account = (await world.get(BillingAccounts).of(acme.tenant.id))!;
  await world.get(BillingAccounts).refresh(account);
  return (await world.get(BillingAccounts).of(acme.tenant.id))!;
}
const verbs = () => world.get(Subscriptions);

test('a trial needs nothing of Stripe, and paying makes it active at once', async () => {
  const acme = await world.tenant('first');
  const before = sandbox.calls.length;
  expect(await statusOf(acme)).toEqual({ status: 'trialing', plan: 'team' });
  expect(sandbox.calls.length).toBe(before);
  await pays(acme, 'business');
  expect(await statusOf(acme)).toEqual({ status: 'active', plan: 'business' });
});

test('a declined card changes nothing, and the next one may be tried on the same page', async () => {
  const acme = await world.tenant('declined');
  const url = await checkout(acme);
  const refused = await send(url, { ...CARD, ...ADDRESS, cardNumber: '4000 0000 0000 0002' });
  expect(refused.status).toBe(422);
  await refresh(acme);
  expect(await statusOf(acme)).toMatchObject({ status: 'trialing' });
  expect((await send(url, { ...CARD, ...ADDRESS, cardNumber: '4242 4242 4242 4242' })).status).toBe(303);
  await refresh(acme);
  expect(await statusOf(acme)).toMatchObject({ status: 'active' });
});

test('two checkouts never make two subscriptions', async () => {
  const acme = await world.tenant('twice');
  const [first, second] = [await checkout(acme), await checkout(acme)];
  expect((await send(first, { ...CARD, ...ADDRESS, cardNumber: '4242 4242 4242 4242' })).status).not.toBe(303);
  expect((await send(second, { ...CARD, ...ADDRESS, cardNumber: '4242 4242 4242 4242' })).status).toBe(303);
  await refresh(acme);
  await expect(checkout(acme)).rejects.toMatchObject({ code: 'billing.subscribed-already' });
});

test('up costs what the preview said and is there at once; down comes at the end, and can be taken back', async () => {
  const acme = await world.tenant('updown');
  await pays(acme, 'starter');
  const owner = await acme.owner.actor();
  const up = { plan: 'business', interval: 'month' } as const;
  const preview = await inside(acme, () => verbs().preview(owner, up));
  expect(preview).toMatchObject({ currency: 'eur', from: null });
  expect(preview.due).toBeGreaterThan(17_900);
  expect(preview.due).toBeLessThanOrEqual(18_000);
  expect(await inside(acme, () => verbs().change(owner, up, preview.at))).toEqual({ confirmAt: null, from: null });
  expect(await statusOf(acme)).toEqual({ status: 'active', plan: 'business' });
  const { customerId, mirror } = await refresh(acme);
  const { data } = await stripe.invoices.list({ customer: customerId, limit: 1 });
  expect(data[0]!.amount_paid).toBe(preview.due);

  const down = { plan: 'starter', interval: 'month' } as const;
  const later = await inside(acme, () => verbs().preview(owner, down));
  expect(later).toMatchObject({ due: 0, from: mirror.subscription!.periodEnd });
  await inside(acme, () => verbs().change(owner, down));
  expect((await refresh(acme)).mirror.subscription).toMatchObject({
    plan: 'business',
    next: { plan: 'starter', interval: 'month', at: mirror.subscription!.periodEnd },
  });
  expect(await statusOf(acme)).toEqual({ status: 'active', plan: 'business' });
  await inside(acme, () => verbs().keep(owner));
  expect((await refresh(acme)).mirror.subscription).toMatchObject({ plan: 'business', next: null });
});

test('a change whose payment a bank must confirm changes nothing until it has', async () => {
  const acme = await world.tenant('bank');
  await pays(acme, 'starter');
  const { customerId } = await refresh(acme);
  sandbox.forceCharges(customerId, 'authenticate', { times: 1 });
  const owner = await acme.owner.actor();
  const { confirmAt } = await inside(acme, () => verbs().change(owner, { plan: 'team', interval: 'month' }));
  expect(confirmAt).toMatch(/^http/);
  expect(await statusOf(acme)).toEqual({ status: 'active', plan: 'starter' });
  expect((await refresh(acme)).mirror.subscription).toMatchObject({ waitsForPayment: true });
});

test('cancelled it goes on, resumed it stays, and each is kept', async () => {
  const acme = await world.tenant('leaving');
  await pays(acme);
  const owner = await acme.owner.actor();
  await inside(acme, () => verbs().cancel(owner, 'Too quiet'));
  const { mirror } = await refresh(acme);
  expect(mirror.subscription!.endsAt).toBe(mirror.subscription!.periodEnd);
  expect(await statusOf(acme)).toMatchObject({ status: 'active' });
  await inside(acme, () => verbs().resume(owner));
  expect((await refresh(acme)).mirror.subscription!.endsAt).toBeNull();
});

test('nobody but those who set up the portal has a say in its plan', async () => {
  const acme = await world.tenant('agents');
  const agent = await (await acme.agent('Bo')).actor();
  await expect(
    inside(acme, () =>
      verbs().checkout(
        agent,
        { plan: 'team', interval: 'month', currency: 'eur', email: 'bo@x.example', locale: 'en' },
        BACK,
      ),
    ),
  ).rejects.toThrow();
  await expect(inside(acme, () => verbs().portal(agent, 'https://acme.example'))).rejects.toThrow();
});

test('staff who see to bills give credit once, and it is off the next invoice', async () => {
  const acme = await world.tenant('credited');
  await pays(acme, 'starter');
  const { customerId } = await refresh(acme);
  const billing = await world.staff('billing');
  const page = `/tenants/${acme.tenant.id}`;
  const { text } = await billing.get(page);
  const [, key] = /name="key" value="([^"]+)"/.exec(text)!;
  expect((await billing.post(`${page}/credit`, { amount: 'ten', key: key!, reason: 'Outage' })).status).toBe(422);
  for (let times = 0; times < 2; times += 1)
    await billing.post(`${page}/credit`, { amount: '12.5', key: key!, reason: 'Outage' });
  const customer = (await stripe.customers.retrieve(customerId)) as Stripe.Customer;
  expect(customer.balance).toBe(-1_250);
  expect((await billing.get(page)).text).toContain('Credit of €12.50: Outage');
  const support = await world.staff('support');
  expect((await support.post(`${page}/credit`, { amount: '1', key: key!, reason: 'x' })).status).toBe(403);
});

test('a portal that is closed is opened again by the address that was mailed, and by no other', async () => {
  const acme = await world.tenant('closed');
  await world
    .get(PlatformDatabase)
    .write((em) =>
      rows(em, sql`update platform.tenant set trial_ends_at = now() - interval '15 days' where id = ${acme.tenant.id}`),
    );
  await world.get(Tenants).settle();
  expect(await statusOf(acme)).toMatchObject({ status: 'suspended' });
  expect((await acme.visitor().get('/sign-in')).status).toBe(503);
  const path = new URL(world.get(PlanDoor).address(acme.tenant)).pathname;
  const other = await world.tenant('neighbour');
  const payer = world.visitor(new URL(world.config.baseUrl).host);
  expect((await payer.get(path.replace(acme.tenant.id, other.tenant.id))).status).toBe(404);
  expect((await payer.get(`${path}x`)).status).toBe(404);
  expect((await payer.get(path)).text).toContain('is closed until it has a paid plan');
  const leaving = await payer.post(`${path}/checkout`, { plan: 'team', interval: 'month', currency: 'eur' });
  const url = leaving.headers['refresh']!.replace('0; url=', '');
  expect((await send(url, { ...CARD, ...ADDRESS, cardNumber: '4242 4242 4242 4242' })).status).toBe(303);
  expect((await payer.get(`${path}/return`)).status).toBe(303);
  expect(await statusOf(acme)).toEqual({ status: 'active', plan: 'team' });
  expect((await acme.visitor().get('/sign-in')).status).toBe(200);
});

test('tickets beyond the plan are told once each, also when the telling was lost on its way', async () => {
  const acme = await world.tenant('metered');
  await pays(acme, 'team');
  const { customerId } = await refresh(acme);
  const tell = (total: number) => inside(acme, () => verbs().meter('2026-12', total));
  const told = async () => {
    const { data } = await stripe.billing.meters.list();
    const day = 86_400;
    const today = Math.floor(Date.now() / 1000 / day) * day;
    const sums = await stripe.billing.meters.listEventSummaries(data[0]!.id, {
      ...{ customer: customerId, start_time: today, end_time: today + day },
    });
    return sums.data.reduce((sum, each) => sum + each.aggregated_value, 0);
  };
  await tell(2_000);
  expect(await told()).toBe(0);
  for (const total of [2_003, 2_003, 2_010]) await tell(total);
  expect(await told()).toBe(10);
  sandbox.outage = { kind: 'unavailable', times: 9 };
  await expect(tell(2_012)).rejects.toThrow();
  sandbox.outage = null;
  await tell(2_015);
  await tell(2_015);
  expect(await told()).toBe(15);
});

describe('49: webhooks', () => {
  const port = () => ((world.app.getHttpServer() as Server).address() as AddressInfo).port;
  const post = (body: string, signature: string) =>
    fetch(`http://localhost:${port()}/webhooks/stripe`, {
      method: 'POST',
      headers: { 'stripe-signature': signature, 'content-type': 'application/json' },
      body,
    });
  const signed = (payload: string, timestamp = Math.floor(Date.now() / 1000), secret = SECRET) =>
    stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
  const kept = (id: string) =>
    world.get(PlatformDatabase).read((em) => rows(em, sql`select 1 from platform.stripe_event where id = ${id}`));

  test('a wrong signature, a stale one and none are refused, and nothing is kept', async () => {
    const [event] = sandbox.events().slice(-1);
    const body = JSON.stringify({ ...event, id: 'evt_forged' });
    const stale = Math.floor(Date.now() / 1000) - 301;
    for (const signature of [signed(body, undefined, 'whsec_of_nobody'), signed(body, stale), 't=1,v1=00'])
      expect((await post(body, signature)).status).toBe(400);
    expect(await kept('evt_forged')).toEqual([]);
  });

  test('ten of the same at once are one', async () => {
    const [event] = sandbox.events().slice(-1);
    const body = JSON.stringify(event);
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(body, signed(body))));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(await kept(event!.id)).toHaveLength(1);
  });

  test('one for a customer whom nobody knows, or a tenant that is gone, is put away', async () => {
    const body = JSON.stringify({
      ...sandbox.events()[0],
      id: 'evt_stranger',
      data: { object: { object: 'invoice', customer: 'cus_stranger' } },
    });
    expect((await post(body, signed(body))).status).toBe(200);
    await world.get(Inbox).handle({ eventId: 'evt_stranger' });
    const [row] = await world
      .get(PlatformDatabase)
      .read((em) =>
        rows<{ outcome: string }>(em, sql`select outcome from platform.stripe_event where id = 'evt_stranger'`),
      );
    expect(row).toEqual({ outcome: 'of nobody here' });
  });
});

describe('however the news of a life come', () => {
  /** A year of one customer, by a clock of its own: paid, failed, given up, paid again, cancelled, over. */
  async function life(acme: TestTenant) {
    await pays(acme);
    const { customerId } = await refresh(acme);
    sandbox.forceCharges(customerId, 'card_declined', { times: 1 });
    return customerId;
  }

  test('backwards, twice and in part: the state is the same', async () => {
    const acme = await world.tenant('shuffled');
    const customerId = await life(acme);
    const mine = sandbox
      .events()
      .filter(({ data }) => (data.object as { customer?: string; id?: string }).customer === customerId);
    expect(mine.length).toBeGreaterThan(5);
    const inbox = world.get(Inbox);
    for (const order of [[...mine].reverse(), mine, mine.filter((_, index) => index % 3 === 0)]) {
      for (const event of order) {
        await inbox.keep(event as unknown as Stripe.Event);
        await inbox.handle({ eventId: event.id });
      }
      expect(await statusOf(acme)).toEqual({ status: 'active', plan: 'team' });
    }
  });

  test('what came by no event the night finds, repairs and tells of', async () => {
    const acme = await world.tenant('drifted');
    await pays(acme);
    const { mirror } = await refresh(acme);
    await stripe.subscriptions.cancel(mirror.subscription!.id);
    expect(await statusOf(acme)).toMatchObject({ status: 'active' });
    const { repaired } = await world.get(Reconciliation).run();
    expect(repaired).toContain(acme.tenant.id);
    expect((await world.get(Reconciliation).run()).repaired).not.toContain(acme.tenant.id);
    expect((await statusOf(acme)).status).not.toBe('active');
  });
});

test('Stripe away at any call: nothing changes here, and a second try does what was meant, once', async () => {
  const acme = await world.tenant('away');
  await pays(acme, 'starter');
  const owner = await acme.owner.actor();
  const { customerId } = await refresh(acme);
  const change = () => inside(acme, () => verbs().change(owner, { plan: 'team', interval: 'month' }));
  sandbox.outage = { kind: 'unavailable', times: 9 };
  await expect(change()).rejects.toMatchObject({ code: 'billing.away' });
  sandbox.outage = null;
  expect(await statusOf(acme)).toEqual({ status: 'active', plan: 'starter' });
  sandbox.outage = { kind: 'lost', times: 1, only: 'POST /v1/subscriptions' };
  await change();
  sandbox.outage = null;
  expect(await statusOf(acme)).toEqual({ status: 'active', plan: 'team' });
  const { data } = await stripe.invoices.list({ customer: customerId });
  expect(data).toHaveLength(2);
});
