import type { Reach, Rules, RuleWriter, TeamGrants } from '@foyer/access';
import {
  declareCapability,
  declareTeamCapability,
  type Scope,
  type StandardTeamRole,
  type TeamScope,
} from '@foyer/identity';

const ALL: readonly Scope[] = ['none', 'own', 'company', 'branches', 'partners'];

/** What each capability lets customers do. Solving and reopening are one: whoever may end it may take that back. */
const VERBS: Record<string, string[]> = {
  'tickets.view': ['read'],
  'tickets.reply': ['reply'],
  'tickets.close': ['solve', 'reopen'],
  'tickets.share': ['share'],
  'tickets.export': ['export'],
};
const BY_ROLE = { user: 'own', company_user: 'company', company_admin: 'company' } as const;
declareCapability(
  { name: 'tickets.view', label: 'tickets.capability.view', order: 10, scopes: ALL, standard: BY_ROLE, reads: true },
  {
    name: 'tickets.reply',
    within: 'tickets.view',
    label: 'tickets.capability.reply',
    order: 11,
    scopes: ALL,
    standard: BY_ROLE,
  },
  {
    name: 'tickets.close',
    within: 'tickets.view',
    label: 'tickets.capability.close',
    order: 12,
    scopes: ALL,
    standard: BY_ROLE,
  },
  {
    name: 'tickets.share',
    within: 'tickets.view',
    label: 'tickets.capability.share',
    order: 13,
    scopes: ALL,
    standard: BY_ROLE,
  },
  {
    name: 'tickets.export',
    within: 'tickets.view',
    label: 'tickets.capability.export',
    order: 14,
    scopes: ALL,
    standard: BY_ROLE,
  },
  {
    ...{ name: 'tickets.open-for', label: 'tickets.capability.open-for', order: 15, scopes: ['none', 'company'] },
    standard: { user: 'none', company_user: 'none', company_admin: 'company' },
  },
);

/** The same for the team. Assigning is a change like any other. */
const TEAM_VERBS: Record<string, string[]> = {
  'tickets.view': ['read'],
  'tickets.reply': ['reply'],
  'tickets.note': ['note'],
  'tickets.update': ['update', 'assign'],
  'tickets.close': ['solve', 'reopen'],
  'tickets.merge': ['merge'],
  'tickets.share': ['share'],
  'tickets.export': ['export'],
};
/**
 * Following draws somebody in: they see, and talk to colleagues. Everybody may follow what they see, so it gives no right to
 * answer customers or to change anything.
 */
const BY_FOLLOWING = ['tickets.view', 'tickets.note'];
const inTeam = (workers: TeamScope, others: TeamScope): Record<StandardTeamRole, TeamScope> => ({
  ...{ owner: workers, admin: workers, agent: workers },
  ...{ editor: others, viewer: others },
});
const REACHES: readonly TeamScope[] = ['none', 'assigned', 'groups', 'all'];
declareTeamCapability(
  {
    ...{ name: 'tickets.view', label: 'tickets.team-capability.view', order: 10, scopes: REACHES },
    ...{ standard: inTeam('all', 'all'), reads: true },
  },
  ...(['reply', 'note', 'update', 'close', 'merge', 'share'] as const).map((verb, index) => ({
    ...{ name: `tickets.${verb}`, label: `tickets.team-capability.${verb}`, order: 11 + index, scopes: REACHES },
    ...{ standard: inTeam('all', 'none'), within: 'tickets.view' },
  })),
  {
    ...{ name: 'tickets.export', label: 'tickets.team-capability.export', order: 18, scopes: REACHES },
    ...{ standard: inTeam('all', 'all'), within: 'tickets.view' },
  },
  {
    ...{ name: 'tickets.open-for', label: 'tickets.team-capability.open-for', order: 19, scopes: ['none', 'all'] },
    ...{ standard: inTeam('all', 'none'), within: 'people.view' },
  },
);

/**
 * Who may do what with tickets. Conditions speak of columns of `ticket`; `Note` stands for internal notes and the team's
 * other words, `Desk` for the team's pages, whatever tickets are on them. Each verb goes as far as the capability reaches in
 * the role somebody has in the team or in a company, and no verb goes further than seeing does.
 */
export const ticketRules: Rules = ({ id, team, reach }, { can }) => {
  if (!id) return;
  if (team) {
    forTeam(id, team, can);
    // Away from the desk, whoever sees tickets as a customer too reads what customers read of them, unless they see all anyway.
    const asCustomer = Object.values(reach).some((by) => Object.values(by).some((ids: string[]) => ids.length > 0));
    const sees = team.scopes['tickets.view'];
    if (sees === 'all' || (sees && !asCustomer)) can('read', 'Note');
  } else can(['read', 'reply'], 'Ticket', { watcherIds: { $all: [id] } }).because('tickets.why.watcher');
  const everything = Object.values(VERBS).flat();
  // Whoever leaves a company leaves its tickets too, also those they opened themselves.
  can(everything, 'Ticket', { requesterId: id, companyId: null }).because('tickets.why.own');
  can('create', 'Ticket', { companyId: null });

  for (const [capability, verbs] of Object.entries(VERBS)) {
    const { own, company, branches, partners } = reach[capability] ?? NOTHING;
    if (own.length > 0) can(verbs, 'Ticket', { requesterId: id, companyId: { $in: own } }).because('tickets.why.own');
    if (company.length > 0) can(verbs, 'Ticket', { companyId: { $in: company } }).because('tickets.why.company');
    if (branches.length > 0) can(verbs, 'Ticket', { companyId: { $in: branches } }).because('tickets.why.branch');
    if (partners.length > 0) can(verbs, 'Ticket', { companyId: { $in: partners } }).because('tickets.why.partner');
  }
  // Their own, at least, they can always take with them: `TicketList` is the page, each ticket on it is asked for itself.
  can('export', 'TicketList');
  const { own: places } = reach['tickets.view'] ?? NOTHING;
  if (places.length > 0) can('create', 'Ticket', { companyId: { $in: places } });
  const opensFor = reach['tickets.open-for']?.company ?? [];
  if (opensFor.length > 0) can('open-for', 'Ticket', { companyId: { $in: opensFor } });
};

const NOTHING: Reach = { own: [], company: [], branches: [], partners: [] };

function forTeam(id: string, { scopes, partIds }: TeamGrants, can: RuleWriter['can']): void {
  for (const [capability, verbs] of Object.entries(TEAM_VERBS)) {
    const scope = scopes[capability];
    if (!scope) continue;
    can(verbs, 'Desk');
    if (scope === 'all') can(verbs, 'Ticket').because('tickets.why.team');
    if (scope === 'groups' && partIds.length > 0)
      can(verbs, 'Ticket', { groupId: { $in: partIds } }).because('tickets.why.group');
    if (scope !== 'all' && BY_FOLLOWING.includes(capability))
      can(verbs, 'Ticket', { watcherIds: { $all: [id] } }).because('tickets.why.follows');
    if (scope !== 'all') can(verbs, 'Ticket', { assigneeId: id }).because('tickets.why.assigned');
  }
  if (scopes['tickets.open-for']) {
    can('open-for', 'Desk');
    can('create', 'Ticket').because('tickets.why.team');
  }
}
