export { effort, growth, LINEAR } from './effort.js';
export { selfSigned } from './certificate.js';
export { Faucet } from './faucet.js';
export { ImapBox } from './imap-box.js';
export { Postbox } from './postbox.js';
export { unqualifiedTables } from './sql-watch.js';
export { afterTests, whenLeaving, freshDatabase } from './test-database.js';
export { type SentFile, Visitor } from './visitor.js';
export { PASSWORD, TestPerson, TestTenant, World } from './world.js';
