import { Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import { Limits } from '@foyer/credentials';
import type { PortalActor } from '@foyer/identity';
import { CurrentActor, CurrentVisit, Feature, Filters, PortalController, type Visit } from '@foyer/web';
import { csvOf, EXPORTED, sendCsv } from '../ticket-csv.js';
import { TicketList } from '../ticket-list.js';

const filters = z.object({ scope: z.enum(['mine', 'company', 'all']).catch('all') });

/** Tickets as a file for a spreadsheet: those that the customer's role lets them export. */
@PortalController('tickets/export')
@Feature('tickets')
export class CustomerExportController {
  constructor(
    private readonly list: TicketList,
    private readonly limits: Limits,
  ) {}

  @Get()
  async csv(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Filters(filters) { scope }: z.output<typeof filters>,
    @Res() res: Response,
  ): Promise<void> {
    await this.limits.count(EXPORTED, actor.id!);
    sendCsv(res, csvOf(visit, '', await this.list.everything(actor, { scope, action: 'export' })));
  }
}
