import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';

/** `withheld`: by the time of sending it was no longer for its recipient. */
export type MailStatus = 'queued' | 'sent' | 'failed' | 'bounced' | 'withheld';

/** One mail to one person: what is to be sent, then what became of it. */
@Entity({ schema: '*' })
export class Mail {
  @PrimaryKey({ type: 'uuid' }) id!: string;

  /** Names the event and the recipient, so that the same mail is never written twice. */
  @Property({ type: 'text' }) key!: string;
  @Property({ type: 'text' }) toName!: string;
  @Property({ type: 'text' }) toAddress!: string;

  /** Known once it has been rendered. */
  @Property({ type: 'text' }) subject!: string;
  @Property({ type: 'text' }) template!: string;

  /** What the template shows; may hold a one-time link, so it goes as soon as the mail has gone. */
  @Property({ type: 'json', nullable: true }) data!: Record<string, unknown> | null;

  /** Ids by which the rule of its template tells whether it is still for its recipient. */
  @Property({ type: 'json' }) about!: Record<string, string>;
  @Property({ type: 'text' }) locale!: string;
  @Property({ type: 'text' }) messageId!: string;
  @Property({ type: 'text', nullable: true }) inReplyTo!: string | null;
  @Property({ type: 'text', nullable: true }) refs!: string | null;

  /** Where answers and bounces go; null for the address that mails come from. */
  @Property({ type: 'text', nullable: true }) replyTo!: string | null;

  /** Where a program takes the reader off a list without asking (RFC 8058); null for what is no list. */
  @Property({ type: 'text', nullable: true }) unsubscribe!: string | null;
  @Property({ type: 'text' }) status!: MailStatus;
  @Property({ type: 'integer' }) attempts!: number;

  /** While this lies ahead, one worker is sending the mail. */
  @Property({ type: 'timestamptz', nullable: true }) claimedUntil!: Date | null;
  @Property({ type: 'text', nullable: true }) lastError!: string | null;
  @Property({ type: 'timestamptz', nullable: true }) sentAt!: Date | null;
  @Property({ type: 'timestamptz' }) createdAt!: Date;
}
