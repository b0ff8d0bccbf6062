import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestingModule } from '@nestjs/testing';
import { jest } from '@jest/globals';
import { Database, DatabaseUnreachable, PlatformDatabase } from '@foyer/database';
import { inTenant, type Tenant } from '@foyer/tenancy';
import { freshDatabase } from '@foyer/app-cli/testing/database';
import { type Config } from '@foyer/config';
import { Limits } from '@foyer/credentials';
import { BeingSent, Delivery, TO_ONE_MAILBOX } from '../src/delivery.js';
import { Mail, Mailer, type MailDraft, MailRules } from '../src/index.js';
import { Outlet, type Patience } from '../src/outlet.js';
import { mailing } from './letters.js';
import { smtpServer, tcpServer } from './smtp.js';

/** A slow machine is no stalled server: only the tests about stalling are in a hurry. */
const patient = { connectMs: 20_000, greetingMs: 20_000, silenceMs: 20_000 };
const impatient = { connectMs: 1_000, greetingMs: 1_000, silenceMs: 1_000 };
let config: Config;
let module: TestingModule;
let acme: Tenant;
let post: Awaited<ReturnType<typeof smtpServer>>;

/** The server's behaviour can be changed for a test. */
let onRcpt: ((address: string) => Error | null) | undefined;

beforeAll(async () => {
  post = await smtpServer({ onRcptTo: ({ address }, _session, done) => done(onRcpt?.(address)) });
  config = await freshDatabase({ SMTP_URL: post.url, MAIL_FROM: 'mail@foyer.test' });
  ({ module, acme } = await mailing(config, patient));
});
afterEach(() => {
  onRcpt = undefined;
  post.received.length = 0;
});
afterAll(async () => {
  await module.close();
  await post.close();
});

const inAcme = <T>(fn: () => Promise<T>) => inTenant(acme, fn);
const draft = (key: string, more: Partial<MailDraft> = {}): MailDraft => ({
  to: { name: 'Ana', address: 'ana@globex.test' },
  template: 'mail/hello',
  data: { name: 'Ana', subject: 'Your ticket', link: 'http://acme.localhost:3000/t/1' },
  key,
  locale: 'en',
  ...more,
});
const queue = (key: string, more?: Partial<MailDraft>, of = module) =>
  inAcme(() => of.get(Database).write(() => of.get(Mailer).queue(draft(key, more))));
const find = (key: string, of = module) => inAcme(() => of.get(Database).read((em) => em.findOneOrFail(Mail, { key })));
async function deliver(key: string, of = module): Promise<Mail> {
  const { id } = await find(key, of);
  await inAcme(() => of.get(Delivery).send({ mailId: id }));
  return find(key, of);
}
const waiting = () =>
  module
    .get(PlatformDatabase)
    .read((em) =>
      em.execute<{ payload: { mailId: string }; wait: number }[]>(
        `select payload, round(extract(epoch from available_at - created_at))::int as wait from platform.outbox where name = 'mail.queued' order by id`,
      ),
    );

describe('queueing', () => {
  test('a mail and its event exist together, and one key makes one mail', async () => {
    const first = await queue('once');
    expect(await queue('once')).toBe(first);
    const mail = await find('once');
    expect(mail).toMatchObject({ status: 'queued', attempts: 0, messageId: first });
    expect((await waiting()).filter(({ payload }) => payload.mailId === mail.id)).toHaveLength(1);
  });

  test('a template of which nobody says who may still get it is not queued', async () => {
    await expect(queue('no rule', { template: 'mail/nobody' })).rejects.toThrow('mail/nobody');
  });

  test('what is no longer for its recipient when it is to be sent is withheld, and its content forgotten', async () => {
    await queue('gone', { about: { gone: 'yes' } });
    expect(await deliver('gone')).toMatchObject({ status: 'withheld', data: null });
    expect(post.received).toHaveLength(0);
  });

  test('a verb that fails leaves no mail', async () => {
    const failing = inAcme(() =>
      module.get(Database).write(async () => {
        await module.get(Mailer).queue(draft('rolled back'));
        throw new Error('no');
      }),
    );
    await expect(failing).rejects.toThrow('no');
    await expect(find('rolled back')).rejects.toThrow();
  });

  test('several addresses in one are refused (security 50)', async () => {
    await expect(queue('two', { to: { name: '', address: 'ana@globex.test,eve@evil.test' } })).rejects.toThrow(
      'exactly one address',
    );
  });

  test('ids carry the tenant’s own host', async () => {
    expect(await queue('host')).toMatch(/^<[0-9a-f-]{36}@acme\.localhost>$/);
  });
});

