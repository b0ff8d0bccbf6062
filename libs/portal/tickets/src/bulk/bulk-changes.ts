import { randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Conflict, DomainError, NotFound, holds } from '@foyer/access';
import { Database, join, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import type { PortalActor } from '@foyer/identity';
import type { TicketAction } from '../ticket-actions.js';
import type { Priority, TicketStatus } from '../ticket.entity.js';
import { TicketList, type ViewFilter } from '../ticket-list.js';
import { Tickets } from '../tickets.js';
import { BulkChangeAsked } from './bulk.events.js';

export type BulkStatus = 'waiting' | 'done' | 'undoing' | 'undone';
export interface BulkChange {
  id: string;
  personId: string;
  actions: TicketAction[];
  total: number;
  done: number;
  changed: number;
  status: BulkStatus;
  createdAt: string;
}
/** What a ticket was before, to bring it back. */
interface Before {
  number: number;
  status: TicketStatus;
  statusId: string | null;
  priority: Priority;
  categoryId: string | null;
  assigneeId: string | null;
  groupId: string | null;
  tags: string[];
}
export const BULK_MAX = 10_000;
/** So many are changed while one waits; more go on without the page. */
const AT_ONCE = 25;

/** One change to many tickets: each in a transaction of its own, resumable, with its way back. */
@Injectable()
export class BulkChanges {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly list: TicketList,
    private readonly tickets: Tickets,
  ) {}

  /** To tickets picked by hand, or to all that a filter finds (the newest `BULK_MAX`). */
  async start(actor: PortalActor, picked: number[] | ViewFilter, actions: TicketAction[]): Promise<BulkChange> {
    if (!holds(actor.ability, 'update', 'Desk')) throw new NotFound();
    const which = Array.isArray(picked)
      ? sql`t.number = any(${picked.slice(0, BULK_MAX)}::bigint[]) and ${join(this.list.where(actor, {}), ' and ')}`
      : join(this.list.where(actor, picked), ' and ');
    const id = randomUUIDv7();
    const total = await this.database.write(async (em) => {
      const [row] = await rows<{ total: number }>(
        em,
        sql`insert into ${table('bulk_change')} (id, person_id, actions, numbers)
            select ${id}, ${actor.id}, ${JSON.stringify(actions)}::jsonb, coalesce(array_agg(number order by number), '{}')
              from (select t.number from ${table('ticket')} t where ${which} order by t.updated_at desc limit ${BULK_MAX}) t
            returning cardinality(numbers) as total`,
      );
      if (Array.isArray(picked) && row!.total < new Set(picked).size) throw new NotFound();
      if (row!.total > AT_ONCE) await this.outbox.publish(new BulkChangeAsked(id));
      return row!.total;
    });
    if (total <= AT_ONCE) await this.run(actor, id);
    return this.find(actor, id);
  }

  /** Takes the change back, ticket by ticket; what a ticket has become since in other ways stays. */
  async undo(actor: PortalActor, id: string): Promise<void> {
    const { total } = await this.find(actor, id);
    await this.database.write(async (em) => {
      const [row] = await rows(
        em,
        sql`update ${table('bulk_change')} set status = 'undoing', done = 0
             where id = ${id} and person_id = ${actor.id} and status = 'done' and created_at > now() - interval '1 day' returning id`,
      );
      if (!row) throw new Conflict('tickets.bulk.too-late');
      if (total > AT_ONCE) await this.outbox.publish(new BulkChangeAsked(id));
    });
    if (total <= AT_ONCE) await this.run(actor, id);
  }

  async find(actor: PortalActor, id: string): Promise<BulkChange> {
    const [row] = await this.database.read((em) =>
      rows<BulkChange>(em, sql`${BULK()} where id = ${id} and person_id = ${actor.id}`),
    );
    if (!row) throw new NotFound();
    return row;
  }

  /** Who asked for it; null when it is not there. */
  async personOf(id: string): Promise<string | null> {
    const [row] = await this.database.read((em) => rows<BulkChange>(em, sql`${BULK()} where id = ${id}`));
    return row?.personId ?? null;
  }

  /** Goes on where it was left. Two at once follow one another, ticket by ticket. */
  async run(actor: PortalActor, id: string): Promise<void> {
    while (await this.step(actor, id));
  }

  /** One ticket. False when there is none left. */
  private step(actor: PortalActor, id: string): Promise<boolean> {
    return this.database.write(async (em) => {
      const [bulk] = await rows<{
        status: BulkStatus;
        actions: TicketAction[];
        number: number | null;
        before: Before | null;
      }>(
        em,
        sql`select status, actions, (numbers[done + 1])::int as number, before -> done as before from ${table('bulk_change')} where id = ${id} for update`,
      );
      if (!bulk || bulk.status === 'done' || bulk.status === 'undone') return false;
      if (bulk.status === 'undoing') {
        if (!bulk.before) return this.finished(id, 'undone');
        const changed = await this.attempt(() => this.restore(actor, bulk.before!));
        return this.advance(id, changed, null);
      }
      if (bulk.number === null) return this.finished(id, 'done');
      const [before] = await rows<Before>(
        em,
        sql`select number::int, status, status_id as "statusId", priority, category_id as "categoryId", assignee_id as "assigneeId", group_id as "groupId", to_json(tags) as tags
              from ${table('ticket')} where number = ${bulk.number}`,
      );
      const changed =
        before !== undefined && (await this.attempt(() => this.tickets.act(actor, before.number, bulk.actions)));
      return this.advance(id, changed, changed ? before : null);
    });
  }

  private async restore(actor: PortalActor, { number, tags, ...values }: Before): Promise<void> {
    await this.tickets.update(actor, number, values);
    const now = await this.tickets.tagsOf(number);
    await this.tickets.tag(
      actor,
      number,
      tags,
      now.filter((tag) => !tags.includes(tag)),
    );
  }

  /** A ticket that cannot take it (closed, gone, no longer allowed) stays as it is and stops nobody. */
  private async attempt(change: () => Promise<void>): Promise<boolean> {
    try {
      await change();
      return true;
    } catch (error) {
      if (error instanceof DomainError) return false;
      throw error;
    }
  }

  private advance(id: string, changed: boolean, before: Before | null): Promise<boolean> {
    return this.database.write(async (em) => {
      const added = before ? JSON.stringify([before]) : '[]';
      await rows(
        em,
        sql`update ${table('bulk_change')} set done = done + 1, before = before || ${added}::jsonb,
                   changed = changed + case when status = 'waiting' and ${changed} then 1 else 0 end where id = ${id}`,
      );
      return true;
    });
  }

  private finished(id: string, status: BulkStatus): Promise<boolean> {
    return this.database.write(async (em) => {
      await rows(em, sql`update ${table('bulk_change')} set status = ${status}, finished_at = now() where id = ${id}`);
      return false;
    });
  }
}

const BULK = () => sql`
  select id, person_id as "personId", actions, cardinality(numbers) as total, done, changed, status, created_at as "createdAt" from ${table('bulk_change')}`;
