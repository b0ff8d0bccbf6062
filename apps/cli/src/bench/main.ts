import 'reflect-metadata';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApplication } from '@foyer/app-web';
import { type Config, loadConfig } from '@foyer/config';
import { hashPassword, hashSecret, newSecret, Sessions, sign } from '@foyer/credentials';
import {
  bootstrapDatabase,
  Database,
  latestTenantVersion,
  migratePlatform,
  migrateTenants,
  observeSql,
  provisioningScript,
  readMigrations,
  rows,
  runAsOwner,
  sql,
  table,
} from '@foyer/database';
import { migrateQueue } from '@foyer/events';
import { Person, PortalPrincipals, type PortalActor } from '@foyer/identity';
import { inTenant, type Tenant } from '@foyer/tenancy';
import { Tenants } from '@foyer/tenants';
import { Tickets } from '@foyer/tickets';
import { Signup } from '@foyer/signup';
import pg from 'pg';
import request from 'supertest';
import { SERVER_FLAGS } from '../launch/server-flags.js';
import { startEmbeddedPostgres, stopEmbeddedPostgres } from '../embedded-postgres.js';
import { capture, type Captured, ownStatements, type Statement } from './capture.js';
import { measureDesk } from './desk.js';
import type { FloorPlan } from './floor.js';
import { type Load, load, type Target } from './load.js';
import { printTable, type Result, rounded, writeJson } from './report.js';

const { values: options } = parseArgs({
  options: {
    json: { type: 'string' },
    tenants: { type: 'string', default: '1000' },
    tickets: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '5' },
    /** Only the agent's pages in a tenant with many tickets. */
    desk: { type: 'boolean', default: false },
  },
});
const FEW = 10;
const MANY = Number(options.tenants);
const TICKETS = Number(options.tickets);
const SECONDS = Number(options.seconds);
/** Each may open sixty tickets an hour. */
const WRITERS = 400;
const PASSWORD = 'orchard-lantern-42';
const PAGES = { 'ticket-list': '/tickets', 'ticket-page': '/tickets/TKT-001' } as const;
const say = (text: string) => process.stderr.write(`${text}\n`);

const workspace = fileURLToPath(new URL('../../../../', import.meta.url));
const home = resolve(workspace, process.env['DATA_DIR'] ?? '.data', 'bench');
const results: Result[] = [];

rmSync(home, { recursive: true, force: true });
mkdirSync(home, { recursive: true });
const postgres = await startEmbeddedPostgres(join(home, 'postgres'));
const config = loadConfig({
  NODE_ENV: 'production',
  PORT: '3999',
  BASE_URL: 'http://localhost:3999',
  DATA_DIR: home,
  DATABASE_URL: postgres.url,
  SECRET_KEY: 'bench only: nothing here outlives the measurement',
  SMTP_URL: 'smtp://127.0.0.1:1',
  LOG_LEVEL: 'silent',
});
let app: NestExpressApplication | undefined;
try {
  await bootstrapDatabase(config);
  await migratePlatform(config);
  await migrateQueue(config);
  app = await createApplication(config);
  await app.init();
  if (!options.desk) await measure(app);
  for (const tickets of [1_000, 100_000]) {
    say(`Measuring the agent's pages with ${tickets} tickets`);
    results.push(...(await measureDesk(app, config.databaseUrl, tickets)));
  }
  printTable(results);
  if (options.json) writeJson(options.json, results);
} finally {
  await app?.close();
  await stopEmbeddedPostgres(join(home, 'postgres'));
  rmSync(home, { recursive: true, force: true });
}

async function measure(application: NestExpressApplication): Promise<void> {
  say(`Making ${FEW} tenants and ${TICKETS} tickets`);
  const passwordHash = await hashPassword(PASSWORD);
  const times: number[] = [];
  const first = await provision(application, 'tenant-1', passwordHash, times);
  const second = await provision(application, 'tenant-2', passwordHash, times);
  for (let n = 3; n <= FEW; n += 1) await provision(application, `tenant-${n}`, passwordHash, times);
  results.push({ name: 'provision', tenants: FEW, ms: rounded(median(times), 1) });
  const { actor, cookie } = await customer(application, first);
  await fill(application, first, actor);

  await pagesAndWrites(application, first, cookie, second, FEW);
  await signUps(application);

  if (MANY > FEW) {
    say(`Making ${MANY} tenants`);
    const later: number[] = [];
    for (let n = FEW + 1; n <= MANY; n += 1) {
      await provision(application, `tenant-${n}`, passwordHash, later);
      if (n % 100 === 0) say(`  ${n}`);
    }
    results.push({ name: 'provision', tenants: MANY, ms: rounded(median(later.slice(-50)), 1) });
    await pagesAndWrites(application, first, cookie, second, MANY);
    await migration(MANY);
  }
}

