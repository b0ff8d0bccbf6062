import pg from 'pg';
import { isolationReport } from '@foyer/database';
import { freshDatabase } from '../src/testing/index.js';

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return Object.values((await client.query(sql)).rows[0] ?? {})[0];
  } finally {
    await client.end();
  }
}

describe('databases for tests', () => {
  test('each is its own, migrated, with every layer of isolation in force', async () => {
    const one = await freshDatabase();
    const two = await freshDatabase();
    expect(one.databaseUrl).not.toBe(two.databaseUrl);
    expect(one.env).toBe('test');
    await ask(one.databaseUrl, 'create table platform.only_here (n int)');
    expect(await ask(two.databaseUrl, `select to_regclass('platform.only_here')`)).toBeNull();
    expect(await ask(two.databaseUrl, `select to_regclass('platform.tenant')`)).not.toBeNull();
    expect((await isolationReport(two)).filter(({ inForce }) => !inForce)).toEqual([]);
  });
});
