import { once } from 'node:events';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Config } from '@foyer/config';
import type { Tenant } from '@foyer/tenancy';
import pg from 'pg';
import { customer } from './businesses.js';
import { capture, type Captured, ownStatements, type Statement } from './capture.js';
import type { FloorPlan } from './floor.js';
import { type Load, load, type Target } from './load.js';
import { captureCreation, forms } from './new-tickets.js';
import { residentMegabytes, startFloor, startWeb } from './processes.js';
import { median, type Result, rounded, say } from './report.js';

const PAGES = { 'ticket-list': '/tickets', 'ticket-page': '/tickets/TKT-001' } as const;

/** @param written gets the new tickets, so that the lists of `tenant` stay as long as they were */
export async function pagesAndWrites(
  application: NestExpressApplication,
  config: Config,
  { tenant, cookie, written }: { tenant: Tenant; cookie: string; written: Tenant },
  { tenants, tickets, seconds }: { tenants: number; tickets: number; seconds: number },
): Promise<Result[]> {
  const results: Result[] = [];
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
      const ours = {
        url: `http://127.0.0.1:${config.port}${path}`,
        headers: { Host: host, Cookie: cookie },
        pid: web.pid,
      };
      const result = await compare(seconds, ours, { url: `${floor.url}${path}` });
      const { statements } = captured[path]!;
      results.push({
        name,
        tenants,
        tickets,
        ...result,
        statements: statements.length,
        databaseMs: await databaseTime(config.databaseUrl, statements),
      });
    }
    say(`Measuring ticket-create with ${tenants} tenants`);
    const writing = { ...(await forms(application, config, written)), pid: web.pid };
    const result = await compare(seconds, writing, {
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
  return results;
}

/** The two take turns, so that what the machine does beside hits both. */
async function compare(seconds: number, ours: Target, floor: Target) {
  const halves: { floor: Load; ours: Load }[] = [];
  for (let turn = 0; turn < 2; turn += 1)
    halves.push({ floor: await load(floor, seconds / 2), ours: await load(ours, seconds / 2) });
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
    cpuMs: halves[0]!.ours.cpuMs && rounded(mean(({ ours: o }) => o.cpuMs ?? 0)),
  };
}

async function databaseTime(databaseUrl: string, statements: Statement[]): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
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
