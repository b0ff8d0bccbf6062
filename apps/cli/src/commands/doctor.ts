import pg from 'pg';
import type { Config } from '@foyer/config';
import { isolationReport, latestTenantVersion, loginUrl, readMigrations } from '@foyer/database';
import { print, table } from './output.js';

/** Says what state this installation is in. @returns 1 when something must be mended */
export async function doctor(config: Config): Promise<number> {
  const report = await isolationReport(config);
  print('Tenant isolation');
  print(
    table(
      report.map(({ name, inForce, required, explanation }) => [
        inForce ? 'yes' : required ? 'NO' : 'no',
        name,
        explanation,
      ]),
    ),
  );

  const client = new pg.Client({ connectionString: loginUrl(config, 'owner') });
  await client.connect();
  try {
    const ask = async (sql: string) => (await client.query<{ value: string }>(sql)).rows.map(({ value }) => value);
    const [server] = await ask(`select current_setting('server_version') as value`);
    const applied = await ask('select version::text as value from platform.migration');
    const behind = await ask(
      `select slug as value from platform.tenant where schema_version < ${latestTenantVersion()} and status not in ('provisioning', 'closed')`,
    );
    const failing = await ask(
      `select slug || ': ' || migration_error as value from platform.tenant where migration_error is not null`,
    );
    const [waiting] = await ask('select count(*)::text as value from platform.outbox where available_at <= now()');
    const pending = readMigrations('platform').filter(({ version }) => !applied.includes(String(version)));

    print('\nVersions');
    print(
      table([
        ['Node', process.version],
        ['PostgreSQL', server!],
        ['Queues', config.redisUrl ? `on Redis (${URL.parse(config.redisUrl)?.host})` : 'on PostgreSQL'],
        ['Files', config.s3 ? `in bucket ${config.s3.bucket}` : `in ${config.dataDir}/files`],
        ['Email', config.smtpUrl ? `sent by ${URL.parse(config.smtpUrl)?.host}` : 'kept in the development mailbox'],
      ]),
    );
    print('\nPending');
    print(
      table([
        ['Platform migrations', pending.map(({ name }) => name).join(', ') || 'none'],
        [
          'Tenants to migrate',
          behind.length > 0
            ? `${behind.length} (${behind.slice(0, 5).join(', ')}${behind.length > 5 ? ', …' : ''})`
            : 'none',
        ],
        ['Failed migrations', failing.join('; ') || 'none'],
        ['Events waiting', waiting!],
      ]),
    );
    const unsafe = report.some(({ required, inForce }) => required && !inForce);
    return unsafe || pending.length > 0 || behind.length > 0 || failing.length > 0 ? 1 : 0;
  } finally {
    await client.end();
  }
}
