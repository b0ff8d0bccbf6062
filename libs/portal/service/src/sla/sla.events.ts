import { EventName } from '@foyer/events';
import type { ToldTicket } from '@foyer/tickets';
import type { ClockKind } from './clocks.js';

/** Time to look at a ticket's clocks again: something was about to be late. */
@EventName('service.clock-due')
export class ClockDue {
  constructor(readonly ticketId: string) {}
}

/** What is promised has changed, so that the clocks of all tickets not yet solved are worked out anew, one batch after the other. */
@EventName('service.clocks-stale')
export class ClocksStale {
  constructor(readonly afterId: string | null) {}
}

/** A promise will not be kept unless somebody hurries. */
@EventName('service.sla-warned')
export class SlaWarned {
  constructor(
    readonly ticketId: string,
    readonly policyId: string,
    readonly kind: ClockKind,
    /** When the clock started; with the kind it makes the event unique. */
    readonly startedAt: string,
    readonly dueAt: string | null,
    readonly ticket: ToldTicket,
  ) {}
}

/** A promise was not kept in time. */
@EventName('service.sla-breached')
export class SlaBreached {
  constructor(
    readonly ticketId: string,
    readonly policyId: string,
    readonly kind: ClockKind,
    readonly startedAt: string,
    readonly dueAt: string | null,
    readonly ticket: ToldTicket,
  ) {}
}
