import { Injectable } from '@nestjs/common';
import { Database } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { Slots } from '@foyer/slots';
import { Companies } from './companies.js';
import { type CompanyRole, Membership } from './company.entity.js';
import { leaving } from './identity-slots.js';
import {
  MemberJoined,
  MemberRoleChanged,
  PersonRegistered,
  PersonVerified,
  TeamRoleChanged,
} from './identity.events.js';
import { Owners } from './owners.js';
import { Person, type TeamRole } from './person.entity.js';

/**
 * What is done on the word of an identity provider that was set up for it, with nobody asking: accounts, places and roles. Whoever
 * calls has judged whose word it is and how far it goes; an owner is neither made nor unmade here.
 */
@Injectable()
export class Vouched {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly companies: Companies,
    private readonly owners: Owners,
    private readonly slots: Slots,
  ) {}

  /** An account of an address that is proved; `personAt` has said that it is nobody's. */
  async welcome(details: { name: string; email: string; locale: string }): Promise<Person> {
    return this.database.write(async (em) => {
      const person = Object.assign(new Person(), { ...details, emailVerifiedAt: new Date() });
      em.persist(person);
      await em.flush();
      await this.outbox.publish(new PersonRegistered(person.id, 'connection'));
      return person;
    });
  }

  /** Their address is theirs: whoever has the domain says so. */
  async prove(personId: string): Promise<void> {
    await this.database.write(async (em) => {
      const person = await em.findOneOrFail(Person, { id: personId }, { refresh: true });
      if (person.status === 'invited') person.status = 'active';
      if (person.emailVerifiedAt === null) {
        person.emailVerifiedAt = new Date();
        await this.outbox.publish(new PersonVerified(personId));
      }
      await em.flush();
    });
  }

  /** Puts somebody into a company with a role, or gives them another there. A company keeps its last admin. */
  async place(personId: string, companyId: string, role: CompanyRole): Promise<void> {
    await this.database.write(async (em) => {
      await this.companies.hold(companyId);
      const membership = await em.findOne(Membership, { companyId, personId }, { refresh: true });
      if (!membership) {
        await em.upsert(Membership, { personId, companyId, role, createdAt: new Date() });
        await this.outbox.publish(new MemberJoined(companyId, personId, role));
      } else if (membership.role !== role) {
        const others = { companyId, role: 'company_admin', personId: { $ne: personId } };
        if (membership.role === 'company_admin' && (await em.count(Membership, others)) === 0) return;
        await this.outbox.publish(new MemberRoleChanged(companyId, personId, membership.role, role));
        membership.role = role;
        await em.flush();
      }
    });
  }

  /** Null: out of the team. */
  async placeInTeam(personId: string, role: TeamRole | null): Promise<void> {
    await this.database.write(async (em) => {
      await this.owners.lock();
      const person = await em.findOneOrFail(Person, { id: personId }, { refresh: true });
      if (person.teamRole === role || person.teamRole === 'owner' || role === 'owner') return;
      await this.outbox.publish(new TeamRoleChanged(personId, person.teamRole, role));
      person.teamRole = role;
      await em.flush();
      if (role === null) for (const leave of this.slots.of(leaving)) await leave(null, personId);
    });
  }
}
