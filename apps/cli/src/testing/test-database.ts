import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from '@jest/globals';
import { Redis } from 'ioredis';
import pg from 'pg';
import { type Config, loadConfig } from '@foyer/config';
import { bootstrapDatabase, migratePlatform } from '@foyer/database';
import { migrateQueue } from '@foyer/events';
import { startEmbeddedPostgres } from '../embedded-postgres.js';
import { startOf } from '../processes.js';

const workspace = fileURLToPath(new URL('../../../../', import.meta.url));
/** Logins belong to the whole server, so all tests must derive the same passwords. */
const secretKey = 'tests only: logins are shared by all test databases';

const cleanUp: (() => Promise<void>)[] = [];
const visitorsLeave: (() => Promise<void>)[] = [];
afterAll(async () => {
  const problems: unknown[] = [];
  for (const clean of [...visitorsLeave, ...cleanUp.reverse()])
    await clean().catch((error: unknown) => problems.push(error));
  if (problems.length > 0) throw problems[0];
});

/** Runs after the last test of the file, the last one first: what was built on something goes before it. */
export const afterTests = (clean: () => Promise<void>): void => void cleanUp.push(clean);

/** Runs before all of them, whichever was there first: visitors leave before the house is closed. */
export const whenLeaving = (clean: () => Promise<void>): void => void visitorsLeave.push(clean);

/**
 * A configuration with a database of its own: bootstrapped, platform migrated, no tenant yet. Call it in a file or
 * a test; database, tenant roles and folder go away after the last test of the file.
 */
export async function freshDatabase(overrides: NodeJS.ProcessEnv = {}): Promise<Config> {
  const server = await testServer();
  const template = await preparedTemplate(server);
  const name = `test_${process.pid}_${randomBytes(5).toString('hex')}`;
  await sql(server, `create database ${name} template ${template}`);
  const dataDir = mkdtempSync(join(tmpdir(), 'foyer-test-'));
  const config = configFor(at(server, name), { DATA_DIR: dataDir, ...overrides });
  if (config.redisUrl) await emptyRedis(config.redisUrl);
  // What may be done to a database as a whole is not copied from a template.
  await bootstrapDatabase(config);

  cleanUp.push(async () => {
    await drop(server, name);
    rmSync(dataDir, { recursive: true, force: true });
  });
  return config;
}

const configFor = (databaseUrl: string, overrides: NodeJS.ProcessEnv = {}): Config =>
  loadConfig({
    NODE_ENV: 'test',
    DATABASE_URL: databaseUrl,
    SECRET_KEY: secretKey,
    LOG_LEVEL: 'silent',
    POOL_SIZE: '5',
    REDIS_URL: process.env.REDIS_URL,
    ...overrides,
  });

/** All tests share one Redis, which is why they run one file at a time there. */
async function emptyRedis(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushdb();
  redis.disconnect();
}

let started: Promise<string> | undefined;
function testServer(): Promise<string> {
  const home = join(resolve(workspace, process.env.DATA_DIR ?? '.data'), 'test-postgres');
  started ??= startEmbeddedPostgres(home, { durable: false }).then(({ url }) => at(url, 'postgres'));
  return started;
}

let prepared: Promise<string> | undefined;
/** The template is made once for a state of the migrations and kept between runs. */
function preparedTemplate(server: string): Promise<string> {
  prepared ??= withClient(server, async (client) => {
    const template = `template_${fingerprint()}`;
    await client.query(`select pg_advisory_lock(hashtext('foyer test template'))`);
    const { rows } = await client.query<{ datname: string; datistemplate: boolean }>(
      `select datname, datistemplate from pg_database where datname ~ '^(template|test)_'`,
    );
    for (const { datname } of rows.filter(({ datname }) => isAbandoned(datname))) await drop(server, datname);
    if (rows.some(({ datname, datistemplate }) => datname === template && datistemplate)) return template;

    for (const { datname } of rows.filter(({ datname }) => datname.startsWith('template_'))) {
      await client.query(`alter database ${datname} is_template false`);
      await client.query(`drop database if exists ${datname} with (force)`);
    }
    await client.query(`create database ${template}`);
    await bootstrapDatabase(configFor(at(server, template)));
    await migratePlatform(configFor(at(server, template)));
    await migrateQueue(configFor(at(server, template)));
    await client.query(`alter database ${template} is_template true`);
    return template;
  });
  return prepared;
}

/** The test process that made it was killed before it could clean up. */
function isAbandoned(database: string): boolean {
  const pid = /^test_(\d+)_/.exec(database)?.[1];
  return pid !== undefined && startOf(Number(pid)) === null;
}

function fingerprint(): string {
  const hash = createHash('sha256');
  for (const folder of ['migrations/platform', 'libs/core/database/src', 'libs/core/events/src']) {
    for (const file of readdirSync(join(workspace, folder)).sort())
      hash.update(readFileSync(join(workspace, folder, file)));
  }
  return hash.digest('hex').slice(0, 12);
}

/**
 * Tenant roles belong to the server, not to the database: they would pile up. A run that was killed while it dropped a
 * database leaves one that nobody can connect to, only drop.
 */
async function drop(server: string, database: string): Promise<void> {
  const names = `select nspname from pg_namespace where nspname ~ '^t_'`;
  const roles = await sql<{ nspname: string }>(at(server, database), names).catch(() => []);
  await sql(server, `drop database if exists ${database} with (force)`);
  for (const { nspname } of roles) await sql(server, `drop role if exists ${nspname}`).catch(() => undefined);
}

function at(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = database;
  return url.href;
}

const sql = <T extends pg.QueryResultRow>(url: string, text: string): Promise<T[]> =>
  withClient(url, async (client) => (await client.query<T>(text)).rows);

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
