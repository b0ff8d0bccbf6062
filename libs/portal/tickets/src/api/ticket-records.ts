import { Injectable } from '@nestjs/common';
import { accessible, holds, NotFound } from '@foyer/access';
import { condition, Database, join, rows, sql, type Sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import { Requests } from '@foyer/requests';
import type { FieldValue } from '@foyer/requests';
import { ticketNumber } from '../ticket-number.js';
import { SHOWN_AT } from '../ticket-sides.js';
import type { TicketRecord } from './ticket-wire.js';

type Row = Omit<TicketRecord, 'number' | 'merged_into' | 'fields'> & {
  number: number;
  merged_into: number | null;
  fields: Record<string, FieldValue>;
  place: string;
};
/** What is written now may be committed after what is written later: nobody looks at it before that is over. */
const TRAIL_SECONDS = 5;
const PLACE = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00)~([0-9a-f-]{36})$/;

/** Tickets as programs read them: ids beside names, and for customers nothing that is the team's. */
@Injectable()
export class TicketRecords {
  constructor(
    private readonly database: Database,
    private readonly requests: Requests,
  ) {}

  /** @throws NotFound unless the actor may see it */
  async one(actor: PortalActor, number: number): Promise<TicketRecord> {
    const [found] = await this.read(actor, [sql`t.number = ${number}`], sql`t.id`, 1);
    if (!found) throw new NotFound();
    return found.record;
  }

  /** In the order of the ids; those that the actor may not see are left out. */
  async of(actor: PortalActor, ids: string[]): Promise<TicketRecord[]> {
    const found = await this.read(actor, [sql`t.id = any(${ids}::uuid[])`], sql`t.id`, ids.length);
    const byId = new Map(found.map(({ record }) => [record.id, record]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  /** What has changed since a place, the earliest first, until a few seconds ago; from the beginning where there is none. */
  async changed(actor: PortalActor, since: string | null, limit: number) {
    const changed = changedAt(actor);
    const [, at, id] = PLACE.exec(since ?? '') ?? [];
    const found = await this.read(
      actor,
      [
        sql`${changed} < now() - ${TRAIL_SECONDS} * interval '1 second'`,
        ...(at ? [sql`(${changed}, t.id) > (${at}::timestamptz, ${id}::uuid)`] : []),
      ],
      sql`${changed}, t.id`,
      limit + 1,
    );
    const page = found.slice(0, limit);
    return {
      records: page.map(({ record }) => record),
      place: page.at(-1)?.place ?? since,
      more: found.length > limit,
    };
  }

  private async read(actor: PortalActor, where: Sql[], order: Sql, limit: number) {
    const may = condition(accessible(actor.ability, 'read', 'Ticket', 't'));
    const target = condition(accessible(actor.ability, 'read', 'Ticket', 'l'));
    const ofTeam = holds(actor.ability, 'read', 'Note');
    const changed = changedAt(actor);
    const named = (alias: Sql) =>
      sql`case when ${alias}.id is not null then json_build_object('id', ${alias}.id, 'name', ${alias}.name) end`;
    const found = await this.database.read((em) =>
      rows<Row>(
        em,
        sql`select t.id, t.number::int, t.subject, t.status, t.status_id, t.priority, t.type_id, t.category_id, t.group_id, to_json(t.tags) as tags, t.fields, t.approval, t.source,
                   t.due_at, t.snoozed_until, t.created_at, ${changed} as updated_at, t.solved_at,
                   ${named(sql`r`)} as requester, ${named(sql`o`)} as company, ${named(sql`a`)} as assignee,
                   (select l.number::int from ${table('ticket')} l where l.id = t.merged_into_id and ${target}) as merged_into,
                   (${changed} at time zone 'UTC')::text || '+00~' || t.id as place
              from ${table('ticket')} t join ${table('person')} r on r.id = t.requester_id
              left join ${table('person')} a on a.id = t.assignee_id left join ${table('company')} o on o.id = t.company_id
             where ${join([may, ...where], ' and ')} order by ${order} limit ${limit}`,
      ),
    );
    const hidden = await this.hiddenFields(ofTeam);
    return found.map(({ place, ...row }) => ({ place, record: recordOf(row, ofTeam, hidden) }));
  }

  private async hiddenFields(ofTeam: boolean): Promise<ReadonlySet<string>> {
    if (ofTeam) return new Set();
    const fields = await this.requests.fields();
    return new Set(fields.filter(({ visibility }) => visibility === 'team').map(({ id }) => id));
  }
}

/** Customers are told of no change that they do not see. */
const changedAt = ({ ability }: PortalActor): Sql => (holds(ability, 'read', 'Note') ? sql`t.updated_at` : SHOWN_AT);

function recordOf(row: Omit<Row, 'place'>, ofTeam: boolean, hidden: ReadonlySet<string>): TicketRecord {
  const { group_id, tags, due_at, snoozed_until, number, merged_into, fields, ...record } = row;
  const shown = Object.entries(fields).filter(([id, value]) => value !== null && !hidden.has(id));
  return {
    ...record,
    number: ticketNumber(number),
    merged_into: merged_into === null ? null : ticketNumber(merged_into),
    fields: Object.fromEntries(shown) as TicketRecord['fields'],
    ...(ofTeam && { group_id, tags, due_at, snoozed_until }),
  };
}
