import { EventName } from '@foyer/events';

@EventName('ticket.opened')
export class TicketOpened {
  constructor(
    readonly ticketId: string,
    readonly messageId: string,
  ) {}
}

@EventName('ticket.replied')
export class TicketReplied {
  constructor(
    readonly ticketId: string,
    readonly messageId: string,
  ) {}
}

@EventName('ticket.noted')
export class TicketNoted {
  constructor(
    readonly ticketId: string,
    readonly messageId: string,
  ) {}
}

@EventName('ticket.assigned')
export class TicketAssigned {
  constructor(
    readonly ticketId: string,
    readonly assigneeId: string,
    readonly byId: string | null,
    /** Message in the thread that tells of it; makes the event unique. */
    readonly messageId: string,
  ) {}
}

@EventName('ticket.solved')
export class TicketSolved {
  constructor(
    readonly ticketId: string,
    readonly byId: string | null,
    readonly messageId: string,
  ) {}
}

@EventName('ticket.reopened')
export class TicketReopened {
  constructor(
    readonly ticketId: string,
    readonly messageId: string,
  ) {}
}
