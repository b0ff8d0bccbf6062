import type { Database } from '@foyer/database';
import { Person } from './person.entity.js';

/**
 * Whose address it is, for a write that gives it to somebody if nobody has it: of several at once each finds whom the one
 * before has made.
 */
export async function personAt(database: Database, email: string): Promise<Person | null> {
  return database.write(async (em) => {
    await database.inTurn(`person ${email.toLowerCase()}`);
    return em.findOne(Person, { email });
  });
}
