import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type SetupPage, SetupPages } from '@foyer/settings';

const PAGES: [path: string, words: string, icon: string, order: number][] = [
  ['request-types', 'types', 'ticket', 10],
  ['ticket-fields', 'fields', 'note', 20],
  ['ticket-categories', 'categories', 'tag', 30],
  ['ticket-statuses', 'statuses', 'activity', 40],
  ['ticket-priorities', 'priorities', 'flag', 60],
  ['ticket-groups', 'groups', 'users', 70],
];

/** The pages on which a team sets up what can be asked, in the console's settings. */
@Injectable()
export class RequestPages implements OnModuleInit {
  constructor(private readonly setup: SetupPages) {}

  onModuleInit(): void {
    this.setup.add(
      ...PAGES.map(([path, words, icon, order]): SetupPage => ({
        group: 'tickets',
        href: `/console/settings/${path}`,
        label: `requests.setup.${words}.title`,
        text: `requests.setup.${words}.lead`,
        icon,
        order,
        feature: 'tickets',
      })),
    );
  }
}
