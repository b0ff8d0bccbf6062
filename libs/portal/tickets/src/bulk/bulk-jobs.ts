import { Injectable } from '@nestjs/common';
import { Callers } from '@foyer/api';
import { OnEvent } from '@foyer/events';
import { AT_DESK, type PortalActor, PortalPrincipals } from '@foyer/identity';
import { BulkChangeAsked } from './bulk.events.js';
import { type Author, BulkChanges } from './bulk-changes.js';

/** Changes to many tickets, done by the worker with the rights that whoever asked has at each of them. */
@Injectable()
export class BulkJobs {
  constructor(
    private readonly bulk: BulkChanges,
    private readonly principals: PortalPrincipals,
    private readonly callers: Callers,
  ) {}

  @OnEvent(BulkChangeAsked, 'tickets.bulk-change')
  async change({ bulkId }: BulkChangeAsked): Promise<void> {
    const asked = await this.bulk.askedBy(bulkId);
    if (!asked) return;
    const { personId, keyId } = asked;
    const author: Author = async () =>
      keyId ? ((await this.callers.today(keyId)) as PortalActor | null) : this.principals.person(personId!, AT_DESK);
    await this.bulk.run(author, bulkId);
  }
}
