import { expect, test } from '@jest/globals';
import { World } from '@foyer/app-cli/testing';
import { Api } from '@foyer/api';
import { routesOf } from '../routes.js';

const TICKET = 'console/tickets/:number';
const COMPANY = 'console/companies/:id';
/** What a page does, and the operation by which a key does it. */
const SAME: Record<string, string> = {
  tickets: 'openTicket',
  'console/tickets/new': 'openTicket',
  'tickets/:number/replies': 'reply',
  [`${TICKET}/replies`]: 'reply',
  [`${TICKET}/notes`]: 'note',
  'tickets/:number/follow-ups': 'followUp',
  'tickets/:number/solution': 'solveTicket',
  [`${TICKET}/solution`]: 'solveTicket',
  'tickets/:number/reopening': 'reopenTicket',
  [`${TICKET}/reopening`]: 'reopenTicket',
  [`${TICKET}/properties`]: 'changeTicket',
  [`${TICKET}/fields`]: 'changeTicket',
  [`${TICKET}/taking`]: 'changeTicket',
  [`${TICKET}/split`]: 'splitTicket',
  [`${TICKET}/merge`]: 'mergeTicket',
  [`${TICKET}/merge/removal`]: 'unmergeTicket',
  [`${TICKET}/links`]: 'linkTickets',
  [`${TICKET}/links/:other/removal`]: 'unlinkTickets',
  [`${TICKET}/macros/:macro`]: 'applyMacro',
  'console/tickets/views': 'addTicketView',
  'console/tickets/views/:item': 'changeTicketView',
  'console/tickets/views/:item/removal': 'removeTicketView',
  'console/tickets/views/:item/up': 'moveTicketView',
  'console/tickets/views/:item/down': 'moveTicketView',
  'console/tickets/bulk': 'startBulkChange',
  'console/tickets/bulk/:item/undoing': 'undoBulkChange',
  [`${TICKET}/snooze`]: 'snoozeTicket',
  [`${TICKET}/snooze/removal`]: 'unsnoozeTicket',
  [`${TICKET}/approvals`]: 'askForApproval',
  [`${TICKET}/approvals/:approval/withdrawal`]: 'withdrawApproval',
  'tickets/:number/followers': 'shareTicket',
  [`${TICKET}/followers`]: 'shareTicket',
  'tickets/:number/followers/:person/removal': 'unshareTicket',
  [`${TICKET}/followers/:person/removal`]: 'unshareTicket',
  'console/companies': 'addCompany',
  [COMPANY]: 'changeCompany',
  [`${COMPANY}/invitations`]: 'invite',
  'company/invitations': 'invite',
  [`${COMPANY}/invitations/:invitation/removal`]: 'withdrawInvitation',
  'company/invitations/:id/removal': 'withdrawInvitation',
  'console/companies/:company/members/:person/role': 'changeMember',
  'company/:company/members/:person/role': 'changeMember',
  'console/companies/:company/members/:person/removal': 'removeMember',
  'company/:company/members/:person/removal': 'removeMember',
  'console/people/new': 'addPerson',
  'console/people/:id/companies': 'addMember',
  'console/people/:id/activation': 'activatePerson',
  'console/people/:id/deactivation': 'deactivatePerson',
  'console/team/:id/role': 'changeRoleInTeam',
  'console/team/:id/removal': 'removeFromTeam',
  'console/team/invitations': 'inviteIntoTeam',
  'console/team/invitations/:id/removal': 'withdrawTeamInvitation',
  'console/settings/ticket-categories': 'addTicketCategory',
  'console/settings/ticket-categories/:category': 'changeTicketCategory',
  'console/settings/ticket-categories/:category/removal': 'removeTicketCategory',
  'console/settings/ticket-categories/:category/restoration': 'restoreTicketCategory',
  'console/settings/ticket-categories/:category/up': 'moveTicketCategory',
  'console/settings/ticket-categories/:category/down': 'moveTicketCategory',
};
/** Lists of the set-up, by their pages. */
const LISTS: Record<string, string> = {
  ...{ articles: 'Article', automations: 'Automation', hours: 'Calendar', macros: 'Macro', policies: 'ServicePolicy' },
  ...{ 'request-types': 'RequestType', routing: 'RoutingRule', surveys: 'Survey', 'ticket-fields': 'TicketField' },
  ...{ 'ticket-groups': 'TicketGroup', 'ticket-statuses': 'TicketStatus', mailboxes: 'Mailbox' },
};
const VERBS: Record<string, string> = {
  ...{ '': 'add', '/:item': 'change', '/:item/switch': 'change', '/:item/removal': 'remove' },
  ...{ '/:item/up': 'move', '/:item/down': 'move' },
};
/** What no key does, and why: deploy/decisions/0029. */
const NONE: Record<string, RegExp> = {
  'somebody in person': /^(?:console\/)?(?:account\/|sign-|welcome)|^(?:forgot|reset|register|verify|invitation)$/,
  'of somebody’s own': /^(?:company\/choice|tickets\/drafts.*|console\/macros.*)$|\/(?:following|presence)$/,
  'somebody’s word': /^(?:approvals\/:approval|survey.*|tickets\/:number\/rating)$/,
  'work of people': /^console\/(?:availability\/|held-mails\/|settings\/mail-log\/)/,
  'gives rights':
    /^console\/settings\/(?:api-keys|roles|team-roles|[a-z]+-connections|sign-in-domains|directories)|^company\/sign-in\/|^console\/people\/:person\/links\//,
  'single settings':
    /^console\/settings\/(?:branding|features|general|legal|portal|reopening|mail-in.*|ticket-priorities)$/,
  'checked on its page': /^console\/settings\/mailboxes\/[^/]+\/(?!up|down|switch|removal)/,
  'how people sign in': /\/(?:second-factor|settings\/sign-in|factors(?:\/stop)?|people\/:id\/details)$/,
  'what is paid for': /^console\/settings\/plan\//,
  'a person’s first hour': /^console\/start\//,
  'a way of mails': /^inbound\/:token$/,
  'what directories say': /^scim\/v2/,
};

test('what a page of a portal does a key does, or it is said why not', async () => {
  const world = await World.start();
  const operations = new Set(world.get(Api).all().map(({ id }) => id)); // prettier-ignore
  const routes = routesOf(world.app)
    .filter(({ method, path }) => method === 'post' && path.startsWith('/_portal/'))
    .map(({ path }) => path.slice('/_portal/'.length));
  const listed = (route: string): string | undefined => {
    const [, list = '', rest = ''] = /^console\/settings\/([a-z-]+)(\/.*)?$/.exec(route) ?? [];
    return LISTS[list] && VERBS[rest] && VERBS[rest] + LISTS[list];
  };
  const wrong = routes.filter((route) => {
    const reasons = Object.values(NONE).filter((pattern) => pattern.test(route)).length;
    const operation = SAME[route] ?? listed(route);
    return operation ? !operations.has(operation) || reasons > 0 : reasons !== 1;
  });
  expect(wrong).toEqual([]);
  expect(Object.keys(SAME).filter((route) => !routes.includes(route))).toEqual([]);
});
