import { z } from 'zod';
import { PRIORITIES } from '@foyer/requests';
import { declareCollection } from '@foyer/settings';
import { ticketConditions } from '@foyer/tickets';

/** Who of a group gets it: nobody yet, the next in turn, or whoever has the fewest open tickets. */
export const SHARING = ['nobody', 'in-turn', 'fewest'] as const;
export type Sharing = (typeof SHARING)[number];

/** Where new tickets go. Every rule that fits is followed, in order; what an earlier one has decided stays. */
export const routingRule = z.object({
  id: z.uuid(),
  name: z.string().trim().min(1).max(80),
  enabled: z.boolean().default(true),
  conditions: ticketConditions.prefault({}),
  groupId: z.uuid().nullable().default(null),
  /** One agent; otherwise `sharing` says who of the group. */
  agentId: z.uuid().nullable().default(null),
  sharing: z.enum(SHARING).default('nobody'),
  priority: z.enum(PRIORITIES).nullable().default(null),
  categoryId: z.uuid().nullable().default(null),
  tags: z.array(z.string().trim().min(1).max(50)).max(20).default([]),
});
export type RoutingRule = z.output<typeof routingRule>;
export const routingRules = declareCollection<RoutingRule>('routing-rules', routingRule);
