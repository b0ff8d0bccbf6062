import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { connect as secure } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { selfSigned } from '@foyer/app-cli/testing';
import { type Delivered, openSmtpListener, type SmtpListener } from '@foyer/inbound';

const NAME = 'in.example.com';
const folder = mkdtempSync(join(tmpdir(), 'foyer-starttls-'));
const mails = join(folder, 'mails');
const { cert, ...tls } = selfSigned(folder, NAME);
let listener: SmtpListener;
let asked: string[] = [];
let kept: (Omit<Delivered, 'path'> & { raw: string })[] = [];

const open = (files?: typeof tls) =>
  openSmtpListener({
    ...{ port: 0, host: '127.0.0.1', name: NAME, folder: mails, maxBytes: 100_000, tls: files },
    welcome: (address) => {
      asked.push(address);
      return Promise.resolve('yes');
    },
    deliver: ({ path, ...mail }) => {
      kept.push({ ...mail, raw: readFileSync(path, 'utf8') });
      return Promise.resolve();
    },
  });
beforeAll(async () => {
  listener = await open(tls);
});
beforeEach(() => {
  [asked, kept] = [[], []];
});
afterAll(() => listener.close());

const letter = (subject: string) => `Subject: ${subject}\r\n\r\nHello\r\n`;
const to = 'acme@in.example.com';
const injected = (lines: number) =>
  [
    ...Array.from({ length: lines }, () => 'NOOP'),
    ...['EHLO evil.example', 'MAIL FROM:<evil@evil.example>', 'RCPT TO:<injected@in.example.com>', 'DATA'],
    ...['Subject: Injected', '', 'In plain', '.', ''],
  ].join('\r\n');

/** Says lines and hears answers, one whole answer for each. */
class Conversation {
  private heard = '';
  ended = false;

  constructor(readonly socket: Socket) {
    socket.on('data', (data) => (this.heard += data.toString()));
    for (const end of ['close', 'error']) socket.on(end, () => (this.ended = true));
  }

  async say(text: string): Promise<string> {
    this.socket.write(text);
    return this.answer();
  }

  async answer(): Promise<string> {
    for (;;) {
      const whole = /^(?:\d{3}-.*\r\n)*\d{3} .*\r\n/.exec(this.heard)?.[0];
      if (whole) {
        this.heard = this.heard.slice(whole.length);
        return whole;
      }
      if (this.ended) return 'gone';
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'close')]).catch(() => undefined);
    }
  }

  /** Whatever was said without being asked. */
  get left(): string {
    return this.heard;
  }
}
async function arrived(): Promise<Conversation> {
  const conversation = new Conversation(connect(listener.port, '127.0.0.1'));
  expect(await conversation.answer()).toMatch(/^220 /);
  expect(await conversation.say('EHLO client.example\r\n')).toContain('STARTTLS');
  return conversation;
}
async function upgraded({ socket }: Conversation): Promise<Conversation> {
  socket.removeAllListeners('data');
  const encrypted = secure({ socket, ca: cert, servername: NAME });
  await once(encrypted, 'secureConnect');
  return new Conversation(encrypted);
}

describe('with a certificate', () => {
  test('a sender that insists on encryption, and on who we are, delivers', async () => {
    const transport = createTransport({
      ...{ host: '127.0.0.1', port: listener.port, requireTLS: true },
      tls: { ca: cert, servername: NAME, minVersion: 'TLSv1.2' },
    });
    await transport.sendMail({ envelope: { from: 'ana@wheelhouse.example', to: [to] }, raw: letter('Sealed') });
    expect(kept.map(({ raw, from }) => [raw.includes('Sealed'), from])).toEqual([[true, 'ana@wheelhouse.example']]);
    expect(readdirSync(mails)).toEqual([]);
  });

  test('a sender without encryption delivers as before', async () => {
    const transport = createTransport({ host: '127.0.0.1', port: listener.port, ignoreTLS: true });
    await transport.sendMail({ envelope: { from: 'ana@wheelhouse.example', to: [to] }, raw: letter('Open') });
    expect(kept).toHaveLength(1);
  });

  test('whoever expects somebody else notices', async () => {
    const other = { ca: cert, servername: 'in.elsewhere.example' };
    const transport = createTransport({ host: '127.0.0.1', port: listener.port, requireTLS: true, tls: other });
    await expect(transport.sendMail({ envelope: { from: '', to: [to] }, raw: letter('No') })).rejects.toThrow();
    expect(kept).toEqual([]);
  });

  test('what was said before is forgotten (RFC 3207, 4.2)', async () => {
    const plain = await arrived();
    await plain.say('MAIL FROM:<evil@evil.example>\r\n');
    await plain.say('RCPT TO:<before@in.example.com>\r\n');
    expect(await plain.say('STARTTLS\r\n')).toMatch(/^220 /);
    const sealed = await upgraded(plain);
    expect(await sealed.say('DATA\r\n')).toMatch(/^503 /);
    expect(await sealed.say('RCPT TO:<acme@in.example.com>\r\n')).toMatch(/^503 /);
    expect(await sealed.say('EHLO client.example\r\n')).not.toContain('STARTTLS');
    expect(await sealed.say('STARTTLS\r\n')).toMatch(/^5\d\d /);
    sealed.socket.destroy();
  });
});

