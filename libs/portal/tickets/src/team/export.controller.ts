import { Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Limits } from '@foyer/credentials';
import type { PortalActor } from '@foyer/identity';
import { Can, ConsoleController, CurrentActor, CurrentVisit, Feature, Filters, type Visit } from '@foyer/web';
import { csvOf, EXPORTED, sendCsv } from '../ticket-csv.js';
import { TicketList } from '../ticket-list.js';
import { TicketViews } from '../views/ticket-views.js';
import { inboxFilter, inboxFilters, type InboxAsked } from './inbox-filter.js';

/** What the inbox shows, as a file for a spreadsheet. */
@ConsoleController('tickets/export')
@Feature('tickets')
@Can('export', 'Desk')
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
    const filter = { ...inboxFilter(asked, actor, saved), action: 'export' as const };
    sendCsv(res, csvOf(visit, '/console', await this.list.everything(actor, filter)));
  }
}
