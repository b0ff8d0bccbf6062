import { Get, Res } from '@nestjs/common';
import { stringify } from 'csv-stringify/sync';
import type { Response } from 'express';
import { type Limit, Limits } from '@foyer/credentials';
import type { PortalActor } from '@foyer/identity';
import { Can, ConsoleController, CurrentActor, CurrentVisit, Feature, Filters, type Visit } from '@foyer/web';
import { TicketList, type TicketRow } from '../ticket-list.js';
import { rowView } from '../ticket-view.js';
import { TicketViews } from '../views/ticket-views.js';
import { inboxFilter, inboxFilters, type InboxAsked } from './inbox-filter.js';

/** A spreadsheet's worth; whoever needs more filters. */
const MOST = 10_000;
const PAGE = 1000;
const EXPORTED: Limit = { name: 'ticket-export', points: 20, seconds: 3600 };

/** What the inbox shows, as a file for a spreadsheet. */
@ConsoleController('tickets/export')
@Feature('tickets')
@Can('export', 'Ticket')
export class TicketExportController {
  constructor(
    private readonly list: TicketList,
    private readonly views: TicketViews,
    private readonly limits: Limits,
  ) {}

  @Get()
  async csv(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Filters(inboxFilters) asked: InboxAsked,
    @Res() res: Response,
  ): Promise<void> {
    await this.limits.count(EXPORTED, actor.id!);
    const saved = (await this.views.of(actor)).find(({ id }) => id === asked.view);
    const filter = inboxFilter(asked, actor, saved);
    const tickets: TicketRow[] = [];
    let cursor: string | null = null;
    do {
      const page = await this.list.page(actor, { ...filter, cursor, limit: PAGE });
      tickets.push(...page.rows);
      cursor = page.next;
    } while (cursor !== null && tickets.length < MOST);
    res.setHeader('Content-Type', 'text/csv; charset=utf-8');
    res.setHeader('Content-Disposition', 'attachment; filename="tickets.csv"');
    res.send(csvOf(visit, tickets.slice(0, MOST)));
  }
}

const COLUMNS = [
  'number',
  'subject',
  'status',
  'priority',
  'category',
  'requester',
  'company',
  'assignee',
  'tags',
  'created',
  'updated',
] as const;

/** With a byte order mark, by which spreadsheets know UTF-8; cells that would be formulas are made text (security 54). */
export function csvOf(visit: Pick<Visit, 't' | 'locale'>, tickets: TicketRow[]): string {
  const lines = tickets.map((row) => {
    const { number, subject, statusLabel, priorityLabel, category, requester, company, assignee, tags } = rowView(
      visit,
      '/console',
      row,
    );
    const moments = [row.createdAt, row.updatedAt].map((at) => new Date(at).toISOString());
    return [
      number,
      subject,
      statusLabel,
      priorityLabel,
      category,
      requester,
      company,
      assignee,
      tags.join(', '),
      ...moments,
    ];
  });
  const header = COLUMNS.map((column) => visit.t(`tickets.column.${column}`));
  return stringify([header, ...lines], { bom: true, escape_formulas: true, record_delimiter: 'windows' });
}
