import { isolationReport } from '@foyer/database';
import { freshDatabase } from '../src/testing/index.js';
import { ask } from './ask.js';

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
