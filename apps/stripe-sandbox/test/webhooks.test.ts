import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { StripeSandbox } from '../src/index.js';
import { checkedClient, takeFaults } from './contract.js';

const SECRET = 'whsec_test';
let server: Server;
let sandbox: StripeSandbox;
let stripe: Stripe;
/** What came, and what the server answers to the next ones. */
let got: Stripe.Event[] = [];
let answers: number[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      // Verified as Foyer does it, on the raw body.
      const event = Stripe.webhooks.constructEvent(Buffer.concat(chunks), request.headers['stripe-signature']!, SECRET);
      got.push(event);
      response.writeHead(answers.shift() ?? 200).end();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const webhookUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/stripe`;
  sandbox = await StripeSandbox.start({ webhookUrl, webhookSecret: SECRET, webhookBackoffMs: [20, 40] });
  stripe = checkedClient(sandbox.apiKey(), sandbox.clientOptions);
});
afterAll(async () => {
  await sandbox.stop();
  server.close();
});
beforeEach(async () => {
  await sandbox.settled();
  got = [];
  answers = [];
  Object.assign(sandbox.deliveries.rules, { hold: false, copies: 1, delayMs: 0, drop: false });
});
afterEach(() => expect(takeFaults()).toEqual([]));

const until = async (done: () => boolean) => {
  for (let tries = 0; !done() && tries < 200; tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
};
const make = (...names: string[]) =>
  names.reduce<Promise<unknown>>(
    (before, name) => before.then(() => stripe.products.create({ name })),
    Promise.resolve(),
  );
const namesOf = (events: Stripe.Event[]) => events.map(({ data }) => (data.object as Stripe.Product).name);

test('what happens is told, signed, with what it was before', async () => {
  const { id } = await stripe.products.create({ name: 'One' });
  await stripe.products.update(id, { name: 'Two' });
  await until(() => got.length === 2);
  expect(got.map(({ type, api_version }) => [type, api_version])).toEqual([
    ['product.created', '2026-10-28.endive'],
    ['product.updated', '2026-10-28.endive'],
  ]);
  expect(got[1]!.data.previous_attributes).toMatchObject({ name: 'One' });
  expect((await stripe.events.retrieve(got[1]!.id)).data.object).toMatchObject({ id, name: 'Two' });
});

test('what is not answered with 2xx comes again, with pauses, and is given up in the end', async () => {
  answers = [500, 302];
  await make('Again');
  await until(() => got.length === 3);
  expect(new Set(got.map(({ id }) => id)).size).toBe(1);
  answers = [500, 500, 500, 500];
  await make('Never');
  await until(() => sandbox.deliveries.all.at(-1)!.state === 'failed');
  expect(sandbox.deliveries.all.at(-1)!.attempts.map(({ status }) => status)).toEqual([500, 500, 500]);
});

test('held back and let go in reverse, shuffled, or in an order one chooses', async () => {
  sandbox.deliveries.rules.hold = true;
  await make('A', 'B', 'C', 'D');
  expect(got).toEqual([]);
  await sandbox.deliveries.release('reversed');
  expect(namesOf(got)).toEqual(['D', 'C', 'B', 'A']);
  sandbox.deliveries.rules.hold = true;
  await make('E', 'F');
  const [e, f] = sandbox
    .events()
    .slice(-2)
    .map(({ id }) => id);
  await sandbox.deliveries.release([f!, e!]);
  expect(namesOf(got).slice(4)).toEqual(['F', 'E']);
  sandbox.deliveries.rules.hold = true;
  await make('G', 'H', 'I');
  await sandbox.deliveries.release('shuffled');
  expect(namesOf(got).slice(6).sort()).toEqual(['G', 'H', 'I']);
});

test('doubled, lost, late, and sent once more', async () => {
  sandbox.deliveries.rules.copies = 3;
  await make('Thrice');
  await until(() => got.length === 3);
  Object.assign(sandbox.deliveries.rules, { copies: 1, drop: ['product.created'] });
  await make('Lost');
  await sandbox.settled();
  expect(namesOf(got)).toEqual(['Thrice', 'Thrice', 'Thrice']);
  await fetch(`${sandbox.origin}/sandbox/events/${sandbox.events().at(-1)!.id}/resend`, { method: 'POST' });
  expect(namesOf(got).at(-1)).toBe('Lost');
  Object.assign(sandbox.deliveries.rules, { drop: false, delayMs: 60 });
  await make('Late');
  await sandbox.settled();
  expect(namesOf(got)).not.toContain('Late');
  await until(() => namesOf(got).includes('Late'));
  expect(namesOf(got)).toContain('Late');
});

test('another account has endpoints and secrets of its own, for the types it asked for', async () => {
  const other = checkedClient(sandbox.apiKey('other'), sandbox.clientOptions);
  const seen: string[] = [];
  const theirs = createServer((request, response) => {
    seen.push(String(request.headers['stripe-signature']));
    request.resume().on('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => theirs.once('listening', resolve));
  const url = `http://127.0.0.1:${(theirs.address() as AddressInfo).port}/`;
  const endpoint = await other.webhookEndpoints.create({ url, enabled_events: ['customer.created'] });
  expect(endpoint.secret).toMatch(/^whsec_/);
  await other.products.create({ name: 'Unheard' });
  await other.customers.create({ name: 'Heard' });
  await until(() => seen.length > 0);
  expect([seen.length, got.length]).toEqual([1, 0]);
  await other.webhookEndpoints.update(endpoint.id, { disabled: true });
  await other.customers.create({ name: 'Unheard' });
  await sandbox.settled();
  expect(seen).toHaveLength(1);
  theirs.close();
});

test('it is steered by HTTP too', async () => {
  const post = (path: string, body: object) =>
    fetch(`${sandbox.origin}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
  await post('deliveries', { hold: true, copies: 2 });
  await make('Steered');
  await post('deliveries/release', { order: 'reversed' });
  expect(namesOf(got)).toEqual(['Steered', 'Steered']);
  await post('outage', { kind: 'unavailable', times: 1 });
  await expect(stripe.products.list()).rejects.toMatchObject({ statusCode: 503 });
  const { id } = await stripe.testHelpers.testClocks.create({ frozen_time: 1_800_000_000 });
  const advanced = (await (await post(`clocks/${id}/advance`, { to: 1_800_086_400 })).json()) as {
    frozen_time: number;
  };
  expect(advanced.frozen_time).toBe(1_800_086_400);
  expect((await post('nothing', {})).status).toBe(404);
  const page = await (await fetch(`${sandbox.origin}/`)).text();
  expect(page).toContain('product.created');
});
