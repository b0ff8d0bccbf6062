import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { Groups } from '@foyer/requests';
import { Collections } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { matches, type OpeningStep, type TicketAction, type TicketFacts, ticketOpening } from '@foyer/tickets';
import { type RoutingRule, routingRules } from './routing-rules.js';
import { Turns } from './turns.js';

/** Leaves room for those the ticket comes with. */
const MAX_TAGS = 25;

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
    private readonly slots: Slots,
    private readonly collections: Collections,
    private readonly turns: Turns,
    private readonly groups: Groups,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.slots.fill(ticketOpening, 10, { byKey: 'service.routing.by', step: this.route });
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

  /** What a rule names and is gone by now is passed over: nobody's ticket fails for that. */
  private async follow(rule: RoutingRule, decided: Decided): Promise<void> {
    if (rule.groupId && (await this.groups.find(rule.groupId))) decided.groupId ??= rule.groupId;
    if (rule.categoryId && (await this.isCategory(rule.categoryId))) decided.categoryId ??= rule.categoryId;
    decided.priority ??= rule.priority ?? undefined;
    decided.tags = [...new Set([...decided.tags, ...rule.tags])].slice(0, MAX_TAGS);
    if (decided.agentId) return;
    if (rule.agentId && (await this.turns.isThere(rule.agentId))) decided.agentId = rule.agentId;
    else if (rule.groupId && rule.sharing !== 'nobody')
      decided.agentId = (await this.turns.next(rule.groupId, rule.sharing)) ?? undefined;
  }

  private async isCategory(id: string): Promise<boolean> {
    const found = await this.database.read((em) =>
      rows(em, sql`select 1 from ${table('ticket_category')} where id = ${id} and archived_at is null`),
    );
    return found.length > 0;
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
