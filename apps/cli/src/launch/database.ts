import { join } from 'node:path';
import pg from 'pg';
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
  const start = async () => {
    try {
      return await startEmbeddedPostgres(home);
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code ? error : new Obstacle((error as Error).message);
    }
  };
  let server = await start();
  const watch = setInterval(() => {
    if (server.isAlive()) return;
    process.stdout.write('  PostgreSQL died and is started again\n');
    // It comes back on its port, so everybody's connections find it.
    server = { ...server, isAlive: () => true };
    start().then(
      (again) => (server = again),
      (error: Error) => process.stdout.write(`  ${error.message}\n`),
    );
  }, 1_000);
  watch.unref();
  return {
    url: server.url,
    stop: async () => {
      clearInterval(watch);
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
      `The database at ${where?.host ?? 'DATABASE_URL'} cannot be used: ${(error as Error).message || (error as { code?: string }).code}.`,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}
