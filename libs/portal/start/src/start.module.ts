import { Module, type OnModuleInit } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import type { PortalActor } from '@foyer/identity';
import { firstSteps, navEntries, Settings, settingNow, setupPages } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Themes } from '@foyer/theming';
import { FirstHour, isAsked } from './first-hour.js';
import { firstHour } from './progress.js';
import { PATH, StartController } from './start.controller.js';
import { StartPack } from './start.pack.js';

registerMessages('start', new URL('../locales', import.meta.url));

@Module({ controllers: [StartController], providers: [FirstHour, StartPack], exports: [FirstHour] })
export class StartModule implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly themes: Themes,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.themes.registerTemplates('start', new URL('../templates', import.meta.url));
    this.slots.fill(firstSteps, 50, {
      ...{ id: 'portal', href: '/', words: 'start.portal' },
      isDone: async () => (await this.settings.get(firstHour)).portalSeen,
    });
    this.slots.fill(navEntries, 5, {
      ...{ on: 'console', href: PATH, label: 'start.title', icon: 'flag' },
      shownTo: (actor) => isAsked(actor as PortalActor) && FirstHour.isOn(),
    });
    this.slots.fill(setupPages, 5, {
      ...{ group: 'portal', href: PATH, icon: 'flag', label: 'start.title', text: 'start.setup' },
      shownTo: () => !settingNow(firstHour).isFinished,
    });
  }
}
