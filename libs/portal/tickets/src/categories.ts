import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';

/** What new tickets can be about, in the operator's order. */
@Injectable()
export class Categories {
  constructor(private readonly database: Database) {}

  all(): Promise<{ id: string; name: string }[]> {
    return this.database.read((em) =>
      rows<{ id: string; name: string }>(
        em,
        sql`select id, name from ${table('ticket_category')} where archived_at is null order by position, name limit 200`,
      ),
    );
  }
}
