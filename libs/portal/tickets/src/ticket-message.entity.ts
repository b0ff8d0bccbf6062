import { randomUUIDv7 } from 'node:crypto';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { Happening } from './happenings.js';
import type { TicketSource } from './ticket.entity.js';

/** What is kept beside words that came by mail. */
export interface Arrived {
  /** The Message-ID by which their author's program knows them. */
  mailId?: string;
  /** For the team: who else was written to. */
  addressed?: Addressed;
}
/** As the mail names them; empty where it names nobody but us. */
export interface Addressed {
  to: string[];
  cc: string[];
  replyTo: string[];
}

/** `note` is for the team's eyes only; `event` is something that happened, without words. */
export type MessageKind = 'reply' | 'note' | 'event';
export type MessageFormat = 'text' | 'markdown';

@Entity({ schema: '*' })
export class TicketMessage {
  @PrimaryKey({ type: 'uuid' }) id: string = randomUUIDv7();
  @Property({ type: 'uuid' }) ticketId!: string;

  /** Null for what the product did by itself. */
  @Property({ type: 'uuid', nullable: true }) authorId: string | null = null;
  @Property({ type: 'text' }) kind!: MessageKind;
  @Property({ type: 'text' }) body = '';

  /** How `body` is written. What people type is Markdown; what came by mail is plain text. */
  @Property({ type: 'text' }) format: MessageFormat = 'text';

  /** What a mail repeated of earlier ones, and its signature. */
  @Property({ type: 'text', nullable: true }) quoted: string | null = null;
  @Property({ type: 'text' }) source: TicketSource = 'portal';

  /** Team members it calls by name. */
  @Property({ type: 'uuid[]', columnType: 'uuid[]' }) mentionIds: string[] = [];

  /** Whose side its author wrote for, at that time; of what happened it says nothing. */
  @Property({ type: 'boolean', nullable: true }) byTeam: boolean | null = null;

  /** The ticket it was written in, where a merge or a split moved it. */
  @Property({ type: 'uuid', nullable: true }) originId: string | null = null;
  @Property({ type: 'json', nullable: true }) data: Happening | Arrived | null = null;
  @Property({ type: 'timestamptz' }) createdAt: Date = new Date();
}
