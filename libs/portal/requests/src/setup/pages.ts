import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type SetupPage, SetupPages } from '@foyer/settings';

const PAGES: [path: string, words: string, icon: string, order: number][] = [
  ['ticket-categories', 'categories', 'tag', 30],
  ['ticket-priorities', 'priorities', 'flag', 60],
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
