export { freshDatabase } from './test-database.js';