async function provision(
  application: NestExpressApplication,
  slug: string,
  passwordHash: string,
  times: number[],
): Promise<Tenant> {
  const people = {
    team: [{ name: 'Olga Owner', email: `owner@${slug}.example`, role: 'owner', passwordHash, verified: true }],
    companies: [
      {
        name: 'Globex',
        members: [
          { name: 'Ana Sousa', email: `ana@${slug}.example`, role: 'company_user', passwordHash, verified: true },
        ],
      },
    ],
    customers: [],
  };
  const start = performance.now();
  const tenant = await application.get(Tenants).provision({
    slug,
    name: `Tenant ${slug}`,
    plan: 'team',
    blueprint: 'saas',
    ownerEmail: `owner@${slug}.example`,
    own: { people },
  });
  times.push(performance.now() - start);
  return tenant;
}

async function customer(
  application: NestExpressApplication,
  tenant: Tenant,
): Promise<{ actor: PortalActor; cookie: string }> {
  return inTenant(tenant, async () => {
    const database = application.get(Database);
    const { id } = await database.read((em) => em.findOneOrFail(Person, { email: `ana@${tenant.slug}.example` }));
    const secret = await new Sessions(database).start(id, { ip: null, userAgent: 'bench' });
    const { actor } = await application.get(PortalPrincipals).find(secret);
    return { actor: actor as PortalActor, cookie: `session=${secret}` };
  });
}

/** Tickets with a thread of three messages each, set-based: how they came about is not what is measured. */
async function fill(application: NestExpressApplication, tenant: Tenant, actor: PortalActor): Promise<void> {
  await inTenant(tenant, () =>
    application.get(Database).write(async (em) => {
      await rows(
        em,
        sql`insert into ${table('ticket')} (id, subject, status, priority, requester_id, company_id, created_at, updated_at)
            select gen_random_uuid(), 'The printer on floor ' || n || ' is out of paper', (array['open', 'pending', 'on_hold', 'solved', 'closed'])[1 + n % 5],
                   (array['low', 'normal', 'high', 'urgent'])[1 + n % 4], ${actor.id}::uuid, ${actor.companies[0]!.id}::uuid, now() - n * interval '1 hour', now() - n * interval '1 minute'
              from generate_series(1, ${TICKETS}::int) n`,
      );
      await rows(
        em,
        sql`insert into ${table('ticket_message')} (id, ticket_id, author_id, kind, body, created_at)
            select gen_random_uuid(), t.id, ${actor.id}::uuid, 'reply', repeat('It has been like this since Monday morning. ', 6), t.created_at + k * interval '1 minute'
              from ${table('ticket')} t, generate_series(1, 3) k`,
      );
    }),
  );
  const client = new pg.Client({ connectionString: config.databaseUrl });
  await client.connect();
  await client.query(`analyze ${tenant.schema}.ticket; analyze ${tenant.schema}.ticket_message`);
  await client.end();
}

/** @param written gets the new tickets, so that the lists of `tenant` stay as long as they were */
async function pagesAndWrites(
  application: NestExpressApplication,
  tenant: Tenant,
  cookie: string,
  written: Tenant,
  tenants: number,
): Promise<void> {
  const host = new URL(tenant.origin).host;
  const captured: Record<string, Captured> = {};
  for (const path of Object.values(PAGES)) captured[path] = await capture(application, host, path, cookie);
  const { actor } = await customer(application, written);
  const create = await captureCreation(application, written, actor);
  const floorPlan: FloorPlan = {
    databaseUrl: config.databaseUrl,
    poolSize: config.poolSize,
    pages: Object.fromEntries(
      Object.entries(captured).map(([path, page]) => [path, { ...page, statements: ownStatements(page) }]),
    ),
    create,
  };
  const floor = await startFloor(floorPlan);
  const web = await startWeb(config);
  try {
    for (const [name, path] of Object.entries(PAGES)) {
      say(`Measuring ${name} with ${tenants} tenants`);
      const ours = { url: `http://127.0.0.1:${config.port}${path}`, headers: { Host: host, Cookie: cookie } };
      const result = await compare(ours, { url: `${floor.url}${path}` });
      const { statements } = captured[path]!;
      results.push({
        name,
        tenants,
        tickets: TICKETS,
        ...result,
        statements: statements.length,
        databaseMs: await databaseTime(statements),
      });
    }
    say(`Measuring ticket-create with ${tenants} tenants`);
    const result = await compare(await forms(application, written), {
      url: `${floor.url}/tickets`,
      method: 'POST',
      expect: 303,
    });
    results.push({ name: 'ticket-create', tenants, ...result, statements: create.length });
    results.push({ name: 'web-process', tenants, megabytes: residentMegabytes(web.pid!) });
  } finally {
    floor.child.kill();
    web.kill();
    await Promise.all([once(floor.child, 'exit'), once(web, 'exit')]);
  }
}

