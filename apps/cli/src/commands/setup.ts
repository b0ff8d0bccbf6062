import type { Config } from '@foyer/config';
import { bootstrapDatabase, migratePlatform, migrateTenants } from '@foyer/database';
import { migrateQueue } from '@foyer/events';
import { Staff } from '@foyer/staff';
import { Obstacle } from '../../progress.mjs';
import { withApplication } from './context.js';
import { applyDemos, type Demo } from './demos.js';

export interface SetupResult {
  /** The first staff account, only when it was made just now. */
  staff: { email: string; password: string } | null;
  demos: Demo[];
}

const FIRST_STAFF = 'staff@foyer.example';

/** Makes a database ready to serve: logins and roles, migrations, and outside production the demo businesses. Repeatable. */
export async function setup(config: Config, progress: (text: string) => void): Promise<SetupResult> {
  const missing = (await bootstrapDatabase(config)).filter(({ required, inForce }) => required && !inForce);
  if (missing.length > 0) {
    const walls = missing.map(({ name, explanation }) => `- ${name}: ${explanation}`).join('\n');
    throw new Obstacle(`This database cannot isolate tenants:\n${walls}`);
  }
  await migratePlatform(config);
  if (!config.redisUrl) await migrateQueue(config);
  const { failed } = await migrateTenants(config, {
    onProgress: (done, total) => progress(`tenant ${done} of ${total}`),
  });
  for (const { tenant, error } of failed) process.stderr.write(`Tenant ${tenant} could not be migrated: ${error}\n`);

  return withApplication(config, async (app) => {
    const staff = app.get(Staff);
    const demos = config.env === 'production' ? [] : await applyDemos(app, progress);
    const first = await staff.isEmpty();
    const password = first ? await staff.create({ email: FIRST_STAFF, name: 'First staff member', role: 'owner' }) : '';
    return { staff: first ? { email: FIRST_STAFF, password } : null, demos };
  });
}
