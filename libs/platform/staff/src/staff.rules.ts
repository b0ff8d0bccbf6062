import { type Ability, abilityOf } from '@foyer/access';
import type { StaffRole } from './staff.entity.js';

export const staffAbility = (role: StaffRole): Ability =>
  abilityOf(({ can }) => {
    can('read', ['Tenant', 'Job']);
    if (role === 'owner' || role === 'support') can('manage', ['Tenant', 'Job']);
    if (role === 'owner' || role === 'billing') can('manage', 'TenantPlan');
    if (role !== 'support') can('read', 'Revenue');
    if (role === 'owner') can('manage', 'Staff');
  });
