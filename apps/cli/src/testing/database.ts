export { afterTests, freshDatabase } from './test-database.js';
export { freshTenant, TestDirectory } from './test-tenant.js';
