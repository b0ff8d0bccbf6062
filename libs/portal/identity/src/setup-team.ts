import { Injectable } from '@nestjs/common';
import { holds } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import type { Reader } from '@foyer/notify';
import type { PortalActor } from './portal-actor.js';
import { PortalPrincipals } from './portal-principals.js';
import { TeamRoles } from './roles/team-roles.js';

/** Who sets the portal up, for mails about it: whom it could concern, and who of them may still know. */
@Injectable()
export class SetupTeam {
  constructor(
    private readonly database: Database,
    private readonly roles: TeamRoles,
    private readonly principals: PortalPrincipals,
  ) {}

  /** Their ids, those who have been there longest first. */
  async all(): Promise<string[]> {
    const roles = await this.roles.thatMay('settings.manage');
    const found = await this.database.read((em) =>
      rows<{ id: string }>(
        em,
        sql`select id from ${table('person')}
             where status = 'active' and frozen_at is null and team_role = any(${roles}::text[]) order by created_at limit 100`,
      ),
    );
    return found.map(({ id }) => id);
  }

  /** Of `readers`, those who still have that right, or whichever other one a mail is about. */
  async among(
    readers: Reader[],
    may: (actor: PortalActor) => boolean | Promise<boolean> = ({ ability }) => holds(ability, 'manage', 'Settings'),
  ): Promise<Reader[]> {
    const still = await Promise.all(
      readers.map(async ({ id }) => {
        const person = id && (await this.principals.person(id));
        return !!person && may(person);
      }),
    );
    return readers.filter((_, index) => still[index]);
  }
}
