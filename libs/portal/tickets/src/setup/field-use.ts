import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { Settings } from '@foyer/settings';
import { type RequestField, requestFields } from '../requests/request-field.js';
import type { FieldValue } from '../ticket.entity.js';

/** What depends on a field: tickets that hold an answer to it, and rules, views and forms that go by one of its options. */
@Injectable()
export class FieldUse {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
  ) {}

  async answers(fieldId: string): Promise<number> {
    const [row] = await this.database.read((em) =>
      rows<{ count: number }>(
        em,
        sql`select count(*)::int as count from ${table('ticket')} where fields->${fieldId}::text <> 'null'::jsonb`,
      ),
    );
    return row!.count;
  }

  /** In how many tickets each option is chosen; those that only something set up goes by are in none. */
  async options({ id, options }: RequestField): Promise<Map<string, number>> {
    const held = await this.database.read((em) =>
      rows<{ chosen: FieldValue; count: number }>(
        em,
        sql`select fields->${id}::text as chosen, count(*)::int as count from ${table('ticket')}
             where fields->${id}::text <> 'null'::jsonb group by 1`,
      ),
    );
    const use = new Map<string, number>();
    for (const { chosen, count } of held)
      for (const option of [chosen ?? []].flat().map(String)) use.set(option, (use.get(option) ?? 0) + count);
    const mentions = await this.settings.mentions(options.map((option) => option.id));
    for (const { id: option, section } of mentions)
      if (section !== requestFields.name && !use.has(option)) use.set(option, 0);
    return use;
  }
}
