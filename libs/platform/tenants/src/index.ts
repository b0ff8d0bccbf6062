export { Directory, TENANT_CHANGED } from './directory.js';
export { type PackSection, PackSections } from './pack-sections.js';
export { type Pack, type PackDeclaration, Packs } from './packs.js';
export { slug } from './slug.js';
export { TenantRecord } from './tenant.entity.js';
export { TENANT_STATUSES, type TenantFilter, TenantList, type TenantRow } from './tenant-list.js';
export { type NewTenant, Tenants, TRIAL_DAYS } from './tenants.js';
export { TenantsModule } from './tenants.module.js';
export { OwnerArrival, type WelcomeOwner } from './owner-arrival.js';
