import type { Rules } from '@foyer/access';

/** Who decides how the portal is set up. Roles stand above settings, so `settings.manage` is declared where they are. */
export const settingsRules: Rules = ({ team }, { can }) => {
  // What groups, statuses and request types there are, everybody of the team meets at work.
  if (team) can('read', 'Settings').because('settings.why.role');
  if (team?.scopes['settings.manage']) can('manage', 'Settings').because('settings.why.role');
};
