import { Injectable } from '@nestjs/common';
import { NotFound, holds } from '@foyer/access';
import { ALPHABETICAL, Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import type { PortalActor } from '@foyer/identity';
import { Agents } from '@foyer/requests';
import { AbsenceChanged } from './absence.events.js';

export interface Presence {
  id: string;
  name: string;
  away: boolean;
  until: string | null;
  open: number;
}

/** Who takes new tickets and who does not for now. Everybody says so of themselves; who sets the portal up, of anybody. */
@Injectable()
export class Absences {
  constructor(
    private readonly database: Database,
    private readonly agents: Agents,
    private readonly outbox: Outbox,
  ) {}

  async all(): Promise<Presence[]> {
    const working = await this.agents.working('p');
    return this.database.read((em) =>
      rows<Presence>(
        em,
        sql`select p.id, p.name, a.person_id is not null as away, a.until,
                   (select count(*)::int from ${table('ticket')} t where t.assignee_id = p.id and t.status in ('open', 'pending', 'on_hold')) as open
              from ${table('person')} p
              left join ${table('agent_absence')} a on a.person_id = p.id and (a.until is null or a.until > now())
             where ${working} order by p.name ${ALPHABETICAL}, p.id limit 500`,
      ),
    );
  }

  /** @throws NotFound for somebody else, unless the actor sets up the portal */
  async leave(actor: PortalActor, personId: string, until: Date | null): Promise<void> {
    await this.check(actor, personId);
    await this.database.write(async (em) => {
      await rows(
        em,
        sql`insert into ${table('agent_absence')} (person_id, until) values (${personId}, ${until})
                on conflict (person_id) do update set until = excluded.until, since = now()`,
      );
      await this.outbox.publish(new AbsenceChanged(personId, true, until?.toISOString() ?? null), { by: actor });
    });
  }

  async comeBack(actor: PortalActor, personId: string): Promise<void> {
    await this.check(actor, personId);
    await this.database.write(async (em) => {
      await rows(em, sql`delete from ${table('agent_absence')} where person_id = ${personId}`);
      await this.outbox.publish(new AbsenceChanged(personId, false, null), { by: actor });
    });
  }

  private async check(actor: PortalActor, personId: string): Promise<void> {
    const may = personId === actor.id || holds(actor.ability, 'manage', 'Settings');
    if (!may || !(await this.all()).some(({ id }) => id === personId)) throw new NotFound();
  }
}
