import { EventName } from '@foyer/events';

/** A mail was taken in and waits to be read. */
@EventName('mail.received')
export class MailReceived {
  constructor(
    readonly inboundMailId: string,
    /** Counts how often it was asked for, so that asking again is another event. */
    readonly attempt: number,
  ) {}
}

/** Of a mail that was held back the team has said that nothing is to come of it. */
@EventName('mail.dismissed')
export class MailDismissed {
  constructor(readonly inboundMailId: string) {}
}

/** A mailbox is to be looked into. */
@EventName('mailbox.due')
export class MailboxDue {
  constructor(
    readonly mailboxId: string,
    /** One more with every look; one that is not the latest does nothing, so that only one chain of looks goes on. */
    readonly round: number,
    /** Looks in a row that failed before. */
    readonly failures = 0,
  ) {}
}
