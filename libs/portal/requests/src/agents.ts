import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ALPHABETICAL, Database, rows, sql, type Sql, table, verbatim } from '@foyer/database';
import { TeamRoles } from '@foyer/identity';
import type { Option } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { workingAgents } from './groups.js';

/** Who of the team works on tickets, by what their roles say; the only place that knows. */
@Injectable()
export class Agents implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly roles: TeamRoles,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.slots.fill(workingAgents, 10, () => this.offered());
  }

  /**
   * On the table `person` called `alias`: answers at least what is assigned to them, and so can have tickets. Not those whom the plan has
   * no place for.
   */
  async working(alias: string): Promise<Sql> {
    return sql`${await this.that('tickets.reply', alias)} and ${verbatim(alias)}.frozen_at is null`;
  }

  /** The same for those who see at least what they are drawn into, and so can be called and told. */
  seeing(alias: string): Promise<Sql> {
    return this.that('tickets.view', alias);
  }

  /** Those who work on tickets, to choose from: a subquery. */
  async options(): Promise<Sql> {
    return sql`
      (select coalesce(json_agg(json_build_object('value', a.id, 'label', a.name) order by a.name ${ALPHABETICAL}), '[]')
         from ${table('person')} a where ${await this.working('a')})`;
  }

  /** Ids of all who may see some ticket at least. */
  async everybody(): Promise<string[]> {
    const seeing = await this.seeing('p');
    const found = await this.database.read((em) =>
      rows<{ id: string }>(em, sql`select p.id from ${table('person')} p where ${seeing}`),
    );
    return found.map(({ id }) => id);
  }

  async includes(personId: string): Promise<boolean> {
    const working = await this.working('p');
    const found = await this.database.read((em) =>
      rows(em, sql`select 1 from ${table('person')} p where p.id = ${personId} and ${working}`),
    );
    return found.length > 0;
  }

  private async offered(): Promise<Option[]> {
    const working = await this.working('p');
    return this.database.read((em) =>
      rows(
        em,
        sql`select p.id as value, p.name as label from ${table('person')} p where ${working} order by p.name ${ALPHABETICAL} limit 500`,
      ),
    );
  }

  private async that(capability: string, alias: string): Promise<Sql> {
    const [roles, person] = [await this.roles.thatMay(capability), verbatim(alias)];
    return sql`${person}.status = 'active' and ${person}.team_role = any(${roles}::text[])`;
  }
}
