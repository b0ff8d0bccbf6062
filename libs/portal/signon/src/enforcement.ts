import { Injectable } from '@nestjs/common';
import type { Arrival, Person } from '@foyer/identity';
import { type Connection, ConnectionBook, isForTeam, isOn } from './connection-book.js';
import { ClaimedDomains } from './domains/claimed-domains.js';

/**
 * Who can come by their owner's connections alone: those whose address is of a domain that the owner has claimed, of the team by the
 * operator's, all others by whoever has the domain. A domain that is lost makes nobody come by anything.
 */
@Injectable()
export class Enforcement {
  constructor(
    private readonly book: ConnectionBook,
    private readonly domains: ClaimedDomains,
  ) {}

  /** The connections by one of which they have to come; none: they come as they like. */
  async of({ id, email, teamRole }: Pick<Person, 'id' | 'email' | 'teamRole'>): Promise<Connection[]> {
    const enforced = (await this.book.all()).filter(
      (one) => one.enforced && isOn(one) && (teamRole === null ? one.audience !== 'team' : isForTeam(one)),
    );
    // As a rule nobody enforces anything, and nothing is asked.
    if (enforced.length === 0) return [];
    const owner = await this.domains.ownerOf(email);
    if (owner === undefined) return [];
    const theirs = enforced.filter(({ companyId }) => companyId === owner);
    return theirs.some(({ keeperId }) => keeperId === id) ? [] : theirs;
  }

  /** Of an arrival: the page that leads on, where they came by another way. */
  async page({ person, way, connectionId }: Arrival): Promise<string | null> {
    const theirs = await this.of(person);
    const isTheirs = way === 'connection' && theirs.some(({ id }) => id === connectionId);
    return theirs.length === 0 || isTheirs ? null : '/sign-in/required';
  }
}
