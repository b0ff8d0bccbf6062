import { z } from 'zod';
import { PRIORITIES } from '@foyer/requests';
import { declareCollection } from '@foyer/settings';
import { matches, ticketActions, ticketConditions, type TicketFacts } from '@foyer/tickets';

/** A year of open time. */
export const MAX_MINUTES = 525_600;
const minutes = z.int().min(1).max(MAX_MINUTES).nullable().default(null);
const targets = z.object({ first_response: minutes, next_response: minutes, resolution: minutes }).prefault({});

const escalation = z
  .object({
    actions: ticketActions.default([]),
    notify: z.array(z.enum(['assignee', 'group'])).default(['assignee']),
    addresses: z.array(z.email().max(254)).max(10).default([]),
  })
  .prefault({});
export type Escalation = z.output<typeof escalation>;

export const PAUSES = ['pending', 'on_hold'] as const;

/** What is promised to whom. The first policy that fits a ticket is the one that counts. */
export const slaPolicy = z.object({
  id: z.uuid(),
  name: z.string().trim().min(1).max(80),
  enabled: z.boolean().default(true),
  conditions: ticketConditions.prefault({}),
  targets: z.object({ low: targets, normal: targets, high: targets, urgent: targets }),
  /** Null: 24/7. */
  hoursId: z.uuid().nullable().default(null),
  pauseOn: z.array(z.enum(PAUSES)).default(['pending']),
  warn: z
    .object({ before: z.int().min(1).max(MAX_MINUTES), unit: z.enum(['minutes', 'percent']) })
    .nullable()
    .default(null),
  shown: z.boolean().default(false),
  onWarning: escalation,
  onBreach: escalation,
});
export type SlaPolicy = z.output<typeof slaPolicy>;
export const slaPolicies = declareCollection<SlaPolicy>('sla-policies', slaPolicy);

export const policyFor = (all: readonly SlaPolicy[], ticket: TicketFacts): SlaPolicy | undefined =>
  all.find((policy) => policy.enabled && matches(policy.conditions, ticket));

/** Whether a policy promises anything at all. */
export const promises = ({ targets }: SlaPolicy): boolean =>
  PRIORITIES.some((priority) => Object.values(targets[priority]).some((target) => target !== null));
