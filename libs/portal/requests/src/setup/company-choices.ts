import { Injectable } from '@nestjs/common';
import { ALPHABETICAL, Database, rows, sql, table } from '@foyer/database';

const MOST = 300;

/** The companies a request type can be for. */
@Injectable()
export class CompanyChoices {
  constructor(private readonly database: Database) {}

  /** The chosen ones first, so that they are there however many there are. */
  async all(chosen: string[]): Promise<{ value: string; label: string; checked: boolean }[]> {
    return this.database.read((em) =>
      rows(
        em,
        sql`select c.id as value, c.name as label, c.id::text = any(${chosen}::text[]) as checked from ${table('company')} c
             order by c.id::text = any(${chosen}::text[]) desc, c.name ${ALPHABETICAL} limit ${MOST}`,
      ),
    );
  }

  async existing(ids: string[]): Promise<string[]> {
    const found = await this.database.read((em) =>
      rows<{ id: string }>(
        em,
        sql`select id from ${table('company')} where id::text = any(${ids}::text[]) order by id`,
      ),
    );
    return found.map(({ id }) => id);
  }
}
