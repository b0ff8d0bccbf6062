import { join } from 'node:path';
import pg from 'pg';
import { Lifeline } from '@foyer/database';
import { Obstacle } from '../../progress.mjs';
import { startEmbeddedPostgres, stopEmbeddedPostgres } from '../embedded-postgres.js';

export interface LaunchedDatabase {
  url: string;
  stop(): Promise<void>;
}

/** The server that DATABASE_URL names, or our own, which is brought back when it dies. */
export async function launchDatabase(dataDir: string, databaseUrl: string | undefined): Promise<LaunchedDatabase> {
  if (databaseUrl) {
    await checkAnswers(databaseUrl);
    return { url: databaseUrl, stop: () => Promise.resolve() };
  }
  const home = join(dataDir, 'postgres');
  const start = async (samePort: boolean) => {
    try {
      return await startEmbeddedPostgres(home, { samePort });
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code ? error : new Obstacle((error as Error).message);
    }
  };
  let server = await start(false);
  const lifeline = new Lifeline({
    open: async () => void (server = await start(true)),
    onReturn: () => process.stdout.write('  PostgreSQL is running again\n'),
    onFailure: ({ message }, failures) => failures === 1 && process.stdout.write(`  ${message}\n`),
  });
  let away = false;
  const watch = setInterval(() => {
    const alive = server.isAlive();
    if (!alive && !away) process.stdout.write('  PostgreSQL stopped unexpectedly and is restarting\n');
    if (!alive) lifeline.lost();
    away = !alive;
  }, 1_000);
  watch.unref();
  return {
    url: server.url,
    stop: async () => {
      clearInterval(watch);
      lifeline.close();
      await stopEmbeddedPostgres(home);
    },
  };
}

async function checkAnswers(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
  } catch (error) {
    const where = URL.parse(databaseUrl);
    throw new Obstacle(
      `Cannot use the database at ${where?.host ?? 'DATABASE_URL'}: ${(error as Error).message || (error as { code?: string }).code}.`,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}
