export type TenantStatus = 'provisioning' | 'trialing' | 'active' | 'past_due' | 'restricted' | 'suspended' | 'closed';

/** What a tenant's plan lets it do. The names are those of `@foyer/entitlements`. */
export interface Entitled {
  /** How much of each; one that is not named has no limit. */
  readonly limits: Readonly<Record<string, number>>;
  readonly features: readonly string[];
  /** Of the limits, those beyond which it goes on and is paid for by the piece. */
  readonly metered: readonly string[];
}

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
  /** Why it is in that state, where somebody has to be told: one of `Reason` of `@foyer/tenants`, or words of staff. */
  readonly standing: string | null;
  readonly plan: string;
  /** ISO. */
  readonly trialEndsAt: string | null;
  readonly entitled: Entitled;
}

/** The states in which its people sign in and its jobs run. A restricted tenant goes on with its tickets and sets nothing up. */
export const OPERATING = ['trialing', 'active', 'past_due', 'restricted'] as const satisfies readonly TenantStatus[];

/** May its people sign in and its jobs run? */
export const isOperating = (tenant: Pick<Tenant, 'status'>): boolean =>
  (OPERATING as readonly TenantStatus[]).includes(tenant.status);
