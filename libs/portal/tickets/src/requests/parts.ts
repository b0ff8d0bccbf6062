import { AnswerPanels } from './answer-panels.js';
import { AnswerSheet } from './answer-sheet.js';
import { Drafts } from './drafts.js';
import { Groups } from './groups.js';
import { LikelyDuplicates } from './likely-duplicates.js';
import { OrderChoices } from './order-choices.js';
import { RequestDesk } from './request-desk.js';
import { RequestSurroundings } from './request-surroundings.js';
import { RequestsPack } from './requests.pack.js';
import { Requests } from './requests.js';
import { Statuses } from './statuses.js';
import { TicketSuggestions } from './suggestions.js';

/** What other modules may ask for. */
export const requestParts = [Drafts, Groups, OrderChoices, Requests, Statuses, TicketSuggestions];
export const requestProviders = [
  ...requestParts,
  AnswerPanels,
  AnswerSheet,
  LikelyDuplicates,
  RequestDesk,
  RequestsPack,
  RequestSurroundings,
];
