import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { type Limit, Limits } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import { answersOf, type FieldValue, Groups, idsIn, type RequestField, Requests, typeName } from '@foyer/requests';
import { localized } from '@foyer/settings';
import { type Cell, type Column as SheetColumn, sendSpreadsheet, spreadsheet, type Visit } from '@foyer/web';
import { TicketList, type TicketRow } from './ticket-list.js';
import type { ViewFilter } from './ticket-filter.js';
import { type Base, rowView } from './ticket-view.js';
import { AnswerPanels } from './asking/answer-panels.js';

const EXPORTED: Limit = { name: 'ticket-export', points: 20, seconds: 3600 };

const COLUMNS = [
  ...(['number', 'subject', 'status', 'priority', 'type', 'category', 'group', 'requester'] as const),
  ...(['email', 'company'] as const),
  ...(['assignee', 'tags', 'created', 'updated', 'solved'] as const),
  ...(['reply-due', 'replied', 'solution-due'] as const),
] as const;
type Column = (typeof COLUMNS)[number];

/** What the team files tickets under, and what it has promised itself, is no business of customers. */
const OF_THE_TEAM = new Set<Column>(['email', 'tags', 'group', 'reply-due', 'replied', 'solution-due']);

const TIMES = new Set<Column>(['created', 'updated', 'solved', 'reply-due', 'replied', 'solution-due']);

/** What a list does not show of a ticket. */
interface Detail {
  id: string;
  typeId: string | null;
  groupId: string | null;
  fields: Record<string, FieldValue>;
  email: string;
  solvedAt: string | null;
  clocks: Record<string, { dueAt: string | null; metAt: string | null }> | null;
}

/** Tickets as a file for spreadsheets: a line each, with what their own forms were answered with in columns of their own. */
@Injectable()
export class TicketCsv {
  constructor(
    private readonly database: Database,
    private readonly limits: Limits,
    private readonly list: TicketList,
    private readonly requests: Requests,
    private readonly groups: Groups,
    private readonly answers: AnswerPanels,
  ) {}

  /** Sends those that the filter finds and the actor may export, as a file that browsers save. */
  async send(res: Response, visit: Visit, actor: PortalActor, base: Base, filter: ViewFilter): Promise<void> {
    sendSpreadsheet(res, 'tickets', await this.text(visit, actor, actor.id!, base, filter));
  }

  /** The same as text; `by` is whose exports are counted. */
  async text(visit: Visit, actor: PortalActor, by: string, base: Base, filter: ViewFilter): Promise<string> {
    await this.limits.count(EXPORTED, by);
    const found = await this.list.everything(actor, { ...filter, action: 'export' });
    const { columns, lines } = await this.table(visit, base, found);
    return spreadsheet(visit, columns, lines);
  }

  private async table(
    visit: Visit,
    base: Base,
    tickets: TicketRow[],
  ): Promise<{ columns: SheetColumn[]; lines: Cell[][] }> {
    const team = base === '/console';
    const columns = COLUMNS.filter((column) => team || !OF_THE_TEAM.has(column));
    const [types, groups] = [await this.requests.types(), await this.groups.all()];
    const details = await this.details(tickets.map(({ id }) => id));
    const given = [...details.values()];
    const fields = (await this.requests.fields()).filter((field) => isAnswered(field, given, team));
    const names = await this.answers.names(given.flatMap((one) => idsIn(one.fields, fields)));
    const lines = tickets.map((row) => {
      const { tags, ...view } = rowView(visit, base, row);
      const { typeId, groupId, email, solvedAt, clocks, fields: own } = details.get(row.id)!;
      const type = types.find(({ id }) => id === typeId);
      const cells: Record<Column, Cell> = {
        ...view,
        email,
        ...{ status: view.statusLabel, priority: view.priorityLabel, tags: tags.join(', ') },
        type: type ? typeName(type, visit.locale) : null,
        group: groups.find(({ id }) => id === groupId)?.name ?? null,
        ...{ created: time(row.createdAt), updated: time(row.updatedAt), solved: time(solvedAt) },
        'reply-due': time(clocks?.['first_response']?.dueAt),
        replied: time(clocks?.['first_response']?.metAt),
        'solution-due': time(clocks?.['resolution']?.dueAt),
      };
      const answers = answersOf({ typeId, fields: own }, fields, types, {
        locale: visit.locale,
        region: visit.region,
        team,
        names,
      });
      const answer = ({ id }: RequestField) => answers.find(({ fieldId }) => fieldId === id);
      return [
        ...columns.map((column) => cells[column]),
        ...fields.map((field) => {
          if (field.kind === 'number' || field.kind === 'date') return own[field.id] as Cell;
          const { values = [], files = [] } = answer(field) ?? {};
          return [...values, ...files.map(({ name }) => name)].join(', ');
        }),
      ];
    });
    return {
      columns: [
        ...columns.map((column) => ({ heading: visit.t(`tickets.column.${column}`), times: TIMES.has(column) })),
        ...fields.map((field) => ({ heading: localized(field, 'label', visit.locale) })),
      ],
      lines,
    };
  }

  private async details(ids: string[]): Promise<Map<string, Detail>> {
    const found = await this.database.read((em) =>
      rows<Detail>(
        em,
        sql`select t.id, t.type_id as "typeId", t.group_id as "groupId", t.fields, t.solved_at as "solvedAt",
                   (select p.email from ${table('person')} p where p.id = t.requester_id) as email,
                   (select json_object_agg(q.kind, json_build_object('dueAt', q.due_at, 'metAt', q.met_at))
                      from ${table('ticket_clock')} q where q.ticket_id = t.id) as clocks
              from ${table('ticket')} t where t.id = any(${ids}::uuid[])`,
      ),
    );
    return new Map(found.map((one) => [one.id, one]));
  }
}

const time = (at: string | null | undefined): Date | null => (at ? new Date(at) : null);

/** A column that nothing stands in would only be in the way. */
const isAnswered = ({ id, visibility }: RequestField, given: Detail[], team: boolean): boolean =>
  (team || visibility !== 'team') && given.some(({ fields }) => fields[id] !== undefined && fields[id] !== null);
