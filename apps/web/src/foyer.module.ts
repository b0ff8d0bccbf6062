import { type DynamicModule, Module, type Type } from '@nestjs/common';
import type { EntityClass } from '@mikro-orm/postgresql';
import { AccessModule } from '@foyer/access';
import { ApprovalsModule } from '@foyer/approvals';
import { ApiModule } from '@foyer/api';
import { BillingModule } from '@foyer/billing';
import { type Config, ConfigModule } from '@foyer/config';
import { CorrespondenceModule } from '@foyer/correspondence';
import { CredentialsModule, Session, Token } from '@foyer/credentials';
import { DatabaseModule } from '@foyer/database';
import { EntitlementsModule } from '@foyer/entitlements';
import { EventsModule } from '@foyer/events';
import { FactorsModule } from '@foyer/factors';
import { FilesModule, StoredFile } from '@foyer/files';
import { Company, IdentityModule, Membership, Person } from '@foyer/identity';
import { KeysModule } from '@foyer/keys';
import { Mail, MailModule } from '@foyer/mail';
import { NotifyModule } from '@foyer/notify';
import { OutboundModule } from '@foyer/outbound';
import { PlanModule } from '@foyer/plan';
import { PlansModule } from '@foyer/plans';
import { ProvisioningModule } from '@foyer/provisioning';
import { Setting, SettingsModule, TemplateOverride } from '@foyer/settings';
import { ServiceModule } from '@foyer/service';
import { KnowledgeModule } from '@foyer/knowledge';
import { RequestsModule, TicketCategory } from '@foyer/requests';
import { SignonModule } from '@foyer/signon';
import { SlotsModule } from '@foyer/slots';
import { SurveysModule } from '@foyer/surveys';
import { SignupModule } from '@foyer/signup';
import { StartModule } from '@foyer/start';
import { StaffMember, StaffModule } from '@foyer/staff';
import { TenantRecord, TenantsModule } from '@foyer/tenants';
import { ThemingModule } from '@foyer/theming';
import { Ticket, TicketMessage, TicketsModule } from '@foyer/tickets';
import { WebModule } from '@foyer/web';
import { Draining } from './draining.js';
import { PlatformSite } from './platform-site.js';

export const entities: EntityClass<object>[] = [
  ...[Session, Token, StoredFile, Mail, TenantRecord, StaffMember],
  ...[Setting, TemplateOverride],
  ...[Person, Company, Membership],
  ...[Ticket, TicketMessage, TicketCategory],
];

/** Everything Foyer is made of, in the order of its tiers. Web, worker and command line start from the same. */
@Module({})
export class FoyerModule {
  static forRoot(config: Config, more: Type[] = []): DynamicModule {
    return {
      module: FoyerModule,
      imports: [
        ...[
          ConfigModule.forRoot(config),
          DatabaseModule.forRoot(entities),
          EventsModule,
          AccessModule,
          CredentialsModule,
          EntitlementsModule,
        ],
        ...[SlotsModule, OutboundModule, FilesModule, MailModule, ThemingModule, WebModule, ApiModule],
        ...[PlansModule, TenantsModule, BillingModule, StaffModule, SignupModule],
        ...[
          SettingsModule,
          NotifyModule,
          IdentityModule,
          FactorsModule,
          KeysModule,
          SignonModule,
          ProvisioningModule,
          RequestsModule,
          TicketsModule,
          ServiceModule,
          CorrespondenceModule,
        ],
        ...[ApprovalsModule, SurveysModule, KnowledgeModule, PlanModule, StartModule],
        ...more,
      ],
      providers: [PlatformSite, Draining],
    };
  }
}
