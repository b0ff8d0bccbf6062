import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { Entitlements, Usage } from '@foyer/entitlements';

/** How many tickets the plan lets open in a calendar month, in UTC. */
@Injectable()
export class TicketsOfMonth implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly entitlements: Entitlements,
    private readonly usage: Usage,
  ) {}

  onModuleInit(): void {
    this.usage.register('tickets', () => this.database.read((em) => opened(em, Infinity)));
  }

  /** In the write that opens one more, which is not by mail: mail counts, and always gets in. @throws LimitReached */
  async room(): Promise<void> {
    await this.entitlements.room('tickets', opened);
  }
}

async function opened(em: SqlEntityManager, upTo: number): Promise<number> {
  const [row] = await rows<{ count: number }>(
    em,
    sql`select count(*)::int as count from (
          select 1 from ${table('ticket')} where created_at >= date_trunc('month', now() at time zone 'UTC') at time zone 'UTC'
           limit ${upTo === Infinity ? null : upTo}) counted`,
  );
  return row!.count;
}
