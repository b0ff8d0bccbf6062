import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { Abilities } from '@foyer/access';
import { registerMessages } from '@foyer/i18n';
import { Themes } from '@foyer/theming';
import { BrandPictures } from './brand-pictures.js';
import { Features } from './features.js';
import { PortalHome } from './home.js';
import { Navigation } from './navigation.js';
import { PortalSite } from './portal-site.js';
import { PublishedTemplates } from './published-templates.js';
import { Settings } from './settings.js';
import { SettingsMemory } from './settings-memory.js';
import { SettingsPack } from './settings.pack.js';
import { settingsRules } from './settings.rules.js';
import { TenantThemes } from './tenant-themes.js';

registerMessages('settings', new URL('../locales', import.meta.url));

@Global()
@Module({
  providers: [
    SettingsMemory,
    Settings,
    Features,
    Navigation,
    PortalHome,
    BrandPictures,
    TenantThemes,
    PublishedTemplates,
    PortalSite,
    SettingsPack,
  ],
  exports: [Settings, Features, Navigation, PortalHome, PublishedTemplates, BrandPictures],
})
export class SettingsModule implements OnModuleInit {
  constructor(
    private readonly abilities: Abilities,
    private readonly themes: Themes,
  ) {}

  onModuleInit(): void {
    this.abilities.contribute(settingsRules);
    this.themes.registerTemplates('settings', new URL('../templates', import.meta.url));
  }
}
