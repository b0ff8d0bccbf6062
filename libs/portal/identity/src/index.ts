export { portalApi } from './api/portal-operations.js';
export {
  type Arrival,
  type ArrivalStep,
  arrivalSteps,
  type ConnectionSession,
  goodbyes,
  type Factor,
  type OpenSession,
  type SessionDemand,
  sessionDemands,
  type SessionBegun,
  sessionsBegun,
  type SignInWay,
  signInWays,
  type Way,
} from './arrival-slots.js';
export { Arrivals } from './arrivals.js';
export { Accounts } from './accounts.js';
export { Deactivations } from './deactivations.js';
export { Registrations } from './registrations.js';
export { Companies } from './companies.js';
export { companyReference } from './company-choices.js';
export {
  type Capability,
  companyCapabilities,
  declareCapability,
  declareTeamCapability,
  type Scope,
  SCOPES,
  TEAM_SCOPES,
  teamCapabilities,
  type TeamScope,
} from './roles/capabilities.js';
export { companyRoleReference, type CompanyRoleSetup, companyRoles, type RoleMeaning, Roles } from './roles/roles.js';
export { grantsOf, type Place } from './roles/grants.js';
export { SetupTeam } from './setup-team.js';
export { TeamRoles, teamRoles, type TeamRoleSetup } from './roles/team-roles.js';
export {
  type AccountSection,
  accountSections,
  type CompanySection,
  companySections,
  keptWithout,
  leaving,
  type Previewed,
  rolePreviews,
  teamParts,
} from './identity-slots.js';
export { Company, COMPANY_ROLES, type CompanyRole, Membership, type StandardRole } from './company.entity.js';
export {
  CompanyCreated,
  CompanyUpdated,
  EmailChangeAsked,
  EmailChanged,
  InvitationWithdrawn,
  MemberJoined,
  MemberRemoved,
  MemberRoleChanged,
  PasswordChanged,
  PersonDeactivated,
  PersonInvited,
  PersonReactivated,
  PersonRegistered,
  PersonVerified,
  ProfileChanged,
  SessionEnded,
  SessionRefused,
  SessionStarted,
  SessionsEnded,
  TeamRoleChanged,
} from './identity.events.js';
export { type Destination, Invitations } from './invitations.js';
export { Newcomers } from './newcomers.js';
export { PeopleList, type PersonRow } from './people-list.js';
export { personAt } from './person-at.js';
export { Person, type StandardTeamRole, TEAM_ROLES, type TeamRole } from './person.entity.js';
export { FROZEN_ROLE, NOBODY, type PortalActor } from './portal-actor.js';
export { AT_DESK, placeSql, PortalPrincipals } from './portal-principals.js';
export { IdentityModule } from './identity.module.js';
export { isPublicMail } from './public-mail.js';
export { Seats } from './seats.js';
export { SignIn } from './sign-in.js';
export { type Described as DescribedPerson, Vouched } from './vouched.js';
export { SignIns } from './sign-ins.js';
export { type Audience, type Method, usableConnections, SignInRules, signInSettings } from './sign-in-rules.js';
export { Welcome } from './welcome.js';
export { companyCounts, companyPanels, personCounts, personPanels } from './team/console-slots.js';
