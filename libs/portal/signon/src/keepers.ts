import { Injectable } from '@nestjs/common';
import { allowed } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import { type PortalActor, SetupTeam } from '@foyer/identity';
import type { Reader } from '@foyer/notify';
import type { Owner } from './connection-book.js';

/** Who looks after how people sign in, for mails about it: whom it could concern, and who of them may still know. */
@Injectable()
export class Keepers {
  constructor(
    private readonly database: Database,
    private readonly team: SetupTeam,
  ) {}

  async of(owner: Owner): Promise<string[]> {
    if (owner === null) return this.team.all();
    const found = await this.database.read((em) =>
      rows<{ id: string }>(
        em,
        sql`select person_id as id from ${table('membership')} where company_id = ${owner} order by created_at limit 500`,
      ),
    );
    return found.map(({ id }) => id);
  }

  /** Of an owner's things in general; `more` is what else holds for whoever may know of one. */
  among(
    readers: Reader[],
    owner: Owner,
    more: (actor: PortalActor) => boolean | Promise<boolean> = () => true,
  ): Promise<Reader[]> {
    return this.team.among(
      readers,
      (actor) => allowed(actor.ability, 'manage', 'SignOn', { companyId: owner }) && more(actor),
    );
  }
}
