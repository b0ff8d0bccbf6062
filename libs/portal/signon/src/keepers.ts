import { Injectable } from '@nestjs/common';
import { allowed } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import { type PortalActor, PortalPrincipals, TeamRoles } from '@foyer/identity';
import type { Reader } from '@foyer/notify';
import type { Owner } from './connection-book.js';

/** Who looks after how people sign in, for mails about it: whom it could concern, and who of them may still know. */
@Injectable()
export class Keepers {
  constructor(
    private readonly database: Database,
    private readonly roles: TeamRoles,
    private readonly principals: PortalPrincipals,
  ) {}

  async of(owner: Owner): Promise<string[]> {
    const roles = await this.roles.thatMay('settings.manage');
    const found = await this.database.read((em) =>
      rows<{ id: string }>(
        em,
        owner === null
          ? sql`select id from ${table('person')} where status = 'active' and frozen_at is null and team_role = any(${roles}::text[]) order by created_at limit 100`
          : sql`select person_id as id from ${table('membership')} where company_id = ${owner} order by created_at limit 500`,
      ),
    );
    return found.map(({ id }) => id);
  }

  /** Of an owner's things in general; `more` is what else holds for whoever may know of one. */
  async among(
    readers: Reader[],
    owner: Owner,
    more: (actor: PortalActor) => boolean | Promise<boolean> = () => true,
  ): Promise<Reader[]> {
    const may = await Promise.all(
      readers.map(async ({ id }) => {
        const person = id && (await this.principals.person(id));
        return !!person && allowed(person.ability, 'manage', 'SignOn', { companyId: owner }) && more(person);
      }),
    );
    return readers.filter((_, index) => may[index]);
  }
}
