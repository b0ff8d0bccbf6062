import { Module, type OnModuleInit } from '@nestjs/common';
import { Abilities } from '@foyer/access';
import { ALPHABETICAL, Database, rows, sql, table } from '@foyer/database';
import { registerMessages } from '@foyer/i18n';
import { factorNeeded } from '@foyer/factors';
import {
  accountSections,
  arrivalSteps,
  companyPanels,
  companySections,
  goodbyes,
  personPanels,
  usableConnections,
  sessionDemands,
  sessionsBegun,
  signInWays,
} from '@foyer/identity';
import { type Option, setupPages } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Maintenance } from '@foyer/tenants';
import { Themes } from '@foyer/theming';
import { Answers } from './answers.js';
import { Attempts } from './attempts.js';
import { AttemptsView } from './attempts-view.js';
import { ConnectionBook, isForCustomers, isForTeam, isOn } from './connection-book.js';
import { ConnectionForm } from './connection-form.js';
import { ConnectionRights } from './connection-rights.js';
import { ownerReference } from './connections.js';
import { CompanySignOnController } from './customer/company-sign-on.controller.js';
import { hrefOf, SignOnController } from './customer/sign-on.controller.js';
import { ClaimedDomains } from './domains/claimed-domains.js';
import { DomainMails } from './domains/domain-mails.js';
import { Enforcement } from './enforcement.js';
import { Flows } from './flows.js';
import { Goodbye } from './goodbye.js';
import { GroupRows } from './group-rows.js';
import { Identities } from './identities.js';
import { IdentityLinks } from './identity-links.js';
import { Keepers } from './keepers.js';
import { LinkMails } from './link-mails.js';
import { Directories } from './ldap/directories.js';
import { directoryConnections } from './ldap/directory-connections.js';
import { DirectoryRounds } from './ldap/directory-rounds.js';
import { DirectoryStrategy } from './ldap/directory.strategy.js';
import { MappedRoles } from './mapped-roles.js';
import { BackChannelController } from './oidc/back-channel.controller.js';
import { LogoutTokens } from './oidc/logout-tokens.js';
import { oidcConnections } from './oidc/oidc-connections.js';
import { OidcStrategy } from './oidc/oidc.strategy.js';
import { OpenId } from './oidc/open-id.js';
import { Revalidation } from './oidc/revalidation.js';
import { Replays } from './replays.js';
import { CertificateMails } from './saml/certificate-mails.js';
import { CertificatesView } from './saml/certificates-view.js';
import { KnownCertificates } from './saml/known-certificates.js';
import { OwnCertificateController } from './saml/own-certificate.controller.js';
import { SignedOutElsewhere } from './signed-out-elsewhere.js';
import { samlConnections } from './saml/saml-connections.js';
import { SamlController } from './saml/saml.controller.js';
import { SamlLogoutController } from './saml/saml-logout.controller.js';
import { SamlSignOuts } from './saml/saml-sign-outs.js';
import { SamlProviders } from './saml/saml-providers.js';
import { SamlStates } from './saml/saml-states.js';
import { SamlStrategy } from './saml/saml.strategy.js';
import { SignOn } from './sign-on.js';
import { signonRules } from './signon.rules.js';
import { socialConnections } from './social/social-connections.js';
import { SocialStrategy } from './social/social.strategy.js';
import { CompanySignOnPanel } from './team/company-panel.js';
import { connectionPages } from './team/connection.controller.js';
import { DomainsController } from './team/domains.controller.js';
import { PersonLinks, PersonLinksController } from './team/person-links.js';

registerMessages('signon', new URL('../locales', import.meta.url));

/** What protocols, and those who bring people in by other ways, use of it. */
const parts = [
  ...[ConnectionBook, ConnectionRights, Flows, Replays, Identities, IdentityLinks, MappedRoles, ClaimedDomains],
  ...[Answers, Attempts, Enforcement, GroupRows, SignOn, SignedOutElsewhere],
];

