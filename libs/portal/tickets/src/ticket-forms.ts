import { z } from 'zod';
import { BODY_MAX, SUBJECT_MAX, PRIORITIES, TICKET_STATUSES, type TicketStatus } from '@foyer/requests';
import { field } from '@foyer/web';

/** What a team's reply may leave the ticket in; the first is what it does by itself. */
export const NEXT_STATUSES = ['pending', 'open', 'on_hold', 'solved'] as const;

const body = field.someWords(BODY_MAX);

export const messageForm = z.object({ body });
/** Words that may be missing where files say it all: see `Attachments.answer`. */
const words = field.words(BODY_MAX).default('');
export const answerForm = z.object({ body: words });
/** A status as a select sends it: one of the five, or one of the operator's own as `<kind>.<id>`. */
export const statusWritten = z
  .string()
  .regex(new RegExp(`^(?:${TICKET_STATUSES.join('|')})(?:\\.[0-9a-f-]{36})?$`), 'web.form.choice');
export function statusIn(written: string): { status: TicketStatus; statusId: string | null } {
  const [status, statusId] = written.split('.') as [TicketStatus, string?];
  return { status, statusId: statusId ?? null };
}
const statusChoice = statusWritten.transform(statusIn);
const optionalOf = <T extends z.ZodType>(kind: T) => z.union([z.literal('').transform(() => null), kind]).optional();

/** Changes that a macro proposed and that go with the words: see `Proposals`. */
const also = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => [value ?? []].flat().slice(0, 50));

export const teamNoteForm = z.object({ body: words, also });
export const teamReplyForm = z.object({
  body: words,
  also,
  /** Without one the ticket goes on as `Ticket.answeredByTeam` says. */
  status: statusChoice.optional(),
  /** The last message that the page showed: whoever else has written since is not talked over. */
  seen: field.optionalId,
  /** Where to go on afterwards: the next ticket of the list it was opened from, or that list. */
  onward: z
    .string()
    .regex(/^\/console\/tickets(?:\/TKT-\d+|\?[^\\\s]*)?$/)
    .max(2000)
    .optional()
    .catch(undefined),
});
export const propertiesForm = z.object({
  status: statusChoice,
  priority: z.enum(PRIORITIES),
  assignee: field.optionalId,
  category: field.optionalId,
  group: field.optionalId,
  tags: z.string().max(1000).default(''),
  subject: field.text(SUBJECT_MAX).optional(),
});
export const bulkForm = z.object({
  ticket: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .transform((value) => [value ?? []].flat().slice(0, 1000)),
  /** All that the list's filter finds, on whatever page. */
  all: field.flag,
  back: z.string().max(2000).default(''),
  status: optionalOf(statusChoice),
  priority: optionalOf(z.enum(PRIORITIES)),
  assignee: optionalOf(z.union([z.literal('none'), z.uuid()])),
  group: optionalOf(z.union([z.literal('none'), z.uuid()])),
  tag: z.string().trim().max(50).default(''),
});
export const mergeForm = z.object({ into: z.string().trim().max(20) });
export const linkForm = z.object({ other: z.string().trim().max(20) });
export const splitForm = z.object({
  subject: field.text(SUBJECT_MAX),
  message: z
    .union([z.uuid(), z.array(z.uuid())], 'tickets.split.none')
    .transform((value) => [value].flat().slice(0, 200)),
});
export const shareForm = z.object({ email: field.email });
export const followForm = z.object({ follow: field.flag });
