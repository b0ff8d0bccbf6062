import { Module, type OnModuleInit } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { SetupPages } from '@foyer/settings';
import { Themes } from '@foyer/theming';
import { DocsController, OpenApiController } from './customer/docs.controller.js';
import { KeyCallers } from './key-callers.js';
import { Keys } from './keys.js';
import { KeysController } from './team/keys.controller.js';

registerMessages('keys', new URL('../locales', import.meta.url));

@Module({
  controllers: [KeysController, DocsController, OpenApiController],
  providers: [Keys, KeyCallers],
  exports: [Keys],
})
export class KeysModule implements OnModuleInit {
  constructor(
    private readonly themes: Themes,
    private readonly setup: SetupPages,
  ) {}

  onModuleInit(): void {
    this.setup.add({
      ...{ group: 'portal', href: '/console/settings/api-keys', icon: 'key', order: 60 },
      ...{ label: 'keys.title', text: 'keys.lead' },
    });
    this.themes.registerTemplates('keys', new URL('../templates', import.meta.url));
  }
}
