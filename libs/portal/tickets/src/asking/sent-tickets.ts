import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, rows, type Sql, sql, table } from '@foyer/database';
import { type FieldValue, type Held, type SentRequests, sentRequests } from '@foyer/requests';
import { Slots } from '@foyer/slots';

interface Counted<Of> {
  of: Of;
  count: number;
}

const ALL = '/console/tickets?view=all';

/** What hangs on the things a team sets up for requests. */
@Injectable()
export class SentTickets implements SentRequests, OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.slots.fill(sentRequests, 10, this);
  }

  async ofStatus(id: string): Promise<Held> {
    const [found] = await this.counted<string>(sql`status`, sql`status_id = ${id}`);
    return { count: found?.count ?? 0, href: `${ALL}&status=${found?.of}.${id}` };
  }

  async undoneOf(groupId: string): Promise<Held> {
    const count = await this.count(sql`group_id = ${groupId} and status in ('open', 'pending', 'on_hold')`);
    return { count, href: `${ALL}&group=${groupId}` };
  }

  answering(fieldId: string): Promise<number> {
    return this.count(sql`fields->${fieldId}::text <> 'null'::jsonb`);
  }

  async byCategory(): Promise<ReadonlyMap<string, number>> {
    const found = await this.counted<string>(sql`category_id`, sql`category_id is not null`);
    return new Map(found.map(({ of, count }) => [of, count]));
  }

  async answers(fieldId: string): Promise<ReadonlyMap<string, number>> {
    const answer = sql`fields->${fieldId}::text`;
    const given = new Map<string, number>();
    for (const { of, count } of await this.counted<FieldValue>(answer, sql`${answer} <> 'null'::jsonb`))
      for (const one of [of ?? []].flat().map(String)) given.set(one, (given.get(one) ?? 0) + count);
    return given;
  }

  async refile(categoryId: string, to: string | null): Promise<void> {
    await this.database.write((em) =>
      rows(em, sql`update ${table('ticket')} set category_id = ${to} where category_id = ${categoryId}`),
    );
  }

  private async count(those: Sql): Promise<number> {
    const [row] = await this.database.read((em) =>
      rows<{ count: number }>(em, sql`select count(*)::int as count from ${table('ticket')} where ${those}`),
    );
    return row!.count;
  }

  private counted<Of>(by: Sql, those: Sql): Promise<Counted<Of>[]> {
    return this.database.read((em) =>
      rows<Counted<Of>>(
        em,
        sql`select ${by} as of, count(*)::int as count from ${table('ticket')} where ${those} group by 1`,
      ),
    );
  }
}