/** The two take turns, so that what the machine does beside hits both. */
async function compare(ours: Target, floor: Target) {
  const halves: { floor: Load; ours: Load }[] = [];
  for (let turn = 0; turn < 2; turn += 1)
    halves.push({ floor: await load(floor, SECONDS / 2), ours: await load(ours, SECONDS / 2) });
  const mean = (pick: (half: (typeof halves)[0]) => number) =>
    halves.reduce((sum, half) => sum + pick(half), 0) / halves.length;
  return {
    ratio: rounded(mean(({ ours: o }) => o.requestsPerSecond) / mean(({ floor: f }) => f.requestsPerSecond)),
    requestsPerSecond: Math.round(mean(({ ours: o }) => o.requestsPerSecond)),
    p50ms: rounded(
      mean(({ ours: o }) => o.p50ms),
      1,
    ),
    p95ms: rounded(
      mean(({ ours: o }) => o.p95ms),
      1,
    ),
  };
}

/** The statements of one new ticket, with its ids taken out. */
async function captureCreation(
  application: NestExpressApplication,
  tenant: Tenant,
  actor: PortalActor,
): Promise<Statement[]> {
  const statements: Statement[] = [];
  const draft = {
    subject: 'Bench',
    description: 'A new ticket',
    priority: 'normal' as const,
    categoryId: null,
    companyId: actor.companies[0]!.id,
    fileIds: [],
  };
  await inTenant(tenant, async () => {
    const stop = observeSql((text, values) => void statements.push({ text, values: [...values] }));
    await application.get(Tickets).open(actor, draft);
    stop();
  });
  const ids = new Map<string, string>();
  const known = new Set([actor.id, ...actor.companies.map(({ id }) => id)]);
  const blank = (text: string) =>
    text.replace(/'([0-9a-f]{8}-[0-9a-f-]{27})'/g, (whole, id: string) => (known.has(id) ? whole : `'${mark(id)}'`));
  const mark = (id: string) => ids.get(id) ?? (ids.set(id, `:id${ids.size}`), ids.get(id)!);
  return statements
    .filter(({ text }) => !/^(?:begin|start|commit|set local)/.test(text))
    .map(({ text, values }) =>
      parametrised(
        blank(text),
        values.map((value) =>
          typeof value === 'string' && /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(value) && !known.has(value)
            ? mark(value)
            : value,
        ),
      ),
    );
}

/** New ids stand in texts that the ORM wrote out; as parameters the floor can give each ticket its own. */
function parametrised(text: string, values: unknown[]): Statement {
  const all = [...values];
  return { text: text.replace(/'(:id\d+)'/g, (_, id: string) => `$${all.push(id)}`), values: all };
}

/** One form for each of many customers, because one person may not open tickets without end. */
async function forms(application: NestExpressApplication, tenant: Tenant): Promise<Target> {
  const host = new URL(tenant.origin).host;
  const sessions = await inTenant(tenant, () =>
    application.get(Database).write(async (em) => {
      const people = await rows<{ id: string }>(
        em,
        sql`insert into ${table('person')} (id, email, name, email_verified_at)
            select gen_random_uuid(), gen_random_uuid() || '@writers.example', 'Writer', now() from generate_series(1, ${WRITERS}::int) returning id`,
      );
      const secrets = people.map(({ id }) => ({ id, secret: newSecret() }));
      return rows<{ id: string; secret: string }>(
        em,
        sql`insert into ${table('session')} (id, token_hash, owner_id, expires_at)
            select gen_random_uuid(), hash, owner, now() + interval '1 day'
              from unnest(${secrets.map(({ secret }) => hashSecret(secret))}::text[], ${secrets.map(({ id }) => id)}::uuid[]) as s (hash, owner)
            returning id, token_hash as secret`,
      ).then((made) =>
        made.map(({ id, secret: hash }) => ({
          id,
          secret: secrets.find(({ secret }) => hashSecret(secret) === hash)!.secret,
        })),
      );
    }),
  );
  return {
    url: `http://127.0.0.1:${config.port}/tickets`,
    expect: 303,
    requests: sessions.map(({ id, secret }) => ({
      method: 'POST',
      path: '/tickets',
      headers: {
        Host: host,
        Cookie: `session=${secret}`,
        Origin: `http://${host}`,
        'Content-Type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({
        _csrf: sign(config.secretKey, 'csrf', `${tenant.id} ${id}`),
        subject: 'Bench',
        description: 'A new ticket',
        priority: 'normal',
        seen: 'all', // without asking whether one of those alike will do
      }).toString(),
    })),
  };
}

