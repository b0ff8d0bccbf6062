import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { Collections } from '@foyer/settings';
import { requestTypes, ticketGroups, typeName } from '@foyer/tickets';
import type { Visit } from '@foyer/web';

interface Option {
  value: string;
  label: string;
}
export type Choices = Record<'typeId' | 'groupId' | 'categoryId' | 'companyId', Option[]>;

/** Which tickets a survey can be limited to. */
@Injectable()
export class TicketChoices {
  constructor(
    private readonly database: Database,
    private readonly collections: Collections,
  ) {}

  async all({ locale }: Pick<Visit, 'locale'>): Promise<Choices> {
    const [found] = await this.database.read((em) =>
      rows<{ categories: Option[]; companies: Option[] }>(
        em,
        sql`select (select coalesce(json_agg(json_build_object('value', id, 'label', name) order by position, name), '[]')
                      from ${table('ticket_category')} where archived_at is null) as categories,
                   (select coalesce(json_agg(json_build_object('value', id, 'label', name) order by name), '[]')
                      from (select id, name from ${table('company')} order by name limit 500) c) as companies`,
      ),
    );
    return {
      typeId: (await this.collections.all(requestTypes)).map((type) => ({
        value: type.id,
        label: typeName(type, locale),
      })),
      groupId: (await this.collections.all(ticketGroups)).map(({ id, name }) => ({ value: id, label: name })),
      categoryId: found!.categories,
      companyId: found!.companies,
    };
  }
}
