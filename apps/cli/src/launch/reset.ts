import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Obstacle } from '../../progress.mjs';
import { removeEmbeddedPostgres } from '../embedded-postgres.js';

/** Throws away what earlier starts made: only our own folders, in case DATA_DIR holds other things. */
export async function reset(dataDir: string, databaseUrl: string | undefined): Promise<void> {
  if (databaseUrl)
    throw new Obstacle(
      '--reset throws away the embedded database only, and DATABASE_URL names another: empty that one yourself.',
    );
  await removeEmbeddedPostgres(join(dataDir, 'postgres'));
  for (const folder of ['files', 'uploads', 'mailbox', 'stripe-sandbox', 'logs', 'run', 'secret'])
    await rm(join(dataDir, folder), { recursive: true, force: true });
}
