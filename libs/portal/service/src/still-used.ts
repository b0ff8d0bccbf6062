import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Collections } from '@foyer/settings';
import { type Conditions, requestFields, type TicketAction, ticketGroups } from '@foyer/tickets';
import { type Automation, automations } from './automations/automations.js';
import { calendars } from './hours/calendars.js';
import { macros } from './macros/macros.js';
import { routingRules } from './routing/routing-rules.js';
import { slaPolicies, type SlaPolicy } from './sla/policies.js';

/** Says which rule still needs a calendar, a group or a field that is about to be removed. */
@Injectable()
export class StillUsed implements OnModuleInit {
  constructor(private readonly collections: Collections) {}

  onModuleInit(): void {
    this.collections.protect(calendars, async (id) => {
      const policy = (await this.collections.stored(slaPolicies)).find(({ hoursId }) => hoursId === id);
      return policy ? { code: 'service.hours.needed', values: { name: policy.name } } : null;
    });
    this.collections.protect(ticketGroups, (id) => this.needed((rule) => rule.groups.includes(id)));
    this.collections.protect(requestFields, (id) => this.needed((rule) => asks(rule.conditions, `field:${id}`)));
  }

  private async needed(by: (rule: Rule) => boolean) {
    const rule = (await this.rules()).find(by);
    return rule ? { code: 'service.rules.needed', values: { name: rule.name } } : null;
  }

  private async rules(): Promise<Rule[]> {
    const routing = await this.collections.stored(routingRules);
    const policies = await this.collections.stored(slaPolicies);
    const automatic = await this.collections.stored(automations);
    const shared = await this.collections.stored(macros);
    return [
      ...routing.map(({ name, conditions, groupId }) => rule(name, conditions, [], groupId)),
      ...policies.map((policy) => rule(policy.name, policy.conditions, escalated(policy))),
      ...automatic.map(({ name, conditions, actions }) => rule(name, conditions, actions)),
      ...shared.map(({ name, actions, groupId }) => rule(name, { match: 'all', tests: [] }, actions, groupId)),
    ];
  }
}

interface Rule {
  name: string;
  conditions: Conditions;
  groups: string[];
}

function rule(
  name: string,
  conditions: Conditions,
  actions: readonly (TicketAction | Automation['actions'][number])[],
  groupId: string | null = null,
): Rule {
  const done = actions.flatMap((action) => (action.do === 'group' && action.to ? [action.to] : []));
  const asked = conditions.tests.flatMap(({ field, value }) => (field === 'groupId' ? value : []));
  return { name, conditions, groups: [...done, ...asked, ...(groupId ? [groupId] : [])] };
}

const escalated = ({ onWarning, onBreach }: SlaPolicy): TicketAction[] => [...onWarning.actions, ...onBreach.actions];
const asks = ({ tests }: Conditions, field: string): boolean => tests.some((test) => test.field === field);
