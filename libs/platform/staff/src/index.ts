export { StaffMember, STAFF_ROLES, type StaffRole } from './staff.entity.js';
export { StaffModule } from './staff.module.js';
export { type StaffActor, StaffPrincipals } from './staff-principals.js';
export { Staff } from './staff.js';
