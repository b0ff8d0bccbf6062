import { Injectable, type OnModuleInit } from '@nestjs/common';
import { holds } from '@foyer/access';
import { accountSections } from '@foyer/identity';
import { Features } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Absences } from './absences.js';

/** On an agent's own account page: whether they take new tickets. */
@Injectable()
export class AvailabilitySection implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly features: Features,
    private readonly absences: Absences,
  ) {}

  onModuleInit(): void {
    this.slots.fill(accountSections, 10, {
      on: 'console',
      load: async ({ id, ability }) => {
        if (!holds(ability, 'reply', 'Desk') || !(await this.features.enabled('tickets'))) return null;
        const me = (await this.absences.all()).find((one) => one.id === id);
        return me ? { template: 'service/team/account', view: { away: me.away, until: me.until } } : null;
      },
    });
  }
}
