import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { Abilities } from '@foyer/access';
import { FileUses } from '@foyer/files';
import { registerMessages } from '@foyer/i18n';
import { Themes } from '@foyer/theming';
import { FirstAnswer } from './first-answer.js';
import { RequestInput } from './api/request-input.js';
import { BulkOperations } from './api/bulk.operations.js';
import { FormOperations } from './api/form.operations.js';
import { SetupOperations } from './api/setup.operations.js';
import { RelationsOperations } from './api/relations.operations.js';
import { ViewOperations } from './api/view.operations.js';
import { ThreadOperations } from './api/thread.operations.js';
import { TicketRecords } from './api/ticket-records.js';
import { TicketsOperations } from './api/tickets.operations.js';
import { Attachments } from './attachments.js';
import { AnswersController } from './customer/answers.controller.js';
import { RuleOptions } from './conditions/rule-choices.js';
import { BulkController } from './bulk/bulk.controller.js';
import { BulkChanges } from './bulk/bulk-changes.js';
import { BulkJobs } from './bulk/bulk-jobs.js';
import { CustomerExportController } from './customer/export.controller.js';
import { CustomerAccessController } from './access/customer-access.controller.js';
import { Proposals } from './team/proposals.js';
import { TicketExportController } from './team/export.controller.js';
import { CustomerLiveController, TeamLiveController } from './live/live.controller.js';
import { LiveTickets } from './live/live-tickets.js';
import { SeenTickets } from './live/seen-tickets.js';
import { Streams } from './live/streams.js';
import { LeftBehind } from './jobs/left-behind.js';
import { Merges } from './merges.js';
import { TicketsOfMonth } from './tickets-of-month.js';
import { SnoozeController } from './team/snooze.controller.js';
import { Snoozes } from './snoozes.js';
import { TagsController } from './team/tags.controller.js';
import { BesideController } from './team/beside.controller.js';
import { FindTickets } from './team/find-tickets.js';
import { TicketSurroundings } from './team/ticket-surroundings.js';
import { TicketsOfPeople } from './team/tickets-of-people.js';
import { TeamAccessController } from './access/team-access.controller.js';
import { RelationsController } from './team/relations.controller.js';
import { TicketAudience } from './access/ticket-audience.js';
import { ViewsController } from './views/views.controller.js';
import { TicketViews } from './views/ticket-views.js';
import { ViewChoices } from './views/view-choices.js';
import { Watching } from './access/watching.js';
import { DraftsController } from './customer/drafts.controller.js';
import { NewTicketController } from './customer/new-ticket.controller.js';
import { CustomerTicketsController } from './customer/tickets.controller.js';
import { TicketMails } from './jobs/ticket-mails.js';
import { Mentions } from './mentions.js';
import { TeamAnswersController } from './team/answers.controller.js';
import { TeamNewTicketController } from './team/new-ticket.controller.js';
import { InboxController } from './team/inbox.controller.js';
import { TeamTicketController } from './team/ticket.controller.js';
import { ReplyAddresses } from './reply-addresses.js';
import { TicketEntrances } from './ticket-entrances.js';
import { TicketCsv } from './ticket-csv.js';
import { TicketList } from './ticket-list.js';
import { TicketPageReader } from './ticket-page.js';
import { TicketSteps } from './ticket-steps.js';
import { TicketThread } from './ticket-thread.js';
import { ReopeningController } from './reopening/reopening.controller.js';
import { Reopening } from './reopening/reopening.js';
import { TicketPaper } from './ticket-paper.js';
import { TicketPanels } from './ticket-slots.js';
import { ticketRules } from './ticket.rules.js';
import { Tickets } from './tickets.js';
import { TicketsPack } from './tickets.pack.js';
import { askingParts, askingProviders } from './asking/parts.js';

registerMessages('tickets', new URL('../locales', import.meta.url));

/** What other modules use of it. */
const parts = [
  ReplyAddresses,
  TicketAudience,
  Mentions,
  Reopening,
  RuleOptions,
  TicketThread,
  TicketPanels,
  Tickets,
  TicketList,
  TicketPageReader,
  Merges,
  TicketsOfMonth,
  Watching,
];

@Global()
@Module({
  controllers: [
    NewTicketController,
    DraftsController,
    AnswersController,
    TeamAnswersController,
    CustomerExportController,
    CustomerTicketsController,
    TeamNewTicketController,
    ReopeningController,
    TeamLiveController,
    ViewsController,
    BulkController,
    TicketExportController,
    InboxController,
    BesideController,
    TagsController,
    SnoozeController,
    RelationsController,
    TeamAccessController,
    TeamTicketController,
    CustomerLiveController,
    CustomerAccessController,
  ],
  providers: [
    ...parts,
    ...askingProviders,
    Attachments,
    TicketEntrances,
    FirstAnswer,
    TicketSteps,
    Snoozes,
    TicketCsv,
    TicketMails,
    TicketPaper,
    TicketsPack,
    TicketViews,
    ViewChoices,
    Proposals,
    BulkChanges,
    BulkJobs,
    LeftBehind,
    LiveTickets,
    SeenTickets,
    Streams,
    FindTickets,
    TicketSurroundings,
    TicketsOfPeople,
    RequestInput,
    BulkOperations,
    FormOperations,
    RelationsOperations,
    SetupOperations,
    TicketRecords,
    TicketsOperations,
    ThreadOperations,
    ViewOperations,
  ],
  exports: [...parts, ...askingParts],
})
export class TicketsModule implements OnModuleInit {
  constructor(
    private readonly abilities: Abilities,
    private readonly themes: Themes,
    private readonly fileUses: FileUses,
  ) {}

  onModuleInit(): void {
    this.abilities.contribute(ticketRules);
    this.fileUses.column('ticket_attachment', 'file_id');
    this.fileUses.json('ticket', 'fields');
    this.fileUses.json('ticket_draft', 'content');
    this.themes.registerTemplates('tickets', new URL('../templates', import.meta.url));
  }
}
