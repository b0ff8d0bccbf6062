import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { firstSteps } from '@foyer/settings';
import { Slots } from '@foyer/slots';

/** What a new owner tries at last: to ask something, and to answer it. */
@Injectable()
export class FirstAnswer implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.slots.fill(firstSteps, 60, {
      ...{ key: 'ticket', title: 'tickets.steps.ticket.title', text: 'tickets.steps.ticket.text' },
      ...{ href: '/tickets/new', feature: 'tickets' },
      isDone: () => this.isGiven(),
    });
  }

  private async isGiven(): Promise<boolean> {
    const found = await this.database.read((em) =>
      rows(
        em,
        sql`select 1 from ${table('ticket_message')} where by_team and kind = 'reply' and author_id is not null limit 1`,
      ),
    );
    return found.length > 0;
  }
}
