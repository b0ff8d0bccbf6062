export type TenantStatus = 'provisioning' | 'trialing' | 'active' | 'past_due' | 'suspended' | 'closed';

/** What everything beneath the edge needs to know of a tenant; a plain value, frozen by the directory. */
export interface Tenant {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** PostgreSQL schema; derived from the id, never from the slug, which can change. */
  readonly schema: string;
  /** Database role that may use the schema and nothing else. */
  readonly role: string;
  /** Canonical origin of the portal, e.g. `https://help.acme.example`; links in mails start with it. */
  readonly origin: string;
  readonly status: TenantStatus;
}

const OPERATING: readonly TenantStatus[] = ['trialing', 'active', 'past_due'];

/** May its people sign in and its jobs run? */
export const isOperating = (tenant: Pick<Tenant, 'status'>): boolean => OPERATING.includes(tenant.status);
