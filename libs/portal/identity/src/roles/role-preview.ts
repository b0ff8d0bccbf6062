import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { type PortalActor, PortalPrincipals } from '../portal-principals.js';
import type { RoleMeaning } from './roles.js';

export interface Previewed {
  /** How many things of a kind the person would see, and the latest of them by name. */
  count: number;
  latest: { title: string; text: string; href: string }[];
}
type Look = (actor: PortalActor) => Promise<Previewed>;

/** "This person will see these 12 tickets": what a role would mean for somebody, by the very rules that decide. */
@Injectable()
export class RolePreview {
  private look: Look = () => Promise.resolve({ count: 0, latest: [] });

  constructor(
    private readonly principals: PortalPrincipals,
    private readonly database: Database,
  ) {}

  fill(look: Look): void {
    this.look = look;
  }

  /** What the person would see if their role in the company were the given one. Null when they are not in it. */
  async of(personId: string, companyId: string, meaning: RoleMeaning): Promise<Previewed | null> {
    const actor = await this.principals.person(personId, (place, is) => (place.id === companyId ? meaning : is));
    return actor?.companies.some(({ id }) => id === companyId) ? this.look(actor) : null;
  }

  /** People to try a role on: those who have it, then others of some company. */
  candidates(role: string | null): Promise<{ personId: string; companyId: string; person: string; company: string }[]> {
    return this.database.read((em) =>
      rows(
        em,
        sql`select p.id as "personId", c.id as "companyId", p.name as person, c.name as company
              from ${table('membership')} m join ${table('person')} p on p.id = m.person_id and p.status = 'active' join ${table('company')} c on c.id = m.company_id
             order by (m.role is distinct from ${role}), c.name, p.name limit 200`,
      ),
    );
  }
}
