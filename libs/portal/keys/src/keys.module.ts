import { Module, type OnModuleInit } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { keptWithout } from '@foyer/identity';
import { setupPages } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Themes } from '@foyer/theming';
import { DocsController, OpenApiController } from './customer/docs.controller.js';
import { KeyWarnings } from './jobs/key-warnings.js';
import { KeyCallers } from './key-callers.js';
import { KeyRing } from './key-ring.js';
import { Keys } from './keys.js';
import { KeysController } from './team/keys.controller.js';

registerMessages('keys', new URL('../locales', import.meta.url));

@Module({
  controllers: [KeysController, DocsController, OpenApiController],
  providers: [Keys, KeyRing, KeyCallers, KeyWarnings],
  exports: [Keys, KeyRing, KeyCallers],
})
export class KeysModule implements OnModuleInit {
  constructor(
    private readonly themes: Themes,
    private readonly slots: Slots,
    private readonly keys: Keys,
  ) {}

  onModuleInit(): void {
    this.slots.fill(setupPages, 60, {
      ...{ group: 'portal', href: '/console/settings/api-keys', icon: 'key' },
      ...{ label: 'keys.title', text: 'keys.lead' },
    });
    this.slots.fill(keptWithout, 10, async (personId) =>
      (await this.keys.madeBy(personId)).map(({ id, name }) => ({
        ...{ kind: 'keys.title', href: `/console/settings/api-keys/${id}`, name: () => name },
      })),
    );
    this.themes.registerTemplates('keys', new URL('../templates', import.meta.url));
  }
}
