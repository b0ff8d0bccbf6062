import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { Themes } from '@foyer/theming';
import { ServicePack } from './service.pack.js';
import { SlaClocks } from './sla/sla-clocks.js';

registerMessages('service', new URL('../locales', import.meta.url));

@Global()
@Module({
  providers: [ServicePack, SlaClocks],
})
export class ServiceModule implements OnModuleInit {
  constructor(private readonly themes: Themes) {}

  onModuleInit(): void {
    this.themes.registerTemplates('service', new URL('../templates', import.meta.url));
  }
}
