import { Test, type TestingModule } from '@nestjs/testing';
import { ConfigModule, type Config } from '@foyer/config';
import { CredentialsModule } from '@foyer/credentials';
import { DatabaseModule } from '@foyer/database';
import { EventsModule } from '@foyer/events';
import { ThemingModule, Themes } from '@foyer/theming';
import { EVERYTHING } from '@foyer/entitlements';
import { TenantDirectory } from '@foyer/tenancy';
import { Sites } from '@foyer/web';
import { freshTenant, TestDirectory } from '@foyer/app-cli/testing/database';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Mail, MailDeliveryModule, MailModule, MailRules } from '../src/index.js';
import { MAIL_PATIENCE, type Patience } from '../src/outlet.js';

const view = {
  name: 'Acme Support',
  origin: 'http://acme.localhost:3000',
  nav: [],
  stylesheets: [],
  platform: false,
};
const sites = new Sites();
sites.register('portal', () =>
  Promise.resolve({
    view: () => view,
    locales: ['en'],
    defaultLocale: 'en',
    timeZone: 'UTC',
    has: () => true,
    status: 'active',
    ...{ standing: null, plan: 'team', trialEndsAt: null },
    entitled: EVERYTHING,
    statusMessage: '',
  }),
);

const directory = new TestDirectory();

@Global()
@Module({
  providers: [
    { provide: TenantDirectory, useValue: directory },
    { provide: Sites, useValue: sites },
  ],
  exports: [TenantDirectory, Sites],
})
class Surroundings {
  static impatient(patience: Patience): DynamicModule {
    return {
      module: Surroundings,
      providers: [{ provide: MAIL_PATIENCE, useValue: patience }],
      exports: [MAIL_PATIENCE],
    };
  }
}

/** The part of the application that mails need, with a tenant in it. */
export async function mailing(config: Config, patience: Patience, slug = 'acme') {
  const module: TestingModule = await Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(config),
      DatabaseModule.forRoot([Mail]),
      EventsModule,
      CredentialsModule,
      ThemingModule,
      Surroundings.impatient(patience),
      MailModule,
      MailDeliveryModule,
    ],
  }).compile();
  await module.init();
  module.get(Themes).registerTemplates('mail', new URL('templates', import.meta.url));
  module.get(MailRules).declare({ 'mail/hello': ({ about }) => Promise.resolve(about['gone'] !== 'yes') });
  const acme = await freshTenant(config, slug);
  directory.tenants.push(acme);
  return { module, acme };
}
