import type { Config } from '@foyer/config';
import { latestTenantVersion, migrateTenants, readMigrations } from '@foyer/database';
import type { Result } from './report.js';

/** A column and an index for every tenant, by the runner that a release uses. */
export async function migration(config: Config): Promise<Result> {
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
  return { name: 'migrate', tenants: migrated, ms: Math.round(performance.now() - start) };
}
