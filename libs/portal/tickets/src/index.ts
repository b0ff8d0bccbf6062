export { onTicketByKey, onTicketReadByKey } from './api/ticket-wire.js';
export { Merges } from './merges.js';
export { TicketViews } from './views/ticket-views.js';
export { type AboutTicket, type RuledTicket, TicketAudience } from './access/ticket-audience.js';
export { Watching } from './access/watching.js';
export type { Addressed } from './ticket-message.entity.js';
export { Mentions } from './mentions.js';
export { type Conversation, ReplyAddresses } from './reply-addresses.js';
export { ownRobot, robot } from './robots.js';
export { Reopening } from './reopening/reopening.js';
export { chancesOf, reopeningRules, type ReopeningRules } from './reopening/reopening-rules.js';
export { QUESTION_MAX, type TicketAction, ticketAction, ticketActions } from './ticket-actions.js';
export { conditionsOf, conditionsView, conditionValues, firstTest } from './conditions/conditions-form.js';
export { conditionWords, durationWords, optionWords, testsWords } from './conditions/condition-words.js';
export { actionsPart, conditionsPart, inActions } from './conditions/mentions.js';
export { type Option, type RuleChoices, RuleOptions } from './conditions/rule-choices.js';
export {
  CONDITION_FIELDS,
  type ConditionKind,
  type Conditions,
  conditionsSql,
  kindOf,
  matches,
  OPERATORS,
  ticketConditions,
  type TicketFacts,
  type TicketTest,
  ticketTest,
} from './conditions/ticket-conditions.js';
export { partOf, TicketPart, ticketParts } from './ticket-parts.js';
export { type MessageDraft, TICKET_TOUCHED, TicketThread, type TicketRef } from './ticket-thread.js';
export {
  agentsThere,
  approvalAsking,
  type AskApproval,
  closingRules,
  type FindReply,
  type OpeningStep,
  replySuggestions,
  ticketOpening,
} from './ticket-slots.js';
export type { Happening, HappeningType } from './happenings.js';
export { Ticket } from './ticket.entity.js';
export {
  asTold,
  TicketAssigned,
  type TicketChange,
  TicketChanged,
  TicketFollowed,
  TicketMerged,
  TicketShared,
  TicketNoted,
  TicketOpened,
  TicketReopened,
  TicketReplied,
  TicketSolved,
  type ToldTicket,
} from './ticket.events.js';
export { saidByTeam } from './ticket-sides.js';
export { TicketList } from './ticket-list.js';
export type { TicketFilter } from './ticket-filter.js';
export { TicketMessage } from './ticket-message.entity.js';
export { parseTicketNumber, ticketNumber } from './ticket-number.js';
export { onTicket, ticketNumberAt } from './on-ticket.js';
export { ticketView } from './ticket-view.js';
export { notePlace, replyPlace, TicketPageReader } from './ticket-page.js';
export type { TicketView } from './ticket-detail.js';
export { type TicketDraft, Tickets } from './tickets.js';
export { ticketRules } from './ticket.rules.js';
export { BulkChanges } from './bulk/bulk-changes.js';
export { BulkChangeAsked } from './bulk/bulk.events.js';
export { TicketMails } from './jobs/ticket-mails.js';
export { TicketsModule } from './tickets.module.js';
export { type DraftContent, Drafts } from './asking/drafts.js';
