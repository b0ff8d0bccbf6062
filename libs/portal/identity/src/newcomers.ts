import { Injectable } from '@nestjs/common';
import { allowed, InvalidField, NotFound } from '@foyer/access';
import { Database } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { Settings } from '@foyer/settings';
import { Companies } from './companies.js';
import type { CompanyRole } from './company.entity.js';
import { PersonRegistered } from './identity.events.js';
import { Invitations } from './invitations.js';
import { Person } from './person.entity.js';
import { personAt } from './person-at.js';
import type { PortalActor } from './portal-actor.js';
import { Seats } from './seats.js';

export interface NewcomerDraft {
  name: string;
  email: string;
  phone?: string | null;
  locale: string;
}
export interface Belonging {
  companyId: string;
  role: CompanyRole;
}

/** Accounts that nobody asked for: of customers whom the team adds, and of whoever writes to it. They have no password. */
@Injectable()
export class Newcomers {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly companies: Companies,
    private readonly invitations: Invitations,
    private readonly settings: Settings,
    private readonly seats: Seats,
  ) {}

  /** A customer whom the team knows from elsewhere; `invite` mails them the way to a password. */
  async add(
    actor: PortalActor,
    details: Omit<NewcomerDraft, 'locale'>,
    to: Belonging | null,
    invite: boolean,
  ): Promise<Person> {
    if (!allowed(actor.ability, 'create', 'Person', { teamRole: null })) throw new NotFound();
    const draft = { ...details, locale: (await this.settings.get('general')).defaultLocale };
    return this.database.write(async () => {
      if (await personAt(this.database, draft.email)) throw new InvalidField('email', 'identity.person.known');
      await this.seats.amongCustomers();
      const person = await this.welcome(draft, 'team');
      if (to) await this.companies.link(actor, to.companyId, person.id, to.role);
      if (invite) await this.invitations.invite(actor, draft, { personId: person.id }, draft.locale);
      return person;
    });
  }

  /**
   * An account of an address that nobody has proved yet; `personAt` has said that it is nobody's. Whoever writes to us is taken in,
   * however many there are: no mail is lost.
   */
  async welcome({ name, email, phone = null, locale }: NewcomerDraft, way: 'team' | 'mail' = 'mail'): Promise<Person> {
    return this.database.write(async (em) => {
      const person = Object.assign(new Person(), { name, email, phone, locale });
      em.persist(person);
      await em.flush();
      await this.outbox.publish(new PersonRegistered(person.id, way));
      return person;
    });
  }
}