describe('delivery', () => {
  test('sends HTML and text in the tenant’s name, threaded, and forgets the data', async () => {
    const messageId = await queue('full', {
      thread: { references: ['<first@acme.localhost>', '<second@acme.localhost>'] },
    });
    const mail = await deliver('full');
    expect(mail).toMatchObject({ status: 'sent', subject: 'Your ticket', data: null, claimedUntil: null, attempts: 1 });
    const [{ to, mail: letter }] = post.received as [(typeof post.received)[0]];
    expect(to).toEqual(['ana@globex.test']);
    expect(letter).toMatchObject({ messageId, subject: 'Your ticket', inReplyTo: '<second@acme.localhost>' });
    expect(letter.references).toEqual(['<first@acme.localhost>', '<second@acme.localhost>']);
    expect(letter.from?.value).toEqual([{ name: 'Acme Support', address: 'mail@foyer.test' }]);
    expect(letter.html).toContain('<h1>Hello Ana</h1>');
    expect(letter.text).toContain('Hello Ana');
    expect(letter.text).toContain('Open <http://acme.localhost:3000/t/1>');
    expect(letter.headers.get('auto-submitted')).toBe('auto-generated');
    expect(letter.headers.get('x-auto-response-suppress')).toBe('All');
    expect(letter.headers.has('x-mailer')).toBe(false);
  });

  test('names nothing of the platform in the headers', async () => {
    await queue('headers');
    await deliver('headers');
    const { source } = post.received[0]!;
    expect(source.replace(/mail@foyer\.test/g, '').split('\r\n\r\n')[0]).not.toMatch(/foyer|nodemailer/i);
  });

  test('line ends in names and subjects begin no new header (security 50)', async () => {
    const evil = 'Hi\r\nBcc: eve@evil.test\r\n\r\n<script>';
    await queue('evil', {
      to: { name: evil, address: 'ana@globex.test' },
      data: { name: evil, subject: evil, link: 'http://x/' },
    });
    await deliver('evil');
    const [{ to, mail: letter }] = post.received as [(typeof post.received)[0]];
    expect(to).toEqual(['ana@globex.test']);
    expect(letter.headers.has('bcc')).toBe(false);
    expect(letter.subject).toBe('Hi Bcc: eve@evil.test <script>');
  });

  test('one mail delivered ten times in parallel is sent once', async () => {
    await queue('ten');
    const { id } = await find('ten');
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => inAcme(() => module.get(Delivery).send({ mailId: id }))),
    );
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(BeingSent);
    expect(post.received).toHaveLength(1);
    expect(await find('ten')).toMatchObject({ status: 'sent', attempts: 1 });
  });

  test('a worker killed while sending leaves the mail to the next one, after its lease', async () => {
    await queue('killed');
    const { id } = await find('killed');
    const lease = (until: string) =>
      inAcme(() =>
        module
          .get(Database)
          .write((em) =>
            em.execute(
              `update ${acme.schema}.mail set claimed_until = now() + interval '${until}' where id = ?`,
              [id],
              'run',
            ),
          ),
      );
    await lease('60 seconds');
    await expect(deliver('killed')).rejects.toBeInstanceOf(BeingSent);
    await lease('-1 second');
    expect(await deliver('killed')).toMatchObject({ status: 'sent' });
  });

  test('a mail that was sent is not sent again', async () => {
    await queue('again');
    await deliver('again');
    await deliver('again');
    expect(post.received).toHaveLength(1);
  });
});

