import type { Rules } from '@foyer/access';
import { declareTeamCapability, type TeamScope } from './roles/capabilities.js';
import type { StandardTeamRole } from './person.entity.js';

const YES_NO: readonly TeamScope[] = ['none', 'all'];
const given = (...roles: StandardTeamRole[]) => {
  const to = (role: StandardTeamRole): TeamScope => (roles.includes(role) ? 'all' : 'none');
  return { owner: to('owner'), admin: to('admin'), agent: to('agent'), editor: to('editor'), viewer: to('viewer') };
};
const [EVERYBODY, ADMINS] = [given('owner', 'admin', 'agent', 'editor', 'viewer'), given('owner', 'admin')];
const capability = (name: string, order: number, standard: Record<StandardTeamRole, TeamScope>, within?: string) => ({
  ...{ name, order, standard, scopes: YES_NO, label: `identity.team-capability.${name.replace('.', '-')}` },
  ...(within && { within }),
});
declareTeamCapability(
  { ...capability('people.view', 50, EVERYBODY), reads: true },
  capability('people.edit', 51, given('owner', 'admin', 'agent'), 'people.view'),
  capability('people.invite', 52, given('owner', 'admin', 'agent'), 'people.view'),
  capability('people.manage', 53, ADMINS, 'people.view'),
  capability('team.manage', 60, ADMINS),
  capability('settings.manage', 61, ADMINS),
);

/** Who may see and manage people and companies. Conditions speak of columns of `person`, `company` and `membership`. */
export const identityRules: Rules = ({ id, team, groups }, { can }) => {
  const may = team?.scopes ?? {};
  // Colleagues see each other; `browse` is for the pages, which everybody's right to see themselves would open.
  if (Object.keys(may).length > 0) {
    can('read', 'Team').because('identity.why.role');
    can('read', 'Person', { teamRole: { $ne: null } }).because('identity.why.role');
  }
  if (may['people.view']) can(['browse', 'read'], ['Person', 'Company', 'Membership']).because('identity.why.role');
  if (may['people.edit']) {
    can(['create', 'update'], ['Company', 'Membership']).because('identity.why.role');
    can('create', 'Person').because('identity.why.role');
  }
  if (may['people.invite']) can('invite', 'Membership').because('identity.why.role');
  if (may['people.manage']) can('manage', ['Person', 'Company', 'Membership']).because('identity.why.role');
  if (may['team.manage']) can('manage', 'Team').because('identity.why.role');
  if (may['team.manage'] && may['settings.manage']) can('compose', 'TeamRole').because('identity.why.role');

  if (id) can(['read', 'update'], 'Person', { id }).because('identity.why.self');
  const mine = groups.map((group) => group.id);
  if (mine.length > 0) can('read', 'Company', { id: { $in: mine } }).because('identity.why.member');
  const administered = groups.filter(({ manages }) => manages).map((group) => group.id);
  if (administered.length > 0) {
    // They invite, and whoever is invited decides: nobody is put into a company by another customer.
    const verbs = ['read', 'invite', 'administer'];
    can(verbs, 'Membership', { companyId: { $in: administered } }).because('identity.why.company-admin');
    can('administer', 'Company', { id: { $in: administered } }).because('identity.why.company-admin');
  }
};
