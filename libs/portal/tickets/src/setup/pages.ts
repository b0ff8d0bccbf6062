import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type SetupPage, SetupPages } from '@foyer/settings';

const PAGES: [path: string, words: string, icon: string][] = [
  ['request-types', 'setup.types', 'ticket'],
  ['ticket-fields', 'setup.fields', 'note'],
  ['ticket-categories', 'setup.categories', 'tag'],
  ['ticket-statuses', 'setup.statuses', 'activity'],
  ['reopening', 'reopening', 'refresh'],
  ['ticket-priorities', 'setup.priorities', 'flag'],
  ['ticket-groups', 'setup.groups', 'users'],
];

/** The pages on which a team sets up what can be asked, in the console's settings. */
@Injectable()
export class TicketSetup implements OnModuleInit {
  constructor(private readonly setup: SetupPages) {}

  onModuleInit(): void {
    this.setup.add(
      ...PAGES.map(([path, words, icon], index): SetupPage => ({
        group: 'tickets',
        href: `/console/settings/${path}`,
        label: `tickets.${words}.title`,
        text: `tickets.${words}.lead`,
        icon,
        order: (index + 1) * 10,
        feature: 'tickets',
      })),
    );
  }
}