async function startFloor(plan: FloorPlan): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(fileURLToPath(new URL('floor.js', import.meta.url)), {
    env: { ...process.env, NODE_ENV: 'production' },
  });
  child.send(plan);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { child, url: `http://127.0.0.1:${port}` };
}

async function startWeb({ port, dataDir, databaseUrl, secretKey, baseUrl }: Config): Promise<ChildProcess> {
  const child = fork(join(workspace, 'apps/web/dist/main.js'), {
    execArgv: SERVER_FLAGS,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORT: String(port),
      BASE_URL: baseUrl.origin,
      DATA_DIR: dataDir,
      DATABASE_URL: databaseUrl,
      SECRET_KEY: secretKey,
      SMTP_URL: 'smtp://127.0.0.1:1',
      LOG_LEVEL: 'silent',
    },
  });
  for (;;) {
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return child;
    if (child.exitCode !== null) throw new Error('The web process does not start');
    await new Promise((resolve_) => setTimeout(resolve_, 50));
  }
}

async function databaseTime(statements: Statement[]): Promise<number> {
  const client = new pg.Client({ connectionString: config.databaseUrl });
  await client.connect();
  let total = 0;
  for (const { text, values } of statements) {
    const runs: number[] = [];
    for (let run = 0; run < 5; run += 1) {
      const { rows: plan } = await client.query<{ 'QUERY PLAN': [{ 'Execution Time': number }] }>(
        `explain (analyze, format json) ${text}`,
        values,
      );
      runs.push(plan[0]!['QUERY PLAN'][0]['Execution Time']);
    }
    total += median(runs);
  }
  await client.end();
  return rounded(total);
}

/** From the form's data to a portal that answers. The floor: the same schema, made by the same script, and nothing in it. */
async function signUps(application: NestExpressApplication): Promise<void> {
  say('Measuring sign-up');
  const times: number[] = [];
  const floor: number[] = [];
  for (let n = 0; n < 8; n += 1) {
    const start = performance.now();
    const { tenant } = await application.get(Signup).open(
      {
        business: `Signed Up ${n}`,
        slug: `signed-up-${n}`,
        name: 'Olga',
        email: 'o@x.example',
        password: PASSWORD,
        plan: 'team',
        blueprint: 'saas',
      },
      'en',
      `10.0.0.${n}`,
    );
    const { status } = await request(application.getHttpServer()).get('/').set('Host', new URL(tenant.origin).host);
    if (status !== 200) throw new Error(`The new portal answers ${status}`);
    times.push(performance.now() - start);

    const bare = performance.now();
    await runAsOwner(config, async (client) => void (await client.query(provisioningScript(`t_floor${n}`))));
    floor.push(performance.now() - bare);
  }
  times.sort((a, b) => a - b);
  results.push({
    name: 'sign-up',
    tenants: FEW,
    ratio: rounded(median(floor) / median(times)),
    p50ms: rounded(median(times), 1),
    p95ms: rounded(times.at(-1)!, 1),
  });
}

/** A column and an index for every tenant, by the runner that a release uses. */
async function migration(tenants: number): Promise<void> {
  say(`Migrating ${tenants} tenants`);
  const version = latestTenantVersion() + 1;
  const added = {
    version,
    name: 'bench',
    sql: 'alter table :schema.ticket add column bench int; create index ticket_bench on :schema.ticket (bench)',
  };
  const start = performance.now();
  const { migrated, failed } = await migrateTenants(config, {
    migrations: [...readMigrations('tenant'), added],
    concurrency: 8,
  });
  if (failed.length > 0) throw new Error(failed[0]!.error);
  results.push({ name: 'migrate', tenants: migrated, ms: Math.round(performance.now() - start) });
}

function residentMegabytes(pid: number): number | undefined {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes ? Math.round(Number(kilobytes) / 1024) : undefined;
  } catch {
    return undefined; // a system without /proc
  }
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
