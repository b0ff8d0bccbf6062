import { EventName } from '@foyer/events';

/** A mail waits to be sent. */
@EventName('mail.queued')
export class MailQueued {
  constructor(readonly mailId: string) {}
}
