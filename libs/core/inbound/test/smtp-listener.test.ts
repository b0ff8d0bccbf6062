import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { EventEmitter, once } from 'node:events';
import { connect, type Server, type Socket } from 'node:net';
import { networkOf } from '@foyer/credentials';
import { type Delivered, openSmtpListener, type SmtpListener } from '@foyer/inbound';
import { SmtpPeers } from '../src/smtp-peers.js';

const folder = mkdtempSync(join(tmpdir(), 'foyer-smtp-'));
const LIMIT = 1024 * 1024;
let listener: SmtpListener;
let kept: (Omit<Delivered, 'path'> & { raw: string })[] = [];
let broken = false;

beforeAll(async () => {
  listener = await openSmtpListener({
    ...{ port: 0, host: '127.0.0.1', name: 'in.example.com', folder, maxBytes: LIMIT },
    welcome: (address) =>
      Promise.resolve(address.startsWith('acme') ? 'yes' : address.startsWith('asleep') ? 'later' : 'unknown'),
    deliver: async ({ path, ...mail }) => {
      if (broken) throw new Error('the database is away');
      kept.push({ ...mail, raw: readFileSync(path, 'utf8') });
    },
  });
});
beforeEach(() => {
  kept = [];
  broken = false;
});
afterAll(() => listener.close());

function send(to: string | string[], raw: string | Buffer, from = 'ana@wheelhouse.example'): Promise<unknown> {
  const transport = createTransport({ host: '127.0.0.1', port: listener.port, ignoreTLS: true });
  return transport.sendMail({ envelope: { from, to }, raw });
}
const codeOf = (sending: Promise<unknown>) =>
  sending.then(
    () => 250,
    (error: { responseCode?: number }) => error.responseCode,
  );

test('a mail for us is kept with its envelope', async () => {
  await send('acme@in.example.com', 'Subject: Hi\r\n\r\nHello\r\n');
  expect(kept).toHaveLength(1);
  expect(kept[0]).toMatchObject({ from: 'ana@wheelhouse.example', to: ['acme@in.example.com'], peer: '127.0.0.1' });
  expect(kept[0]!.raw).toContain('Hello');
  expect(readdirSync(folder)).toEqual([]);
});

test('a bounce has no sender', async () => {
  await send('acme@in.example.com', 'Subject: Hi\r\n\r\nHello\r\n', '');
  expect(kept[0]!.from).toBe('');
});

test('nobody else’s mail is taken', async () => {
  expect(await codeOf(send('someone@elsewhere.example', 'x'))).toBe(550);
  expect(await codeOf(send('asleep@in.example.com', 'x'))).toBe(450);
  expect(kept).toEqual([]);
});

test('too much is refused, announced or not', async () => {
  const large = Buffer.from(`Subject: Hi\r\n\r\n${'x'.repeat(76)}\r\n`.padEnd(LIMIT + 10, 'x\r\n'));
  expect(await codeOf(send('acme@in.example.com', large))).toBe(552);
  expect(kept).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});

test('what could not be kept is not acknowledged', async () => {
  broken = true;
  expect(await codeOf(send('acme@in.example.com', 'x'))).toBe(451);
});

describe('57: who is connected and sends nothing keeps nobody out', () => {
  const idle: Socket[] = [];
  const from = (localAddress: string) => {
    const socket = connect({ host: '127.0.0.1', port: listener.port, localAddress });
    socket.on('error', () => undefined);
    idle.push(socket);
    return socket;
  };
  afterEach(() => idle.splice(0).forEach((socket) => socket.destroy()));

  test('one peer has twenty places', async () => {
    const sockets = Array.from({ length: 20 }, () => from('127.0.0.9'));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const next = from('127.0.0.9');
    const [words] = (await once(next, 'data')) as [Buffer];
    expect(words.toString()).toMatch(/^421 /);
    await send('acme@in.example.com', 'Subject: Hi\r\n\r\nHello\r\n');
    expect(kept).toHaveLength(1);
  });

  test('a hundred from everywhere make room for the next, the oldest first', async () => {
    const oldest = from('127.0.1.1');
    const first = once(oldest, 'close');
    // Each is greeted before the next comes, so that it is known who is the oldest.
    await once(oldest, 'data');
    for (let n = 2; n <= 100; n += 1) await once(from(`127.0.1.${n}`), 'data');
    await send('acme@in.example.com', 'Subject: Hi\r\n\r\nHello\r\n');
    await first;
    expect(kept).toHaveLength(1);
  });

  test.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('%s counts as %s', (address, peer) => expect(networkOf(address)).toBe(peer));
});

describe('57: who holds the line is sent away', () => {
  const guest = (bytesRead = 0) => {
    const socket = Object.assign(new EventEmitter(), {
      bytesRead,
      gone: false,
      remoteAddress: '192.0.2.1',
      remotePort: 1,
    });
    return Object.assign(socket, { destroy: () => (socket.gone = true) });
  };
  test.each([
    ['says nothing for a minute', 61_000, 100, false, true],
    ['has just come', 1_000, 100, false, false],
    ['talks and talks', 5_000, 70_000, false, true],
    ['sends a byte a second', 90_000, 90, true, true],
    ['sends as a telephone does', 90_000, 900_000, true, false],
    ['sends for ever', 601_000, 90_000_000, true, true],
  ])('who %s', (_, time, bytes, sending, gone) => {
    const server = new EventEmitter();
    const peers = new SmtpPeers(server as Server);
    const socket = guest();
    server.emit('connection', socket);
    if (sending) peers.sending(socket, true);
    socket.bytesRead = bytes;
    peers.look(Date.now() + time);
    expect(socket.gone).toBe(gone);
    peers.close();
  });
});
