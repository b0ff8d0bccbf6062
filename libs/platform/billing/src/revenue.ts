import { Injectable } from '@nestjs/common';
import { type Actor, holds, NotFound } from '@foyer/access';
import { PlatformDatabase, rows, sql } from '@foyer/database';
import { Every } from '@foyer/events';

/** All amounts are in the currency's smallest unit, a month. */
export interface RevenueDay {
  day: string;
  currency: string;
  monthly: number;
  paying: number;
  late: number;
  trials: number;
  ended: number;
  endedMonthly: number;
}
export interface Owing {
  tenantId: string;
  name: string;
  status: string;
  due: number;
  currency: string;
  since: string;
  attempts: number;
}

/** What a month of a subscription is worth. */
const MONTHLY = `round((mirror->'subscription'->>'amount')::numeric / case mirror->'subscription'->>'interval' when 'year' then 12 else 1 end)`;

/** What the installation earns, from what Stripe last said of everybody. */
@Injectable()
export class Revenue {
  constructor(private readonly platform: PlatformDatabase) {}

  /** Once a day, for the history; run again on the same day, it takes the day's place. */
  @Every(300, 'billing.revenue')
  async note(): Promise<void> {
    await this.platform.write((em) =>
      em.execute(
        `insert into platform.revenue_day (day, currency, monthly, paying, late, trials, ended, ended_monthly)
         select (now() at time zone 'UTC')::date, currency,
                coalesce(sum(${MONTHLY}) filter (where alive), 0), count(*) filter (where alive),
                count(*) filter (where state in ('late', 'very-late', 'given-up')),
                (select count(*) from platform.tenant where status = 'trialing'),
                count(*) filter (where ended), coalesce(sum(${MONTHLY}) filter (where ended), 0)
           from (select a.currency, a.mirror, t.bill->>'state' as state,
                        t.bill->>'state' in ('paying', 'late', 'very-late') as alive,
                        t.bill->>'state' in ('ended', 'given-up') and (t.bill->>'since')::timestamptz >= date_trunc('day', now() at time zone 'UTC') at time zone 'UTC' as ended
                   from platform.billing_account a join platform.tenant t on t.id = a.tenant_id
                  where a.mirror->'subscription'->>'id' is not null) s
          group by currency
         on conflict (day, currency) do update set (monthly, paying, late, trials, ended, ended_monthly) =
           (excluded.monthly, excluded.paying, excluded.late, excluded.trials, excluded.ended, excluded.ended_monthly)`,
        [],
        'run',
      ),
    );
  }

  /** The last `days` days, the oldest first. */
  history(actor: Actor, days: number): Promise<RevenueDay[]> {
    this.demand(actor);
    return this.platform.read((em) =>
      rows<RevenueDay>(
        em,
        sql`select day::text, currency, monthly::float8 as monthly, paying, late, trials, ended, ended_monthly::float8 as "endedMonthly"
              from platform.revenue_day where day > (now() at time zone 'UTC')::date - ${days}::int order by day, currency`,
      ),
    );
  }

  /** How many try it now. */
  async trials(actor: Actor): Promise<number> {
    this.demand(actor);
    const [row] = await this.platform.read((em) =>
      rows<{ count: number }>(em, sql`select count(*)::int as count from platform.tenant where status = 'trialing'`),
    );
    return row!.count;
  }

  /** Who owes something, the longest first. */
  owing(actor: Actor): Promise<Owing[]> {
    this.demand(actor);
    return this.platform.read((em) =>
      rows<Owing>(
        em,
        sql`select t.id as "tenantId", t.name, t.status, (o->>'due')::float8 as due, o->>'currency' as currency,
                   o->>'createdAt' as since, (o->>'attempts')::int as attempts
              from platform.billing_account a join platform.tenant t on t.id = a.tenant_id,
                   jsonb_array_elements(a.mirror->'open') o
             where t.bill->>'state' in ('late', 'very-late', 'given-up')
             order by o->>'createdAt', t.id limit 100`,
      ),
    );
  }

  private demand({ ability }: Actor): void {
    if (!holds(ability, 'read', 'Revenue')) throw new NotFound();
  }
}
