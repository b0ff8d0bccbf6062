export { Slot, Slots } from './slots.js';
export { SlotsModule } from './slots.module.js';
export {
  type AboutToAsk,
  type FindSuggestions,
  type TicketOnPage,
  type TicketPanel,
  ticketPanels,
  type TicketSuggestion,
  ticketSuggestions,
} from './ticket-slots.js';
