import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Abilities, holds } from '@foyer/access';
import { navEntries } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { approvalAsking } from '@foyer/tickets';
import { approvalRules } from './approval.rules.js';
import { Approvals } from './approvals.js';

/** The way to one's approvals for those who can be asked, and for rules and macros to ask. */
@Injectable()
export class ApprovalEntrance implements OnModuleInit {
  constructor(
    private readonly abilities: Abilities,
    private readonly slots: Slots,
    private readonly approvals: Approvals,
  ) {}

  onModuleInit(): void {
    this.abilities.contribute(approvalRules);
    this.slots.fill(approvalAsking, 10, (actor, ticketId, asked) => this.approvals.ask(actor, ticketId, asked));
    this.slots.fill(navEntries, 25, {
      ...{ on: 'portal', href: '/approvals', label: 'approvals.nav', icon: 'check', feature: 'tickets' },
      shownTo: ({ kind, ability }) => kind === 'person' && holds(ability, 'read', 'ApprovalList'),
    });
  }
}