describe('when the mail server fails', () => {
  test('4xx: tried again later under the same Message-ID', async () => {
    onRcpt = () => Object.assign(new Error('Try later'), { responseCode: 451 });
    const messageId = await queue('busy');
    const mail = await deliver('busy');
    expect(mail).toMatchObject({ status: 'queued', attempts: 1, claimedUntil: null });
    expect(mail.lastError).toContain('451');
    expect(mail.data).not.toBeNull();
    expect((await waiting()).filter(({ payload }) => payload.mailId === mail.id).map(({ wait }) => wait)).toEqual([
      0, 15,
    ]);
    onRcpt = undefined;
    expect(await deliver('busy')).toMatchObject({ status: 'sent', attempts: 2, lastError: null });
    expect(post.received[0]!.mail.messageId).toBe(messageId);
  });

  test('64: one mailbox gets so many an hour from all tenants together; what is beyond that waits', async () => {
    const to = { name: '', address: 'flooded@globex.test' };
    // As if others had sent nearly all of them.
    for (let n = 1; n < TO_ONE_MAILBOX.points; n += 1) await module.get(Limits).count(TO_ONE_MAILBOX, to.address);
    for (const key of ['the last', 'one too many']) await queue(key, { to });
    expect(await deliver('the last')).toMatchObject({ status: 'sent' });
    expect(await deliver('one too many')).toMatchObject({ status: 'queued', attempts: 1 });
    expect(post.received).toHaveLength(1);
    await module.get(Limits).forget(TO_ONE_MAILBOX, to.address);
    expect(await deliver('one too many')).toMatchObject({ status: 'sent' });
  });

  test('5xx for the recipient: failed, visible, not tried again', async () => {
    onRcpt = () => Object.assign(new Error('No such person'), { responseCode: 550 });
    await queue('nobody');
    const mail = await deliver('nobody');
    expect(mail).toMatchObject({ status: 'failed', data: null });
    expect(mail.lastError).toContain('No such person');
    expect((await waiting()).filter(({ payload }) => payload.mailId === mail.id)).toHaveLength(1);
  });

  test('the attempts are bounded', async () => {
    onRcpt = () => Object.assign(new Error('Try later'), { responseCode: 451 });
    await queue('forever');
    let mail = await find('forever');
    while (mail.status === 'queued') mail = await deliver('forever');
    expect(mail).toMatchObject({ status: 'failed', attempts: 11 });
  });

  test('a template that cannot be rendered is tried again and then visible', async () => {
    module.get(MailRules).declare({ 'mail/missing': () => Promise.resolve(true) });
    await queue('broken', { template: 'mail/missing' });
    expect(await deliver('broken')).toMatchObject({
      status: 'queued',
      attempts: 1,
      lastError: expect.stringContaining('mail/missing') as string,
    });
  });
});

