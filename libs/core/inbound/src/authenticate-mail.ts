import { Confined, Overrun } from '@foyer/confined';
import { type Arrival, type Authentication, toldBy } from './authentication.js';
import type { AuthenticationJob } from './authentication-process.js';

/** Most of it is waiting for the DNS, which has its own end before this one. */
const BOUNDS = { seconds: 25, atOnce: 3, waiting: 200, megabytes: 256 };
const OURS = import.meta.url.endsWith('.ts') ? './authentication-process.ts' : './authentication-process.js';
const process = new Confined<AuthenticationJob, Authentication>(new URL(OURS, import.meta.url), BOUNDS);

/**
 * Whether a mail comes from whom it names: by the word of the server before ours, if there is one that is believed, and
 * otherwise as `authenticated` finds, in a process that is stopped when it takes too long. What cannot be checked in time fails.
 * @throws Overloaded when too many wait already
 */
export async function authenticationOf(raw: Buffer, arrival: Arrival, authservId?: string): Promise<Authentication> {
  const told = toldBy(authservId, raw);
  if (told) return told;
  return process.run({ raw, arrival }).catch((error: Error) => {
    if (error instanceof Overrun) return 'fail';
    throw error;
  });
}
