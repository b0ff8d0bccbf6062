import { beforeAll, describe, expect, test } from '@jest/globals';
import { afterTests, ImapBox, type TestTenant, World } from '@foyer/app-cli/testing';
import { seal, unseal } from '@foyer/credentials';
import { mailboxes } from '@foyer/correspondence';
import { sql, table } from '@foyer/database';
import { Keys } from '@foyer/keys';
import { Collections, identified } from '@foyer/settings';
import { AUTHSERV, outcome, raw } from './correspondents.js';

let world: World;
let acme: TestTenant;
let box: ImapBox;

beforeAll(async () => {
  box = await ImapBox.open();
  afterTests(() => box.close());
  world = await World.startWithWorker({ PRIVATE_NETWORKS: '127.0.0.0/8', INBOUND_AUTHSERV_ID: AUTHSERV });
  acme = await world.tenant('acme');
});

/** Sets a mailbox up at a server without TLS, which no page offers. */
const setUp = (host: string, port: number, password = box.password) =>
  acme.inside(async () => {
    const mailbox = identified({
      ...{ name: host, address: '', host, port, security: 'none' as const, user: box.user },
      ...{ typeId: null, categoryId: null, enabled: true },
      password: seal(world.config.secretKey, `mailbox ${acme.tenant.id}`, password),
    });
    const collections = world.get(Collections);
    await collections.apply(mailboxes, [...(await collections.all(mailboxes)), mailbox]);
    return mailbox;
  });

