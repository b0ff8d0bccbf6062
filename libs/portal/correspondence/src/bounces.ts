import { Injectable } from '@nestjs/common';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
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

  /**
   * Believed only for a mail that we sent, to whom we sent it: others have not seen its id, nor the address of ours that answers to
   * it go to, and by which the last mail with it is found where no id is named. @param addresses to which it was sent
   */
  async note(bounce: Bounce, addresses: readonly string[]): Promise<Outcome> {
    return this.database.write(async (em) => {
      const { action } = bounce;
      const mail = (await this.named(em, bounce)) ?? (await this.lastFrom(em, addresses));
      if (!mail) return { status: 'ignored', reason: 'bounce' };
      const conversation = this.addresses.read(mail.messageId);
      const ticketId = conversation?.ticketId ?? null;
      if (action !== 'failed') return { status: 'ignored', reason: 'delayed', ticketId };
      const detail = [bounce.status, bounce.reason].filter(Boolean).join(' ').slice(0, 300);
      if (mail.status !== 'bounced' && ticketId) {
        const told = { type: 'bounced' as const, from: null, to: null, toName: mail.toAddress, detail };
        await this.tickets.log(robot('mail'), ticketId, told);
      }
      Object.assign(mail, { status: 'bounced', lastError: detail });
      await em.flush();
      return { status: 'bounced', reason: 'bounce', ticketId };
    });
  }

  private async named(em: SqlEntityManager, bounce: Bounce): Promise<Mail | null> {
    const ids = [bounce.originalMessageId, ...bounce.otherMessageIds].filter((id) => id !== '');
    const found = await em.find(Mail, { messageId: { $in: ids } });
    return ids.map((id) => found.find(({ messageId }) => messageId === id)).find(Boolean) ?? null;
  }

  private async lastFrom(em: SqlEntityManager, addresses: readonly string[]): Promise<Mail | null> {
    const sealed = addresses.filter((address) => this.addresses.numberIn(address) !== null);
    const sent = { replyTo: { $in: sealed.slice(0, 20) }, status: { $in: ['sent' as const, 'bounced' as const] } };
    return sealed.length > 0 ? em.findOne(Mail, sent, { orderBy: { createdAt: 'desc' } }) : null;
  }
}
