import { Module, type OnModuleInit } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { setupPages } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Themes } from '@foyer/theming';
import { Metering } from './jobs/metering.js';
import { PlanMails } from './jobs/plan-mails.js';
import { PATH, PlanPage } from './plan-page.js';
import { PlanController } from './team/plan.controller.js';

registerMessages('plan', new URL('../locales', import.meta.url));

@Module({ controllers: [PlanController], providers: [PlanPage, PlanMails, Metering] })
export class PlanModule implements OnModuleInit {
  constructor(
    private readonly themes: Themes,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.themes.registerTemplates('plan', new URL('../templates', import.meta.url));
    this.slots.fill(setupPages, 90, {
      ...{ group: 'portal', href: PATH, icon: 'invoice' },
      ...{ label: 'plan.title', text: 'plan.lead' },
    });
  }
}
