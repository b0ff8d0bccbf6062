import { type TestTenant, OIDC_CLIENT } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { oidcConnections } from '@foyer/signon';
import { Collections } from '@foyer/settings';

/** A connection to a provider, as an owner sets it up: first whose it is, then what the provider gives. */
export async function connected(tenant: TestTenant, issuer: string, more: object = {}) {
  const actor = await tenant.owner.actor();
  const collections = tenant.world.get(Collections);
  const given = {
    ...{ name: 'Example ID', companyId: null, audience: 'customers' as const, issuer },
    ...{ clientId: OIDC_CLIENT.id, clientSecret: OIDC_CLIENT.secret, scope: 'openid email profile groups' },
    ...{ emailAttribute: '', nameAttribute: '', groupsAttribute: '', trustsAddresses: false, makesAccounts: true },
    ...{ roles: [], groupsRule: false, countsAsSecondFactor: false, enforced: false, keeperId: null },
    ...{ enabled: true, blocked: false },
  };
  return tenant.inside(() => collections.add(actor, oidcConnections, { ...given, ...more }));
}

export async function personAt(tenant: TestTenant, email: string) {
  const [found] = await tenant.query<{ id: string; status: string; teamRole: string | null; role: string | null }>(
    () => sql`select p.id, p.status, p.team_role as "teamRole", m.role from ${table('person')} p
                left join ${table('membership')} m on m.person_id = p.id where p.email = ${email}`,
  );
  return found ?? null;
}
