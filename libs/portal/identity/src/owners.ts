import { Injectable } from '@nestjs/common';
import { Conflict } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import type { Person } from './person.entity.js';

/** Whose portal it is. There is always somebody, however many change the team at the same moment. */
@Injectable()
export class Owners {
  constructor(private readonly database: Database) {}

  /**
   * Makes all who change owners follow one another until their writes are over. Before anything is read: what was read
   * earlier may not be so any more. In the order of ids, so that two do not wait for each other.
   */
  async lock(): Promise<void> {
    await this.database.write((em) =>
      rows(em, sql`select 1 from ${table('person')} where team_role = 'owner' order by id for update`),
    );
  }

  /** After `lock`. @throws Conflict when nobody but this one is an owner who can sign in */
  async mustRemain({ id, teamRole }: Pick<Person, 'id' | 'teamRole'>): Promise<void> {
    if (teamRole !== 'owner') return;
    const [others] = await this.database.write((em) =>
      rows<{ count: number }>(
        em,
        sql`select count(*)::int as count from ${table('person')} where team_role = 'owner' and status = 'active' and id <> ${id}`,
      ),
    );
    if (others!.count === 0) throw new Conflict('identity.team.last-owner');
  }
}
