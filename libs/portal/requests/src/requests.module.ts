import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { settingsPage } from '@foyer/settings';
import { Themes } from '@foyer/theming';
import { Agents } from './agents.js';
import { Categories } from './categories.js';
import { Groups, ticketGroups } from './groups.js';
import { OrderChoices } from './order-choices.js';
import { RequestsPack } from './requests.pack.js';
import { Requests } from './requests.js';
import { CategoriesController } from './setup/categories.controller.js';
import { FieldUse } from './setup/field-use.js';
import { FieldsController } from './setup/fields.controller.js';
import { FirstStep } from './setup/first-step.js';
import { RequestPages } from './setup/pages.js';
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
  providers: [
    Agents,
    Categories,
    FieldUse,
    FirstStep,
    Groups,
    OrderChoices,
    RequestPages,
    Requests,
    RequestsPack,
    Statuses,
  ],
  exports: [Agents, Categories, Groups, OrderChoices, Requests, RequestsPack, Statuses],
})
export class RequestsModule implements OnModuleInit {
  constructor(private readonly themes: Themes) {}

  onModuleInit(): void {
    this.themes.registerTemplates('requests', new URL('../templates', import.meta.url));
    this.themes.renamed(FORMER_NAMES);
  }
}
