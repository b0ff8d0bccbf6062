import { randomUUIDv7 } from 'node:crypto';
import { Entity, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { BigIntType } from '@mikro-orm/postgresql';
import { Conflict } from '@foyer/access';
import { type FieldValue, type Priority, refuseLongTags, tagOf, type TicketStatus } from '@foyer/requests';
import type { Happening } from './happenings.js';

/** How far the approval by the customer's company is. */
export const APPROVAL_STATES = ['none', 'waiting', 'approved', 'rejected'] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

export type TicketSource = 'portal' | 'console' | 'email' | 'api';

/**
 * Somebody's question and how far it is. *Open* waits for the team, *pending* for the customer, *on hold* for somebody
 * else; *solved* may still be reopened, *closed* is history.
 */
@Entity({ schema: '*' })
export class Ticket {
  @PrimaryKey({ type: 'uuid' }) id: string = randomUUIDv7();

  /** Given by the tenant's own sequence; people know the ticket by it. */
  @Property({ type: new BigIntType('number'), fieldName: 'number', defaultRaw: 'default' }) number!: number;
  @Property({ type: 'text' }) subject!: string;
  @Property({ type: 'text' }) status: TicketStatus = 'open';
  @Property({ type: 'text' }) priority: Priority = 'normal';
  @Property({ type: 'uuid', nullable: true }) categoryId: string | null = null;
  @Property({ type: 'uuid' }) requesterId!: string;

  /** The company it was opened for; its people may see it according to their role. */
  @Property({ type: 'uuid', nullable: true }) companyId: string | null = null;
  @Property({ type: 'uuid', nullable: true }) assigneeId: string | null = null;

  /** Group of agents it belongs to; one of the settings' `ticket-groups`. */
  @Property({ type: 'uuid', nullable: true }) groupId: string | null = null;

  /** What kind of request it is; one of the settings' `request-types`. */
  @Property({ type: 'uuid', nullable: true }) typeId: string | null = null;

  /** The operator's own name for the status, one of the settings' `ticket-statuses`; without one the standard name. */
  @Property({ type: 'uuid', nullable: true }) statusId: string | null = null;

  /** Who typed it, where that was not the requester. */
  @Property({ type: 'uuid', nullable: true }) openedById: string | null = null;
  @Property({ type: 'uuid', nullable: true }) mergedIntoId: string | null = null;
  @Property({ type: 'text' }) source: TicketSource = 'portal';

  /** A program or a list wrote it, by mail. */
  @Property({ type: 'boolean' }) byProgram = false;

  /** Where mails about it go that are for its requester, if not to their own address. */
  @Property({ type: 'text', nullable: true }) answersTo: string | null = null;
  @Property({ type: 'string[]', columnType: 'text[]' }) tags: string[] = [];

  /** Answers to the request type's own fields, by the field's id. */
  @Property({ type: 'json' }) fields: Record<string, FieldValue> = {};

  /** People who follow it beside requester and assignee: they get its mails, and a customer among them may see it. */
  @Property({ type: 'uuid[]', columnType: 'uuid[]' }) watcherIds: string[] = [];
  @Property({ type: 'text' }) approval: ApprovalState = 'none';

  /** The nearest promise not yet kept. */
  @Property({ type: 'timestamptz', nullable: true }) dueAt: Date | null = null;

  /** Laid aside until then; see `Snoozes`. */
  @Property({ type: 'timestamptz', nullable: true }) snoozedUntil: Date | null = null;
  @Property({ type: 'timestamptz', nullable: true }) customerRepliedAt: Date | null = null;
  @Property({ type: 'timestamptz', nullable: true }) teamRepliedAt: Date | null = null;
  @Property({ type: 'timestamptz' }) createdAt: Date = new Date();
  @Property({ type: 'timestamptz' }) updatedAt: Date = new Date();

  /** When something last changed that customers see. */
  @Property({ type: 'timestamptz', nullable: true }) shownAt: Date | null = new Date();
  @Property({ type: 'timestamptz', nullable: true }) solvedAt: Date | null = null;

  /** A customer wrote: whatever was waited for, it is the team's turn. */
  answeredByCustomer(statusId: string | null = null): Happening[] {
    this.mustNotBeOver();
    this.customerRepliedAt = new Date();
    this.snoozedUntil = null;
    return this.become('open', statusId);
  }

  /** The team wrote: it is the customer's turn, unless said otherwise; an afterthought to what is solved leaves it solved. */
  answeredByTeam(next?: TicketStatus, statusId: string | null = null): Happening[] {
    this.mustNotBeOver();
    this.teamRepliedAt = new Date();
    if (!next) return this.status === 'solved' ? [] : this.become('pending');
    return this.become(next, statusId);
  }

  solve(): Happening[] {
    this.mustNotBeOver();
    return this.become('solved');
  }

  reopen(statusId: string | null = null): Happening[] {
    if (this.status !== 'solved')
      throw new Conflict(this.status === 'closed' ? 'tickets.closed' : 'tickets.not-solved');
    return this.become('open', statusId);
  }

  /** Sets what the team may set, and tells what was different. */
  change({ status, statusId = null, ...values }: TicketValues): Happening[] {
    const happened = (Object.keys(TYPES) as (keyof typeof TYPES)[]).flatMap((property): Happening[] => {
      const [from, to] = [this[property], values[property]];
      if (to === undefined || to === from) return [];
      Object.assign(this, { [property]: to, updatedAt: new Date() });
      return [{ type: TYPES[property], from, to }];
    });
    return status === undefined ? happened : [...happened, ...this.become(status, statusId)];
  }

  /** Adds and removes words it is filed under. Tags are lower case, without blanks around them. */
  tag(add: readonly string[], remove: readonly string[]): Happening[] {
    refuseLongTags(add);
    const before = this.tags;
    const gone = new Set(remove.map(tagOf));
    const tags = [...new Set([...before, ...add.map(tagOf)])]
      .filter((tag) => tag !== '' && !gone.has(tag))
      .sort(inOrder);
    if (tags.length > MAX_TAGS) throw new Conflict('tickets.tags.too-many', { max: MAX_TAGS });
    if (tags.join() === before.join()) return [];
    Object.assign(this, { tags, updatedAt: new Date() });
    return [
      { type: 'tags', from: null, to: null, fromName: before.join(', ') || null, toName: tags.join(', ') || null },
    ];
  }

  /** Lets people follow it who do not yet. */
  watchedBy(ids: readonly string[]): void {
    const added = ids.filter((id) => id !== this.requesterId && !this.watcherIds.includes(id));
    if (added.length > 0) this.watcherIds = [...this.watcherIds, ...new Set(added)];
  }

  /** @throws Conflict when it is history: what comes then opens another ticket */
  mustNotBeOver(): void {
    if (this.status === 'closed') throw new Conflict('tickets.closed');
  }

  private become(status: TicketStatus, statusId: string | null = null): Happening[] {
    this.updatedAt = new Date();
    if (status === this.status && statusId === this.statusId) return [];
    const [from, fromStatusId] = [this.status, this.statusId];
    const happened: Happening = {
      ...{ type: 'status', from, to: status },
      ...(fromStatusId && { fromStatusId }),
      ...(statusId && { toStatusId: statusId }),
    };
    Object.assign(this, { status, statusId });
    if (status === 'solved' || status === 'closed') this.snoozedUntil = null;
    if (status === from) return [happened];
    this.solvedAt =
      status === 'solved' ? this.updatedAt : status === 'closed' ? (this.solvedAt ?? this.updatedAt) : null;
    return [happened];
  }
}

const TYPES = {
  assigneeId: 'assignee',
  groupId: 'group',
  priority: 'priority',
  categoryId: 'category',
  typeId: 'type',
} as const;
export const MAX_TAGS = 50;
export type TicketValues = Partial<
  Pick<Ticket, 'status' | 'statusId' | 'priority' | 'categoryId' | 'assigneeId' | 'groupId' | 'typeId'>
>;

/** As `ALPHABETICAL` in SQL: the root order of Unicode. */
const inOrder = new Intl.Collator('und').compare;
