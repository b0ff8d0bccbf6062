import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Collections } from '@foyer/settings';
import { requestFields, ticketGroups, type TicketTest } from '@foyer/tickets';
import { surveys } from './survey.js';

/** Says which survey still asks for a group or a field that is about to be removed: without it, it would ask nobody. */
@Injectable()
export class StillAsked implements OnModuleInit {
  constructor(private readonly collections: Collections) {}

  onModuleInit(): void {
    this.collections.protect(ticketGroups, (id) =>
      this.needed(({ field, value }) => field === 'groupId' && value.includes(id)),
    );
    this.collections.protect(requestFields, (id) => this.needed(({ field }) => field === `field:${id}`));
  }

  private async needed(by: (test: TicketTest) => boolean) {
    const asking = (await this.collections.stored(surveys)).some(({ conditions }) => conditions.tests.some(by));
    return asking ? { code: 'surveys.set-up.needed' } : null;
  }
}
