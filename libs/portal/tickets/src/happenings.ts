/** What happened to a ticket beside what people wrote; shown in its thread. */
export interface Happening {
  type: HappeningType;
  from: string | null;
  to: string | null;
  /** Names as they were, where `from` and `to` are no people or categories. */
  fromName?: string | null;
  toName?: string | null;
  /** Of a status, the operator's own under its kind; where there is none, or it was written before they were told, absent. */
  fromStatusId?: string;
  toStatusId?: string;
  /** The rule, macro or mail by which it came about. */
  by?: string;
  /** The same for a part of the product, as the key of its name. */
  byKey?: string;
  /** More of it in words or figures, for the line in the thread. */
  detail?: string | null;
  /** Ids of those who follow the other ticket because of a merge. */
  added?: string[];
  /** Of the answers to the form, which are others. */
  fieldIds?: string[];
}
export type HappeningType =
  | 'status'
  | 'priority'
  | 'category'
  | 'assignee'
  | 'group'
  | 'type'
  | 'tags'
  | 'fields'
  | 'subject'
  | 'merged'
  | 'merged-here'
  | 'unmerged'
  | 'split'
  | 'split-here'
  | 'linked'
  | 'unlinked'
  | 'shared'
  | 'unshared'
  | 'follow-up'
  | 'sla-warned'
  | 'sla-breached'
  | 'approval-asked'
  | 'approved'
  | 'rejected'
  | 'approval-withdrawn'
  | 'rated'
  | 'snoozed'
  | 'unsnoozed'
  | 'snooze-over'
  | 'bounced'
  | 'mail-refused';

/** What customers read in a thread beside words. The rest is the team's, and leaves no trace on their side. */
export const SHOWN_TO_CUSTOMERS: readonly HappeningType[] = [
  ...(['status', 'merged', 'merged-here', 'split', 'split-here', 'shared', 'unshared', 'follow-up'] as const),
  ...(['approval-asked', 'approved', 'rejected', 'approval-withdrawn'] as const),
];

/** What customers see of the ticket itself, though no line of their thread tells of it. */
const SEEN_ON_TICKET: readonly HappeningType[] = ['subject', 'priority', 'category', 'assignee', 'type'];

/** Whether a ticket is another to its customers by it; of answers, whoever knows the fields says so. */
export const changesWhatIsShown = (type: HappeningType): boolean =>
  SHOWN_TO_CUSTOMERS.includes(type) || SEEN_ON_TICKET.includes(type);
