import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type Actor, NotFound, holds } from '@foyer/access';
import { hasSql, PlatformDatabase, rows, sql } from '@foyer/database';
import type { TenantStatus } from '@foyer/tenancy';
import { TenantRecord } from './tenant.entity.js';

export const TENANT_STATUSES = [
  'provisioning',
  'trialing',
  'active',
  'past_due',
  'restricted',
  'suspended',
  'closed',
] as const satisfies readonly TenantStatus[];

export interface TenantRow {
  id: string;
  slug: string;
  name: string;
  status: TenantStatus;
  statusReason: string | null;
  heldReason: string | null;
  plan: string;
  blueprint: string;
  ownerEmail: string;
  trialEndsAt: Date | null;
  schemaName: string;
  schemaVersion: number;
  migrationError: string | null;
  createdAt: Date;
}
export interface TenantFilter {
  search?: string | null;
  status?: TenantStatus | null;
  plan?: string | null;
  /** Id of the last row of the page before; ids are UUIDv7, so they sort by age. */
  after?: string | null;
  limit: number;
}

export interface TenantEvent {
  /** A state, or what was changed by which value: `plan team`, `trial 14`. */
  what: string;
  reason: string | null;
  by: string | null;
  at: string;
}

const COLUMNS = [
  'id',
  'slug',
  'name',
  'status',
  'statusReason',
  'heldReason',
  'plan',
  'blueprint',
  'ownerEmail',
  'trialEndsAt',
  'schemaName',
  'schemaVersion',
  'migrationError',
  'createdAt',
] as const;

/** Reading the register, newest first. */
@Injectable()
export class TenantList {
  constructor(private readonly platform: PlatformDatabase) {}

  async page(
    actor: Actor,
    { search, status, plan, after, limit }: TenantFilter,
  ): Promise<{ rows: TenantRow[]; more: boolean }> {
    if (!holds(actor.ability, 'read', 'Tenant')) throw new NotFound();
    const rows = await this.platform.read(async (em) => {
      const query = em
        .createQueryBuilder(TenantRecord, 't')
        .select([...COLUMNS])
        .orderBy({ id: 'desc' })
        .limit(limit + 1);
      if (status) query.andWhere({ status });
      if (plan) query.andWhere({ plan });
      if (after) query.andWhere({ id: { $lt: after } });
      if (search) query.andWhere({ id: await this.found(em, search) });
      return query.execute<TenantRow[]>('all');
    });
    return { rows: rows.slice(0, limit), more: rows.length > limit };
  }

  private async found(em: SqlEntityManager, search: string): Promise<string[]> {
    const names = sql`concat_ws(chr(10), name, slug, owner_email)`;
    const found = await rows<{ id: string }>(em, sql`select id from platform.tenant where ${hasSql(names, [search])}`);
    return found.map(({ id }) => id);
  }

  async counts(actor: Actor): Promise<Record<string, number>> {
    if (!holds(actor.ability, 'read', 'Tenant')) throw new NotFound();
    const rows = await this.platform.read((em) =>
      em.execute<{ status: string; count: number }[]>(
        'select status, count(*)::int as count from platform.tenant group by status',
      ),
    );
    return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
  }

  /** What staff did to a tenant, the latest first. */
  history(id: string): Promise<TenantEvent[]> {
    return this.platform.read((em) =>
      rows<TenantEvent>(
        em,
        sql`select status as what, reason, by_name as by, at from platform.tenant_event where tenant_id = ${id} order by at desc limit 50`,
      ),
    );
  }

  async one(actor: Actor, id: string): Promise<TenantRow> {
    if (!holds(actor.ability, 'read', 'Tenant')) throw new NotFound();
    const row = await this.platform.read((em) =>
      em
        .createQueryBuilder(TenantRecord, 't')
        .select([...COLUMNS])
        .where({ id })
        .execute<TenantRow | null>('get'),
    );
    if (!row) throw new NotFound();
    return row;
  }
}
