import { randomUUIDv7 } from 'node:crypto';
import { LockMode } from '@mikro-orm/postgresql';
import { Inject, Injectable } from '@nestjs/common';
import { type Actor, Conflict, InvalidField, NotFound, Refused, holds } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import {
  latestTenantVersion,
  PlatformDatabase,
  provisioningScript,
  readMigrations,
  rows,
  runAsOwner,
  sql,
} from '@foyer/database';
import { EVERYTHING, PlanChanged } from '@foyer/entitlements';
import { Every, Outbox, Signals } from '@foyer/events';
import { Plans } from '@foyer/plans';
import { inTenant, type Tenant } from '@foyer/tenancy';
import { Directory, TENANT_CHANGED } from './directory.js';
import { type Pack, Packs } from './packs.js';
import { type Bill, GRACE_DAYS } from './standing.js';
import { TenantRecord } from './tenant.entity.js';

export interface NewTenant {
  slug: string;
  name: string;
  plan: string;
  /** Pack that the tenant starts from, over `default`. */
  blueprint: string | null;
  ownerEmail: string;
  /** What comes on top of the blueprint: at least the owner. */
  own: Pack['sections'];
  /** Where the files lie that `own` names, such as a logo. */
  folder?: URL | null;
}

/** The only writer of the tenants' register: provisioning and the states of a tenant's life. */
@Injectable()
export class Tenants {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly platform: PlatformDatabase,
    private readonly directory: Directory,
    private readonly packs: Packs,
    private readonly signals: Signals,
    private readonly outbox: Outbox,
    private readonly plans: Plans,
  ) {}

  /**
   * Makes a tenant: its role, schema and tables in one transaction, then its packs in another, then it opens. If the packs
   * fail, everything is taken away again. @throws InvalidField when the slug is taken or the blueprint unknown.
   */
  async provision(wanted: NewTenant): Promise<Tenant> {
    if (wanted.blueprint && !this.packs.blueprints().some((pack) => pack.id === wanted.blueprint))
      throw new InvalidField('blueprint', 'web.form.choice');
    const id = randomUUIDv7();
    const schema = `t_${id.replaceAll('-', '')}`;
    await this.makeSchema(id, schema, wanted);
    const tenant = {
      id,
      slug: wanted.slug,
      name: wanted.name,
      schema,
      role: schema,
      origin: this.directory.originOf(wanted.slug),
      status: 'provisioning' as const,
      ...{ standing: null, plan: wanted.plan, trialEndsAt: null },
      entitled: EVERYTHING, // the packs are ours: what they hold is never refused
    };
    try {
      const blueprint = wanted.blueprint ? [this.packs.read(wanted.blueprint)] : [];
      const own: Pack = { id: wanted.slug, folder: wanted.folder ?? null, sections: wanted.own };
      await inTenant(tenant, () => this.packs.apply([this.packs.read('default'), ...blueprint, own]));
      await this.open(id);
    } catch (error) {
      await this.dropSchema(id, schema);
      throw error;
    }
    this.directory.forget(id);
    return (await this.directory.bySlug(wanted.slug))!;
  }

  async suspend(actor: Actor, id: string, reason: string): Promise<void> {
    await this.decide(actor, id, reason, (tenant) => tenant.suspend(reason, this.plans.areSold));
  }

  async resume(actor: Actor, id: string, reason: string): Promise<void> {
    await this.decide(actor, id, reason, (tenant) => tenant.resume(this.plans.areSold));
  }

  /** How it pays, and for which plan, as whoever bills has found out. State and plan follow. */
  async billed(id: string, bill: Bill | null, plan: string | null): Promise<void> {
    await this.change(id, (tenant) => {
      tenant.bill = bill;
      if (plan) tenant.plan = plan;
    });
  }

  /** Trials end, and what was left after them, without anybody doing anything. */
  @Every(600, 'tenants.standing')
  async settle(now = new Date()): Promise<void> {
    if (!this.plans.areSold) return;
    const due = await this.platform.read((em) =>
      rows<{ id: string }>(
        em,
        sql`select id from platform.tenant, greatest(trial_ends_at, (bill->>'since')::timestamptz) as over
             where held_reason is null and coalesce(bill->>'state', 'ended') = 'ended'
               and ((status in ('trialing', 'active') and over < ${now}::timestamptz)
                 or (status = 'restricted' and over <= ${now}::timestamptz - make_interval(days => ${GRACE_DAYS})))
             order by id`,
      ),
    );
    for (const { id } of due) await this.change(id, () => undefined, now);
  }

  /** Of a tenant that pays for none. @throws Refused, NotFound, InvalidField, Conflict */
  async changePlan(actor: Actor, id: string, plan: string, reason: string): Promise<void> {
    if (!this.plans.find(plan)) throw new InvalidField('plan', 'web.form.choice');
    await this.decideUnpaid(actor, id, reason, (tenant) => tenant.changePlan(plan), `plan ${plan}`);
  }

  /** @throws Refused, NotFound, Conflict for one whose trial is behind it */
  async extendTrial(actor: Actor, id: string, days: number, reason: string): Promise<void> {
    await this.decideUnpaid(actor, id, reason, (tenant) => tenant.extendTrial(days), `trial ${days}`);
  }

  /** Plan and trial of a tenant without a subscription: what is paid for is changed where it is paid, and nowhere else. */
  private async decideUnpaid(
    actor: Actor,
    id: string,
    reason: string,
    verb: (tenant: TenantRecord) => void,
    what: string,
  ): Promise<void> {
    if (!holds(actor.ability, 'manage', 'TenantPlan')) throw new Refused();
    const unpaid = (tenant: TenantRecord) => {
      if (tenant.bill && tenant.bill.state !== 'ended') throw new Conflict('tenants.has-subscription');
      verb(tenant);
    };
    await this.change(id, unpaid, new Date(), { actor, reason, what });
  }

  private async decide(actor: Actor, id: string, reason: string, verb: (tenant: TenantRecord) => void): Promise<void> {
    if (!holds(actor.ability, 'manage', 'Tenant')) throw new Refused();
    await this.change(id, verb, new Date(), { actor, reason });
  }

  /** Every change of a tenant's state goes this way: one at a time, kept in its history, and known to every process at once. */
  private async change(
    id: string,
    verb: (tenant: TenantRecord) => void,
    now = new Date(),
    /** `what` of the history, where it is no change of state: `plan team`, `trial 14`. */
    by: { actor: Actor; reason: string; what?: string } | null = null,
  ): Promise<void> {
    const changed = await this.platform.write(async (em) => {
      const tenant = await em.findOne(TenantRecord, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (!tenant) throw new NotFound();
      const { plan, status } = tenant;
      verb(tenant);
      tenant.settle(this.plans.areSold, now);
      await em.flush();
      if (!by && plan === tenant.plan && status === tenant.status) return false;
      await em.execute(
        'insert into platform.tenant_event (tenant_id, status, reason, by_id, by_name) values (?, ?, ?, ?, ?)',
        [
          ...[id, by?.what ?? tenant.status, by?.reason ?? tenant.statusReason],
          ...[by?.actor.id ?? null, by?.actor.name ?? null],
        ],
        'run',
      );
      await this.outbox.tell(
        { schema: tenant.schemaName },
        new PlanChanged(tenant.plan, tenant.status, status, tenant.statusReason),
      );
      await this.signals.send(em, TENANT_CHANGED, id);
      return true;
    });
    if (changed) this.directory.forget(id); // the signal reaches the other processes; this one need not wait for it
  }

  private async makeSchema(id: string, schema: string, wanted: NewTenant): Promise<void> {
    const migrations = readMigrations('tenant');
    try {
      await runAsOwner(this.config, async (client) => {
        await client.query(
          `insert into platform.tenant (id, slug, name, schema_name, status, plan, blueprint, owner_email, trial_ends_at, schema_version)
           values ($1, $2, $3, $4, 'provisioning', $5, $6, $7, now() + make_interval(days => $8), $9)`,
          [
            id,
            wanted.slug,
            wanted.name,
            schema,
            wanted.plan,
            wanted.blueprint ?? 'default',
            wanted.ownerEmail,
            this.plans.trialDays,
            latestTenantVersion(migrations),
          ],
        );
        await client.query(provisioningScript(schema, migrations));
      });
    } catch (error) {
      if ((error as { constraint?: string }).constraint === 'tenant_slug_key')
        throw new InvalidField('slug', 'tenants.slug.taken');
      throw error;
    }
  }

  private async open(id: string): Promise<void> {
    await this.platform.write(async (em) => {
      const tenant = await em.findOneOrFail(TenantRecord, { id });
      if (tenant.status !== 'provisioning') throw new Conflict('tenants.not-provisioning');
      tenant.status = 'trialing';
      await em.flush();
      await this.signals.send(em, TENANT_CHANGED, id);
    });
  }

  private async dropSchema(id: string, schema: string): Promise<void> {
    await runAsOwner(this.config, async (client) => {
      await client.query(`drop schema ${schema} cascade; drop role ${schema}`);
      await client.query('delete from platform.tenant where id = $1', [id]);
    });
  }
}
