import { randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { currentTenant } from '@foyer/tenancy';
import { headerText, isMailbox, messageIds } from './headers.js';
import { Mail } from './mail.entity.js';
import { MailQueued } from './mail.events.js';
import { MailRules } from './mail-rules.js';

export interface MailDraft {
  /** One person: a mail to several would show each the others' addresses. */
  to: { name: string; address: string };
  /** `tickets/email/replied`; the subject is the title the template gives its layout. */
  template: string;
  /** Plain values for the template. */
  data: Record<string, unknown>;
  /** Ids for the rule of the template, which is asked again when the mail is sent: see `MailRules`. */
  about?: Record<string, string>;
  /** Unique per event and recipient, e.g. `ticket.replied:<message id>:<person id>`: queueing it again does nothing. */
  key: string;
  locale: string;
  /** Where the mail belongs in a conversation; ids as `<…@…>`. */
  thread?: { messageId?: string; references?: string[] };
  /** Where answers and bounces go, where that is not the address that mails come from. */
  replyTo?: string;
  /** For mails nobody asked for: where a POST ends them, on the tenant's own origin. Becomes List-Unsubscribe (RFC 8058). */
  unsubscribe?: string;
}

/** Takes mails in. They are rendered and sent later by the worker, as often as it takes. */
@Injectable()
export class Mailer {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly rules: MailRules,
  ) {}

  /**
   * Queues a mail in the transaction of the verb that causes it (inside `database.write`): both happen or neither.
   * Returns the mail's Message-ID, to be remembered by a conversation.
   */
  async queue(draft: MailDraft): Promise<string> {
    const { to, template, data, about = {}, key, locale, thread = {}, replyTo, unsubscribe } = draft;
    if (!this.rules.has(template)) throw new Error(`Nobody says who may still get ${template} when it is sent`);
    if (!isMailbox(to.address)) throw new Error('A mail goes to exactly one address');
    if (replyTo !== undefined && !isMailbox(replyTo)) throw new Error('Answers go to exactly one address');
    if (unsubscribe !== undefined && new URL(unsubscribe).origin !== currentTenant().origin)
      throw new Error('A reader is taken off a list by the tenant itself');
    const id = randomUUIDv7();
    const messageId = thread.messageId ?? newMessageId();
    const references = messageIds(thread.references ?? []);
    return this.database.write(async (em) => {
      const { affectedRows } = await em
        .createQueryBuilder(Mail)
        .insert({
          id,
          key,
          toName: headerText(to.name, 100),
          toAddress: to.address,
          template,
          subject: '',
          data,
          about,
          locale,
          messageId,
          inReplyTo: references.at(-1) ?? null,
          refs: references.join(' ') || null,
          replyTo: replyTo ?? null,
          unsubscribe: unsubscribe ? new URL(unsubscribe).href : null,
          status: 'queued',
          attempts: 0,
          createdAt: new Date(),
        })
        .onConflict('key')
        .ignore()
        .execute<{ affectedRows: number }>('run');
      if (affectedRows > 0) {
        await this.outbox.publish(new MailQueued(id));
        return messageId;
      }
      const { messageId: queued } = await em.findOneOrFail(Mail, { key }, { fields: ['messageId'] });
      return queued;
    });
  }
}

/** A Message-ID on the tenant's own canonical host (never the Host header of a request). */
export const newMessageId = (): string => `<${randomUUIDv7()}@${new URL(currentTenant().origin).hostname}>`;
