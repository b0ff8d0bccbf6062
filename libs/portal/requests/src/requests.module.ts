import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { settingsPage, setupPages } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Themes } from '@foyer/theming';
import { Agents } from './agents.js';
import { Categories } from './categories.js';
import { Groups, ticketGroups } from './groups.js';
import { RequestsPack } from './requests.pack.js';
import { Requests } from './requests.js';
import { CategoriesController } from './setup/categories.controller.js';
import { FindCategories } from './setup/find-categories.js';
import { FieldUse } from './setup/field-use.js';
import { FieldsController } from './setup/fields.controller.js';
import { FirstStep } from './setup/first-step.js';
import { PrioritiesController } from './setup/priorities.controller.js';
import { StatusesController } from './setup/statuses.controller.js';
import { TypesController } from './setup/types.controller.js';
import { Statuses } from './statuses.js';

registerMessages('requests', new URL('../locales', import.meta.url));

/** To go in 0.3: by then no mail, published template or process knows the names of 0.1. */
const FORMER_NAMES = {
  'tickets/request/': 'requests/',
  'tickets/setup/': 'requests/setup/',
  'tickets/setup/translations': 'settings/team/translations',
  'tickets/conditions/': 'settings/team/',
};

@Global()
@Module({
  controllers: [
    TypesController,
    FieldsController,
    CategoriesController,
    StatusesController,
    PrioritiesController,
    settingsPage(ticketGroups),
  ],
  providers: [Agents, Categories, FieldUse, FindCategories, FirstStep, Groups, Requests, RequestsPack, Statuses],
  exports: [Agents, Categories, Groups, Requests, RequestsPack, Statuses],
})
export class RequestsModule implements OnModuleInit {
  constructor(
    private readonly themes: Themes,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.themes.registerTemplates('requests', new URL('../templates', import.meta.url));
    this.themes.renamed(FORMER_NAMES);
    const page = { group: 'tickets', feature: 'tickets' } as const;
    this.slots.fill(setupPages, 30, {
      ...{ ...page, href: '/console/settings/ticket-categories', icon: 'tag' },
      ...{ label: 'requests.setup.categories.title', text: 'requests.setup.categories.lead' },
    });
    this.slots.fill(setupPages, 60, {
      ...{ ...page, href: '/console/settings/ticket-priorities', icon: 'flag' },
      ...{ label: 'requests.setup.priorities.title', text: 'requests.setup.priorities.lead' },
    });
  }
}
