import { EventName } from '@foyer/events';

@EventName('ticket.opened')
export class TicketOpened {
  constructor(
    readonly ticketId: string,
    readonly messageId: string,
    /** Whether the requester gets a mail that says so. */
    readonly confirm = true,
    /** Whether it is known to come from whom it names, although they have not confirmed their address. */
    readonly proved = false,
  ) {}
}

@EventName('ticket.replied')
export class TicketReplied {
  constructor(
    readonly ticketId: string,
    readonly messageId: string,
    readonly byTeam: boolean,
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

/** Something in its thread that is not words: a status, an assignee, a tag … `by` names the rule that did it. */
@EventName('ticket.changed')
export class TicketChanged {
  constructor(
    readonly ticketId: string,
    readonly messageId: string,
    readonly by: string | null,
  ) {}
}

/** The messages of one ticket are another's now; the first one is closed. */
@EventName('ticket.merged')
export class TicketMerged {
  constructor(
    readonly ticketId: string,
    readonly intoId: string,
  ) {}
}

/** Somebody may see and follow it from now on. */
@EventName('ticket.shared')
export class TicketShared {
  constructor(
    readonly ticketId: string,
    readonly personId: string,
    readonly messageId: string,
  ) {}
}
