import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { OnEvent } from '@foyer/events';
import { PersonDeactivated, TeamRoleChanged } from '@foyer/identity';
import { Agents } from '@foyer/requests';
import { ownRobot } from '../robots.js';
import { Tickets } from '../tickets.js';
import { UNDONE_SQL } from '../ticket-filter.js';

/** Tickets that somebody had who works on them no more are nobody's, so that the team sees that they need someone. */
@Injectable()
export class LeftBehind {
  constructor(
    private readonly database: Database,
    private readonly agents: Agents,
    private readonly tickets: Tickets,
  ) {}

  @OnEvent(TeamRoleChanged, 'tickets.release-of-role')
  roleChanged({ personId }: TeamRoleChanged): Promise<void> {
    return this.release(personId);
  }

  @OnEvent(PersonDeactivated, 'tickets.release-of-deactivated')
  deactivated({ personId }: PersonDeactivated): Promise<void> {
    return this.release(personId);
  }

  /** One by one: what is done stays done when the job is taken up again. */
  private async release(personId: string): Promise<void> {
    if (await this.agents.includes(personId)) return;
    const left = await this.database.read((em) =>
      rows<{ id: string }>(
        em,
        sql`select t.id from ${table('ticket')} t where t.assignee_id = ${personId} and ${UNDONE_SQL}`,
      ),
    );
    for (const { id } of left)
      await this.tickets.act(ownRobot('tickets.left-team.by'), id, [{ do: 'assign', to: null }]);
  }
}
