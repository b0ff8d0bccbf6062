import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { SteadyClient } from './steady-client.js';
import { type DatabaseAddress, LOGINS, loginUrl, TENANT_GROUP } from './logins.js';

/** One file of `migrations/<scope>/NNNN_name.sql`. */
export interface Migration {
  version: number;
  name: string;
  sql: string;
}

const ROOT = new URL('../../../../migrations/', import.meta.url);
const LOCK_TIMEOUT = "set local lock_timeout = '5s'";

export function readMigrations(scope: 'platform' | 'tenant'): Migration[] {
  const folder = new URL(`${scope}/`, ROOT);
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort();
  return files.map((name) => ({
    version: Number(name.slice(0, 4)),
    name,
    sql: readFileSync(new URL(name, folder), 'utf8'),
  }));
}

/** The version a tenant has when all migrations have run. */
export const latestTenantVersion = (migrations = readMigrations('tenant')): number => migrations.at(-1)?.version ?? 0;

/** Brings the schema `platform` up to date, one transaction per file. Two processes at once: the second one waits. */
export async function migratePlatform(address: DatabaseAddress): Promise<string[]> {
  const client = await owner(address);
  const done: string[] = [];
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', ['foyer migrations platform']);
    await client.query(
      `create table if not exists platform.migration (version int primary key, name text not null, applied_at timestamptz not null default now())`,
    );
    const { rows } = await client.query<{ version: number }>('select version from platform.migration');
    const applied = new Set(rows.map((row) => row.version));
    for (const migration of readMigrations('platform').filter(({ version }) => !applied.has(version))) {
      await transaction(client, async () => {
        await client.query(LOCK_TIMEOUT);
        await client.query(migration.sql);
        await client.query('insert into platform.migration (version, name) values ($1, $2)', [
          migration.version,
          migration.name,
        ]);
      });
      done.push(migration.name);
    }
  } finally {
    await client.end();
  }
  return done;
}

export interface TenantMigrationReport {
  migrated: number;
  failed: { tenant: string; schema: string; version: number; error: string }[];
}
export interface MigrateTenantsOptions {
  concurrency?: number;
  migrations?: Migration[];
  onProgress?: (done: number, total: number) => void;
}

/**
 * Brings every tenant's schema up to date: several at once, one transaction per tenant, so that each is either at its old
 * version or at the newest. A tenant that fails is rolled back, reported in `platform.tenant.migration_error` and left for
 * the next run; the others go on.
 */
export async function migrateTenants(
  address: DatabaseAddress,
  options: MigrateTenantsOptions = {},
): Promise<TenantMigrationReport> {
  const { concurrency = 4, migrations = readMigrations('tenant'), onProgress } = options;
  const pool = new pg.Pool({
    connectionString: loginUrl(address, 'owner'),
    max: concurrency,
    Client: SteadyClient,
  });
  pool.on('error', () => undefined);
  const report: TenantMigrationReport = { migrated: 0, failed: [] };
  try {
    const { rows: behind } = await pool.query<{
      id: string;
      slug: string;
      schema_name: string;
      schema_version: number;
    }>(
      `select id, slug, schema_name, schema_version from platform.tenant
        where schema_version < $1 and status not in ('provisioning', 'closed') order by created_at`,
      [latestTenantVersion(migrations)],
    );
    let finished = 0;
    const next = async (): Promise<void> => {
      for (let tenant = behind.shift(); tenant; tenant = behind.shift()) {
        const error = await migrateTenant(pool, tenant.id, tenant.schema_name, migrations);
        if (error)
          report.failed.push({
            tenant: tenant.slug,
            schema: tenant.schema_name,
            version: tenant.schema_version,
            error,
          });
        else report.migrated += 1;
        onProgress?.(++finished, finished + behind.length);
      }
    };
    await Promise.all(Array.from({ length: concurrency }, next));
  } finally {
    await pool.end();
  }
  return report;
}

async function migrateTenant(
  pool: pg.Pool,
  id: string,
  schema: string,
  migrations: Migration[],
): Promise<string | null> {
  const client = await pool.connect();
  try {
    await transaction(client, async () => {
      await client.query(LOCK_TIMEOUT);
      const { rows } = await client.query<{ schema_version: number }>(
        'select schema_version from platform.tenant where id = $1 for update',
        [id],
      );
      const from = rows[0]!.schema_version;
      for (const migration of migrations)
        if (migration.version > from) await client.query(forSchema(migration.sql, schema));
      await client.query('update platform.tenant set schema_version = $2, migration_error = null where id = $1', [
        id,
        latestTenantVersion(migrations),
      ]);
    });
    return null;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await client
      .query('update platform.tenant set migration_error = $2 where id = $1', [id, message])
      .catch(() => undefined);
    return message;
  } finally {
    client.release();
  }
}

/**
 * Everything a new tenant needs in the database, as one script in one transaction: its role, its schema, what the role may
 * do there, and all tenant migrations. Some 180 ms; statement by statement it takes twice as long.
 */
export function provisioningScript(schema: string, migrations = readMigrations('tenant')): string {
  return [
    `create role ${schema} nologin`,
    `grant ${schema} to ${LOGINS.app} with inherit false, set true`,
    `grant ${TENANT_GROUP} to ${schema}`,
    `create schema ${schema}`,
    `grant usage on schema ${schema} to ${schema}`,
    `alter default privileges in schema ${schema} grant select, insert, update, delete on tables to ${schema}`,
    `alter default privileges in schema ${schema} grant usage, select on sequences to ${schema}`,
    ...migrations.map(({ sql }) => forSchema(sql, schema)),
  ].join(';\n');
}

/** Runs `script` and then `statement`, both or neither, as the owner. */
export async function runAsOwner(address: DatabaseAddress, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = await owner(address);
  try {
    await transaction(client, () => work(client));
  } finally {
    await client.end();
  }
}

const SCHEMA_NAME = /^t_[0-9a-z]{1,60}$/;

function forSchema(sql: string, schema: string): string {
  if (!SCHEMA_NAME.test(schema)) throw new Error(`Not a tenant schema: ${schema}`);
  return sql.replaceAll(':schema', schema).replaceAll(':role', schema);
}

async function owner(address: DatabaseAddress): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: loginUrl(address, 'owner') });
  await client.connect();
  return client;
}

async function transaction(client: pg.ClientBase, work: () => Promise<void>): Promise<void> {
  await client.query('begin');
  try {
    await work();
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
