import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Abilities, holds } from '@foyer/access';
import { Navigation } from '@foyer/settings';
import { approvalRules } from './approval.rules.js';

/** The way to one's approvals, for those who can be asked. */
@Injectable()
export class ApprovalEntrance implements OnModuleInit {
  constructor(
    private readonly abilities: Abilities,
    private readonly navigation: Navigation,
  ) {}

  onModuleInit(): void {
    this.abilities.contribute(approvalRules);
    this.navigation.add({
      on: 'portal',
      href: '/approvals',
      label: 'tickets.approval.nav',
      icon: 'check',
      order: 25,
      feature: 'tickets',
      shownTo: ({ kind, ability }) => kind === 'person' && holds(ability, 'read', 'ApprovalList'),
    });
  }
}