async function looked(id: string): Promise<{ error: string | null; fetched: number }> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const [state] = await acme.query<{ error: string | null; fetched: number; polled_at: string | null }>(
      () => sql`select error, fetched::int, polled_at from ${table('inbound_mailbox')} where id = ${id}`,
    );
    if (state?.polled_at) return { error: state.error, fetched: state.fetched };
    if (Date.now() > deadline) throw new Error('Nobody looked into the mailbox');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('a mailbox', () => {
  test('is looked into as soon as it is set up, and its mails become tickets', async () => {
    box.put(raw({ from: 'ida@new.example', to: 'support@acme.example', subject: 'By IMAP' }));
    const { id } = await setUp('127.0.0.1', box.port);
    expect(await looked(id)).toEqual({ error: null, fetched: 1 });
    expect((await outcome(acme, 'ida@new.example')).status).toBe('opened');
    expect(box.mails.map(({ seen }) => seen)).toEqual([true]);
    const [next] = await acme.query<{ round: number }>(
      () => sql`select round from ${table('inbound_mailbox')} where id = ${id}`,
    );
    expect(next!.round).toBe(2);
  });

  test('is looked into again soon after its server was away', async () => {
    const { port } = box;
    const { back } = await box.away();
    const { id } = await setUp('127.0.0.1', port);
    // Several looks in a row failed.
    const state = () =>
      acme.query<{ round: number; error: string | null }>(
        () => sql`select round, error from ${table('inbound_mailbox')} where id = ${id}`,
      );
    for (;;) {
      const [found] = await state();
      if (found && found.round > 4 && found.error === 'connection') break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    box.put(raw({ from: 'late@new.example', to: 'support@acme.example', subject: 'After the outage' }));
    await back();
    // `outcome` waits for 20 seconds, of which reading takes some.
    expect((await outcome(acme, 'late@new.example')).status).toBe('opened');
  }, 60_000);

  test('48: on a private network is not called, and the page says so', async () => {
    const { id } = await setUp('169.254.169.254', 80);
    expect((await looked(id)).error).toBe('private');
    const page = await (await acme.owner.browser()).get('/console/settings/mailboxes');
    expect(page.text).toContain('belongs to a private network');
  });

  test('with a wrong password says so', async () => {
    const again = await setUp('127.0.0.1', box.port, 'guessed');
    expect((await looked(again.id)).error).toBe('login');
  });

  test('never shows its password, and does not take it to another server', async () => {
    const owner = await acme.owner.browser();
    await owner.get('/console/settings/mailboxes/new');
    const values = { name: 'Sales', host: 'imap.acme.example', port: '993', security: 'tls', user: 'sales' };
    const added = await owner.post('/console/settings/mailboxes', { ...values, password: 'hush-hush' });
    expect(added.status).toBe(303);
    const kept = (await acme.inside(() => world.get(Collections).all(mailboxes))).find(({ name }) => name === 'Sales')!;
    const path = `/console/settings/mailboxes/${kept.id}`;
    expect((await owner.get(path)).text).not.toMatch(/hush-hush/);
    const rows = await acme.query<{ value: unknown }>(() => sql`select value from ${table('setting')}`);
    expect(JSON.stringify(rows)).not.toContain('hush-hush');
    const elsewhere = await owner.post(path, { ...values, host: 'imap.evil.example', password: '' });
    expect(elsewhere.status).toBe(422);
    expect((await owner.post(path, { ...values, name: 'Selling', password: '' })).status).toBe(303);
    const opened = await acme.inside(async () => (await world.get(Collections).find(mailboxes, kept.id))!.password);
    expect(unseal(world.config.secretKey, `mailbox ${acme.tenant.id}`, opened)).toBe('hush-hush');
    const csv = await owner.get('/console/settings/mailboxes/export');
    const found = await owner.get('/console/find?q=hush-hush');
    expect(csv.text).not.toMatch(new RegExp(`hush-hush|${opened}`));
    expect(found.text).not.toContain(path);
  });

  test('takes a password from a program and never tells it', async () => {
    const { key } = await acme.inside(async () =>
      world.get(Keys).create(await acme.owner.actor(), {
        ...{ name: 'Setup', scopes: ['settings:read', 'settings:write'], companyId: null, addresses: [], days: 365 },
      }),
    );
    const { default: request } = await import('supertest');
    const call = (method: 'get' | 'post' | 'patch', path: string) => {
      const sent = request(world.app.getHttpServer())[method](`/api/v1/mailboxes${path}`);
      return sent.set({ Host: acme.host, Authorization: `Bearer ${key}`, 'Idempotency-Key': method, 'If-Match': '*' });
    };
    const sent = { name: 'Orders', host: 'imap.acme.example', port: 993, user: 'orders' };
    const without = await call('post', '').send(sent);
    expect([without.status, without.body.errors]).toEqual([422, [expect.objectContaining({ pointer: '/password' })]]);
    const added = await call('post', '')
      .set('Idempotency-Key', 'again')
      .send({ ...sent, password: 'psst-psst' });
    expect([added.status, 'password' in added.body]).toEqual([201, false]);
    const kept = await acme.inside(() => world.get(Collections).find(mailboxes, added.body.id as string));
    expect(unseal(world.config.secretKey, `mailbox ${acme.tenant.id}`, kept!.password)).toBe('psst-psst');
    expect((await call('get', '')).text).not.toMatch(/"password"|psst-psst/);
    const moved = await call('patch', `/${kept!.id}`).send({ host: 'imap.evil.example' });
    expect([moved.status, moved.body.errors]).toEqual([422, [expect.objectContaining({ pointer: '/password' })]]);
    expect((await call('patch', `/${kept!.id}`).send({ name: 'Ordering' })).status).toBe(200);
    const open = await call('patch', `/${kept!.id}`).send({ security: 'none' });
    expect([open.status, open.body.errors]).toEqual([422, [expect.objectContaining({ pointer: '/security' })]]);
  });
});

test('a posted mail that is too large is refused', async () => {
  const page = await (await acme.owner.browser()).get('/console/settings/mail-in');
  const { default: request } = await import('supertest');
  const path = /\/inbound\/[\w-]+/.exec(page.text)![0];
  const sent = await request(world.app.getHttpServer())
    .post(path)
    .set({ Host: acme.host, 'Content-Type': 'message/rfc822' })
    .send('x'.repeat(26 * 1024 * 1024));
  expect(sent.status).toBe(413);
});
