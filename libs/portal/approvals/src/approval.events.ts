import { EventName } from '@foyer/events';
import type { ToldTicket } from '@foyer/tickets';

/** People are asked whether what the ticket asks for may be done. */
@EventName('ticket.approval-asked')
export class ApprovalAsked {
  constructor(
    readonly ticketId: string,
    /** Of everybody who was asked together. */
    readonly askingId: string,
    readonly approverIds: string[],
    readonly ticket: ToldTicket,
  ) {}
}

/** One of those who were asked has decided. */
@EventName('ticket.approval-decided')
export class ApprovalDecided {
  constructor(
    readonly ticketId: string,
    readonly approvalId: string,
    readonly approverId: string,
    readonly decision: 'approved' | 'rejected',
    readonly ticket: ToldTicket,
  ) {}
}
