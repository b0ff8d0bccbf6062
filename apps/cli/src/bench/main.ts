import 'reflect-metadata';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createApplication } from '@foyer/app-web';
import { loadConfig } from '@foyer/config';
import { hashPassword } from '@foyer/credentials';
import { bootstrapDatabase, migratePlatform } from '@foyer/database';
import { migrateQueue } from '@foyer/events';
import { startEmbeddedPostgres, stopEmbeddedPostgres } from '../embedded-postgres.js';
import { customer, fill, provision } from './businesses.js';
import { measureDesk } from './desk.js';
import { migration } from './migration.js';
import { pagesAndWrites } from './pages.js';
import { workspace } from './processes.js';
import { median, printTable, type Result, rounded, say, writeJson } from './report.js';
import { signUps } from './sign-ups.js';

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
const PASSWORD = 'orchard-lantern-42';

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
    results.push(...(await measureDesk(app, config, { tickets, seconds: SECONDS })));
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
  await fill(application, first, actor, TICKETS, config.databaseUrl);
  const among = { tenant: first, cookie, written: second };
  const run = { tickets: TICKETS, seconds: SECONDS };

  results.push(...(await pagesAndWrites(application, config, among, { ...run, tenants: FEW })));
  say('Measuring sign-up');
  results.push(await signUps(application, config, FEW));

  if (MANY > FEW) {
    say(`Making ${MANY} tenants`);
    const later: number[] = [];
    for (let n = FEW + 1; n <= MANY; n += 1) {
      await provision(application, `tenant-${n}`, passwordHash, later);
      if (n % 100 === 0) say(`  ${n}`);
    }
    results.push({ name: 'provision', tenants: MANY, ms: rounded(median(later.slice(-50)), 1) });
    results.push(...(await pagesAndWrites(application, config, among, { ...run, tenants: MANY })));
    say(`Migrating ${MANY} tenants`);
    results.push(await migration(config));
  }
}
