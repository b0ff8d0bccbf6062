import { z } from 'zod';
import { declareCollection } from '@foyer/settings';
import { ticketAction, ticketConditions } from '@foyer/tickets';

/** What happens to a ticket and may set an automation going. */
export const EVENT_TRIGGERS = [
  'opened',
  'customer-replied',
  'team-replied',
  'noted',
  'status',
  'solved',
  'reopened',
  'assigned',
  'group',
  'priority',
  'rated',
  'approved',
  'rejected',
  'sla-warned',
  'sla-breached',
] as const;
export type EventTrigger = (typeof EVENT_TRIGGERS)[number];

/** Hours since something, or until it is due. */
export const TIME_TRIGGERS = [
  'since-opened',
  'since-updated',
  'since-customer-replied',
  'since-team-replied',
  'since-pending',
  'since-solved',
  'before-due',
  'since-due',
] as const;
export type TimeTrigger = (typeof TIME_TRIGGERS)[number];
export type Trigger = EventTrigger | TimeTrigger;

export const MAX_HOURS = 8_784;
export const isTimed = (trigger: Trigger): trigger is TimeTrigger =>
  (TIME_TRIGGERS as readonly string[]).includes(trigger);

export const mailAction = z.object({
  do: z.literal('mail'),
  to: z.union([z.enum(['assignee', 'group', 'requester']), z.email().max(254)]),
  text: z.string().trim().min(1).max(5_000),
});
export type MailAction = z.output<typeof mailAction>;
export const ruleAction = z.union([ticketAction, mailAction]);
export type RuleAction = z.output<typeof ruleAction>;

export const automation = z
  .object({
    id: z.uuid(),
    name: z.string().trim().min(1).max(80),
    enabled: z.boolean().default(true),
    trigger: z.enum([...EVENT_TRIGGERS, ...TIME_TRIGGERS]),
    /** For what goes by time. */
    hours: z.number().min(0.25).max(MAX_HOURS).nullable().default(null),
    conditions: ticketConditions.prefault({}),
    actions: z.array(ruleAction).min(1).max(20),
  })
  .refine(({ trigger, hours }) => !isTimed(trigger) || hours !== null);
export type Automation = z.output<typeof automation>;
export const automations = declareCollection<Automation>('automations', automation);
