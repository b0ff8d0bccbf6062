import { setTimeout as sleep } from 'node:timers/promises';
import { raw } from '@mikro-orm/postgresql';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { TooMany } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { type Limit, Limits } from '@foyer/credentials';
import { apart, Database, DatabaseUnreachable, waitBefore } from '@foyer/database';
import { OnEvent, Outbox } from '@foyer/events';
import { Composer } from './composer.js';
import { Mail } from './mail.entity.js';
import { MailQueued } from './mail.events.js';
import { MailRules } from './mail-rules.js';
import { NotNow, Outlet, RefusedForGood } from './outlet.js';

/** Seconds between attempts: a hiccup is over in a minute, an outage in a day; then somebody must look. */
export const BACK_OFF = [15, 60, 180, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800];
/** To one mailbox, of all kinds and from all tenants; what is beyond that waits. */
export const TO_ONE_MAILBOX: Limit = { name: 'mail-to', points: 3_000, seconds: 3600, across: 'platform' };
const LEASE_MS = 90_000;
const LEASE = `interval '${LEASE_MS / 1000} seconds'`;

/** Another worker is sending this mail, or was killed while it did. */
export class BeingSent extends Error {
  constructor() {
    super('The mail is being sent by another worker');
  }
}

/** Sends what was queued: claimed by a lease, so that of ten workers one sends, and none loses it when killed. */
@Injectable()
export class Delivery {
  private readonly log = new Logger('Mail');

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly composer: Composer,
    private readonly outlet: Outlet,
    private readonly rules: MailRules,
    private readonly limits: Limits,
  ) {
    outlet.onReturn(() => void this.hurry());
  }

  @OnEvent(MailQueued, 'mail.send', { lane: 'outside' })
  async send({ mailId }: MailQueued): Promise<void> {
    const mail = await this.claim(mailId);
    if (!mail) return;
    let subject: string;
    let serverIsBack: boolean;
    try {
      if (!(await this.rules.stillMeant(mail))) return await this.settle(mail, { status: 'withheld', data: null });
      await this.limits.count(TO_ONE_MAILBOX, mail.toAddress);
      const message = await this.message(mail);
      subject = message.subject;
      serverIsBack = await this.outlet.send(message);
    } catch (error) {
      return this.recover(mail, error as Error);
    }
    await this.settleSurely(mail, { status: 'sent', subject, sentAt: new Date(), lastError: null, data: null });
    if (serverIsBack) await this.outbox.hurry(MailQueued);
  }

  /** All mails that wait for later are due now. Where that cannot be noted they go when their time comes. */
  private hurry(): Promise<void> {
    return apart(() => this.outbox.hurry(MailQueued)).catch((error: Error) => this.log.warn(error.message));
  }

  private async message(mail: Mail) {
    const { fromName, subject, html, text } = await this.composer.compose(mail);
    return {
      from: { name: fromName, address: this.config.mailFrom },
      to: { name: mail.toName, address: mail.toAddress },
      replyTo: mail.replyTo ? { name: fromName, address: mail.replyTo } : undefined,
      envelope: { from: mail.replyTo ?? this.config.mailFrom, to: [mail.toAddress] },
      subject,
      html,
      text,
      messageId: mail.messageId,
      inReplyTo: mail.inReplyTo ?? undefined,
      references: mail.refs ?? undefined,
      headers: {
        ...{ 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        ...(mail.unsubscribe && {
          'List-Unsubscribe': `<${mail.unsubscribe}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        }),
      },
    };
  }

  /** The mail, now ours for a while; null when there is nothing left to do. */
  private claim(id: string): Promise<Mail | null> {
    return this.database.write(async (em) => {
      const claimed = await em
        .createQueryBuilder(Mail)
        .update({ claimedUntil: raw(`now() + ${LEASE}`), attempts: raw('attempts + 1') })
        .where({ id, status: 'queued', $or: [{ claimedUntil: null }, { claimedUntil: { $lt: raw('now()') } }] })
        .execute<{ affectedRows: number }>('run');
      const mail = await em.findOne(Mail, { id });
      if (claimed.affectedRows === 0 && mail?.status === 'queued') throw new BeingSent();
      return claimed.affectedRows === 1 ? mail : null;
    });
  }

  private async recover(mail: Mail, error: Error): Promise<void> {
    const lastError = error.message.slice(0, 1_000);
    const wait = BACK_OFF[mail.attempts - 1];
    if (error instanceof RefusedForGood || wait === undefined) {
      this.log.warn(`Mail ${mail.id} failed for good after ${mail.attempts} attempts: ${lastError}`);
      return this.settle(mail, { status: 'failed', lastError, data: null });
    }
    if (!(error instanceof NotNow || error instanceof TooMany))
      this.log.error(`Mail ${mail.id} (${mail.template}) cannot be written: ${lastError}`);
    await this.database.write(async () => {
      await this.settle(mail, { lastError });
      await this.outbox.publish(new MailQueued(mail.id), { afterSeconds: wait });
    });
  }

  /** The mail has gone. While the database is away this waits for it: until the lease ends nobody else sends it again. */
  private async settleSurely(mail: Mail, outcome: Partial<Mail>): Promise<void> {
    const end = Date.now() + LEASE_MS - 5_000;
    for (let failures = 1; ; failures += 1) {
      try {
        return await this.settle(mail, outcome);
      } catch (error) {
        if (!(error instanceof DatabaseUnreachable) || Date.now() > end) throw error;
        await sleep(waitBefore(failures));
      }
    }
  }

  private async settle(mail: Mail, outcome: Partial<Mail>): Promise<void> {
    await this.database.write((em) => em.nativeUpdate(Mail, { id: mail.id }, { ...outcome, claimedUntil: null }));
  }
}
