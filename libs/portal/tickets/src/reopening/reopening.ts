import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Conflict } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { translate } from '@foyer/i18n';
import { Agents, ticketStatuses } from '@foyer/requests';
import { Collections, Settings, Uses } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import type { Ticket } from '../ticket.entity.js';
import { agentsThere } from '../ticket-slots.js';
import { type Chances, chancesOf, type ReopeningRules, reopeningRules, speaksForTeam } from './reopening-rules.js';

/** Whether a ticket that was solved comes back, and how: as the operator has set it. */
@Injectable()
export class Reopening implements OnModuleInit {
  constructor(
    private readonly settings: Settings,
    private readonly collections: Collections,
    private readonly uses: Uses,
    private readonly slots: Slots,
    private readonly agents: Agents,
  ) {}

  onModuleInit(): void {
    this.uses.add(reopeningRules, {
      kind: 'settings.nav',
      name: (_rules, locale) => translate(locale, 'tickets.reopening.title'),
      page: () => '/console/settings/reopening',
    });
  }

  rules(): Promise<ReopeningRules> {
    return this.settings.get(reopeningRules);
  }

  async chances(
    actor: PortalActor,
    ticket: Parameters<typeof chancesOf>[0] & Pick<Ticket, 'requesterId'>,
  ): Promise<Chances> {
    return chancesOf(ticket, speaksForTeam(actor, ticket) ? null : await this.rules());
  }

  /** @throws Conflict when what the actor writes has to be a ticket of its own */
  async mustTakeReply(actor: PortalActor, ticket: Ticket): Promise<void> {
    ticket.mustNotBeOver();
    if (!(await this.chances(actor, ticket)).reply) throw new Conflict('tickets.over');
  }

  /** @throws Conflict when it is too late for the actor, or no customer may */
  async mustReopen(actor: PortalActor, ticket: Ticket): Promise<void> {
    if (ticket.status === 'solved' && !(await this.chances(actor, ticket)).reopen)
      throw new Conflict('tickets.reopening.not-now');
  }

  /** The operator's name for the status in which it comes back, as long as there is one. */
  async statusId(): Promise<string | null> {
    const { statusId } = await this.rules();
    return (await this.collections.find(ticketStatuses, statusId))?.kind === 'open' ? statusId : null;
  }

  /** Who has it when it comes back without somebody of the team having taken it up. */
  async assigneeId({ assigneeId, groupId }: Pick<Ticket, 'assigneeId' | 'groupId'>): Promise<string | null> {
    const { returns } = await this.rules();
    if (assigneeId === null || !(await this.agents.includes(assigneeId))) return null;
    if (returns === 'assignee') return assigneeId;
    // A ticket without a group would be nobody's.
    if (returns === 'group') return groupId ? null : assigneeId;
    for (const isThere of this.slots.of(agentsThere)) if (!(await isThere(assigneeId))) return null;
    return assigneeId;
  }
}
