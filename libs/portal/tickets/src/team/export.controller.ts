import { Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { PortalActor } from '@foyer/identity';
import { Ask, type Asked, ConsoleController } from '@foyer/web';
import { TicketCsv } from '../ticket-csv.js';
import { TicketViews } from '../views/ticket-views.js';
import { inboxFilter, inboxFilters } from './inbox-filter.js';

const exporting = { query: inboxFilters };

/** What the inbox shows, as a file for a spreadsheet. */
@ConsoleController('tickets/export', { feature: 'tickets', can: ['export', 'Desk'] })
export class TicketExportController {
  constructor(
    private readonly csv: TicketCsv,
    private readonly views: TicketViews,
  ) {}

  @Get()
  async file(
    @Ask(exporting) { visit, actor, query: asked }: Asked<typeof exporting, PortalActor>,
    @Res() res: Response,
  ): Promise<void> {
    const saved = await this.views.named(actor, asked.view);
    await this.csv.send(res, visit, actor, '/console', inboxFilter(asked, actor, saved));
  }
}
