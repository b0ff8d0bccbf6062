import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '@foyer/app-cli';
import { afterTests, Postbox } from '@foyer/app-cli/testing';
import { createApplication } from '@foyer/app-web';
import { type Config, loadConfig } from '@foyer/config';
import { hashSecret, masked, newSecret, sign } from '@foyer/credentials';
import { bootstrapDatabase, Database, migratePlatform, rows, sql, table } from '@foyer/database';
import { migrateQueue } from '@foyer/events';
import { inTenant, type Tenant } from '@foyer/tenancy';
import { Tenants } from '@foyer/tenants';
import pg from 'pg';
import { freePort, isReady, startProcess, until } from './processes.js';

const home = mkdtempSync(join(tmpdir(), 'foyer-faults-'));
const children = new Map<string, ChildProcess>();
let variables: Record<string, string>;
let config: Config;
let postbox: Postbox;
let tenant: Tenant;
let loading = true;
let cookies: { cookie: string; csrf: string }[];

beforeAll(async () => {
  postbox = await Postbox.open();
  const { url } = await startEmbeddedPostgres(join(home, 'postgres'));
  const port = await freePort();
  variables = {
    NODE_ENV: 'test',
    PORT: String(port),
    BASE_URL: `http://localhost:${port}`,
    DATABASE_URL: url,
    DATA_DIR: home,
    SECRET_KEY: 'faults only: a server of its own, gone after the test',
    SMTP_URL: postbox.url,
    LOG_LEVEL: 'silent',
  };
  config = loadConfig(variables);
  await bootstrapDatabase(config);
  await migratePlatform(config);
  await migrateQueue(config);
  await makeTenant();
  await Promise.all([startWeb(), startWorker()]);
}, 60_000);

afterTests(async () => {
  loading = false;
  for (const child of children.values()) child.kill('SIGKILL');
  await postbox?.close();
  await removeEmbeddedPostgres(join(home, 'postgres'));
  rmSync(home, { recursive: true, force: true });
});

test('web, worker and database are killed under load: what was acknowledged is there once, and its mail is sent', async () => {
  const acknowledged: string[] = [];
  const clients = Array.from({ length: 6 }, async (_, client) => {
    for (let n = 0; loading; n += 1) {
      const subject = `Client ${client} ticket ${n}`;
      if (await opens(subject, cookies[(client * 40 + n) % cookies.length]!)) acknowledged.push(subject);
      else await pause(50);
    }
  });
  const progress = (more: number) => until(`${more} more tickets`, () => acknowledged.length >= more + mark, 30);
  let mark = 0;
  const faults: [string, () => Promise<unknown>][] = [
    ['web', () => killed('web').then(startWeb)],
    ['worker', () => killed('worker').then(startWorker)],
    ['database', killDatabase],
    ['worker again', () => killed('worker').then(startWorker)],
  ];
  try {
    await progress(15);
    for (const [, fault] of faults) {
      mark = acknowledged.length;
      await fault();
      await progress(15);
    }
  } finally {
    loading = false;
  }
  await Promise.all(clients);

  const client = await connect();
  const tickets = await client.query<{ subject: string; count: number }>(
    `select subject, count(*)::int as count from ${tenant.schema}.ticket group by subject`,
  );
  const count = new Map(tickets.rows.map((row) => [row.subject, row.count]));
  expect(acknowledged.length).toBeGreaterThan(70);
  expect(acknowledged.filter((subject) => count.get(subject) !== 1)).toEqual([]);

  // What came with a file has it, whole.
  const { rows: files } = await client.query<{ subject: string; size: number; storage_key: string }>(
    `select t.subject, f.size::int, f.storage_key from ${tenant.schema}.ticket t join ${tenant.schema}.ticket_message m on m.ticket_id = t.id
       join ${tenant.schema}.ticket_attachment a on a.message_id = m.id join ${tenant.schema}.file f on f.id = a.file_id`,
  );
  const stored = new Map(files.map((file) => [file.subject, file]));
  expect(acknowledged.filter((subject) => isUpload(subject) && !stored.has(subject))).toEqual([]);
  expect(files.filter(({ storage_key, size }) => statSync(join(home, 'files', storage_key)).size !== size)).toEqual([]);

  // Every ticket has one mail to its customer and one to the owner, and all of them arrive.
  const unsent = async () =>
    (
      await client.query<{ left: number }>(
        `select (select count(*) from ${tenant.schema}.ticket) * 2 - (select count(*) from ${tenant.schema}.mail where status = 'sent') as left`,
      )
    ).rows[0]!.left;
  let left = -1;
  await until(
    'all mails are sent',
    async () => (left = Number(await unsent())) === 0,
    240,
    () => `${left} mails are missing`,
  );
  const arrived = new Map<string, number>();
  for (const { messageId } of postbox.mails) arrived.set(messageId!, (arrived.get(messageId!) ?? 0) + 1);
  const mails = await client.query<{ message_id: string }>(`select message_id from ${tenant.schema}.mail`);
  expect(mails.rows.filter(({ message_id }) => !arrived.has(message_id))).toEqual([]);
  await client.end();
}, 400_000);

