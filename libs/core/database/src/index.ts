export { bootstrapDatabase, isolationReport, type IsolationLayer, type IsolationReport } from './bootstrap.js';
export { apart, closeReadingPage, Database, PlatformDatabase, readingPage, WriteInsideRead } from './database.js';
export { DatabaseModule } from './database.module.js';
export { findableSql, foldedSql, hasSql, searchableSql, wordsQuery } from './folding.js';
export { Lifeline, waitBefore } from './lifeline.js';
export { DoneBefore, Once, once } from './once.js';
export { DatabaseUnreachable, meaningOf } from './unreachable.js';
export { observeSql } from './guarded-client.js';
export { SteadyClient } from './steady-client.js';
export { ALPHABETICAL, condition, join, rows, Sql, sql, table, tableOf, verbatim } from './sql.js';
export { type DatabaseAddress, type Login, loginUrl } from './logins.js';
export {
  latestTenantVersion,
  migratePlatform,
  migrateTenants,
  type Migration,
  provisioningScript,
  readMigrations,
  runAsOwner,
  type TenantMigrationReport,
} from './migrations.js';
