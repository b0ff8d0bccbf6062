import { EventName } from '@foyer/events';

/** Somebody of the team takes no new tickets for now, or takes them again. */
@EventName('service.absence-changed')
export class AbsenceChanged {
  constructor(
    readonly personId: string,
    readonly away: boolean,
    /** ISO; null: until they are back. */
    readonly until: string | null,
  ) {}
}
