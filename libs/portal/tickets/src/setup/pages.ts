import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type SetupPage, SetupPages } from '@foyer/settings';

const PAGES: [path: string, words: string, icon: string][] = [
  ['request-types', 'types', 'ticket'],
  ['ticket-fields', 'fields', 'note'],
  ['ticket-categories', 'categories', 'tag'],
  ['ticket-statuses', 'statuses', 'activity'],
  ['ticket-priorities', 'priorities', 'flag'],
  ['ticket-groups', 'groups', 'users'],
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
        label: `tickets.setup.${words}.title`,
        text: `tickets.setup.${words}.lead`,
        icon,
        order: (index + 1) * 10,
        feature: 'tickets',
      })),
    );
  }
}
