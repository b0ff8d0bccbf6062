import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { type Delivered, openSmtpListener, type SmtpListener } from '@foyer/inbound';

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
