import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { PRIORITIES } from '@foyer/requests';
import { declareResource, flag, optionalReference, part, type ResourceItem } from '@foyer/settings';
import { conditionsPart, inActions, matches, ticketActions, type TicketFacts } from '@foyer/tickets';
import { calendars } from '../hours/calendars.js';
import { actionsMustBeKnown } from '../macros/placeholders.js';
import { named, onPage } from '../service-list.js';

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
const stage = part(escalation, { mentions: ({ actions }) => inActions(actions) });

export const PAUSES = ['pending', 'on_hold'] as const;

/** What is promised to whom. The first policy that fits a ticket is the one that counts. */
export const slaPolicies = declareResource('sla-policies', {
  one: 'service policy',
  ...onPage('policies', 'clock', 20),
  fields: {
    ...named,
    conditions: conditionsPart,
    targets: part(z.object({ low: targets, normal: targets, high: targets, urgent: targets })),
    hoursId: optionalReference(calendars.about.reference, { hint: true, none: 'service.hours.always' }),
    pauseOn: part(z.array(z.enum(PAUSES)).default(['pending']), { label: 'pause' }),
    warn: part(
      z
        .object({ before: z.int().min(1).max(MAX_MINUTES), unit: z.enum(['minutes', 'percent']) })
        .nullable()
        .default(null),
      { label: 'service.policies.warn.label' },
    ),
    shown: flag(false, { hint: true }),
    onWarning: stage,
    onBreach: stage,
  },
  goesBy: () => true,
  check({ targets, onWarning, onBreach }) {
    const promised = PRIORITIES.some((priority) => Object.values(targets[priority]).some((target) => target !== null));
    if (!promised) throw new InvalidField('targets', 'service.policies.no-target');
    actionsMustBeKnown('onWarning', onWarning.actions);
    actionsMustBeKnown('onBreach', onBreach.actions);
  },
});
export type SlaPolicy = ResourceItem<typeof slaPolicies>;

export const policyFor = (all: readonly SlaPolicy[], ticket: TicketFacts): SlaPolicy | undefined =>
  all.find((policy) => policy.enabled && matches(policy.conditions, ticket));
