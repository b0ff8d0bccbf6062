import { Injectable, type OnModuleInit } from '@nestjs/common';
import { holds } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import { firstSteps, FirstSteps } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { requestFields } from '../request-field.js';
import { requestTypes } from '../request-type.js';

/** What a new owner does early: say what can be asked. */
@Injectable()
export class FirstStep implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly steps: FirstSteps,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.slots.fill(firstSteps, 40, {
      ...{ key: 'types', title: 'requests.steps.types.title', text: 'requests.steps.types.text' },
      ...{ href: '/console/settings/request-types', feature: 'tickets' },
      shownTo: ({ ability }) => holds(ability, 'manage', 'Settings'),
      isDone: () => this.isChanged(),
    });
  }

  private async isChanged(): Promise<boolean> {
    if (await this.steps.someoneChanged(requestTypes.section.name, requestFields.section.name)) return true;
    const found = await this.database.read((em) =>
      rows(em, sql`select 1 from ${table('ticket_category')} where changed_by is not null limit 1`),
    );
    return found.length > 0;
  }
}
