export { TenantDirectory } from './directory.js';
export { currentTenant, currentTenantOrNull, inTenant, NoTenant, TenantAlreadyEntered } from './tenancy.js';
export { type Entitled, isOperating, OPERATING, type Tenant, type TenantStatus } from './tenant.js';
