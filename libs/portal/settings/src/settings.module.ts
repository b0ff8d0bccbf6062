import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { Abilities, holds } from '@foyer/access';
import { sql, table } from '@foyer/database';
import { FileUses } from '@foyer/files';
import { languageNameIn, registerMessages } from '@foyer/i18n';
import { Slots } from '@foyer/slots';
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
import { addPortalPages, pathOf } from './team/settings-page.js';
import { BrandPictures } from './brand-pictures.js';
import { ListOperations } from './api/list-operations.js';
import { Collections } from './collections.js';
import { Features } from './features.js';
import { firstSteps } from './first-steps.js';
import { Items } from './items.js';
import { PortalHome } from './home.js';
import { navEntries, Navigation } from './navigation.js';
import { PortalSite } from './portal-site.js';
import { Languages } from './languages.js';
import { PublishedTemplates } from './published-templates.js';
import { languageReference } from './resources/references.js';
import { ResourcePacks } from './resources/resource-packs.js';
import { ResourceSearch } from './resources/resource-search.js';
import { Settings } from './settings.js';
import { SettingsMemory } from './settings-memory.js';
import { SettingsPack } from './settings.pack.js';
import { SetupPages } from './setup-pages.js';
import { settingsRules } from './settings.rules.js';
import { Uses } from './uses.js';
import { TenantThemes } from './tenant-themes.js';

registerMessages('settings', new URL('../locales', import.meta.url));

/** What other modules use of it. */
const parts = [Settings, Items, Uses, Collections, Features, PublishedTemplates, BrandPictures];

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
    ...parts,
    SettingsMemory,
    Languages,
    ListOperations,
    SetupPages,
    Navigation,
    PortalHome,
    TenantThemes,
    PortalSite,
    SettingsPack,
    ResourcePacks,
    ResourceSearch,
  ],
  exports: [...parts],
})
export class SettingsModule implements OnModuleInit {
  constructor(
    private readonly abilities: Abilities,
    private readonly themes: Themes,
    private readonly slots: Slots,
    private readonly fileUses: FileUses,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.abilities.contribute(settingsRules);
    this.slots.fill(navEntries, 90, {
      on: 'console',
      href: '/console/settings',
      label: 'settings.nav',
      icon: 'settings',
      shownTo: ({ ability }) => holds(ability, 'manage', 'Settings'),
    });
    addPortalPages(this.slots);
    this.slots.fill(languageReference, 10, async (locale) =>
      (await this.settings.get('general')).locales.map((value) => ({ value, label: languageNameIn(value, locale) })),
    );
    this.addSteps();
    this.fileUses.json('setting', 'value');
    this.fileUses.json('item', 'data');
    this.themes.registerTemplates('settings', new URL('../templates', import.meta.url));
  }

  private addSteps(): void {
    this.slots.fill(firstSteps, 10, { ...step('branding', 'branding'), isDone: isBranded });
    const isReachable = async () => (await this.settings.get('general')).supportEmail !== null;
    this.slots.fill(firstSteps, 20, { ...step('support', 'general'), isDone: isReachable });
  }
}

const step = (id: string, page: 'branding' | 'general') => ({ id, words: `settings.steps.${id}`, href: pathOf(page) });
const isBranded = () =>
  sql`exists (select from ${table('setting')} where key = 'branding' and (changed_by is not null or value ->> 'logo' is not null))`;
