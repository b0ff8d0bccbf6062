import { beforeAll, describe, expect, test } from '@jest/globals';
import { afterTests, freshDatabase, World } from '@foyer/app-cli/testing';
import type { Config } from '@foyer/config';
import {
  latestTenantVersion,
  loginUrl,
  type Migration,
  migratePlatform,
  migrateTenants,
  provisioningScript,
  readMigrations,
  runAsOwner,
} from '@foyer/database';
import pg from 'pg';

let config: Config;
const TENANTS = 100;
const schemaOf = (n: number) => `t_${String(n).padStart(4, '0')}`;

beforeAll(async () => {
  config = await freshDatabase();
  // One small table a tenant is enough to see what the runner does.
  const first: Migration[] = [
    { version: 1, name: '0001_thing.sql', sql: 'create table :schema.thing (id int primary key)' },
  ];
  for (let n = 1; n <= TENANTS; n += 1) {
    await runAsOwner(config, async (client) => {
      await client.query(
        `insert into platform.tenant (id, slug, name, schema_name, status, plan, blueprint, owner_email, schema_version) values (gen_random_uuid(), $1, $1, $2, 'active', 'team', 'default', 'o@x.example', 1)`,
        [`tenant-${n}`, schemaOf(n)],
      );
      await client.query(provisioningScript(schemaOf(n), first));
    });
  }
}, 120_000);

const second: Migration = {
  version: 2,
  name: '0002_size.sql',
  sql: 'alter table :schema.thing add column size int not null default 0; create index thing_size on :schema.thing (size)',
};

async function owner(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: loginUrl(config, 'owner') });
  await client.connect();
  afterTests(() => client.end());
  return client;
}

describe('migrations over all tenants', () => {
  test('one that fails is rolled back and reported, the rest is done, and going on is harmless', async () => {
    const client = await owner();
    await client.query(`alter table ${schemaOf(37)}.thing add column size text`); // in the way of the migration
    const seen: number[] = [];
    const report = await migrateTenants(config, {
      migrations: [second],
      concurrency: 4,
      onProgress: (done) => seen.push(done),
    });
    expect(report.migrated).toBe(99);
    expect(report.failed).toEqual([
      { tenant: 'tenant-37', schema: schemaOf(37), version: 1, error: expect.stringContaining('already exists') },
    ]);
    expect(seen).toHaveLength(TENANTS);
    const versions = async () =>
      (
        await client.query<{ schema_version: number; count: number }>(
          'select schema_version, count(*)::int as count from platform.tenant group by 1 order by 1',
        )
      ).rows;
    expect(await versions()).toEqual([
      { schema_version: 1, count: 1 },
      { schema_version: 2, count: 99 },
    ]);
    const { rows: noted } = await client.query('select slug from platform.tenant where migration_error is not null');
    expect(noted).toEqual([{ slug: 'tenant-37' }]);

    const again = await migrateTenants(config, { migrations: [second] });
    expect([again.migrated, again.failed.length]).toEqual([0, 1]);
    await client.query(`alter table ${schemaOf(37)}.thing drop column size`);
    expect(await migrateTenants(config, { migrations: [second] })).toEqual({ migrated: 1, failed: [] });
    expect(await versions()).toEqual([{ schema_version: 2, count: 100 }]);
    expect(await migrateTenants(config, { migrations: [second] })).toEqual({ migrated: 0, failed: [] });
  });

  test('a tenant whose table is locked is given up after a while, and the others go on', async () => {
    const third: Migration = {
      version: 3,
      name: '0003_note.sql',
      sql: "set local lock_timeout = '200ms'; alter table :schema.thing add column note text",
    };
    const client = await owner();
    await client.query(`begin; lock table ${schemaOf(5)}.thing in access exclusive mode`);
    const report = await migrateTenants(config, { migrations: [third] });
    await client.query('rollback');
    expect([report.migrated, report.failed.map(({ schema }) => schema)]).toEqual([99, [schemaOf(5)]]);
    expect((await migrateTenants(config, { migrations: [third] })).migrated).toBe(1);
  });
});

test('the platform’s migrations run once, also when two processes begin at the same moment', async () => {
  const done = await Promise.all([migratePlatform(config), migratePlatform(config)]);
  expect(done.flat()).toEqual([]);
});

test('every tenant migration names the schema in front of every table', () => {
  for (const { name, sql } of readMigrations('tenant')) {
    for (const [, found] of sql.matchAll(
      /\b(?:create table|alter table|references|create (?:unique )?index \w+ on|create sequence)\s+([^\s(]+)/g,
    )) {
      expect(`${name}: ${found}`).toMatch(/: :schema\./);
    }
  }
});

test('a new tenant and a migrated one end at the same version', async () => {
  const world = await World.start();
  const { tenant } = await world.tenant('acme');
  const client = new pg.Client({ connectionString: loginUrl(world.config, 'owner') });
  await client.connect();
  const { rows } = await client.query('select schema_version from platform.tenant where id = $1', [tenant.id]);
  await client.end();
  expect(rows).toEqual([{ schema_version: latestTenantVersion() }]);
});
