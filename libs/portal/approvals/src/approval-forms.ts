import { z } from 'zod';
import { QUESTION_MAX } from '@foyer/tickets';
import { field } from '@foyer/web';

export const COMMENT_MAX = 1_000;

/** The button that was pressed, and why. */
export const decisionForm = z.object({
  decision: z.enum(['approved', 'rejected'], 'approvals.choose'),
  comment: z.string().trim().max(COMMENT_MAX).default(''),
});

export const askForm = z.object({
  approver: z
    .union([z.uuid('web.form.choice'), z.array(z.uuid('web.form.choice')).max(50)], 'approvals.choose-people')
    .transform((value) => [value].flat()),
  question: z.string().trim().max(QUESTION_MAX).default(''),
  all: field.flag,
});
