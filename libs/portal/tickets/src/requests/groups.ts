import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { Database, rows, sql, table } from '@foyer/database';
import { TeamParts } from '@foyer/identity';
import { Collections, declareCollection, type StillNeeded } from '@foyer/settings';

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
    private readonly database: Database,
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
    const [{ count }] = (await this.database.read((em) =>
      rows<{ count: number }>(
        em,
        sql`select count(*)::int as count from ${table('ticket')} where group_id = ${id} and status in ('open', 'pending', 'on_hold')`,
      ),
    )) as [{ count: number }];
    return count > 0 ? { code: 'tickets.setup.groups.in-use', values: { count } } : null;
  };
}
