import type { Rules } from '@foyer/access';

/** Who decides how the portal is set up. Roles stand above settings, so `settings.manage` is declared where they are. */
export const settingsRules: Rules = ({ team }, { can }) => {
  if (team?.scopes['settings.manage']) can('manage', 'Settings').because('settings.why.role');
};
