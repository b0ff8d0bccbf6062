import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Sql, sql, table } from '@foyer/database';
import { firstSteps } from '@foyer/settings';
import { Slots } from '@foyer/slots';

/** What a new owner tries at last: to ask something, and to answer it. */
@Injectable()
export class FirstAnswer implements OnModuleInit {
  constructor(private readonly slots: Slots) {}

  onModuleInit(): void {
    this.slots.fill(firstSteps, 60, {
      ...{ id: 'ticket', words: 'tickets.steps.ticket', href: '/tickets/new', feature: 'tickets' },
      isDone: isGiven,
    });
  }
}

const isGiven = (): Sql =>
  sql`exists (select from ${table('ticket_message')} where by_team and kind = 'reply' and author_id is not null)`;
