import { Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import type { PortalActor } from '@foyer/identity';
import { CurrentActor, CurrentVisit, Feature, Filters, PortalController, type Visit } from '@foyer/web';
import { TicketCsv } from '../ticket-csv.js';

const filters = z.object({ scope: z.enum(['mine', 'company', 'all']).catch('all') });

/** Tickets as a file for a spreadsheet: those that the customer's role lets them export. */
@PortalController('tickets/export')
@Feature('tickets')
export class CustomerExportController {
  constructor(private readonly csv: TicketCsv) {}

  @Get()
  async file(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Filters(filters) { scope }: z.output<typeof filters>,
    @Res() res: Response,
  ): Promise<void> {
    await this.csv.send(res, visit, actor, '', { scope });
  }
}
