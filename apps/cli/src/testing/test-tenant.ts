import { randomUUID } from 'node:crypto';
import type { Config } from '@foyer/config';
import { latestTenantVersion, provisioningScript, runAsOwner } from '@foyer/database';
import { EVERYTHING } from '@foyer/entitlements';
import { type Tenant, TenantDirectory } from '@foyer/tenancy';

/** An active tenant with an empty, migrated schema: for tests of what lies below the modules that sign tenants up. */
export async function freshTenant(config: Config, slug: string): Promise<Tenant> {
  const id = randomUUID();
  const schema = `t_${id.replaceAll('-', '').slice(0, 20)}`;
  await runAsOwner(config, async (client) => {
    await client.query(provisioningScript(schema));
    await client.query(
      `insert into platform.tenant (id, slug, name, schema_name, status, plan, blueprint, owner_email, schema_version)
       values ($1, $2, $2, $3, 'active', 'trial', 'saas', $4, $5)`,
      [id, slug, schema, `owner@${slug}.test`, latestTenantVersion()],
    );
  });
  const { protocol, host } = config.baseUrl;
  return Object.freeze({
    id,
    slug,
    name: slug,
    schema,
    role: schema,
    origin: `${protocol}//${slug}.${host}`,
    status: 'active',
    ...{ standing: null, plan: 'team', trialEndsAt: null },
    entitled: EVERYTHING,
  });
}

/** Knows the tenants it is given, for tests without the platform's directory. */
export class TestDirectory extends TenantDirectory {
  readonly tenants: Tenant[] = [];

  byHost(host: string): Promise<Tenant | null> {
    return Promise.resolve(this.tenants.find(({ origin }) => new URL(origin).hostname === host) ?? null);
  }

  bySchema(schema: string): Promise<Tenant | null> {
    return Promise.resolve(this.tenants.find((tenant) => tenant.schema === schema) ?? null);
  }
}
