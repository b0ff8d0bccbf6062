import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Actor, Conflict, holds, Refused } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import {
  demandSetup,
  Entitlements,
  type Freezable,
  type Freezing,
  Frozen,
  LimitReached,
  PlanChanged,
  Usage,
} from '@foyer/entitlements';
import { OnEvent, Outbox } from '@foyer/events';
import { SeatsSettled } from './identity.events.js';
import { Owners } from './owners.js';

/** How many the plan lets into the team and among the customers, and who of a team that is too large goes on. */
@Injectable()
export class Seats implements OnModuleInit, Freezing {
  readonly limit = 'agents';

  constructor(
    private readonly database: Database,
    private readonly entitlements: Entitlements,
    private readonly owners: Owners,
    private readonly usage: Usage,
    private readonly frozen: Frozen,
    private readonly outbox: Outbox,
  ) {}

  onModuleInit(): void {
    this.usage.register('agents', () => this.database.read((em) => inTeam(em, Infinity)));
    this.usage.register('customers', () => this.database.read((em) => amongCustomers(em, Infinity)));
    this.frozen.register(this);
  }

  /**
   * In a write, before somebody comes into the team or is invited to it: whoever is invited has a place already, and `email` keeps
   * the one they have. After `Owners.lock`, where both are asked. @throws LimitReached
   */
  async inTeam(email: string | null = null): Promise<void> {
    await this.entitlements.room('agents', (em, upTo) => inTeam(em, upTo, email));
  }

  /** In a write, before somebody comes among the customers. Those who leave the team do so in any case. @throws LimitReached */
  async amongCustomers(): Promise<void> {
    await this.entitlements.room('customers', amongCustomers);
  }

  /** Before somebody who was shut out is let in again. @throws LimitReached */
  async again({ teamRole, email }: { teamRole: string | null; email: string }): Promise<void> {
    await (teamRole === null ? this.amongCustomers() : this.inTeam(email));
  }

  /** For those who would be told only later. Nothing is held until then. @throws LimitReached */
  async mayTakeCustomers(): Promise<void> {
    const most = this.entitlements.limit('customers');
    if (most === Infinity || this.entitlements.isMetered('customers')) return;
    const count = await this.database.read((em) => amongCustomers(em, most));
    if (count >= most) throw new LimitReached('customers', most);
  }

  /** Another plan, or what staff let the tenant have besides. */
  @OnEvent(PlanChanged, 'identity.seats')
  async planChanged(): Promise<void> {
    await this.settle();
  }

  /** After somebody has come into the team or left it. Where nothing is counted, nobody is frozen. */
  async moved(): Promise<void> {
    if (this.entitlements.limit('agents') !== Infinity) await this.settle();
  }

  /** Who goes on: those the operator has chosen, then owners, then who has been there longest. Everybody else reads. */
  async settle(): Promise<void> {
    const limit = this.entitlements.limit('agents');
    // A team without anybody who acts could not even choose a plan.
    const places = limit === Infinity ? null : Math.max(1, limit);
    await this.database.write(async (em) => {
      await this.owners.lock();
      await this.database.inTurn('limit agents');
      await em.flush();
      const moved = await rows<{ id: string; isFrozen: boolean; wasFrozen: boolean }>(
        em,
        sql`with place as (
              select id, row_number() over (order by ${IN_ORDER}) as number
                from ${table('person')} where team_role is not null and status <> 'deactivated')
            update ${table('person')} p
               set frozen_at = case when place.number > ${places}::bigint then coalesce(p.frozen_at, now()) end,
                   kept_at = case when p.team_role is not null then p.kept_at end
              from ${table('person')} o left join place on place.id = o.id
             where o.id = p.id and (p.team_role is not null or p.kept_at is not null or p.frozen_at is not null)
               and ((p.frozen_at is not null) <> coalesce(place.number > ${places}::bigint, false)
                    or (p.team_role is null and p.kept_at is not null))
            returning p.id, p.frozen_at is not null as "isFrozen", o.frozen_at is not null as "wasFrozen"`,
      );
      const ids = (frozen: boolean) =>
        moved.filter((each) => each.isFrozen === frozen && each.wasFrozen !== frozen).map(({ id }) => id);
      const [frozen, thawed] = [ids(true), ids(false)];
      if (frozen.length + thawed.length > 0) await this.outbox.publish(new SeatsSettled(frozen, thawed));
    });
  }

  /** Everybody in the team, those who go on first. */
  async items(): Promise<Freezable[]> {
    return this.database.read((em) =>
      rows<Freezable>(
        em,
        sql`select id, name as label, email as hint, frozen_at is not null as "isFrozen" from ${table('person')}
             where team_role is not null and status <> 'deactivated' order by frozen_at is not null, ${IN_ORDER}`,
      ),
    );
  }

  /** @throws Refused · Conflict when no owner is among them · LimitReached when they are more than the plan holds */
  async keep(actor: Actor, ids: readonly string[]): Promise<void> {
    if (!holds(actor.ability, 'manage', 'Team')) throw new Refused();
    const limit = Math.max(1, this.entitlements.limit('agents'));
    const chosen = [...new Set(ids)].filter((id) => UUID.test(id));
    if (chosen.length > limit) throw new LimitReached('agents', limit);
    await this.database.write(async (em) => {
      await this.owners.lock();
      const kept = await rows<{ role: string }>(
        em,
        sql`update ${table('person')} set kept_at = case when id = any(${chosen}::uuid[]) then coalesce(kept_at, now()) end
             where team_role is not null and status <> 'deactivated' returning case when kept_at is not null then team_role else '' end as role`,
      );
      const filled = kept.filter(({ role }) => role !== '').length >= limit;
      if (filled && !kept.some(({ role }) => role === 'owner')) throw new Conflict('identity.seats.an-owner');
      await this.settle();
    });
  }
}

/** Before anybody of the team is invited, changed or shut out. @throws Restricted */
export const mayChangeTeam = demandSetup;

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
const IN_ORDER = sql`kept_at is null, team_role <> 'owner', created_at, id`;
const most = (upTo: number): number | null => (upTo === Infinity ? null : upTo);

/** Members, and whoever has an invitation to the team that may still be accepted, each once. */
async function inTeam(em: SqlEntityManager, upTo: number, except: string | null = null): Promise<number> {
  const [row] = await rows<{ count: number }>(
    em,
    sql`select count(*)::int as count from (
          select 1 from ${table('person')} where team_role is not null and status <> 'deactivated'
           union all
          select 1 from ${table('token')} t
           where t.purpose = 'invitation' and t.subject_id is null and t.data ->> 'teamRole' is not null
             and t.used_at is null and t.expires_at > now() and t.email is distinct from ${except?.toLowerCase() ?? null}::text
             and not exists (select from ${table('person')} p where lower(p.email) = t.email and p.team_role is not null)
             and (t.data ->> 'inviterId' is null or exists (
                   select from ${table('person')} i where i.id = (t.data ->> 'inviterId')::uuid
                      and i.team_role is not null and i.status = 'active' and i.frozen_at is null))
           limit ${most(upTo)}) counted`,
  );
  return row!.count;
}

async function amongCustomers(em: SqlEntityManager, upTo: number): Promise<number> {
  const [row] = await rows<{ count: number }>(
    em,
    sql`select count(*)::int as count from (
          select 1 from ${table('person')} where team_role is null and status <> 'deactivated' limit ${most(upTo)}) counted`,
  );
  return row!.count;
}
