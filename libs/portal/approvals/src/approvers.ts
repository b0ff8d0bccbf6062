import { Injectable } from '@nestjs/common';
import { Abilities, allowed } from '@foyer/access';
import { ALPHABETICAL, Database, rows, sql, table } from '@foyer/database';
import { PortalPrincipals } from '@foyer/identity';

export interface Approver {
  id: string;
  name: string;
  /** Administers the ticket's company. */
  manages: boolean;
}
interface Asked {
  id: string;
  requesterId: string;
  companyId: string | null;
  watcherIds: string[];
  openedById?: string | null;
}
const MOST = 200;

/** Who can be asked about a ticket: people of its company whose role says so, and nobody about their own. */
@Injectable()
export class Approvers {
  constructor(
    private readonly database: Database,
    private readonly principals: PortalPrincipals,
    private readonly abilities: Abilities,
  ) {}

  async of(ticket: Asked): Promise<Approver[]> {
    if (!ticket.companyId) return [];
    const people = await this.database.read((em) =>
      rows<{ id: string }>(
        em,
        sql`with recursive up as (
              select c.id, c.parent_id from ${table('company')} c where c.id = ${ticket.companyId}
              union select c.id, c.parent_id from ${table('company')} c join up on c.id = up.parent_id)
            select p.id from ${table('person')} p
             where p.status = 'active' and exists (select from ${table('membership')} m where m.person_id = p.id and m.company_id in (select id from up))
             order by p.name ${ALPHABETICAL} limit ${MOST}`,
      ),
    );
    const own = [ticket.requesterId, ticket.openedById];
    return this.able(
      ticket,
      people.map(({ id }) => id).filter((id) => !own.includes(id)),
    );
  }

  /** Those of the people who may still decide; one statement. */
  async able(ticket: Asked, ids: string[]): Promise<Approver[]> {
    if (ids.length === 0) return [];
    const grantees = await this.principals.grantees(ids);
    return grantees
      .filter(({ grants }) => allowed(this.abilities.of(grants), 'approve', 'Ticket', ticket))
      .map(({ id, name, grants }) => ({
        ...{ id, name },
        manages: grants.groups.some((group) => group.id === ticket.companyId && group.manages),
      }));
  }
}
