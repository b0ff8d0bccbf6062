import pg from 'pg';
import { GuardedClient } from './guarded-client.js';
import {
  type DatabaseAddress,
  type Login,
  LOGINS,
  loginPassword,
  loginUrl,
  PLATFORM_ROLE,
  TENANT_GROUP,
} from './logins.js';

/** One wall between tenants, and whether it stands. `required` ones must, or the application refuses to start. */
export interface IsolationLayer {
  name: string;
  inForce: boolean;
  required: boolean;
  explanation: string;
}
export type IsolationReport = IsolationLayer[];

/**
 * Makes the logins, group roles and schemas that isolation rests on, and takes away what PostgreSQL gives to everybody.
 * Idempotent. Speaks as the login of `databaseUrl`, which needs CREATEROLE; two of the revokes need a superuser, and a
 * managed server may refuse them: the returned report then says so.
 */
export async function bootstrapDatabase(address: DatabaseAddress): Promise<IsolationReport> {
  const client = new pg.Client({ connectionString: address.databaseUrl });
  await client.connect();
  try {
    await makeRoles(client, address);
    await makeSchemas(client);
    for (const sql of HARDENING) await client.query(sql).catch(() => undefined); // the report says what did not take
  } finally {
    await client.end();
  }
  return isolationReport(address);
}

async function makeRoles(client: pg.Client, address: DatabaseAddress): Promise<void> {
  const { rows } = await client.query<{ rolname: string }>(
    `select rolname from pg_catalog.pg_roles where rolname like 'foyer\\_%'`,
  );
  const existing = new Set(rows.map((row) => row.rolname));
  const create = async (role: string, attributes: string) => {
    if (!existing.has(role)) await client.query(`create role ${role} ${attributes}`);
  };
  const password = (login: Login) => `login password '${loginPassword(address, login)}'`;
  await create(LOGINS.owner, `createrole ${password('owner')}`);
  await create(LOGINS.app, `noinherit ${password('app')}`);
  await create(LOGINS.queue, password('queue'));
  await create(PLATFORM_ROLE, 'nologin');
  await create(TENANT_GROUP, 'nologin');
  if (!existing.has(TENANT_GROUP)) {
    await client.query(`alter role ${LOGINS.app} set search_path = ''`);
    await client.query(`alter role ${LOGINS.owner} set search_path = ''`);
    await client.query(`grant ${PLATFORM_ROLE} to ${LOGINS.app} with inherit false, set true`);
    await client.query(`grant ${TENANT_GROUP} to ${LOGINS.owner} with admin option`);
  }
  for (const login of Object.keys(LOGINS) as Login[]) {
    if (!(await canConnect(address, login))) await client.query(`alter role ${LOGINS[login]} ${password(login)}`);
  }
}

async function makeSchemas(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>('select current_database() as name');
  const database = client.escapeIdentifier(rows[0]!.name);
  // A role that creates a schema for another must be able to become it; harmless for a superuser.
  await client
    .query(`grant ${LOGINS.owner}, ${LOGINS.queue} to current_user with inherit true, set true`)
    .catch(() => undefined);
  await client.query(`revoke all on database ${database} from public`);
  await client.query(`grant connect, create on database ${database} to ${LOGINS.owner}`);
  await client.query(`grant connect on database ${database} to ${LOGINS.app}, ${LOGINS.queue}`);
  await client.query(`grant temporary on database ${database} to ${LOGINS.queue}`); // BullMQ adds jobs in bulk through one
  await client.query(`create schema if not exists platform authorization ${LOGINS.owner}`);
  await client.query(`create schema if not exists queue authorization ${LOGINS.queue}`);
  await client.query(`grant usage on schema platform to ${PLATFORM_ROLE}, ${TENANT_GROUP}`);
  await client.query('revoke all on schema public from public');
}

const HARDENING = [
  'revoke execute on function pg_catalog.set_config(text, text, boolean) from public',
  `grant execute on function pg_catalog.set_config(text, text, boolean) to ${LOGINS.owner}, ${LOGINS.queue}`,
  'revoke usage on language plpgsql from public',
  `grant usage on language plpgsql to ${LOGINS.owner}, ${LOGINS.queue}`,
];

async function canConnect(address: DatabaseAddress, login: Login): Promise<boolean> {
  const client = new pg.Client({ connectionString: loginUrl(address, login) });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Whether the client through which the application speaks keeps to itself what would take on another role. */
async function refusesRoles(address: DatabaseAddress): Promise<boolean> {
  const client = new GuardedClient({ connectionString: loginUrl(address, 'app') });
  await client.connect();
  const sent = async (text: string): Promise<boolean> => {
    try {
      await client.query(text);
      return true;
    } catch {
      return false;
    }
  };
  try {
    const role = `set role ${PLATFORM_ROLE}`;
    for (const text of [role, `set session role ${PLATFORM_ROLE}`, `select 1; ${role}`, `/**/ ${role}`, 'reset role'])
      if (await sent(text)) return false;
    return true;
  } finally {
    await client.end();
  }
}

/** Asks the server, as the application's own login, which walls stand. Changes nothing. */
export async function isolationReport(address: DatabaseAddress): Promise<IsolationReport> {
  const client = new pg.Client({ connectionString: loginUrl(address, 'app') });
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, boolean>>(`
      select not rolsuper and not rolinherit and not rolcreaterole and not rolbypassrls as plain,
             not has_function_privilege('pg_catalog.set_config(text, text, boolean)', 'execute') as set_config,
             not has_language_privilege('plpgsql', 'usage') as plpgsql,
             not has_database_privilege(current_database(), 'temp') as temp,
             not has_schema_privilege('public', 'create') and not has_schema_privilege('public', 'usage') as public_schema,
             current_setting('search_path') in ('', '""') as search_path,
             not exists (select from pg_catalog.pg_namespace n where n.nspname ~ '^t_' and has_schema_privilege(n.oid, 'usage')) as schemas
        from pg_catalog.pg_roles where rolname = current_user`);
    const found: Record<string, boolean> = { ...rows[0]!, ordinary: await refusesRoles(address) };
    const layer = (name: string, key: string, required: boolean, explanation: string): IsolationLayer => ({
      name,
      inForce: found[key] === true,
      required,
      explanation,
    });
    return [
      layer(
        'plain application login',
        'plain',
        true,
        'the login that serves requests is no superuser and inherits nothing',
      ),
      layer(
        'a role per tenant schema',
        'schemas',
        true,
        'without taking on a tenant’s role the application sees no tenant schema',
      ),
      layer(
        'no change of role by a statement',
        'ordinary',
        true,
        'the login itself may SET ROLE to any tenant, so that one pool serves all: only the client stands before it, and it sends SET LOCAL ROLE as the begin of a transaction alone',
      ),
      layer('empty search path', 'search_path', true, 'an unqualified table name finds nothing'),
      layer('nothing in schema public', 'public_schema', false, 'no place for objects that every role can reach'),
      layer(
        'no temporary tables',
        'temp',
        false,
        'no scratch space that outlives a transaction on a pooled connection',
      ),
      layer(
        'set_config revoked',
        'set_config',
        false,
        'injected SQL cannot change the role by a function (needs a superuser once)',
      ),
      layer('no DO blocks', 'plpgsql', false, 'injected SQL cannot run procedures (needs a superuser once)'),
    ];
  } finally {
    await client.end();
  }
}
