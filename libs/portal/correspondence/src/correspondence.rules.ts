import type { Rules } from '@foyer/access';

/**
 * Mails themselves, as they came. They belong to no ticket of which somebody's reach could be asked, or to any: for those who
 * see all tickets. Deciding what is held is for those of them who open tickets for others, or manage the portal.
 */
export const correspondenceRules: Rules = ({ team }, { can }) => {
  const may = team?.scopes ?? {};
  if (may['tickets.view'] !== 'all') return;
  can('read', 'Mail').because('identity.why.role');
  if (may['tickets.open-for'] || may['settings.manage']) can('decide', 'Mail').because('identity.why.role');
};
