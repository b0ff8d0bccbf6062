export { Attempts } from './attempts.js';
export { attributeAt, type Claims, textOf, textsOf } from './claims.js';
export { type Connection, ConnectionBook, isForCustomers, isForTeam, isOn, type Owner } from './connection-book.js';
export { ConnectionRights, isSwitchedOff } from './connection-rights.js';
export { type ConnectionItem, type ConnectionList, connectionSeal, declareConnections } from './connections.js';
export { dismissed, type IsDismissed } from './dismissed.js';
export { ClaimedDomains, recordOf } from './domains/claimed-domains.js';
export { Enforcement } from './enforcement.js';
export { type Flow, Flows } from './flows.js';
export { beginsAt, firstGroup, GroupRows } from './group-rows.js';
export { Identities, type Verdict } from './identities.js';
export { IdentityLinks } from './identity-links.js';
export { directoryConnections } from './ldap/directory-connections.js';
export { DirectoryRounds } from './ldap/directory-rounds.js';
export { MappedRoles } from './mapped-roles.js';
export { oidcConnections } from './oidc/oidc-connections.js';
export { Revalidation } from './oidc/revalidation.js';
export { type Reason, REASONS, SignOnRefused } from './refused.js';
export { Replays } from './replays.js';
export { SignedOutElsewhere } from './signed-out-elsewhere.js';
export { samlConnections } from './saml/saml-connections.js';
export { SignOn } from './sign-on.js';
export {
  DomainClaimed,
  DomainLost,
  DomainMissing,
  DomainReleased,
  DomainVerified,
  IdentityLinked,
  IdentityUnlinked,
  SignOnDenied,
} from './signon.events.js';
export { SignonModule } from './signon.module.js';
export { socialConnections } from './social/social-connections.js';
export { type Asking, Handshake, type Outcome, type SignOnRequest } from './strategy.js';
export { CertificateMails } from './saml/certificate-mails.js';
