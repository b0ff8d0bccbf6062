import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Conflict } from '@foyer/access';
import { Sessions } from '@foyer/credentials';
import { Database } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { Slots } from '@foyer/slots';
import { Companies } from './companies.js';
import { type CompanyRole, Membership } from './company.entity.js';
import { leaving } from './identity-slots.js';
import { IdentityMails } from './jobs/identity-mails.js';
import {
  EmailChanged,
  MemberJoined,
  MemberRemoved,
  MemberRoleChanged,
  PersonDeactivated,
  PersonReactivated,
  PersonRegistered,
  PersonVerified,
  ProfileChanged,
  SessionsEnded,
  TeamRoleChanged,
} from './identity.events.js';
import { Owners } from './owners.js';
import { Person, type TeamRole } from './person.entity.js';
import { personAt } from './person-at.js';
import { Seats } from './seats.js';

/** What a directory says of somebody, as far as accounts have it. */
export interface Described {
  name: string;
  phone: string | null;
  locale: string | null;
  timeZone: string | null;
}

/**
 * What is done on the word of an identity provider, or of a directory, that was set up for it, with nobody asking: accounts, places and roles. Whoever
 * calls has judged whose word it is and how far it goes; an owner is neither made nor unmade here.
 */
@Injectable()
export class Vouched {
  private readonly sessions: Sessions;

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly companies: Companies,
    private readonly owners: Owners,
    private readonly slots: Slots,
    private readonly mails: IdentityMails,
    private readonly seats: Seats,
  ) {
    this.sessions = new Sessions(database);
  }

  /**
   * An account of an address that is proved; `personAt` has said that it is nobody's. Whoever is on the way into the team takes a
   * place there, and none among the customers. @throws LimitReached
   */
  async welcome(
    details: { name: string; email: string; locale: string },
    way: 'connection' | 'directory' = 'connection',
    goesInto: 'team' | 'customers' = 'customers',
  ): Promise<Person> {
    return this.database.write(async (em) => {
      if (goesInto === 'customers') await this.seats.amongCustomers();
      const person = Object.assign(new Person(), { ...details, emailVerifiedAt: new Date() });
      em.persist(person);
      await em.flush();
      await this.outbox.publish(new PersonRegistered(person.id, way));
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

  /** Null: out of the team. @throws LimitReached */
  async placeInTeam(personId: string, role: TeamRole | null): Promise<void> {
    await this.database.write(async (em) => {
      await this.owners.lock();
      const person = await em.findOneOrFail(Person, { id: personId }, { refresh: true });
      if (person.teamRole === role || person.teamRole === 'owner' || role === 'owner') return;
      if (person.teamRole === null) await this.seats.inTeam(person.email);
      await this.outbox.publish(new TeamRoleChanged(personId, person.teamRole, role));
      person.teamRole = role;
      await em.flush();
      await this.sessions.endAll(personId);
      await this.outbox.publish(new SessionsEnded(personId, null));
      if (role === null) for (const leave of this.slots.of(leaving)) await leave(null, personId);
      await this.seats.moved();
    });
  }

  /** Out of a company, also whoever was the last to manage it: the operator's team can name another. False: they were not in it. */
  async remove(personId: string, companyId: string): Promise<boolean> {
    return this.database.write(async (em) => {
      await this.companies.hold(companyId);
      const membership = await em.findOne(Membership, { companyId, personId }, { refresh: true });
      if (!membership) return false;
      em.remove(membership);
      await em.flush();
      for (const leave of this.slots.of(leaving)) await leave(companyId, personId);
      await this.outbox.publish(new MemberRemoved(companyId, personId, membership.role));
      return true;
    });
  }

  /** Nobody who keeps the portal's last key. False: they were shut out already. @throws Conflict for the last owner */
  async shutOut(personId: string): Promise<boolean> {
    return this.database.write(async (em) => {
      await this.owners.lock();
      const person = await em.findOneOrFail(Person, { id: personId }, { refresh: true });
      if (person.status === 'deactivated') return false;
      await this.owners.mustRemain(person);
      person.status = 'deactivated';
      await em.flush();
      await this.sessions.endAll(personId);
      await this.outbox.publish(new PersonDeactivated(personId));
      if (person.teamRole !== null) await this.seats.moved();
      return true;
    });
  }

  /** @throws LimitReached */
  async letIn(personId: string): Promise<void> {
    await this.database.write(async (em) => {
      await this.owners.lock();
      const person = await em.findOneOrFail(Person, { id: personId }, { refresh: true });
      if (person.status !== 'deactivated') return;
      await this.seats.again(person);
      person.status = 'active';
      await em.flush();
      await this.outbox.publish(new PersonReactivated(personId));
      if (person.teamRole !== null) await this.seats.moved();
    });
  }

  /** Wherever they are signed in. */
  async signOut(personId: string): Promise<void> {
    await this.database.write(async () => {
      await this.sessions.endAll(personId);
      await this.outbox.publish(new SessionsEnded(personId, null));
    });
  }

  /** Whoever calls has judged that both addresses are of the same owner's domains. @throws Conflict where somebody else has it */
  async moveTo(personId: string, email: string): Promise<void> {
    await this.database.write(async (em) => {
      const other = await personAt(this.database, email);
      if (other && other.id !== personId) throw new Conflict('identity.email.taken');
      const person = await em.findOneOrFail(Person, { id: personId }, { refresh: true });
      if (person.email === email) return;
      await this.mails.emailChanged(personId, {
        former: person.email,
        newEmail: email,
        secret: randomUUID(),
        moved: true,
      });
      person.email = email;
      person.emailVerifiedAt = new Date();
      await em.flush();
      await this.sessions.endAll(personId);
      await this.outbox.publish(new EmailChanged(personId));
    });
  }

  /** What of it is said and differs. */
  async describe(personId: string, said: Partial<Described>): Promise<void> {
    await this.database.write(async (em) => {
      const person = await em.findOneOrFail(Person, { id: personId }, { refresh: true });
      const fields = (Object.keys(said) as (keyof Described)[]).filter((field) => said[field] !== person[field]);
      if (fields.length === 0) return;
      Object.assign(person, said);
      await em.flush();
      await this.outbox.publish(new ProfileChanged(personId, fields));
    });
  }
}
