import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { TeamParts } from '@foyer/identity';
import { Collections, declareCollection, type StillNeeded } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { sent } from './sent-requests.js';

const ticketGroup = z.object({
  id: z.uuid(),
  name: z.string().min(1).max(80),
  /** People of the team; whoever has left it stays in here without effect. */
  memberIds: z.array(z.uuid()).max(500).default([]),
});
export type TicketGroup = z.output<typeof ticketGroup>;
export const ticketGroups = declareCollection<TicketGroup>('ticket-groups', ticketGroup);

/** Parts of the team that tickets can be given to. */
@Injectable()
export class Groups implements OnModuleInit {
  constructor(
    private readonly collections: Collections,
    private readonly slots: Slots,
    private readonly parts: TeamParts,
  ) {}

  onModuleInit(): void {
    this.collections.protect(ticketGroups, this.stillNeeded);
    this.parts.fill((personId) => this.of(personId));
  }

  all(): Promise<readonly TicketGroup[]> {
    return this.collections.all(ticketGroups);
  }

  find(id: string | null): Promise<TicketGroup | undefined> {
    return this.collections.find(ticketGroups, id);
  }

  /** Ids of those somebody belongs to. */
  async of(personId: string): Promise<string[]> {
    return (await this.all()).filter(({ memberIds }) => memberIds.includes(personId)).map(({ id }) => id);
  }

  private readonly stillNeeded = async (id: string): ReturnType<StillNeeded> => {
    const count = await sent(this.slots).undoneOf(id);
    return count > 0 ? { code: 'requests.setup.groups.in-use', values: { count } } : null;
  };
}
