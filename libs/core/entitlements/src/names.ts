import type { Entitled } from '@foyer/tenancy';

/** What a plan counts. `storage` is in bytes, `tickets` are those of a calendar month (UTC). */
export const LIMITS = ['agents', 'customers', 'storage', 'domains', 'brands', 'languages', 'tickets'] as const;
export type Limit = (typeof LIMITS)[number];

/** What a plan has or has not. */
export const FEATURES = ['sso', 'api', 'themes'] as const;
export type Feature = (typeof FEATURES)[number];

/** Where nothing is billed, everybody has everything. */
export const EVERYTHING: Entitled = Object.freeze({ limits: Object.freeze({}), features: FEATURES, metered: [] });
