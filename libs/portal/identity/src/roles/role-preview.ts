import { Injectable } from '@nestjs/common';
import { ALPHABETICAL, Database, rows, sql, table } from '@foyer/database';
import { Slots } from '@foyer/slots';
import { type Previewed, rolePreviews } from '../identity-slots.js';
import type { PortalActor } from '../portal-actor.js';
import { PortalPrincipals, type Supposed } from '../portal-principals.js';

/** Somebody to try a role on: a person of the team, or a person in a company. */
export interface Candidate {
  personId: string;
  companyId: string | null;
  person: string;
  /** Their company, or nothing. */
  of: string | null;
}

/** "This person will see these 12 tickets": what a role would mean for somebody, by the very rules that decide. */
@Injectable()
export class RolePreview {
  constructor(
    private readonly principals: PortalPrincipals,
    private readonly database: Database,
    private readonly slots: Slots,
  ) {}

  /** What the person would see if roles meant what is supposed. Null when they may not act. */
  async of(personId: string, supposed: Supposed, reader: PortalActor): Promise<Previewed | null> {
    const actor = await this.principals.person(personId, supposed);
    if (!actor) return null;
    const previewed: Previewed = { count: 0, latest: [] };
    for (const look of this.slots.of(rolePreviews)) {
      const { count, latest } = await look(actor, reader);
      previewed.count += count;
      previewed.latest.push(...latest);
    }
    return previewed;
  }

  /** People of companies: those who have the role, then others. */
  inCompanies(role: string | null): Promise<Candidate[]> {
    return this.database.read((em) =>
      rows<Candidate>(
        em,
        sql`select p.id as "personId", c.id as "companyId", p.name as person, c.name as of
              from ${table('membership')} m join ${table('person')} p on p.id = m.person_id and p.status = 'active' join ${table('company')} c on c.id = m.company_id
             order by (m.role is distinct from ${role}), c.name ${ALPHABETICAL}, p.name ${ALPHABETICAL} limit 200`,
      ),
    );
  }

  /** The same of the team. */
  inTeam(role: string | null): Promise<Candidate[]> {
    return this.database.read((em) =>
      rows<Candidate>(
        em,
        sql`select p.id as "personId", null as "companyId", p.name as person, null as of from ${table('person')} p
             where p.team_role is not null and p.status = 'active' order by (p.team_role is distinct from ${role}), p.name ${ALPHABETICAL} limit 200`,
      ),
    );
  }
}
