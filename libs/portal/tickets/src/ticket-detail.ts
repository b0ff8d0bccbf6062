import type { FieldValue, Priority, SaidCategory, TicketStatus } from '@foyer/requests';
import type { ShownDraft } from './asking/drafts.js';
import type { Happening } from './happenings.js';
import type { Arrived, MessageFormat, MessageKind } from './ticket-message.entity.js';
import type { ApprovalState, TicketSource } from './ticket.entity.js';

export interface ThreadMessage {
  id: string;
  kind: MessageKind;
  body: string;
  format: MessageFormat;
  quoted: string | null;
  source: TicketSource;
  data: HappeningAsRead | ({ by?: string; byKey?: string; program?: string } & Arrived) | null;
  createdAt: string;
  authorId: string | null;
  author: string | null;
  byTeam: boolean;
  /** The ticket it was written in, where that was another. */
  origin: number | null;
  attachments: { id: string; name: string; size: number; type: string }[];
  /** Where it stands in the whole thread, and the how manieth of its messages it is: a gap tells what was left out. */
  place: number;
  said: number;
}
/** A happening with what it speaks of, by the names of now. */
export interface HappeningAsRead extends Happening {
  fromCategory?: SaidCategory | null;
  toCategory?: SaidCategory | null;
}
export interface TicketDetail {
  id: string;
  number: number;
  subject: string;
  status: TicketStatus;
  statusId: string | null;
  priority: Priority;
  createdAt: string;
  updatedAt: string;
  solvedAt: string | null;
  dueAt: string | null;
  snoozedUntil: string | null;
  customerRepliedAt: string | null;
  teamRepliedAt: string | null;
  requesterId: string;
  requester: string;
  requesterEmail: string;
  openedBy: string | null;
  companyId: string | null;
  company: string | null;
  assigneeId: string | null;
  assignee: string | null;
  categoryId: string | null;
  category: SaidCategory | null;
  groupId: string | null;
  typeId: string | null;
  source: TicketSource;
  approval: ApprovalState;
  tags: string[];
  fields: Record<string, FieldValue>;
  watcherIds: string[];
  watchers: { id: string; name: string; team: boolean }[];
  mergedInto: number | null;
  links: { number: number; subject: string; status: TicketStatus; statusId: string | null; kind: string }[];
  /** What modules above keep beside it: see `partOf`. */
  parts: Record<string, unknown>;
  /** The reader's reply that was begun and not sent. */
  draft: ShownDraft | null;
  /** Of a note to colleagues. */
  noteDraft: ShownDraft | null;
  messages: ThreadMessage[];
  /** Who has written replies, the first one first. */
  writers: { name: string; team: boolean }[];
}
export interface TicketView extends TicketDetail {
  can: Record<'reply' | 'note' | 'update' | 'solve' | 'reopen' | 'followUp' | 'share' | 'merge' | 'export', boolean>;
  /** Until when a solved ticket can be gone on with; null: time changes nothing. */
  reopensUntil: string | null;
  /** The business as customers know it: its rules and clocks speak in its name. */
  business: string;
  /** Message key of the rule by which the actor sees it. */
  why: string | null;
}
