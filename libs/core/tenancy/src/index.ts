export { currentTenant, currentTenantOrNull, inTenant, NoTenant, TenantAlreadyEntered } from './tenancy.js';
export type { Tenant, TenantStatus } from './tenant.js';
