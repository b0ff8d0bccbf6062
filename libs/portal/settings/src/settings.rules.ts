import type { Rules } from '@foyer/access';

/** Owner and admins of the team decide how the portal is set up. */
export const settingsRules: Rules = ({ teamRole }, { can }) => {
  if (teamRole === 'owner' || teamRole === 'admin') can('manage', 'Settings').because('settings.why.admin');
};
