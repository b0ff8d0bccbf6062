import { EventName } from '@foyer/events';

/** A change to many tickets waits to be done, or to be undone. */
@EventName('ticket.bulk-change-asked')
export class BulkChangeAsked {
  constructor(
    readonly bulkId: string,
    /** To how many. */
    readonly tickets: number,
    readonly verb: 'do' | 'undo',
  ) {}
}