/** Of the class of CVE-2021-38371 and CVE-2011-0411: lines of a third party before the encryption, run after it. */
describe('lines in plain behind STARTTLS', () => {
  test.each([0, 1, 250])('in the same packet, %s of them harmless: none is heard or answered', async (lines) => {
    const plain = await arrived();
    expect(await plain.say(`STARTTLS\r\n${injected(lines)}`)).toMatch(/^220 /);
    expect(plain.left).toBe('');
    const sealed = await upgraded(plain);
    expect(await sealed.say('EHLO client.example\r\n')).toMatch(/^250-/);
    expect(sealed.left).toBe('');
    expect(await sealed.say('DATA\r\n')).toMatch(/^503 /);
    expect(await sealed.say('MAIL FROM:<ana@wheelhouse.example>\r\n')).toMatch(/^250 /);
    expect(await sealed.say(`RCPT TO:<${to}>\r\n`)).toMatch(/^250 /);
    expect(await sealed.say('DATA\r\n')).toMatch(/^354 /);
    expect(await sealed.say(`${letter('Mine')}.\r\n`)).toMatch(/^250 /);
    expect(await sealed.say('QUIT\r\n')).toMatch(/^221 /);
    expect(asked).toEqual([to]);
    expect(kept.map(({ from, to: recipients }) => [from, recipients])).toEqual([['ana@wheelhouse.example', [to]]]);
    expect(kept[0]!.raw).toContain('Mine');
    expect(kept[0]!.helo).toBe('client.example');
  });

  test('half a line does not become the beginning of the first one that is sealed', async () => {
    const plain = await arrived();
    expect(await plain.say('STARTTLS\r\nMAIL FROM:<evil@evil.example> ')).toMatch(/^220 /);
    const sealed = await upgraded(plain);
    expect(await sealed.say('EHLO client.example\r\n')).toMatch(/^250-/);
    expect(await sealed.say('RCPT TO:<acme@in.example.com>\r\n')).toMatch(/^503 /);
    sealed.socket.destroy();
  });

  test('in a packet of their own: the connection ends', async () => {
    const plain = await arrived();
    expect(await plain.say('STARTTLS\r\n')).toMatch(/^220 /);
    plain.socket.write(injected(0));
    while (!plain.ended) await once(plain.socket, 'close').catch(() => undefined);
    expect(plain.left).not.toMatch(/^(?:250|354) /m);
    expect([asked, kept]).toEqual([[], []]);
  });

  test('an argument to STARTTLS is refused, and nothing begins', async () => {
    const plain = await arrived();
    expect(await plain.say('STARTTLS now\r\n')).toMatch(/^501 /);
    expect(await plain.say('NOOP\r\n')).toMatch(/^250 /);
    plain.socket.destroy();
  });
});

test('without a certificate nothing is promised', async () => {
  const bare = await open();
  const plain = new Conversation(connect(bare.port, '127.0.0.1'));
  await plain.answer();
  expect(await plain.say('EHLO client.example\r\n')).not.toContain('STARTTLS');
  expect(await plain.say('STARTTLS\r\n')).toMatch(/^5\d\d /);
  plain.socket.destroy();
  await bare.close();
});

test('a certificate that cannot be read keeps the listener from opening', async () => {
  await expect(open({ keyFile: join(folder, 'nothing.key'), certFile: tls.certFile })).rejects.toThrow('ENOENT');
});
