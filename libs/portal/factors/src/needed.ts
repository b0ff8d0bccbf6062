import { Slot } from '@foyer/slots';

/** Who cannot be without a second factor, whatever is demanded of their role: a message that says why, or null. */
export const factorNeeded = new Slot<(personId: string) => Promise<string | null>>('factors.needed');
