import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { Abilities, type Actor, holds } from '@foyer/access';
import { FileUses } from '@foyer/files';
import { registerMessages } from '@foyer/i18n';
import { Themes } from '@foyer/theming';
import { BrandController, FaviconController } from './customer/brand.controller.js';
import { LegalController } from './customer/legal.controller.js';
import { HomeController } from './customer/home.controller.js';
import { BrandingController } from './team/branding.controller.js';
import { ConsoleStartController } from './team/console-start.controller.js';
import { FindController } from './team/find.controller.js';
import { FeaturesController } from './team/features.controller.js';
import { GeneralController } from './team/general.controller.js';
import { LegalSettingsController } from './team/legal.controller.js';
import { PortalController } from './team/portal.controller.js';
import { pathOf, portalPages } from './team/settings-page.js';
import { BrandPictures } from './brand-pictures.js';
import { ListOperations } from './api/list-operations.js';
import { Collections } from './collections.js';
import { ConsoleSearch } from './console-search.js';
import { Features } from './features.js';
import { FirstSteps } from './first-steps.js';
import { Items } from './items.js';
import { PortalHome } from './home.js';
import { Navigation } from './navigation.js';
import { PortalSite } from './portal-site.js';
import { PublishedTemplates } from './published-templates.js';
import { References } from './resources/references.js';
import { ResourceSearch } from './resources/resource-search.js';
import { Settings } from './settings.js';
import { SettingsMemory } from './settings-memory.js';
import { SettingsPack } from './settings.pack.js';
import { SetupPages } from './setup-pages.js';
import { settingsRules } from './settings.rules.js';
import { Uses } from './uses.js';
import { TenantThemes } from './tenant-themes.js';

registerMessages('settings', new URL('../locales', import.meta.url));

@Global()
@Module({
  controllers: [
    HomeController,
    BrandController,
    FaviconController,
    ConsoleStartController,
    GeneralController,
    BrandingController,
    FeaturesController,
    PortalController,
    LegalSettingsController,
    LegalController,
    FindController,
  ],
  providers: [
    SettingsMemory,
    Settings,
    Items,
    Uses,
    References,
    Collections,
    ListOperations,
    SetupPages,
    ConsoleSearch,
    Features,
    FirstSteps,
    Navigation,
    PortalHome,
    BrandPictures,
    TenantThemes,
    PublishedTemplates,
    PortalSite,
    SettingsPack,
    ResourceSearch,
  ],
  exports: [
    Settings,
    Items,
    Uses,
    References,
    Collections,
    ListOperations,
    SetupPages,
    ConsoleSearch,
    Features,
    FirstSteps,
    Navigation,
    PortalHome,
    PublishedTemplates,
    BrandPictures,
  ],
})
export class SettingsModule implements OnModuleInit {
  constructor(
    private readonly abilities: Abilities,
    private readonly themes: Themes,
    private readonly navigation: Navigation,
    private readonly setup: SetupPages,
    private readonly fileUses: FileUses,
    private readonly steps: FirstSteps,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.abilities.contribute(settingsRules);
    this.navigation.add({
      on: 'console',
      href: '/console/settings',
      label: 'settings.nav',
      icon: 'settings',
      order: 90,
      shownTo: ({ ability }) => holds(ability, 'manage', 'Settings'),
    });
    this.setup.add(...portalPages);
    this.addSteps();
    this.fileUses.json('setting', 'value');
    this.fileUses.json('item', 'data');
    this.themes.registerTemplates('settings', new URL('../templates', import.meta.url));
  }

  private addSteps(): void {
    const shownTo = ({ ability }: Actor) => holds(ability, 'manage', 'Settings');
    const branded = async () =>
      (await this.settings.get('branding')).logo !== null || (await this.steps.someoneChanged('branding'));
    const reachable = async () => (await this.settings.get('general')).supportEmail !== null;
    this.steps.add(
      { ...step('branding'), order: 10, href: pathOf('branding'), shownTo, isDone: branded },
      { ...step('support'), order: 20, href: pathOf('general'), shownTo, isDone: reachable },
      { ...step('portal'), order: 50, href: '/', isDone: () => this.steps.portalSeen() },
    );
  }
}

const step = (key: string) => ({ key, title: `settings.steps.${key}.title`, text: `settings.steps.${key}.text` });
