import { Injectable } from '@nestjs/common';
import { allowed, Conflict, holds, NotFound } from '@foyer/access';
import { Sessions } from '@foyer/credentials';
import { Database } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { PersonDeactivated, PersonReactivated } from './identity.events.js';
import { Owners } from './owners.js';
import { Person } from './person.entity.js';
import type { PortalActor } from './portal-actor.js';
import { TeamRoles } from './roles/team-roles.js';
import { mayChangeTeam, Seats } from './seats.js';

/** Who is shut out, and let in again. */
@Injectable()
export class Deactivations {
  private readonly sessions: Sessions;

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly teamRoles: TeamRoles,
    private readonly owners: Owners,
    private readonly seats: Seats,
  ) {
    this.sessions = new Sessions(database);
  }

  /** Shuts somebody out at once: sessions end, nothing they made is lost. */
  async deactivate(actor: PortalActor, personId: string): Promise<void> {
    if (actor.id === personId) throw new Conflict('identity.person.not-yourself');
    await this.database.write(async (em) => {
      await this.owners.lock();
      const person = await em.findOne(Person, { id: personId }, { refresh: true });
      if (!person || !(await this.mayShutOut(actor, person))) throw new NotFound();
      if (person.teamRole !== null) mayChangeTeam();
      await this.owners.mustRemain(person);
      person.status = 'deactivated';
      await this.sessions.endAll(personId);
      await this.outbox.publish(new PersonDeactivated(personId), { by: actor });
      if (person.teamRole !== null) await this.seats.moved();
    });
  }

  /** @throws LimitReached */
  async reactivate(actor: PortalActor, personId: string): Promise<void> {
    await this.database.write(async (em) => {
      await this.owners.lock();
      const person = await em.findOne(Person, { id: personId, status: 'deactivated' });
      if (!person || !(await this.mayShutOut(actor, person))) throw new NotFound();
      if (person.teamRole !== null) mayChangeTeam();
      await this.seats.again(person);
      person.status = 'active';
      await this.outbox.publish(new PersonReactivated(personId), { by: actor });
      if (person.teamRole !== null) await this.seats.moved();
    });
  }

  /** Customers by whoever manages people; colleagues by whoever manages the team, and none who may more than they. */
  async mayShutOut({ ability, teamRole }: PortalActor, person: { teamRole: string | null }): Promise<boolean> {
    if (!allowed(ability, 'manage', 'Person', person)) return false;
    if (person.teamRole === null) return true;
    return holds(ability, 'manage', 'Team') && (await this.teamRoles.within({ teamRole }))(person.teamRole);
  }
}
