import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import type { Arrival, OpenSession, Person, SessionDemand } from '@foyer/identity';
import { type Connection, ConnectionBook, isForTeam, isOn } from './connection-book.js';
import { ClaimedDomains } from './domains/claimed-domains.js';

const REQUIRED = '/sign-in/required';

/**
 * Who can come by their owner's connections alone: those whose address is of a domain that the owner has claimed, of the team by the
 * operator's, all others by whoever has the domain. A domain that is lost makes nobody come by anything.
 */
@Injectable()
export class Enforcement {
  constructor(
    private readonly book: ConnectionBook,
    private readonly domains: ClaimedDomains,
    private readonly database: Database,
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

  /** A session that began by another way counts for nothing from now on: its next request leads to the connection. */
  async ofSession({ id, person }: OpenSession): Promise<SessionDemand | null> {
    const theirs = await this.of(person);
    if (theirs.length === 0 || (await this.beganBy(theirs, id))) return null;
    return { by: new Date(0), text: 'signon.onward.required', page: '', label: '', leadsTo: REQUIRED };
  }

  /** Why somebody cannot be without a second factor: they keep the password for when the team's provider is away. */
  async whyFactor(personId: string): Promise<string | null> {
    const kept = (await this.book.all()).some((one) => one.enforced && isOn(one) && one.keeperId === personId);
    return kept ? 'signon.connection.keeper-keeps' : null;
  }

  /** A session does not say how it began; the sign-in from the same device at the same moment does. */
  private async beganBy(connections: Connection[], sessionId: string): Promise<boolean> {
    const ids = connections.map(({ id }) => id);
    const found = await this.database.read((em) =>
      rows(
        em,
        sql`select 1 from ${table('session')} s
              join ${table('sign_in')} i on i.person_id = s.owner_id and i.outcome = 'in' and i.way = 'connection'
               and i.ip is not distinct from s.ip and i.user_agent is not distinct from s.user_agent
               and i.at between s.created_at - interval '1 minute' and s.created_at + interval '1 minute'
             where s.id = ${sessionId}
               and exists (select from ${table('identity_link')} l where l.person_id = s.owner_id and l.connection_id = any(${ids}::uuid[]))
             limit 1`,
      ),
    );
    return found.length > 0;
  }

  /** Of an arrival: the page that leads on, where they came by another way. */
  async page({ person, way, connectionId }: Arrival): Promise<string | null> {
    const theirs = await this.of(person);
    const isTheirs = way === 'connection' && theirs.some(({ id }) => id === connectionId);
    return theirs.length === 0 || isTheirs ? null : REQUIRED;
  }
}