describe('when the mail server stalls', () => {
  const withServer = async (
    talk: (socket: Socket) => void,
    test: (module: TestingModule, server: Awaited<ReturnType<typeof tcpServer>>) => Promise<void>,
  ) => {
    const server = await tcpServer(talk);
    const own = await freshModule(server.url, impatient);
    try {
      await test(own, server);
    } finally {
      await own.close();
      await server.close();
    }
  };
  const freshModule = async (smtpUrl: string, patience: Patience) => {
    const { module: own, acme: tenant } = await mailing(
      { ...config, smtpUrl, workerConcurrency: 8 },
      patience,
      `stall${Math.random().toString(36).slice(2, 8)}`,
    );
    acme = tenant;
    return own;
  };
  let before: Tenant;
  beforeEach(() => (before = acme));
  afterEach(() => (acme = before));

  test('after one has stalled, it is asked once at a time whether it answers, and nothing is lost', async () => {
    await withServer(
      () => {},
      async (own, server) => {
        const keys = Array.from({ length: 12 }, (_, n) => `stalled ${n}`);
        for (const key of keys) await queue(key, {}, own);
        await deliver(keys[0]!, own);
        const knocked = server.connections();
        const mails = await Promise.all(keys.map((key) => deliver(key, own)));
        expect(mails.every(({ status, data }) => status === 'queued' && data !== null)).toBe(true);
        expect(server.connections() - knocked).toBeLessThanOrEqual(1);
      },
    );
  });

  const isDue = async (key: string, own: TestingModule) => {
    const { id } = await find(key, own);
    const [line] = await own
      .get(PlatformDatabase)
      .read((em) =>
        em.execute<{ due: boolean }[]>(
          `select bool_and(available_at <= now()) as due from platform.outbox where payload ->> 'mailId' = ?`,
          [id],
        ),
      );
    return line!.due;
  };

  test('a mail at which the server breaks off is not sent over and over because the server answers otherwise', async () => {
    const server = await smtpServer();
    let greeted = 0;
    const counting = await tcpServer((socket) => {
      greeted += 1;
      const there = connect(server.port, '127.0.0.1');
      socket.pipe(there).pipe(socket);
      there
        .on('error', () => socket.destroy())
        .on('data', (answer) => String(answer).includes('354 ') && socket.destroy());
    });
    const own = await freshModule(counting.url, impatient);
    try {
      await queue('unlucky', {}, own);
      expect(await deliver('unlucky', own)).toMatchObject({ status: 'queued', attempts: 1 });
      const outlet = own.get(Outlet) as unknown as { silent: boolean };
      for (const end = Date.now() + 30_000; outlet.silent && Date.now() < end;) await sleep(50);
      expect([outlet.silent, greeted]).toEqual([false, 2]);
      expect(await isDue('unlucky', own)).toBe(false);
    } finally {
      await own.close();
      await counting.close();
      await server.close();
    }
  });

  test('when it answers again, those that waited are due, though nobody sends a mail at that moment', async () => {
    const closed = await tcpServer(() => {});
    await closed.close();
    const own = await freshModule(closed.url, impatient);
    for (const key of ['back', 'waiting']) {
      await queue(key, {}, own);
      expect(await deliver(key, own)).toMatchObject({ status: 'queued', attempts: 1 });
    }
    const due = () => isDue('waiting', own);
    expect(await due()).toBe(false);
    const back = await smtpServer({}, Number(new URL(closed.url).port));
    for (const end = Date.now() + 30_000; !(await due()) && Date.now() < end;) await sleep(50);
    expect(await due()).toBe(true);
    for (const key of ['back', 'waiting'])
      expect(await deliver(key, own)).toMatchObject({ status: 'sent', attempts: 2 });
    await own.close();
    await back.close();
  });

  test('a database that goes away between sending and noting it makes no second mail', async () => {
    await queue('noted later');
    const away = new DatabaseUnreachable(new Error('gone'));
    const delivery = Delivery.prototype as unknown as { settle: () => Promise<void> };
    const noting = jest.spyOn(delivery, 'settle').mockRejectedValueOnce(away).mockRejectedValueOnce(away);
    try {
      expect(await deliver('noted later')).toMatchObject({ status: 'sent', attempts: 1 });
      expect(post.received).toHaveLength(1);
    } finally {
      noting.mockRestore();
    }
  });

  test('a reset after DATA is tried again under the same Message-ID', async () => {
    const script = (socket: Socket) => {
      socket.write('220 ready\r\n');
      let data = false;
      socket.on('data', (chunk: Buffer) => {
        const line = chunk.toString();
        if (data) socket.resetAndDestroy();
        else socket.write(line.startsWith('DATA') ? '354 go on\r\n' : '250 ok\r\n');
        data ||= line.startsWith('DATA');
      });
    };
    await withServer(script, async (own) => {
      const messageId = await queue('reset', {}, own);
      expect(await deliver('reset', own)).toMatchObject({ status: 'queued', attempts: 1, messageId });
    });
  });
});
