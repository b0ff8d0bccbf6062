import type { Config } from '@foyer/config';
import { migratePlatform, migrateTenants } from '@foyer/database';
import { migrateQueue } from '@foyer/events';
import { print, table } from './output.js';

/** @returns 1 when a tenant could not be migrated; the others are, and it can be run again */
export async function migrate(config: Config, scope: { platform: boolean; tenants: boolean }): Promise<number> {
  if (scope.platform) {
    const applied = await migratePlatform(config);
    if (!config.redisUrl) await migrateQueue(config);
    print(applied.length > 0 ? `Platform: ${applied.join(', ')}` : 'Platform: up to date');
  }
  if (!scope.tenants) return 0;
  const onProgress = (done: number, total: number) => {
    if (process.stderr.isTTY) process.stderr.write(`\rTenant ${done} of ${total}${done === total ? '\n' : ''}`);
  };
  const { migrated, failed } = await migrateTenants(config, { onProgress });
  print(`Tenants: ${migrated} migrated, ${failed.length} failed`);
  if (failed.length > 0)
    print(table(failed.map(({ tenant, version, error }) => [tenant, `at version ${version}`, error])));
  return failed.length > 0 ? 1 : 0;
}
