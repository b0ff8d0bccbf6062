import { Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { PortalActor } from '@foyer/identity';
import { Can, ConsoleController, CurrentActor, CurrentVisit, Feature, Filters, type Visit } from '@foyer/web';
import { TicketCsv } from '../ticket-csv.js';
import { TicketViews } from '../views/ticket-views.js';
import { inboxFilter, inboxFilters, type InboxAsked } from './inbox-filter.js';

/** What the inbox shows, as a file for a spreadsheet. */
@ConsoleController('tickets/export')
@Feature('tickets')
@Can('export', 'Desk')
export class TicketExportController {
  constructor(
    private readonly csv: TicketCsv,
    private readonly views: TicketViews,
  ) {}

  @Get()
  async file(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Filters(inboxFilters) asked: InboxAsked,
    @Res() res: Response,
  ): Promise<void> {
    const saved = await this.views.named(actor, asked.view);
    await this.csv.send(res, visit, actor, '/console', inboxFilter(asked, actor, saved));
  }
}
