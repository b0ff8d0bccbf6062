import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Database, rows, type Sql, sql, table } from '@foyer/database';
import { Every } from '@foyer/events';
import { Collections } from '@foyer/settings';
import { inTenant } from '@foyer/tenancy';
import { Maintenance, Directory } from '@foyer/tenants';
import { conditionsSql } from '@foyer/tickets';
import { AutomationRunner } from './automation-runner.js';
import { type Automation, automations, isTimed, type TimeTrigger } from './automations.js';
import { forgetOld } from './rule-runs.js';

const SECONDS = 300;
/** Of each automation and tenant in one round; the next takes the rest. */
const LIMIT = 200;

/** Runs automations that go by time: every few minutes, in each tenant that has any. */
@Injectable()
export class AutomationClock implements OnModuleInit {
  private readonly log = new Logger('Automations');

  constructor(
    private readonly directory: Directory,
    private readonly database: Database,
    private readonly collections: Collections,
    private readonly runner: AutomationRunner,
    private readonly maintenance: Maintenance,
  ) {}

  onModuleInit(): void {
    this.maintenance.register('service.rule-runs', () => this.database.write(forgetOld));
  }

  @Every(SECONDS, 'service.automations')
  async round(): Promise<void> {
    for await (const tenant of this.directory.operating())
      await inTenant(tenant, () => this.sweep()).catch((error: Error) =>
        this.log.warn(`${tenant.id}: ${error.message}`),
      );
  }

  /** In the ambient tenant; how many tickets something was done to. */
  async sweep(): Promise<number> {
    let done = 0;
    for (const each of await this.collections.all(automations)) {
      if (!each.enabled || !isTimed(each.trigger)) continue;
      for (const { id, cause } of await this.waiting(each, each.trigger))
        if (await this.runner.run(each, { ticketId: id, ruleId: each.id, cause })) done++;
    }
    return done;
  }

  private waiting(
    { id, hours, conditions }: Automation,
    trigger: TimeTrigger,
  ): Promise<{ id: string; cause: string }[]> {
    const { from, since, where, once } = TIMES[trigger](sql`${hours!}::numeric * interval '1 hour'`);
    const cause = sql`(${trigger}::text || ':' || floor(extract(epoch from ${once}) * 1000)::bigint)`;
    return this.database.read((em) =>
      rows<{ id: string; cause: string }>(
        em,
        sql`select t.id, ${cause} as cause from ${table('ticket')} t ${from}
             where t.status in ('open', 'pending', 'on_hold', 'solved') and ${where} and ${conditionsSql(conditions, 't')}
               and not exists (select from ${table('rule_run')} r where r.ticket_id = t.id and r.rule_id = ${id} and r.cause = ${cause})
             order by ${since} limit ${LIMIT}`,
      ),
    );
  }
}

interface Time {
  /** Joined to the ticket. */
  from: Sql;
  /** The oldest first. */
  since: Sql;
  where: Sql;
  /** A ticket has its turn again only when this has changed. What rules do by themselves does not change it. */
  once: Sql;
}
const nothing = sql``;
/** When a person last did something: a reminder sent by a rule does not call for the next one. */
const lastWord = (): Sql =>
  sql`coalesce((select max(m.created_at) from ${table('ticket_message')} m where m.ticket_id = t.id and m.author_id is not null), t.created_at)`;
const becamePending = (): Sql =>
  sql`cross join lateral (select coalesce(max(m.created_at), t.created_at) as at from ${table('ticket_message')} m
       where m.ticket_id = t.id and m.kind = 'event' and m.data->>'type' = 'status' and m.data->>'to' = 'pending' and m.data->>'from' <> 'pending') p`;

const after =
  (column: Sql, once: Sql = column, also: Sql = sql`true`) =>
  (hours: Sql): Time => ({
    from: nothing,
    since: column,
    where: sql`${column} < now() - ${hours} and ${also}`,
    once,
  });

const TIMES: Record<TimeTrigger, (hours: Sql) => Time> = {
  'since-opened': after(sql`t.created_at`),
  'since-updated': (hours) => after(sql`t.updated_at`, lastWord())(hours),
  'since-customer-replied': after(
    sql`t.customer_replied_at`,
    sql`t.customer_replied_at`,
    sql`(t.team_replied_at is null or t.team_replied_at < t.customer_replied_at)`,
  ),
  'since-team-replied': (hours) =>
    after(
      sql`t.team_replied_at`,
      lastWord(),
      sql`(t.customer_replied_at is null or t.customer_replied_at < t.team_replied_at)`,
    )(hours),
  'since-pending': (hours) => ({
    from: becamePending(),
    since: sql`p.at`,
    where: sql`t.status = 'pending' and t.created_at < now() - ${hours} and p.at < now() - ${hours}`,
    once: sql`p.at`,
  }),
  'since-solved': after(sql`t.solved_at`, sql`t.solved_at`, sql`t.status = 'solved'`),
  'before-due': (hours) => ({
    from: nothing,
    since: sql`t.due_at`,
    where: sql`t.due_at > now() and t.due_at < now() + ${hours}`,
    once: sql`t.due_at`,
  }),
  'since-due': after(sql`t.due_at`),
};
