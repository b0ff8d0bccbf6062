import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Collections } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { closingRules } from '@foyer/tickets';
import { automations } from './automations.js';

/** Tells those who set up reopening which automations close solved tickets for good. */
@Injectable()
export class Closing implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly collections: Collections,
  ) {}

  onModuleInit(): void {
    this.slots.fill(closingRules, 10, async () =>
      (await this.collections.all(automations))
        .filter(
          ({ enabled, trigger, actions }) =>
            enabled &&
            trigger === 'since-solved' &&
            actions.some((action) => action.do === 'status' && action.to === 'closed'),
        )
        .map(({ id, name, hours }) => ({ name, hours: hours ?? 0, href: `/console/settings/automations/${id}` })),
    );
  }
}
