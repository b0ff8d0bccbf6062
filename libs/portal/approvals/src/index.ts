export { ApprovalAsked, ApprovalDecided } from './approval.events.js';
export { Approvals, type Decision, type Question } from './approvals.js';
export { ApprovalsModule } from './approvals.module.js';
