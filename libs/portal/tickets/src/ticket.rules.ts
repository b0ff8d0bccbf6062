import type { Reach, Rules } from '@foyer/access';
import { declareCapability, type Scope } from '@foyer/identity';

const WORKS_ON_TICKETS = ['owner', 'admin', 'agent'];
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
  { name: 'tickets.view', label: 'tickets.capability.view', order: 10, scopes: ALL, standard: BY_ROLE },
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

/**
 * Who may do what with tickets. Conditions speak of columns of `ticket`; `Note` stands for internal notes and the team's
 * other words. For customers each verb goes as far as the capability reaches in the role they have in a company, and no
 * verb goes further than seeing does.
 */
export const ticketRules: Rules = ({ id, teamRole, reach }, { can }) => {
  if (teamRole) {
    can(['read', 'export'], 'Ticket').because('tickets.why.team');
    can('read', 'Note');
  }
  if (teamRole && WORKS_ON_TICKETS.includes(teamRole)) {
    can(['reply', 'note', 'update', 'assign', 'solve', 'reopen', 'share', 'merge'], 'Ticket').because(
      'tickets.why.team',
    );
    can('create', 'Ticket');
  }
  if (!id) return;
  const everything = Object.values(VERBS).flat();
  // Whoever leaves a company leaves its tickets too, also those they opened themselves.
  can(everything, 'Ticket', { requesterId: id, companyId: null }).because('tickets.why.own');
  can('create', 'Ticket', { companyId: null });
  can(['read', 'reply'], 'Ticket', { watcherIds: { $all: [id] } }).because('tickets.why.watcher');

  for (const [capability, verbs] of Object.entries(VERBS)) {
    const { own, company, branches, partners } = reach[capability] ?? NOTHING;
    if (own.length > 0) can(verbs, 'Ticket', { requesterId: id, companyId: { $in: own } }).because('tickets.why.own');
    if (company.length > 0) can(verbs, 'Ticket', { companyId: { $in: company } }).because('tickets.why.company');
    if (branches.length > 0) can(verbs, 'Ticket', { companyId: { $in: branches } }).because('tickets.why.branch');
    if (partners.length > 0) can(verbs, 'Ticket', { companyId: { $in: partners } }).because('tickets.why.partner');
  }
  const { own: places } = reach['tickets.view'] ?? NOTHING;
  if (places.length > 0) can('create', 'Ticket', { companyId: { $in: places } });
  const opensFor = reach['tickets.open-for']?.company ?? [];
  if (opensFor.length > 0) can('open-for', 'Ticket', { companyId: { $in: opensFor } });
};

const NOTHING: Reach = { own: [], company: [], branches: [], partners: [] };
