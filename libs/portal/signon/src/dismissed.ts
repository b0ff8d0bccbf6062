import { Slot } from '@foyer/slots';
import type { Owner } from './connection-book.js';

/** Whether an owner's directory says that somebody is not there any more: no connection of the same owner lets them back in. */
export type IsDismissed = (owner: Owner, personId: string) => Promise<boolean>;
export const dismissed = new Slot<IsDismissed>('sign-on.dismissed');