test('SIGTERM lets what has begun be finished', async () => {
  const answers = Promise.all(
    Array.from({ length: 20 }, (_, n) => opens(`Draining ${n}`, cookies[cookies.length - 1 - n]!)),
  );
  await pause(5); // the requests are on their way
  const web = children.get('web')!;
  web.kill('SIGTERM');
  const done = await answers;
  await once(web, 'exit').catch(() => undefined);
  const client = await connect();
  const { rows: made } = await client.query(
    `select subject from ${tenant.schema}.ticket where subject like 'Draining %'`,
  );
  await client.end();
  expect(made).toHaveLength(done.filter(Boolean).length);
}, 30_000);

test('SIGTERM ends busy connections too: a client that asks on and on is sent elsewhere', async () => {
  await startWeb();
  const web = children.get('web')!;
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  let asking = true;
  const asks = () =>
    new Promise<void>((resolve) => {
      const sent = request({ agent, host: '127.0.0.1', port: config.port, path: '/', headers: { Host: 'localhost' } });
      sent.on('response', (answer) => answer.resume().on('close', () => resolve()));
      sent.on('error', () => resolve()).end();
    });
  const clients = Array.from({ length: 16 }, async () => {
    while (asking) await asks();
  });
  try {
    await asks();
    web.kill('SIGTERM');
    let ended = false;
    void once(web, 'exit').then(() => (ended = true));
    await until('web has ended', () => ended, 9);
  } finally {
    asking = false;
    agent.destroy();
  }
  await Promise.all(clients);
}, 60_000);

/** Sends the form of a new ticket, half of them with a file. True when the answer said that it is there. */
async function opens(subject: string, { cookie, csrf }: { cookie: string; csrf: string }): Promise<boolean> {
  const { host, origin } = new URL(tenant.origin);
  const form = new FormData();
  // `seen`: the subjects are alike, and whoever sends again has seen what they resemble.
  const typed = { _csrf: csrf, subject, description: 'Under load', priority: 'normal', seen: 'all' };
  for (const [name, value] of Object.entries(typed)) form.set(name, value);
  if (isUpload(subject)) form.set('attachments', new Blob([subject.repeat(2000)]), 'log.txt');
  const encoded = new Response(form);
  const body = Buffer.from(await encoded.arrayBuffer());
  const headers = {
    Host: host,
    Origin: origin,
    Cookie: cookie,
    'Content-Type': encoded.headers.get('content-type')!,
    'Content-Length': body.length,
  };
  return new Promise((resolve) => {
    // By address: only browsers know where `acme.localhost` is.
    const options = {
      host: '127.0.0.1',
      port: config.port,
      path: '/tickets',
      method: 'POST',
      headers,
      timeout: 10_000,
    };
    const sent = request(options, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 303 && (answer.headers.location ?? '').startsWith('/tickets/TKT-'));
    });
    sent.on('error', () => resolve(false));
    sent.on('timeout', () => sent.destroy());
    sent.end(body);
  });
}

const isUpload = (subject: string): boolean => /^Client [135]/.test(subject);

async function makeTenant(): Promise<void> {
  const app = await createApplication(config);
  await app.init();
  const people = {
    team: [{ name: 'Olga', email: 'olga@acme.example', role: 'owner', verified: true }],
    companies: [],
    customers: [],
  };
  tenant = await app.get(Tenants).provision({
    slug: 'acme',
    name: 'Acme',
    plan: 'team',
    blueprint: null,
    ownerEmail: 'olga@acme.example',
    own: { people },
  });
  cookies = await inTenant(tenant, () =>
    app.get(Database).write(async (em) => {
      const made = [];
      for (let n = 0; n < 240; n += 1) {
        const secret = newSecret();
        const [session] = await rows<{ id: string }>(
          em,
          sql`with p as (insert into ${table('person')} (id, email, name, email_verified_at) values (gen_random_uuid(), ${`c${n}@customers.example`}, 'Customer', now()) returning id)
              insert into ${table('session')} (id, token_hash, owner_id, expires_at) select gen_random_uuid(), ${hashSecret(secret)}, p.id, now() + interval '1 day' from p returning id`,
        );
        made.push({
          cookie: `session=${secret}`,
          csrf: masked(sign(config.secretKey, 'csrf', `${tenant.id} ${session!.id}`)),
        });
      }
      return made;
    }),
  );
  await app.close();
}

function start(name: 'web' | 'worker'): ChildProcess {
  const child = startProcess(name, variables);
  children.set(name, child);
  return child;
}

async function startWeb(): Promise<void> {
  start('web');
  await until('web is ready', () => isReady(config.port), 30);
}

async function startWorker(): Promise<void> {
  await once(start('worker'), 'message');
}

async function killed(name: 'web' | 'worker'): Promise<void> {
  const child = children.get(name)!;
  if (child.exitCode !== null) throw new Error(`${name} had already ended by itself, with ${child.exitCode}`);
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Kills the postmaster; its children notice and end, and the next start recovers from the log. */
async function killDatabase(): Promise<void> {
  const { data } = JSON.parse(readFileSync(join(home, 'postgres/server.json'), 'utf8')) as { data: string };
  process.kill(Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
  const { url } = await startEmbeddedPostgres(join(home, 'postgres'));
  expect(url).toBe(config.databaseUrl); // the same port, so that everybody finds it again
}

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: config.databaseUrl });
  await client.connect();
  return client;
}
