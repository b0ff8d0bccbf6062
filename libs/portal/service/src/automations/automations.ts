import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { choice, declareResource, part, type ResourceItem } from '@foyer/settings';
import { conditionsPart, inActions, ticketAction } from '@foyer/tickets';
import { actionsMustBeKnown } from '../macros/placeholders.js';
import { named, onPage } from '../service-list.js';

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

/** What happens by itself, after something or after a while. */
export const automations = declareResource('automations', {
  one: 'automation',
  ...onPage('automations', 'refresh', 40),
  fields: {
    ...named,
    trigger: choice([...EVENT_TRIGGERS, ...TIME_TRIGGERS], 'service.trigger'),
    /** For what goes by time. */
    hours: part(z.number().min(0.25).max(MAX_HOURS).nullable().default(null)),
    conditions: conditionsPart,
    actions: part(z.array(ruleAction).max(20), { label: 'service.macros.changes', mentions: inActions }),
  },
  goesBy: () => true,
  derive: (rule) => (isTimed(rule.trigger) ? rule : { ...rule, hours: null }),
  check({ trigger, hours, actions }) {
    if (isTimed(trigger) && hours === null) throw new InvalidField('hours', 'web.form.required');
    if (actions.length === 0) throw new InvalidField('actions', 'service.automations.no-action');
    actionsMustBeKnown('actions', actions);
  },
});
export type Automation = ResourceItem<typeof automations>;
