import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { Abilities, holds } from '@foyer/access';
import { sql, table } from '@foyer/database';
import { registerMessages, translate } from '@foyer/i18n';
import { consoleNotices, firstSteps, setupPages } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Maintenance } from '@foyer/tenants';
import { Themes } from '@foyer/theming';
import { SentForms } from '@foyer/web';
import { Accounts } from './accounts.js';
import { CompaniesOperations } from './api/companies.operations.js';
import { InvitationsOperations } from './api/invitations.operations.js';
import { PeopleOperations } from './api/people.operations.js';
import { Arrivals } from './arrivals.js';
import { Companies } from './companies.js';
import { CompanyPeople } from './company-people.js';
import { CompanyChoices } from './company-choices.js';
import { SignInController } from './customer/sign-in.controller.js';
import { MailedLinkController, MailedLinkWay } from './customer/mailed-link.controller.js';
import { RegistrationController } from './customer/registration.controller.js';
import { RecoveryController } from './customer/recovery.controller.js';
import { InvitationController } from './customer/invitation.controller.js';
import { CustomerAccountController } from './customer/account.controller.js';
import { CompanyController } from './customer/company.controller.js';
import { ConsoleSignInController } from './team/console-sign-in.controller.js';
import { WelcomeController } from './team/welcome.controller.js';
import { NewPersonController } from './team/new-person.controller.js';
import { PeopleController } from './team/people.controller.js';
import { CompaniesController } from './team/companies.controller.js';
import { FindPeople } from './team/find-people.js';
import { TeamController } from './team/team.controller.js';
import { ConsoleAccountController } from './team/console-account.controller.js';
import { Deactivations } from './deactivations.js';
import { RolePreview } from './roles/role-preview.js';
import { CompanyRolesController, TeamRolesController } from './roles/roles.controller.js';
import { Roles } from './roles/roles.js';
import { TeamRoles } from './roles/team-roles.js';
import { SetupTeam } from './setup-team.js';
import { IdentityEntrances } from './identity-entrances.js';
import { identityRules } from './identity.rules.js';
import { IdentityMails } from './jobs/identity-mails.js';
import { MailedLinks } from './mailed-links.js';
import { Newcomers } from './newcomers.js';
import { NewDevices } from './new-devices.js';
import { NotMeController } from './customer/not-me.controller.js';
import { Invitations } from './invitations.js';
import { Owners } from './owners.js';
import { PeopleList } from './people-list.js';
import { Leaving } from './team/leaving.js';
import { PersonPasswords } from './person-passwords.js';
import { PeoplePack } from './people.pack.js';
import { FROZEN_ROLE, type PortalActor } from './portal-actor.js';
import { PortalPrincipals } from './portal-principals.js';
import { Seats } from './seats.js';
import { Registrations } from './registrations.js';
import { SignIn } from './sign-in.js';
import { Vouched } from './vouched.js';
import { SignInRules } from './sign-in-rules.js';
import { SignIns } from './sign-ins.js';
import { SignInsView } from './sign-ins-view.js';
import { PATH as SIGN_IN_SETTINGS, SignInRulesController } from './team/sign-in-rules.controller.js';
import { hasColleagues, Welcome } from './welcome.js';

registerMessages('identity', new URL('../locales', import.meta.url));

/** What other modules use of it. */
const parts = [
  PortalPrincipals,
  SignIn,
  SignInRules,
  SignIns,
  Arrivals,
  Accounts,
  Deactivations,
  Registrations,
  Invitations,
  Newcomers,
  Companies,
  Roles,
  TeamRoles,
  SetupTeam,
  PeopleList,
  Vouched,
  Welcome,
  Seats,
];

@Global()
@Module({
  controllers: [
    SignInController,
    MailedLinkController,
    NotMeController,
    RegistrationController,
    RecoveryController,
    InvitationController,
    CustomerAccountController,
    CompanyController,
    ConsoleSignInController,
    WelcomeController,
    NewPersonController,
    PeopleController,
    CompaniesController,
    TeamController,
    ConsoleAccountController,
    CompanyRolesController,
    TeamRolesController,
    SignInRulesController,
  ],
  providers: [
    ...parts,
    CompanyChoices,
    CompanyPeople,
    RolePreview,
    Leaving,
    FindPeople,
    PeoplePack,
    PersonPasswords,
    SignInsView,
    MailedLinks,
    NewDevices,
    MailedLinkWay,
    Owners,
    IdentityMails,
    IdentityEntrances,
    PeopleOperations,
    CompaniesOperations,
    InvitationsOperations,
  ],
  exports: [...parts],
})
export class IdentityModule implements OnModuleInit {
  constructor(
    private readonly abilities: Abilities,
    private readonly themes: Themes,
    private readonly maintenance: Maintenance,
    private readonly accounts: Accounts,
    private readonly sent: SentForms,
    private readonly slots: Slots,
    private readonly seats: Seats,
  ) {}

  onModuleInit(): void {
    this.abilities.contribute(identityRules);
    this.maintenance.register('identity.sweep', () => this.accounts.sweep());
    // Whatever of a change of plan has not arrived by then.
    this.maintenance.register('identity.seats', () => this.seats.settle());
    this.maintenance.register('web.sent-forms', () => this.sent.forget());
    this.slots.fill(firstSteps, 30, {
      ...{ id: 'team', href: '/console/team', words: 'identity.steps.team' },
      shownTo: ({ ability }) => holds(ability, 'manage', 'Team'),
      isDone: hasColleagues,
    });
    this.slots.fill(firstSteps, 35, {
      ...{ id: 'company', href: '/console/companies/new', words: 'identity.steps.company', onlyNamed: true },
      isDone: () => sql`exists (select from ${table('company')})`,
    });
    this.slots.fill(consoleNotices, 10, (actor, locale) =>
      (actor as PortalActor).teamRole === FROZEN_ROLE
        ? { tone: 'warn', text: translate(locale, 'identity.seats.frozen-notice') }
        : null,
    );
    this.slots.fill(setupPages, 54, {
      ...{ group: 'portal', href: SIGN_IN_SETTINGS, icon: 'key' },
      ...{ label: 'identity.sign-in-rules.title', text: 'identity.sign-in-rules.lead' },
    });
    this.themes.registerTemplates('identity', new URL('../templates', import.meta.url));
  }
}
