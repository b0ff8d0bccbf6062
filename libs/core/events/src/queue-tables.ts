import { runMigrations } from 'bullmq';
import pg from 'pg';
import { type DatabaseAddress, loginUrl } from '@foyer/database';

/** Makes or updates BullMQ's tables in the schema `queue`, owned by the queue's own login. Idempotent; needs the owner of the database. */
export async function migrateQueue(address: DatabaseAddress): Promise<void> {
  await connected(address.databaseUrl, async (owner) => {
    const { rows } = await owner.query<{ name: string }>('select current_database() as name');
    const database = owner.escapeIdentifier(rows[0]!.name);
    // BullMQ says `create schema if not exists`, which asks for this right even when the schema exists.
    await owner.query(`grant create on database ${database} to foyer_queue`);
    try {
      await connected(loginUrl(address, 'queue'), (queue) => runMigrations(queue, 'queue'));
    } finally {
      await owner.query(`revoke create on database ${database} from foyer_queue`);
    }
  });
}

async function connected(connectionString: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