@Module({
  controllers: [
    ...[SignOnController, SamlController, OwnCertificateController, CompanySignOnController, DomainsController],
    ...[BackChannelController, SamlLogoutController, PersonLinksController],
    connectionPages('oidc', oidcConnections),
    connectionPages('social', socialConnections as never),
    connectionPages('saml', samlConnections as never),
    connectionPages('directory', directoryConnections as never),
  ],
  providers: [
    ...parts,
    ...[ConnectionForm, AttemptsView, DomainMails, LinkMails, CompanySignOnPanel, PersonLinks],
    ...[OpenId, OidcStrategy, SocialStrategy, LogoutTokens, Revalidation, Goodbye],
    ...[SamlStates, SamlProviders, SamlStrategy, SamlSignOuts, CertificatesView],
    ...[KnownCertificates, CertificateMails, Keepers],
    ...[Directories, DirectoryStrategy, DirectoryRounds],
  ],
  exports: parts,
})
export class SignonModule implements OnModuleInit {
  constructor(
    private readonly abilities: Abilities,
    private readonly themes: Themes,
    private readonly slots: Slots,
    private readonly maintenance: Maintenance,
    private readonly database: Database,
    private readonly book: ConnectionBook,
    private readonly links: IdentityLinks,
    private readonly domains: ClaimedDomains,
    private readonly enforcement: Enforcement,
    private readonly panel: CompanySignOnPanel,
    private readonly revalidation: Revalidation,
    private readonly rights: ConnectionRights,
    private readonly goodbye: Goodbye,
    private readonly personLinks: PersonLinks,
    private readonly samlProviders: SamlProviders,
    private readonly directoryRounds: DirectoryRounds,
    private readonly certificateMails: CertificateMails,
  ) {}

  onModuleInit(): void {
    this.abilities.contribute(signonRules);
    this.themes.registerTemplates('signon', new URL('../templates', import.meta.url));
    this.maintenance.register('signon.domains', () => this.domains.recheck());
    this.maintenance.register('signon.revalidation', () => this.revalidation.run());
    this.maintenance.register('signon.certificates', () => this.certificateMails.run());
    this.maintenance.register('signon.directories', () => this.directoryRounds.run());
    this.maintenance.register('signon.saml-metadata', () => this.samlProviders.readAgain());
    this.slots.fill(ownerReference, 10, (_locale, chosen) => this.owners(chosen));
    // Before anything else is asked of them: by this way they do not get in at all.
    this.slots.fill(arrivalSteps, -100, { name: 'sign-on', page: (arrival) => this.enforcement.page(arrival) });
    this.slots.fill(sessionsBegun, 10, (begun) => this.links.began(begun));
    this.slots.fill(sessionDemands, 20, (session) => this.enforcement.ofSession(session));
    this.slots.fill(factorNeeded, 10, (personId) => this.enforcement.whyFactor(personId));
    this.slots.fill(goodbyes, 10, (visit) => this.goodbye.page(visit));
    this.slots.fill(usableConnections, 10, async (audience) =>
      (await this.book.all()).some((one) => isOn(one) && (audience === 'team' ? isForTeam(one) : isForCustomers(one))),
    );
    this.slots.fill(signInWays, 20, {
      ...{ method: 'connection', load: (_, side, returnTo) => this.ways(side, returnTo) },
    });
    this.slots.fill(setupPages, 28, {
      ...{ group: 'sign-in', href: '/console/settings/sign-in-domains', icon: 'globe' },
      ...{ label: 'signon.domain.title', text: 'signon.domain.lead' },
    });
    this.slots.fill(companyPanels, 40, this.panel);
    this.slots.fill(personPanels, 40, this.personLinks);
    this.slots.fill(accountSections, 20, { on: 'both', load: (actor, visit) => this.personLinks.own(actor, visit) });
    this.slots.fill(companySections, 40, {
      load: (actor, companyId) =>
        Promise.resolve(
          this.rights.mayManage(actor, companyId)
            ? { template: 'signon/customer/company-section', view: { href: `/company/sign-in/${companyId}` } }
            : null,
        ),
    });
  }

  /** Buttons for the operator's own, and the way to a company's. */
  private async ways(side: 'portal' | 'console', returnTo: string) {
    const all = await this.book.all();
    if (all.length === 0) return null;
    const offered = await this.book.offered(side);
    const connections = offered.map((one) => ({
      name: one.name,
      href: hrefOf(one, returnTo, side === 'console' ? side : undefined),
    }));
    const hasOthers = side === 'portal' && all.some(({ companyId }) => companyId !== null);
    const finder = hasOthers ? `/sign-in/company?return_to=${encodeURIComponent(returnTo)}` : null;
    return connections.length > 0 || finder
      ? { template: 'signon/customer/ways', view: { connections, finder } }
      : null;
  }

  private owners(chosen: readonly string[]): Promise<Option[]> {
    return this.database.read((em) =>
      rows<Option>(
        em,
        sql`select id as value, name as label from ${table('person')}
             where team_role = 'owner' and status = 'active' or id::text = any(${chosen}::text[])
             order by name ${ALPHABETICAL} limit 200`,
      ),
    );
  }
}
