import { Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import type { PortalActor } from '@foyer/identity';
import { Ask, type Asked, PortalController } from '@foyer/web';
import { TicketCsv } from '../ticket-csv.js';
import { customerFilters } from './tickets.controller.js';

const filters = customerFilters.omit({ cursor: true });
const exporting = { query: filters };

/** What the list shows, as a file for a spreadsheet: those that the customer's role lets them export. */
@PortalController('tickets/export', { feature: 'tickets' })
export class CustomerExportController {
  constructor(private readonly csv: TicketCsv) {}

  @Get()
  async file(
    @Ask(exporting) { visit, actor, query: { q, scope, status } }: Asked<typeof exporting, PortalActor>,
    @Res() res: Response,
  ): Promise<void> {
    const filter = { scope: scope ?? ('all' as const), statuses: status && [status], search: q || null };
    await this.csv.send(res, visit, actor, '', filter);
  }
}
