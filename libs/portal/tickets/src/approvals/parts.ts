import { ApprovalEntrance } from './approval-entrance.js';
import { ApprovalList } from './approval-list.js';
import { ApprovalMails } from './approval-mails.js';
import { ApprovalPanels } from './approval-panels.js';
import { Approvals } from './approvals.js';
import { ApprovalsController } from './approvals.controller.js';
import { ApprovalOnSubmission } from './on-submission.js';
import { Approvers } from './approvers.js';
import { AskController } from './ask.controller.js';

export const approvalControllers = [ApprovalsController, AskController];
/** What other modules may ask for. */
export const approvalParts = [Approvals];
export const approvalProviders = [
  ...approvalParts,
  ApprovalEntrance,
  ApprovalList,
  ApprovalMails,
  ApprovalOnSubmission,
  ApprovalPanels,
  Approvers,
];
