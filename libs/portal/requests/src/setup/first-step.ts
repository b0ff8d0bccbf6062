import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Sql, sql, table } from '@foyer/database';
import { firstSteps, someoneChanged } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { requestFields } from '../request-field.js';
import { requestTypes } from '../request-type.js';

/** What a new owner does early: say what can be asked. */
@Injectable()
export class FirstStep implements OnModuleInit {
  constructor(private readonly slots: Slots) {}

  onModuleInit(): void {
    this.slots.fill(firstSteps, 40, {
      ...{ id: 'types', words: 'requests.steps.types', href: '/console/settings/request-types', feature: 'tickets' },
      isDone: isChanged,
    });
  }
}

const isChanged = (): Sql =>
  sql`${someoneChanged(requestTypes.section.name, requestFields.section.name)}
      or exists (select from ${table('ticket_category')} where changed_by is not null)`;
