export { Accounts } from './accounts.js';
export { Companies } from './companies.js';
export { Company, COMPANY_ROLES, type CompanyRole, Membership } from './company.entity.js';
export {
  MemberJoined,
  MemberRemoved,
  PasswordChanged,
  PersonDeactivated,
  PersonRegistered,
  PersonVerified,
} from './identity.events.js';
export { type Destination, Invitations } from './invitations.js';
export { PeopleList, type PersonRow } from './people-list.js';
export { Person, TEAM_ROLES, type TeamRole } from './person.entity.js';
export { type PortalActor, PortalPrincipals } from './portal-principals.js';
export { SignIn } from './sign-in.js';
export { IdentityModule } from './identity.module.js';
export { Welcome } from './welcome.js';
export { type RecentTicket, type Tally, TicketTally } from './ticket-tally.js';
