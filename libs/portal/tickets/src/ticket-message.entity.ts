import { randomUUIDv7 } from 'node:crypto';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import type { Happening } from './ticket.entity.js';

/** `note` is for the team's eyes only; `event` is something that happened, without words. */
export type MessageKind = 'reply' | 'note' | 'event';

@Entity({ schema: '*' })
export class TicketMessage {
  @PrimaryKey({ type: 'uuid' })
  id: string = randomUUIDv7();

  @Property({ type: 'uuid' })
  ticketId!: string;

  /** Null for what the product did by itself. */
  @Property({ type: 'uuid', nullable: true })
  authorId: string | null = null;

  @Property({ type: 'text' })
  kind!: MessageKind;

  @Property({ type: 'text' })
  body = '';

  @Property({ type: 'json', nullable: true })
  data: Happening | null = null;

  @Property({ type: 'timestamptz' })
  createdAt: Date = new Date();
}

@Entity({ schema: '*' })
export class TicketCategory {
  @PrimaryKey({ type: 'uuid' })
  id: string = randomUUIDv7();

  @Property({ type: 'text' })
  name!: string;

  @Property({ type: 'int' })
  position = 0;
}
