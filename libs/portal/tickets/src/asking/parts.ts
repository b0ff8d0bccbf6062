import { AnswerPanels } from './answer-panels.js';
import { AnswerSheet } from './answer-sheet.js';
import { Drafts } from './drafts.js';
import { LikelyDuplicates } from './likely-duplicates.js';
import { RequestForms } from './request-forms.js';
import { RequestSurroundings } from './request-surroundings.js';
import { SentTickets } from './sent-tickets.js';
import { TicketSuggestions } from './suggestions.js';

/** What other modules may ask for. */
export const askingParts = [Drafts, TicketSuggestions];
export const askingProviders = [
  ...askingParts,
  AnswerPanels,
  AnswerSheet,
  LikelyDuplicates,
  RequestForms,
  RequestSurroundings,
  SentTickets,
];
