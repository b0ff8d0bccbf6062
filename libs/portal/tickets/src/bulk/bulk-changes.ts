import { randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { Conflict, DomainError, holds, InvalidField, NotFound, Refused } from '@foyer/access';
import { Database, join, rows, sql, type Sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import type { PortalActor } from '@foyer/identity';
import type { TicketAction } from '../ticket-actions.js';
import { ticketsWhere, type ViewFilter } from '../ticket-filter.js';
import { Tickets } from '../tickets.js';
import { BulkChangeAsked } from './bulk.events.js';
import { type BulkProperty, type BulkStep, stateOf, wayBack } from './bulk-steps.js';

export type BulkStatus = 'waiting' | 'done' | 'undoing' | 'undone';
/** A ticket that was not changed, or not put back, and the words that say why. */
export interface LeftTicket {
  number: number;
  code: string;
  values: Record<string, string | number>;
  /** What of it somebody else has changed since; empty when nothing of it was done. */
  since: BulkProperty[];
}
export interface BulkChange {
  id: string;
  actions: TicketAction[];
  total: number;
  done: number;
  changed: number;
  status: BulkStatus;
  left: LeftTicket[];
  createdAt: string;
}
export const BULK_MAX = 10_000;
/** So many are changed while one waits; more go on without the page. */
const AT_ONCE = 25;
/** A program's request is one transaction: what one ticket cannot take would take the others with it. */
const goesOn = ({ kind }: PortalActor, total: number): boolean => total > AT_ONCE || kind === 'key';
const isOf = ({ id, keyId }: PortalActor): Sql => (id ? sql`person_id = ${id}` : sql`key_id = ${keyId ?? null}`);

/** Whoever a change is of, with what they may do by now; null for one who may do nothing any more. */
export type Author = () => Promise<PortalActor | null>;

/** One change to many tickets: each in a transaction of its own, resumable, with its way back. */
@Injectable()
export class BulkChanges {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly tickets: Tickets,
  ) {}

  /** To tickets picked by hand, or to all that a filter finds (the newest `BULK_MAX`). */
  async start(actor: PortalActor, picked: number[] | ViewFilter, actions: TicketAction[]): Promise<BulkChange> {
    if (!holds(actor.ability, 'update', 'Desk')) throw new Refused();
    const which = Array.isArray(picked)
      ? sql`t.number = any(${picked.slice(0, BULK_MAX)}::bigint[]) and ${join(ticketsWhere(actor, {}), ' and ')}`
      : join(ticketsWhere(actor, picked), ' and ');
    const id = randomUUIDv7();
    const total = await this.database.write(async (em) => {
      const [row] = await rows<{ total: number }>(
        em,
        sql`insert into ${table('bulk_change')} (id, person_id, key_id, actions, numbers)
            select ${id}, ${actor.id}, ${actor.id ? null : actor.keyId!}::uuid, ${JSON.stringify(actions)}::jsonb, coalesce(array_agg(number order by number), '{}')
              from (select t.number from ${table('ticket')} t where ${which} order by t.updated_at desc limit ${BULK_MAX}) t
            returning cardinality(numbers) as total`,
      );
      if (Array.isArray(picked)) await this.missing(em, id, picked);
      if (goesOn(actor, row!.total))
        await this.outbox.publish(new BulkChangeAsked(id, row!.total, 'do'), { by: actor });
      return row!.total;
    });
    if (!goesOn(actor, total)) await this.run(() => Promise.resolve(actor), id);
    return this.find(actor, id);
  }

  /** What was ticked and is out of reach by now is named; without anything else it is as if it had never been there. */
  private async missing(em: SqlEntityManager, id: string, picked: number[]): Promise<void> {
    const [found] = await rows<{ numbers: number[] }>(
      em,
      sql`select to_json(numbers) as numbers from ${table('bulk_change')} where id = ${id}`,
    );
    const missing = [...new Set(picked)].slice(0, BULK_MAX).filter((number) => !found!.numbers.includes(number));
    if (missing.length === 0) return;
    if (found!.numbers.length === 0) throw new NotFound();
    const left = missing.map((number): LeftTicket => ({ number, ...reasonOf(new NotFound()), since: [] }));
    await rows(
      em,
      sql`update ${table('bulk_change')} set left_alone = ${JSON.stringify(left)}::jsonb where id = ${id}`,
    );
  }

  /** Takes the change back, ticket by ticket, as far as nobody else has changed the same since. */
  async undo(actor: PortalActor, id: string): Promise<void> {
    const { total } = await this.find(actor, id);
    await this.database.write(async (em) => {
      const [row] = await rows(
        em,
        sql`update ${table('bulk_change')} set status = 'undoing', done = 0, left_alone = '[]'
             where id = ${id} and ${isOf(actor)} and status = 'done' and steps <> '[]' and created_at > now() - interval '1 day' returning id`,
      );
      if (!row) throw new Conflict('tickets.bulk.too-late');
      if (goesOn(actor, total)) await this.outbox.publish(new BulkChangeAsked(id, total, 'undo'), { by: actor });
    });
    if (!goesOn(actor, total)) await this.run(() => Promise.resolve(actor), id);
  }

  async find(actor: PortalActor, id: string): Promise<BulkChange> {
    const [row] = await this.database.read((em) =>
      rows<BulkChange>(em, sql`${BULK()} where id = ${id} and ${isOf(actor)}`),
    );
    if (!row) throw new NotFound();
    return row;
  }

  /** Who asked for it, a person or a key. */
  async askedBy(id: string): Promise<{ personId: string | null; keyId: string | null } | undefined> {
    const [row] = await this.database.read((em) =>
      rows<{ personId: string | null; keyId: string | null }>(
        em,
        sql`select person_id as "personId", key_id as "keyId" from ${table('bulk_change')} where id = ${id}`,
      ),
    );
    return row;
  }

  /** Goes on where it was left, for as long as its author may. Two at once follow one another, ticket by ticket. */
  async run(author: Author, id: string): Promise<void> {
    for (let actor = await author(); actor && (await this.step(actor, id)); actor = await author());
  }

  /** One ticket, all of it or nothing. False when there is none left. */
  private async step(actor: PortalActor, id: string): Promise<boolean> {
    const turn = await this.turn(id);
    if (!turn) return false;
    try {
      await this.database.write(async (em) => {
        if (!(await isStill(em, id, turn))) return;
        const { status, actions, number, step } = turn;
        if (status === 'undoing') return this.advance(em, id, turn, null, await this.restore(em, actor, step!));
        const before = await stateOf(em, number!);
        await this.tickets.act(actor, number!, actions);
        await this.advance(
          em,
          id,
          turn,
          { number: number!, before: before!, after: (await stateOf(em, number!))! },
          null,
        );
      });
    } catch (error) {
      // A ticket that cannot take it (gone, no longer allowed) stays as it is, is named, and stops nobody.
      if (!(error instanceof DomainError)) throw error;
      const left = { number: turn.step?.number ?? turn.number!, ...reasonOf(error), since: [] };
      await this.database.write(async (em) => {
        if (await isStill(em, id, turn)) await this.advance(em, id, turn, null, left);
      });
    }
    return true;
  }

  /** Whose turn it is; null when there is none left, which is written down. */
  private turn(id: string): Promise<Turn | null> {
    return this.database.write(async (em) => {
      const [turn] = await rows<Turn>(
        em,
        sql`select status, actions, done, (numbers[done + 1])::int as number, case when status = 'undoing' then steps -> done end as step
              from ${table('bulk_change')} where id = ${id} and status in ('waiting', 'undoing') for update`,
      );
      if (!turn) return null;
      if (turn.status === 'undoing' ? turn.step : turn.number !== null) return turn;
      const over: BulkStatus = turn.status === 'undoing' ? 'undone' : 'done';
      await rows(em, sql`update ${table('bulk_change')} set status = ${over}, finished_at = now() where id = ${id}`);
      return null;
    });
  }

  /** Puts back what is still as the change left it; what somebody has changed since is theirs, and told. */
  private async restore(
    em: SqlEntityManager,
    actor: PortalActor,
    { number, before, after }: BulkStep,
  ): Promise<LeftTicket | null> {
    const now = await stateOf(em, number);
    if (!now) throw new NotFound();
    const { values, tags, since } = wayBack(before, after, now);
    if (Object.keys(values).length > 0) await this.tickets.update(actor, number, values);
    if (tags.add.length + tags.remove.length > 0) await this.tickets.tag(actor, number, tags.add, tags.remove);
    return since.length > 0 ? { number, code: 'tickets.bulk.changed-since', values: {}, since } : null;
  }

  private async advance(
    em: SqlEntityManager,
    id: string,
    { status }: Turn,
    step: BulkStep | null,
    left: LeftTicket | null,
  ): Promise<void> {
    await rows(
      em,
      sql`update ${table('bulk_change')}
             set done = done + 1, steps = steps || ${JSON.stringify(step ? [step] : [])}::jsonb,
                 left_alone = left_alone || ${JSON.stringify(left ? [left] : [])}::jsonb,
                 changed = changed + case when ${status} = 'waiting' and ${step !== null} then 1 else 0 end
           where id = ${id}`,
    );
  }
}

interface Turn {
  status: BulkStatus;
  actions: TicketAction[];
  done: number;
  number: number | null;
  step: BulkStep | null;
}

/** Another worker may have had this turn meanwhile. */
async function isStill(em: SqlEntityManager, id: string, { status, done }: Turn): Promise<boolean> {
  const found = await rows(
    em,
    sql`select 1 from ${table('bulk_change')} where id = ${id} and status = ${status} and done = ${done} for update`,
  );
  return found.length > 0;
}

function reasonOf(error: DomainError): Pick<LeftTicket, 'code' | 'values'> {
  if (error instanceof NotFound) return { code: 'tickets.bulk.out-of-reach', values: {} };
  // The form has no field for it any more: whom or what it names is gone by now.
  if (error instanceof InvalidField) return { code: 'tickets.bulk.gone', values: {} };
  return { code: error.code, values: error.values };
}

const BULK = () => sql`
  select id, actions, cardinality(numbers) as total, done, changed, status, left_alone as "left", created_at as "createdAt" from ${table('bulk_change')}`;
