import { EventName } from '@foyer/events';

@EventName('ticket.approval-asked')
export class ApprovalAsked {
  constructor(
    readonly ticketId: string,
    /** Of everybody who was asked together. */
    readonly askingId: string,
  ) {}
}

@EventName('ticket.approval-decided')
export class ApprovalDecided {
  constructor(
    readonly ticketId: string,
    readonly approvalId: string,
  ) {}
}
