import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { Agents, Groups } from '@foyer/requests';
import { Slots } from '@foyer/slots';
import { agentsThere } from '@foyer/tickets';
import type { Sharing } from './routing-rules.js';

interface Candidate {
  id: string;
  open: number;
}

/** Who gets the next ticket. Only people of the team who can sign in and have not said that they are away. */
@Injectable()
export class Turns implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly groups: Groups,
    private readonly agents: Agents,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.slots.fill(agentsThere, 10, (personId) => this.isThere(personId));
  }

  /** Somebody of the group; null when nobody is there. Tickets opened at once wait here for one another. */
  async next(groupId: string, sharing: Exclude<Sharing, 'nobody'>): Promise<string | null> {
    const group = await this.groups.find(groupId);
    if (!group || group.memberIds.length === 0) return null;
    return this.database.write(async (em) => {
      await rows(em, sql`insert into ${table('routing_turn')} (group_id) values (${groupId}) on conflict do nothing`);
      const [turn] = await rows<{ last: string | null }>(
        em,
        sql`select person_id as last from ${table('routing_turn')} where group_id = ${groupId} for update`,
      );
      const there = await this.there(group.memberIds);
      // From whoever comes after the last one, all around.
      const start = group.memberIds.indexOf(turn?.last ?? '') + 1;
      const order = [...group.memberIds.slice(start), ...group.memberIds.slice(0, start)];
      const inTurn = order.flatMap((id) => there.find((one) => one.id === id) ?? []);
      const chosen = sharing === 'in-turn' ? inTurn[0] : inTurn.toSorted((a, b) => a.open - b.open)[0];
      if (!chosen) return null;
      await rows(em, sql`update ${table('routing_turn')} set person_id = ${chosen.id} where group_id = ${groupId}`);
      return chosen.id;
    });
  }

  async isThere(personId: string): Promise<boolean> {
    return (await this.there([personId])).length > 0;
  }

  private async there(ids: readonly string[]): Promise<Candidate[]> {
    const working = await this.agents.working('p');
    return this.database.read((em) =>
      rows<Candidate>(
        em,
        sql`select p.id, (select count(*)::int from ${table('ticket')} t
                           where t.assignee_id = p.id and t.status in ('open', 'pending', 'on_hold')) as open
              from ${table('person')} p
             where p.id = any(${ids}::uuid[]) and ${working}
               and not exists (select from ${table('agent_absence')} a where a.person_id = p.id and (a.until is null or a.until > now()))`,
      ),
    );
  }
}
