export { PRIORITIES, type Priority, Ticket, TICKET_STATUSES, type TicketStatus } from './ticket.entity.js';
export {
  TicketAssigned,
  TicketNoted,
  TicketOpened,
  TicketReopened,
  TicketReplied,
  TicketSolved,
} from './ticket.events.js';
export { TicketList, type TicketFilter } from './ticket-list.js';
export { TicketCategory, TicketMessage } from './ticket-message.entity.js';
export { parseTicketNumber, ticketNumber } from './ticket-number.js';
export { TicketPageReader, type TicketView } from './ticket-page.js';
export { Tickets } from './tickets.js';
export { ticketRules } from './ticket.rules.js';
export { TicketMails } from './jobs/ticket-mails.js';
export { TicketsModule } from './tickets.module.js';
