import { MikroORM, type EntityClass } from '@mikro-orm/postgresql';
import { GuardedClient } from './guarded-client.js';
import { type DatabaseAddress, loginUrl } from './logins.js';

export interface OrmOptions extends DatabaseAddress {
  poolSize: number;
  entities: EntityClass<object>[];
}

/** The schema of an entity manager that was made outside the `Database`: it does not exist, so such a mistake fails. */
const NO_TENANT = 'no_tenant';

export function startOrm({ entities, poolSize, ...address }: OrmOptions): Promise<MikroORM> {
  return MikroORM.init({
    entities,
    clientUrl: loginUrl(address, 'app'),
    schema: NO_TENANT,
    allowGlobalContext: false,
    pool: { max: poolSize },
    // A connection keeps about 16 KB of catalog cache for each table of each tenant it has touched; only closing it frees that.
    // A server that does not answer is one that is away: whoever waits for a connection is told so.
    driverOptions: {
      ...{ Client: GuardedClient, pipeline: true, application_name: 'foyer', keepAlive: true },
      ...{ maxLifetimeSeconds: 1800, connectionTimeoutMillis: 30_000 },
    },
    discovery: { warnWhenNoEntities: false },
    debug: false,
  });
}
