import { mkdtempSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { SMTPServer } from 'smtp-server';
import type { Config } from '@foyer/config';
import { type Letter, type Mailbox, openMailbox } from '../src/index.js';

const dataDir = mkdtempSync(join(tmpdir(), 'foyer-mailbox-'));
const mailbox = { smtpPort: 0, pagePort: 0 };
let open: Mailbox;
let page = '';

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

const send = (to: string, more: object = {}) =>
  createTransport({ host: '127.0.0.1', port: mailbox.smtpPort }).sendMail({
    from: { name: 'Acme', address: 'mail@acme.test' },
    to,
    subject: 'Hello',
    text: 'Hello',
    ...more,
  });
const messages = async (query = '') => (await (await fetch(`${page}/messages${query}`)).json()) as Letter[];

beforeAll(async () => {
  mailbox.smtpPort = await freePort();
  mailbox.pagePort = await freePort();
  page = `http://127.0.0.1:${mailbox.pagePort}`;
  open = await openMailbox({ dataDir, mailbox });
});
afterAll(() => open.close());

describe('mailbox of development', () => {
  test('says what will happen while it is empty', async () => {
    expect(await (await fetch(page)).text()).toContain('No mail yet');
  });

  test('shows what was sent to whom, newest first', async () => {
    await send('ana@globex.test', { subject: 'First' });
    await send('bo@globex.test', { subject: 'مرحبا' });
    expect((await messages()).map(({ to, subject }) => [to, subject])).toEqual([
      [['bo@globex.test'], 'مرحبا'],
      [['ana@globex.test'], 'First'],
    ]);
    expect((await messages('?to=ANA@globex.test')).map(({ subject }) => subject)).toEqual(['First']);
    expect(await (await fetch(`${page}/?to=ana@globex.test`)).text()).toMatch(/First/);
  });

  test('shows and finds addresses of any script as people write them', async () => {
    await send('hans@xn--mller-kva.example', { subject: 'For Hans' });
    for (const to of ['hans@müller.example', 'Hans@xn--mller-kva.example'])
      expect((await messages(`?to=${encodeURIComponent(to)}`)).map(({ subject }) => subject)).toEqual(['For Hans']);
    const [{ id }] = (await messages()) as [Letter];
    for (const path of ['', `/messages/${id}`])
      expect(await (await fetch(`${page}${path}`)).text()).toContain('<bdi>hans@müller.example</bdi>');
  });

  test('finds the links of a mail, in HTML or text', async () => {
    await send('links@globex.test', {
      html: '<p><a class="button" href="http://acme.localhost:3000/verify?a=1&amp;b=2">Verify</a></p>',
    });
    await send('links@globex.test', { text: 'Go to http://acme.localhost:3000/x now' });
    const [text, html] = await messages('?to=links@globex.test');
    expect([html!.links, text!.links]).toEqual([
      ['http://acme.localhost:3000/verify?a=1&b=2'],
      ['http://acme.localhost:3000/x'],
    ]);
  });

  test('shows a mail’s HTML where nothing in it can run', async () => {
    await send('html@globex.test', {
      subject: '<script>alert(1)</script>',
      html: '<h1>Hi</h1><script>alert(1)</script>',
    });
    const [{ id }] = (await messages('?to=html@globex.test')) as [Letter];
    const shown = await (await fetch(`${page}/messages/${id}`)).text();
    expect(shown).toContain('&lt;script&gt;');
    expect(shown).not.toContain('<script>alert');
    expect(shown).toContain(`src="/messages/${id}/html"`);
    const html = await fetch(`${page}/messages/${id}/html`);
    expect(html.headers.get('content-security-policy')).toMatch(/^sandbox allow-popups[^;]*; default-src 'none'/);
    expect(await html.text()).toContain('<h1>Hi</h1>');
  });

  test('hands out attachments, headers and the source', async () => {
    await send('files@globex.test', {
      attachments: [{ filename: 'plan ä.txt', content: 'the plan' }],
      headers: { 'X-Custom': 'yes' },
    });
    const [letter] = (await messages('?to=files@globex.test')) as [Letter];
    expect(letter.attachments).toEqual([{ name: 'plan ä.txt', type: 'text/plain', size: 8 }]);
    expect(letter.headers).toContainEqual({ name: 'X-Custom', value: 'yes' });
    const attachment = await fetch(`${page}/messages/${letter.id}/attachments/0`);
    expect(attachment.headers.get('content-disposition')).toContain('attachment;');
    expect(await attachment.text()).toBe('the plan');
    expect(await (await fetch(`${page}/messages/${letter.id}/source`)).text()).toContain('X-Custom: yes');
  });

  test('unknown mails and paths are not found', async () => {
    for (const path of ['/messages/1-2', '/messages/..%2f..%2fsecret', '/messages/1/html', '/nothing']) {
      expect((await fetch(page + path)).status).toBe(404);
    }
  });

  test('keeps the mails for the next start', async () => {
    const before = await messages();
    await open.close();
    open = await openMailbox({ dataDir, mailbox });
    expect(await messages()).toEqual(before);
  });

  test('another site’s form cannot empty it; its own button can', async () => {
    const from = (site: string) =>
      fetch(`${page}/empty`, { method: 'POST', redirect: 'manual', headers: { 'Sec-Fetch-Site': site } });
    expect((await from('cross-site')).status).toBe(403);
    expect((await messages()).length).toBeGreaterThan(0);
    expect((await from('same-origin')).status).toBe(303);
    expect(await messages()).toEqual([]);
    expect(readdirSync(join(dataDir, 'mailbox'))).toEqual([]);
  });

  test('a mail that says where answers go can be answered as its recipient', async () => {
    const taken: string[] = [];
    const server = new SMTPServer({
      ...{ authOptional: true, disabledCommands: ['AUTH', 'STARTTLS'] },
      onData: (stream, { envelope }, done) => {
        let raw = '';
        stream.on('data', (chunk: Buffer) => (raw += chunk.toString()));
        stream.on('end', () => {
          taken.push(`${envelope.mailFrom && envelope.mailFrom.address} ${envelope.rcptTo[0]!.address}\n${raw}`);
          done();
        });
      },
    });
    const smtpPort = await freePort();
    await new Promise<void>((ready) => void server.listen(smtpPort, '127.0.0.1', ready));
    const ports = { smtpPort: await freePort(), pagePort: await freePort() };
    const inbound = { smtpPort, authservId: 'mailbox.localhost' } as Config['inbound'];
    const other = await openMailbox({
      dataDir: mkdtempSync(join(tmpdir(), 'foyer-mailbox-')),
      mailbox: ports,
      inbound,
    });
    try {
      await createTransport({ host: '127.0.0.1', port: ports.smtpPort }).sendMail({
        ...{ from: 'mail@acme.test', to: 'ana@example.com', replyTo: 'acme+r.abc@in.acme.test', subject: 'Lamp' },
        text: 'Is it on?',
      });
      const site = `http://127.0.0.1:${ports.pagePort}`;
      const [letter] = (await (await fetch(`${site}/messages`)).json()) as Letter[];
      expect(await (await fetch(`${site}/messages/${letter!.id}`)).text()).toContain('Send answer');
      const answer = (text: string, headers = {}) =>
        fetch(`${site}/messages/${letter!.id}/answer`, {
          ...{ method: 'POST', redirect: 'manual', headers, body: new URLSearchParams({ text }) },
        });
      expect((await answer('Yes')).status).toBe(303);
      expect((await answer('')).status).toBe(422);
      expect((await answer('Forged', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
      expect(taken).toHaveLength(1);
      expect(taken[0]).toMatch(
        /^ana@example\.com acme\+r\.abc@in\.acme\.test\nAuthentication-Results: mailbox\.localhost; dmarc=pass/,
      );
      expect(taken[0]).toContain('> Is it on?');
    } finally {
      await other.close();
      await new Promise<void>((closed) => server.close(closed));
    }
  });
});
