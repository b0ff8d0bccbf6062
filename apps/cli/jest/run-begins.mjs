import { recordProcess } from '../src/processes.ts';
import { usersOfTestPostgres } from './test-postgres.mjs';

/** Several runs may use the test server at the same time; the last one to end stops it. */
export default function runBegins() {
  recordProcess(`${usersOfTestPostgres}/${process.pid}.pid`, process.pid);
}
