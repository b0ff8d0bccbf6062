export {
  type AboutToAsk,
  type FindOrders,
  type FindSuggestions,
  orderChoices,
  type TicketOnPage,
  type TicketPanel,
  ticketPanels,
  type TicketSuggestion,
  ticketSuggestions,
} from './ticket-slots.js';
