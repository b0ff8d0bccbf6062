import type { Rules } from '@foyer/access';
import { declareTeamCapability } from '@foyer/identity';

declareTeamCapability({
  ...{ name: 'surveys.results', label: 'surveys.team-capability.results', order: 30, scopes: ['none', 'all'] },
  standard: { owner: 'all', admin: 'all', agent: 'all', editor: 'all', viewer: 'all' },
  reads: true,
});

/** Who reads what customers say: all of it, whosever tickets it is about; the tickets themselves only as far as they see them. */
export const surveyRules: Rules = ({ team }, { can }) => {
  if (team?.scopes['surveys.results']) can('read', 'SurveyResults').because('identity.why.role');
};
