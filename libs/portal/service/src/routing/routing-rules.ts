import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { categoryReference, PRIORITIES, priorityReference, ticketGroups, workingAgents } from '@foyer/requests';
import { choice, declareResource, optionalReference, type ResourceItem, words } from '@foyer/settings';
import { conditionsPart } from '@foyer/tickets';
import { named, onPage } from '../service-list.js';

/** Who of a group gets it: nobody yet, the next in turn, or whoever has the fewest open tickets. */
export const SHARING = ['nobody', 'in-turn', 'fewest'] as const;
export type Sharing = (typeof SHARING)[number];

const asIs = { none: 'service.routing.as-is' };

/** Where new tickets go. Every rule that fits is followed, in order; what an earlier one has decided stays. */
export const routingRules = declareResource('routing-rules', {
  one: 'routing rule',
  ...onPage('routing', 'arrow-end', 30),
  fields: {
    ...named,
    conditions: conditionsPart,
    groupId: optionalReference(ticketGroups.about.reference, asIs),
    sharing: choice(SHARING, 'service.routing.sharing', { byDefault: 'nobody', label: 'share', hint: true }),
    /** One agent; otherwise `sharing` says who of the group. */
    agentId: optionalReference(workingAgents, { hint: true, none: 'service.routing.no-agent' }),
    priority: optionalReference(priorityReference, {
      ...{ ...asIs, label: 'tickets.field.priority' },
      id: z.enum(PRIORITIES, 'web.form.choice'),
    }),
    categoryId: optionalReference(categoryReference, { ...asIs, label: 'tickets.field.category' }),
    tags: words({ most: 20, max: 50 }, { hint: 'tickets.conditions.commas' }),
  },
  goesBy: () => true,
  check({ groupId, agentId, sharing, priority, categoryId, tags }) {
    if (sharing !== 'nobody' && !groupId) throw new InvalidField('groupId', 'service.routing.which-group');
    if (!groupId && !agentId && !priority && !categoryId && tags.length === 0)
      throw new InvalidField('groupId', 'service.routing.nothing');
  },
});
export type RoutingRule = ResourceItem<typeof routingRules>;
