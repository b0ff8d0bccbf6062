import type { Rules } from '@foyer/access';
import { declareCapability } from '@foyer/identity';

declareCapability({
  ...{ name: 'signon.manage', order: 90, label: 'signon.capability.manage', scopes: ['none', 'company'] },
  standard: { user: 'none', company_user: 'none', company_admin: 'company' },
});

/** Who sets up how people sign in: the operator's for all, a company's own people for theirs. */
export const signonRules: Rules = ({ team, reach }, { can }) => {
  if (team?.scopes['settings.manage']) can('manage', 'SignOn').because('identity.why.role');
  const companies = reach['signon.manage']?.company ?? [];
  if (companies.length > 0) can('manage', 'SignOn', { companyId: { $in: companies } }).because('identity.why.role');
};
