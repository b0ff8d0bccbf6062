import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ForbiddenAddress, Outbound, type OutboundFailed } from '@foyer/outbound';

let [one, two] = [null, null] as unknown as [Server, Server];
let answer: RequestListener;
const originOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
/** To a server of this machine, which the operator's configuration opens. */
const own = new Outbound({ privateNetworks: ['127.0.0.0/8'] });
const closed = new Outbound({ privateNetworks: [] });
const reasonOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'answered',
    (error: OutboundFailed | Error) => ('reason' in error ? error.reason : error.name),
  );

beforeAll(async () => {
  [one, two] = [0, 1].map(() => createServer((req, res) => void answer(req, res))) as [Server, Server];
  for (const server of [one, two]) await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
});
afterAll(() => {
  for (const server of [one, two]) {
    server.closeAllConnections();
    server.close();
  }
});

test('asks, and gives what was answered', async () => {
  answer = (req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () =>
      res.writeHead(201, { 'X-Way': req.method! }).end(`${req.headers['x-a']} ${Buffer.concat(chunks).toString()}`),
    );
  };
  const asking = { method: 'POST' as const, headers: { 'X-A': 'b' }, body: 'words', plain: true };
  const { status, headers, body, url } = await own.fetch(`${originOf(one)}/hook`, asking);
  expect([status, headers['x-way'], body.toString(), url]).toEqual([201, 'POST', 'b words', `${originOf(one)}/hook`]);
});

describe('48: nothing of ours is reached', () => {
  test.each([
    ...['http://127.1', 'http://0x7f000001', 'http://2130706433', 'http://localhost', 'http://[::1]'],
    ...[
      'http://[::ffff:10.0.0.1]',
      'http://[64:ff9b::a00:1]',
      'http://169.254.169.254',
      'https://10.0.0.1',
      'http://0',
    ],
  ])('%s', async (address) => {
    expect(await reasonOf(closed.fetch(address, { plain: true }))).toBe('ForbiddenAddress');
  });

  test('by a redirect', async () => {
    answer = (_, res) => void res.writeHead(302, { Location: 'http://10.1.2.3/' }).end();
    expect(await reasonOf(own.fetch(originOf(one), { plain: true, redirects: 3 }))).toBe('ForbiddenAddress');
  });

  test.each([
    'ftp://example.com',
    'file:///etc/passwd',
    'http://example.com',
    'https://a:b@example.com',
    'nowhere',
    '',
  ])('by %s', async (address) => expect(await reasonOf(closed.fetch(address))).toBe('address'));
});

describe('redirects', () => {
  test('are answers, unless some may be followed; what was for one host stays there', async () => {
    const seen: (string | undefined)[] = [];
    answer = (req, res) => {
      seen.push(`${req.headers.authorization} ${req.headers['x-a']}`);
      if (req.url === '/') res.writeHead(307, { Location: `${originOf(two)}/there` }).end();
      else res.end('There');
    };
    const asking = { plain: true, headers: { Authorization: 'secret', 'X-A': 'b' } };
    expect((await own.fetch(originOf(one), asking)).status).toBe(307);
    const followed = await own.fetch(originOf(one), { ...asking, redirects: 1 });
    expect([followed.body.toString(), followed.url]).toEqual(['There', `${originOf(two)}/there`]);
    expect(seen).toEqual(['secret b', 'secret b', 'undefined b']);
    expect((await own.fetch(originOf(one), { ...asking, method: 'POST', redirects: 5 })).status).toBe(307);
  });

  test('that do not end, or lead to what may not be spoken, do', async () => {
    answer = (_, res) => void res.writeHead(302, { Location: '/' }).end();
    expect(await reasonOf(own.fetch(originOf(one), { plain: true, redirects: 3 }))).toBe('redirect');
    answer = (_, res) => void res.writeHead(302, { Location: 'file:///etc/passwd' }).end();
    expect(await reasonOf(own.fetch(originOf(one), { plain: true, redirects: 3 }))).toBe('address');
  });
});

test('time and size are bounded, whoever answers', async () => {
  const ask = (more: object) => reasonOf(own.fetch(originOf(one), { plain: true, ...more }));
  answer = () => undefined;
  expect(await ask({ timeoutMs: 200 })).toBe('timeout');
  answer = (_, res) => {
    res.write('x');
    const drip = setInterval(() => res.write('x'), 20);
    res.on('close', () => clearInterval(drip));
  };
  expect(await ask({ timeoutMs: 300 })).toBe('timeout');
  answer = (_, res) => void res.end('x'.repeat(2_000));
  expect(await ask({ maxBytes: 1_000 })).toBe('too-large');
  answer = (_, res) => void res.writeHead(200, { 'Content-Encoding': 'gzip' }).end('x');
  expect(await ask({})).toBe('packed');
  answer = (_, res) => res.destroy();
  expect(await ask({})).toBe('connection');
});

test('a name is looked up once, and a socket gets what was found', async () => {
  await expect(closed.addressOf('localhost')).rejects.toThrow(ForbiddenAddress);
  expect(await own.addressOf('127.0.0.1')).toBe('127.0.0.1');
  answer = (req, res) => void res.end(req.headers.host);
  const here = new Outbound({ privateNetworks: ['127.0.0.0/8', '::1/128'] });
  const named = originOf(one).replace('127.0.0.1', 'localhost');
  expect((await here.fetch(named, { plain: true })).body.toString()).toBe(new URL(named).host);
});
