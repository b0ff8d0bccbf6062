import { randomUUIDv7 } from 'node:crypto';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Conflict } from '@foyer/access';

export const TICKET_STATUSES = ['open', 'pending', 'on_hold', 'solved', 'closed'] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];
export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const;
export type Priority = (typeof PRIORITIES)[number];

/** What happened to a ticket beside what people wrote; shown in its thread. */
export interface Happening {
  type: 'status' | 'priority' | 'category' | 'assignee';
  from: string | null;
  to: string | null;
}

/**
 * Somebody's question and how far it is. *Open* waits for the team, *pending* for the customer, *on hold* for somebody
 * else; *solved* may still be reopened, *closed* is history.
 */
@Entity({ schema: '*' })
export class Ticket {
  @PrimaryKey({ type: 'uuid' })
  id: string = randomUUIDv7();

  /** Given by the tenant's own sequence; people know the ticket by it. */
  @Property({ type: 'integer', fieldName: 'number', defaultRaw: 'default' })
  number!: number;

  @Property({ type: 'text' })
  subject!: string;

  @Property({ type: 'text' })
  status: TicketStatus = 'open';

  @Property({ type: 'text' })
  priority: Priority = 'normal';

  @Property({ type: 'uuid', nullable: true })
  categoryId: string | null = null;

  @Property({ type: 'uuid' })
  requesterId!: string;

  /** The company it was opened for; its people may see it according to their role. */
  @Property({ type: 'uuid', nullable: true })
  companyId: string | null = null;

  @Property({ type: 'uuid', nullable: true })
  assigneeId: string | null = null;

  @Property({ type: 'timestamptz' })
  createdAt: Date = new Date();

  @Property({ type: 'timestamptz' })
  updatedAt: Date = new Date();

  @Property({ type: 'timestamptz', nullable: true })
  solvedAt: Date | null = null;

  /** A customer wrote: whatever was waited for, it is the team's turn. */
  answeredByCustomer(): Happening[] {
    if (this.status === 'closed') throw new Conflict('tickets.closed');
    return this.become('open');
  }

  /** The team wrote: it is the customer's turn. */
  answeredByTeam(next: TicketStatus = 'pending'): Happening[] {
    if (this.status === 'closed') throw new Conflict('tickets.closed');
    return this.become(next);
  }

  solve(): Happening[] {
    if (this.status === 'closed') throw new Conflict('tickets.closed');
    return this.become('solved');
  }

  reopen(): Happening[] {
    if (this.status !== 'solved')
      throw new Conflict(this.status === 'closed' ? 'tickets.closed' : 'tickets.not-solved');
    return this.become('open');
  }

  /** Sets what the team may set, and tells what was different. */
  change(values: Partial<Pick<Ticket, 'status' | 'priority' | 'categoryId' | 'assigneeId'>>): Happening[] {
    const happened: Happening[] = [];
    const set = (property: 'priority' | 'categoryId' | 'assigneeId', type: Happening['type']) => {
      const to = values[property];
      if (to === undefined || to === this[property]) return;
      happened.push({ type, from: this[property], to });
      Object.assign(this, { [property]: to, updatedAt: new Date() });
    };
    set('assigneeId', 'assignee');
    set('priority', 'priority');
    set('categoryId', 'category');
    return values.status === undefined ? happened : [...happened, ...this.become(values.status)];
  }

  private become(status: TicketStatus): Happening[] {
    this.updatedAt = new Date();
    if (status === this.status) return [];
    const from = this.status;
    this.status = status;
    this.solvedAt =
      status === 'solved' ? this.updatedAt : status === 'closed' ? (this.solvedAt ?? this.updatedAt) : null;
    return [{ type: 'status', from, to: status }];
  }
}
