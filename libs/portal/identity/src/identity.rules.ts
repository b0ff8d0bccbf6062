import type { Rules } from '@foyer/access';

/** Who may see and manage people and companies. Conditions speak of columns of `person`, `company` and `membership`. */
export const identityRules: Rules = ({ id, teamRole, groups }, { can }) => {
  if (teamRole) can('read', ['Person', 'Company', 'Membership']).because('identity.why.team');
  if (teamRole === 'owner' || teamRole === 'admin') {
    can('manage', ['Person', 'Company', 'Membership', 'Team', 'Settings']).because('identity.why.team-admin');
  }
  if (teamRole === 'agent')
    can(['create', 'update', 'invite'], ['Company', 'Membership']).because('identity.why.agent');

  if (id) can(['read', 'update'], 'Person', { id }).because('identity.why.self');
  const mine = groups.map((group) => group.id);
  if (mine.length > 0) can('read', 'Company', { id: { $in: mine } }).because('identity.why.member');
  const administered = groups.filter(({ manages }) => manages).map((group) => group.id);
  if (administered.length > 0) {
    can('manage', 'Membership', { companyId: { $in: administered } }).because('identity.why.company-admin');
    can('administer', 'Company', { id: { $in: administered } }).because('identity.why.company-admin');
  }
};
