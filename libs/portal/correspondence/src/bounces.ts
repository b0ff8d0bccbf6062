import { Injectable } from '@nestjs/common';
import { Database } from '@foyer/database';
import type { Bounce } from '@foyer/inbound';
import { Mail } from '@foyer/mail';
import { ReplyAddresses, robot, Tickets } from '@foyer/tickets';
import type { Outcome } from './inbound-mail.js';

/** What mail servers say of our mails: kept with the mail, told to the team at the ticket it was about. */
@Injectable()
export class Bounces {
  constructor(
    private readonly database: Database,
    private readonly addresses: ReplyAddresses,
    private readonly tickets: Tickets,
  ) {}

  /** Believed only for a mail that we sent, to whom we sent it: others have not seen its id. */
  async note(bounce: Bounce): Promise<Outcome> {
    return this.database.write(async (em) => {
      const { originalMessageId: messageId, action } = bounce;
      const mail = messageId ? await em.findOne(Mail, { messageId }) : null;
      if (!mail) return { status: 'ignored', reason: 'bounce' };
      const conversation = this.addresses.read(mail.messageId);
      const ticketId = conversation?.ticketId ?? null;
      if (action !== 'failed') return { status: 'ignored', reason: 'delayed', ticketId };
      const detail = [bounce.status, bounce.reason].filter(Boolean).join(' ').slice(0, 300);
      if (mail.status !== 'bounced' && ticketId) {
        const told = { type: 'bounced' as const, from: null, to: null, toName: mail.toAddress, detail };
        await this.tickets.tell(robot('mail'), ticketId, told);
      }
      Object.assign(mail, { status: 'bounced', lastError: detail });
      await em.flush();
      return { status: 'bounced', reason: 'bounce', ticketId };
    });
  }
}
