import { createHmac } from 'node:crypto';

/**
 * Three logins, so that a mistake in one part cannot reach what belongs to another:
 * `owner` owns schemas and runs migrations, `app` serves requests and jobs and can do nothing until it takes on a role,
 * `queue` keeps BullMQ's tables, rate limits and LISTEN connections.
 */
export type Login = 'owner' | 'app' | 'queue';

export const LOGINS: Record<Login, string> = { owner: 'foyer_owner', app: 'foyer_app', queue: 'foyer_queue' };
/** The role that reads and writes the schema `platform`; `app` takes it on for the platform's own work. */
export const PLATFORM_ROLE = 'foyer_platform';
/** What every tenant role is a member of: it may append to the outbox, nothing more. */
export const TENANT_GROUP = 'foyer_tenant';

export interface DatabaseAddress {
  databaseUrl: string;
  secretKey: string;
}

/** Passwords are derived from the installation's secret, so that there is one secret to keep, and none in a file. */
export function loginPassword({ secretKey }: Pick<DatabaseAddress, 'secretKey'>, login: Login): string {
  return createHmac('sha256', secretKey).update(`database login ${login}`).digest('base64url');
}

/** The connection string of a login, on the server and database that `databaseUrl` names. */
export function loginUrl(address: DatabaseAddress, login: Login): string {
  const url = new URL(address.databaseUrl);
  url.username = LOGINS[login];
  url.password = loginPassword(address, login);
  return url.href;
}
