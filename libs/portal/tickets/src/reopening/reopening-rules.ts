import { z } from 'zod';
import type { TicketStatus } from '@foyer/requests';
import { declareSection } from '@foyer/settings';
import type { Ticket } from '../ticket.entity.js';

export const REPLIES = ['reopens', 'reopens-within', 'follows-up'] as const;
export const RETURNS = ['assignee', 'assignee-there', 'group'] as const;
export const MAX_DAYS = 365;

/** What becomes of a solved ticket when its customer is not done with it. */
export const reopeningRules = declareSection(
  'reopening',
  z.object({
    /** What a customer's reply does; `days` count from the solution. */
    replies: z.enum(REPLIES).default('reopens-within'),
    days: z.int().min(1).max(MAX_DAYS).default(30),
    /** Whether customers may reopen without a word. */
    button: z.boolean().default(true),
    /** The operator's own name for the status it comes back in; null: open. */
    statusId: z.uuid().nullable().default(null),
    /** Who has it then: whoever had it, the same unless they are away, or anybody of its group. */
    returns: z.enum(RETURNS).default('assignee'),
  }),
);
export type ReopeningRules = z.output<typeof reopeningRules.schema>;

/** What somebody can do to go on with a ticket, their rights aside. */
export interface Chances {
  reply: boolean;
  reopen: boolean;
  /** A ticket of its own, which knows what it follows. */
  followUp: boolean;
  /** Until when it stays so; null where time changes nothing. */
  until: Date | null;
}
interface Standing {
  status: TicketStatus;
  solvedAt: Date | string | null;
}
const DAY = 86_400_000;

/** The one decision by which pages offer, verbs refuse and mails find their way. Without rules: the team, which is bound by none. */
export function chancesOf(
  { status, solvedAt }: Standing,
  rules: Pick<ReopeningRules, 'replies' | 'days' | 'button'> | null,
  now = Date.now(),
): Chances {
  if (status === 'closed') return { reply: false, reopen: false, followUp: true, until: null };
  if (status !== 'solved') return { reply: true, reopen: false, followUp: false, until: null };
  if (!rules) return { reply: true, reopen: true, followUp: false, until: null };
  const { replies, days, button } = rules;
  const end = solvedAt === null ? Infinity : new Date(solvedAt).getTime() + days * DAY;
  const inTime = replies === 'reopens' || now <= end;
  const reply = replies !== 'follows-up' && inTime;
  const reopen = button && inTime;
  const ends = replies !== 'reopens' && Number.isFinite(end) && (reply || reopen);
  return { reply, reopen, followUp: !reply, until: ends ? new Date(end) : null };
}

/** A member of the team who writes to their own ticket, as a customer of their own portal, does not speak for the team. */
export const speaksForTeam = (
  { kind, teamRole, id }: { kind: string; teamRole: string | null; id: string | null },
  { requesterId }: Pick<Ticket, 'requesterId'>,
): boolean => kind === 'job' || (teamRole !== null && requesterId !== id);
