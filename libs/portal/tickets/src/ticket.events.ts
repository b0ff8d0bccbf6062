import { EventName } from '@foyer/events';
import type { Priority, TicketStatus } from '@foyer/requests';
import type { Happening, HappeningType } from './happenings.js';
import type { Ticket, TicketSource } from './ticket.entity.js';

/** A ticket as it is when the event is published. */
export interface ToldTicket {
  /** As people know it: 7 of TKT-007. */
  number: number;
  status: TicketStatus;
  /** The operator's own name for the status. */
  statusId: string | null;
  priority: Priority;
  /** The way by which it came. */
  source: TicketSource;
  requesterId: string;
  companyId: string | null;
  assigneeId: string | null;
  groupId: string | null;
  typeId: string | null;
  categoryId: string | null;
}
export function asTold(ticket: Ticket): ToldTicket {
  const { number, status, statusId, priority, source, requesterId, companyId } = ticket;
  const { assigneeId, groupId, typeId, categoryId } = ticket;
  return {
    number,
    status,
    statusId,
    priority,
    source,
    requesterId,
    companyId,
    assigneeId,
    groupId,
    typeId,
    categoryId,
  };
}

/** One thing that is different: ids and choices, of words only that they are others. */
export interface TicketChange {
  type: HappeningType;
  from: string | null;
  to: string | null;
  /** Of the answers to the form, which. */
  fieldIds?: string[];
}
/** Whose names are what they are known by: tags, and the numbers of other tickets. */
const BY_NAME: readonly HappeningType[] = [
  ...(['tags', 'merged', 'merged-here', 'unmerged', 'split', 'split-here', 'linked', 'unlinked', 'follow-up'] as const),
];
export const changeOf = ({ type, from, to, fromName, toName, fieldIds }: Happening): TicketChange => ({
  ...{ type, from, to },
  ...(BY_NAME.includes(type) && { from: fromName ?? null, to: toName ?? null }),
  ...(fieldIds && { fieldIds }),
});

/** Somebody asks; the message is what they wrote. */
@EventName('ticket.opened')
export class TicketOpened {
  constructor(
    readonly ticketId: string,
    readonly messageId: string,
    /** Whether the requester gets a mail that says so. */
    readonly confirm: boolean,
    /** Whether it is known to come from whom it names, although they have not confirmed their address. */
    readonly proved: boolean,
    readonly ticket: ToldTicket,
  ) {}
}

/** Somebody wrote to the other side. */
@EventName('ticket.replied')
export class TicketReplied {
  constructor(
    readonly ticketId: string,
    readonly messageId: string,
    /** Whether it is the team's word, or the customer's. */
    readonly byTeam: boolean,
    readonly ticket: ToldTicket,
  ) {}
}

/** The team wrote for its own eyes. */
@EventName('ticket.noted')
export class TicketNoted {
  constructor(
    readonly ticketId: string,
    readonly messageId: string,
    readonly ticket: ToldTicket,
  ) {}
}

/** It was given to somebody. */
@EventName('ticket.assigned')
export class TicketAssigned {
  constructor(
    readonly ticketId: string,
    readonly assigneeId: string,
    readonly byId: string | null,
    /** Message in the thread that tells of it; makes the event unique. */
    readonly messageId: string,
    readonly ticket: ToldTicket,
  ) {}
}

/** The team, a rule or the customer says that it is solved. */
@EventName('ticket.solved')
export class TicketSolved {
  constructor(
    readonly ticketId: string,
    readonly byId: string | null,
    readonly messageId: string,
    readonly ticket: ToldTicket,
  ) {}
}

/** What was solved is open again. */
@EventName('ticket.reopened')
export class TicketReopened {
  constructor(
    readonly ticketId: string,
    readonly messageId: string,
    readonly ticket: ToldTicket,
  ) {}
}

/** Something in its thread that is not words: a status, an assignee, a tag … `by` names the rule that did it. */
@EventName('ticket.changed')
export class TicketChanged {
  constructor(
    readonly ticketId: string,
    readonly messageId: string,
    readonly by: string | null,
    readonly changes: TicketChange[],
    readonly ticket: ToldTicket,
  ) {}
}

/** The messages of one ticket are another's now; the first one is closed. */
@EventName('ticket.merged')
export class TicketMerged {
  constructor(
    readonly ticketId: string,
    readonly intoId: string,
    readonly ticket: ToldTicket,
    readonly into: ToldTicket,
  ) {}
}

/** Somebody may see and follow it from now on. */
@EventName('ticket.shared')
export class TicketShared {
  constructor(
    readonly ticketId: string,
    readonly personId: string,
    readonly messageId: string,
    readonly ticket: ToldTicket,
  ) {}
}

/** Somebody of the team follows it from now on, or somebody who followed it does no more. */
@EventName('ticket.followed')
export class TicketFollowed {
  constructor(
    readonly ticketId: string,
    readonly personId: string,
    readonly follows: boolean,
    readonly ticket: ToldTicket,
  ) {}
}
