import { Module, type OnModuleInit } from '@nestjs/common';
import { registerMessages } from '@foyer/i18n';
import { Themes } from '@foyer/theming';
import { ApprovalOperations } from './api/approval.operations.js';
import { ApprovalEntrance } from './approval-entrance.js';
import { ApprovalList } from './approval-list.js';
import { ApprovalMails } from './approval-mails.js';
import { ApprovalPanels } from './approval-panels.js';
import { Approvals } from './approvals.js';
import { ApprovalsController } from './approvals.controller.js';
import { Approvers } from './approvers.js';
import { AskController } from './ask.controller.js';
import { ApprovalOnSubmission } from './on-submission.js';

registerMessages('approvals', new URL('../locales', import.meta.url));

@Module({
  controllers: [ApprovalsController, AskController],
  providers: [
    ApprovalEntrance,
    ApprovalList,
    ApprovalMails,
    ApprovalOperations,
    ApprovalOnSubmission,
    ApprovalPanels,
    Approvals,
    Approvers,
  ],
  exports: [Approvals],
})
export class ApprovalsModule implements OnModuleInit {
  constructor(private readonly themes: Themes) {}

  onModuleInit(): void {
    this.themes.registerTemplates('approvals', new URL('../templates', import.meta.url));
    // To go in 0.3, and the name of its notices' templates to be changed in 0.2.
    this.themes.renamed({ 'tickets/approvals/': 'approvals/' });
  }
}
