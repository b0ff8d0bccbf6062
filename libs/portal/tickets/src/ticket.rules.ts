import type { Rules } from '@foyer/access';

const WORKS_ON_TICKETS = ['owner', 'admin', 'agent'];

/**
 * Who may do what with tickets. Conditions speak of columns of `ticket`; `Note` stands for internal notes and the team's
 * other words, `TicketProperty` for assignee and priority.
 */
export const ticketRules: Rules = ({ id, teamRole, groups }, { can }) => {
  if (teamRole) {
    can('read', 'Ticket').because('tickets.why.team');
    can('read', 'Note');
  }
  if (teamRole && WORKS_ON_TICKETS.includes(teamRole)) {
    can(['reply', 'note', 'update', 'assign', 'solve', 'reopen'], 'Ticket').because('tickets.why.team');
  }
  if (!id) return;
  const customer = ['read', 'reply', 'solve', 'reopen'];
  const companies = groups.map((group) => group.id);
  // Whoever leaves a company leaves its tickets too, also those they opened themselves.
  can(customer, 'Ticket', { requesterId: id, companyId: null }).because('tickets.why.own');
  if (companies.length > 0)
    can(customer, 'Ticket', { requesterId: id, companyId: { $in: companies } }).because('tickets.why.own');
  can('create', 'Ticket', { companyId: null });
  if (companies.length > 0) can('create', 'Ticket', { companyId: { $in: companies } });

  const shared = groups.filter(({ role }) => role !== 'user').map((group) => group.id);
  if (shared.length > 0) can(customer, 'Ticket', { companyId: { $in: shared } }).because('tickets.why.company');
};
