import { Injectable } from '@nestjs/common';
import { OnEvent } from '@foyer/events';
import { AT_DESK, PortalPrincipals } from '@foyer/identity';
import { BulkChangeAsked } from './bulk.events.js';
import { BulkChanges } from './bulk-changes.js';

/** Changes to many tickets, done by the worker with the rights that whoever asked has now. */
@Injectable()
export class BulkJobs {
  constructor(
    private readonly bulk: BulkChanges,
    private readonly principals: PortalPrincipals,
  ) {}

  @OnEvent(BulkChangeAsked, 'tickets.bulk-change')
  async change({ bulkId }: BulkChangeAsked): Promise<void> {
    const personId = await this.bulk.personOf(bulkId);
    const actor = personId && (await this.principals.person(personId, AT_DESK));
    if (actor) await this.bulk.run(actor, bulkId);
  }
}
