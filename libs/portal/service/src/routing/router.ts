import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Collections } from '@foyer/settings';
import { matches, type OpeningStep, type TicketAction, type TicketFacts, TicketOpening } from '@foyer/tickets';
import { type RoutingRule, routingRules } from './routing-rules.js';
import { Turns } from './turns.js';

interface Decided {
  groupId?: string;
  agentId?: string;
  priority?: RoutingRule['priority'];
  categoryId?: string;
  tags: string[];
}

/** Sends new tickets where the rules say, while they are being opened. */
@Injectable()
export class Router implements OnModuleInit {
  constructor(
    private readonly opening: TicketOpening,
    private readonly collections: Collections,
    private readonly turns: Turns,
  ) {}

  onModuleInit(): void {
    this.opening.add('Routing', this.route);
  }

  /** Each rule sees what those before it have decided. */
  readonly route: OpeningStep = async (ticket) => {
    const decided: Decided = { tags: [] };
    const facts: TicketFacts = { ...ticket, tags: [...ticket.tags] };
    for (const rule of await this.collections.all(routingRules)) {
      if (!rule.enabled || !matches(rule.conditions, facts)) continue;
      await this.follow(rule, decided);
      const { groupId, agentId, priority, categoryId, tags } = decided;
      Object.assign(facts, {
        groupId: groupId ?? ticket.groupId,
        assigneeId: agentId ?? ticket.assigneeId,
        priority: priority ?? ticket.priority,
        categoryId: categoryId ?? ticket.categoryId,
        tags: [...new Set([...ticket.tags, ...tags])],
      });
    }
    return actionsOf(decided);
  };

  private async follow(rule: RoutingRule, decided: Decided): Promise<void> {
    decided.groupId ??= rule.groupId ?? undefined;
    decided.priority ??= rule.priority ?? undefined;
    decided.categoryId ??= rule.categoryId ?? undefined;
    decided.tags.push(...rule.tags);
    if (decided.agentId) return;
    if (rule.agentId && (await this.turns.isThere(rule.agentId))) decided.agentId = rule.agentId;
    else if (rule.groupId && rule.sharing !== 'nobody')
      decided.agentId = (await this.turns.next(rule.groupId, rule.sharing)) ?? undefined;
  }
}

function actionsOf({ groupId, agentId, priority, categoryId, tags }: Decided): TicketAction[] {
  return [
    ...(groupId ? [{ do: 'group' as const, to: groupId }] : []),
    ...(priority ? [{ do: 'priority' as const, to: priority }] : []),
    ...(categoryId ? [{ do: 'category' as const, to: categoryId }] : []),
    ...(tags.length > 0 ? [{ do: 'tag' as const, add: tags, remove: [] }] : []),
    ...(agentId ? [{ do: 'assign' as const, to: agentId }] : []),
  ];
}
