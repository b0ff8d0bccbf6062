export { TenantDirectory } from './directory.js';
export { currentTenant, currentTenantOrNull, inTenant, NoTenant, TenantAlreadyEntered } from './tenancy.js';
export { isOperating, type Tenant, type TenantStatus } from './tenant.js';
