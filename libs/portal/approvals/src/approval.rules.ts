import type { Rules } from '@foyer/access';
import { declareCapability } from '@foyer/identity';

declareCapability({
  ...{ name: 'tickets.approve', within: 'tickets.view', label: 'approvals.capability', order: 16 },
  scopes: ['none', 'company', 'branches'],
  standard: { user: 'none', company_user: 'none', company_admin: 'company' },
});

/** Who can be asked to approve a request, and may decide as long as this holds. */
export const approvalRules: Rules = ({ reach }, { can }) => {
  const { company, branches } = reach['tickets.approve'] ?? { company: [], branches: [] };
  const companies = [...new Set([...company, ...branches])];
  if (companies.length === 0) return;
  can('approve', 'Ticket', { companyId: { $in: companies } });
  can('read', 'ApprovalList');
};
