import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Actor, holds } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import { FirstSteps } from '@foyer/settings';
import { requestFields } from '../requests/request-field.js';
import { requestTypes } from '../requests/request-type.js';

/** What a new owner does first with tickets: say what can be asked, and answer something. */
@Injectable()
export class TicketSteps implements OnModuleInit {
  constructor(
    private readonly steps: FirstSteps,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    const shownTo = ({ ability }: Actor) => holds(ability, 'manage', 'Settings');
    this.steps.add(
      {
        ...{ ...step('types'), order: 40, href: '/console/settings/request-types', feature: 'tickets', shownTo },
        isDone: () => this.requestsChanged(),
      },
      { ...step('ticket'), order: 60, href: '/tickets/new', feature: 'tickets', isDone: () => this.answered() },
    );
  }

  private async requestsChanged(): Promise<boolean> {
    return (
      (await this.steps.someoneChanged(requestTypes.section.name, requestFields.section.name)) ||
      this.any(sql`select 1 from ${table('ticket_category')} where changed_by is not null limit 1`)
    );
  }

  private answered(): Promise<boolean> {
    return this.any(
      sql`select 1 from ${table('ticket_message')} where by_team and kind = 'reply' and author_id is not null limit 1`,
    );
  }

  private async any(statement: ReturnType<typeof sql>): Promise<boolean> {
    return (await this.database.read((em) => rows(em, statement))).length > 0;
  }
}

const step = (key: string) => ({ key, title: `tickets.steps.${key}.title`, text: `tickets.steps.${key}.text` });
