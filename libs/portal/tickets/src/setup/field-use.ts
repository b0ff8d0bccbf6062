import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';

/** How many tickets hold an answer to a field. */
@Injectable()
export class FieldUse {
  constructor(private readonly database: Database) {}

  async answers(fieldId: string): Promise<number> {
    const [row] = await this.database.read((em) =>
      rows<{ count: number }>(
        em,
        sql`select count(*)::int as count from ${table('ticket')} where fields->${fieldId}::text <> 'null'::jsonb`,
      ),
    );
    return row!.count;
  }
}
