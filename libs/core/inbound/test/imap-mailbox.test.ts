import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ImapBox } from '@foyer/app-cli/testing';
import { fetchMails } from '@foyer/inbound';

let box: ImapBox;
beforeAll(async () => {
  box = await ImapBox.open();
});
afterAll(() => box.close());

const account = (more: object = {}) => ({
  ...{ address: '127.0.0.1', host: 'imap.example', port: box.port, security: 'none' as const },
  ...{ user: box.user, password: box.password, maxBytes: 1_000, ...more },
});

test('unseen mails are taken once, the oldest first', async () => {
  box.put('Subject: one\r\n\r\nHello\r\n');
  box.put('Subject: two\r\n\r\nHello\r\n');
  const taken: string[] = [];
  expect(await fetchMails(account(), async (raw) => void taken.push(raw!.toString()))).toBe(2);
  expect(taken.map((raw) => raw.slice(9, 12))).toEqual(['one', 'two']);
  expect(await fetchMails(account(), () => Promise.reject(new Error('nothing is left')))).toBe(0);
});

test('a mail that could not be kept comes again', async () => {
  box.put('Subject: three\r\n\r\nHello\r\n');
  await expect(fetchMails(account(), () => Promise.reject(new Error('no room')))).rejects.toThrow('no room');
  expect(await fetchMails(account(), () => Promise.resolve())).toBe(1);
});

test('a mail that is too large is told of, not fetched', async () => {
  box.put(`Subject: four\r\n\r\n${'x'.repeat(2_000)}\r\n`);
  const taken: (Buffer | null)[] = [];
  await fetchMails(account(), async (raw) => void taken.push(raw));
  expect(taken).toEqual([null]);
});

test('a wrong password and a server that is not there are errors', async () => {
  await expect(fetchMails(account({ password: 'guessed' }), () => Promise.resolve())).rejects.toThrow();
  await expect(fetchMails(account({ port: 1 }), () => Promise.resolve())).rejects.toThrow();
});
