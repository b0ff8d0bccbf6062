import { Injectable } from '@nestjs/common';
import { Database } from '@foyer/database';
import { Newcomers, Person, personAt, type PortalActor, PortalPrincipals } from '@foyer/identity';
import type { Address } from '@foyer/inbound';
import { headerText } from '@foyer/mail';
import type { Ticket } from '@foyer/tickets';
import { field } from '@foyer/web';

/** Who writes: a person of the portal by the address of the mail, with what they may do right now. */
@Injectable()
export class Senders {
  constructor(
    private readonly database: Database,
    private readonly principals: PortalPrincipals,
    private readonly newcomers: Newcomers,
  ) {}

  /** Null for an address nobody has, until the mail is read. Whoever may not act any more is known all the same. */
  async find({ address }: Address): Promise<{ id: string; actor: PortalActor | null } | null> {
    const person = await personAt(this.database, address);
    return person && { id: person.id, actor: await this.principals.person(person.id) };
  }

  /** Who answers a ticket for its requester from the address to which they wanted its mails; null for all others. */
  async behind(
    { address }: Address,
    { answersTo, requesterId }: Ticket,
    personId: string,
  ): Promise<PortalActor | null> {
    return address === answersTo && personId === requesterId ? this.principals.person(requesterId) : null;
  }

  async isTeam(address: string): Promise<boolean> {
    const person = await this.database.write((em) => em.findOne(Person, { email: address }));
    return person !== null && person.teamRole !== null;
  }

  /** Somebody new: an account without a password, of an address that nobody has proved yet. */
  async welcome({ name, address }: Address, locale: string): Promise<PortalActor> {
    // As in the forms: a name goes into mails to others, and leads nowhere.
    const told = field.name(100).safeParse(headerText(name, 100).replace(/@.*$/, ''));
    const known = told.success ? told.data : address.slice(0, address.lastIndexOf('@')).slice(0, 100);
    const { id } = await this.newcomers.welcome({ name: known, email: address, locale });
    return (await this.principals.person(id))!;
  }
}
