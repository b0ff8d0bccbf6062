import { LRUCache } from 'lru-cache';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { apart, DatabaseUnreachable, PlatformDatabase } from '@foyer/database';
import { Signals } from '@foyer/events';
import { type Allowance, Plans } from '@foyer/plans';
import { OPERATING, type Tenant, TenantDirectory } from '@foyer/tenancy';

/** The signal that says: what is known of this tenant is old. */
export const TENANT_CHANGED = 'tenant';

interface Row {
  id: string;
  slug: string;
  name: string;
  schema_name: string;
  status: Tenant['status'];
  status_reason: string | null;
  plan: string;
  trial_ends_at: Date | string | null;
  allowance: Allowance;
  host: string | null;
}

const SELECT = `select t.id, t.slug, t.name, t.schema_name, t.status, t.status_reason, t.plan, t.trial_ends_at, t.allowance, d.host from platform.tenant t
  left join platform.domain d on d.tenant_id = t.id and d.is_primary and d.verified_at is not null`;
const FRESH_MS = 60_000;
const UNKNOWN_FRESH_MS = 2_000;

/**
 * Host → tenant, remembered for a minute and forgotten the moment any process changes the tenant. Hosts nobody has are
 * remembered shortly too, so that guessing them does not reach the database each time.
 */
@Injectable()
export class Directory extends TenantDirectory implements OnModuleInit {
  private readonly known = new LRUCache<string, Tenant>({ max: 20_000, ttl: FRESH_MS });
  /** What was known last, for as long as the database cannot be asked. */
  private readonly last = new LRUCache<string, Tenant>({ max: 20_000 });
  private readonly unknown = new LRUCache<string, true>({ max: 10_000, ttl: UNKNOWN_FRESH_MS });

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly platform: PlatformDatabase,
    private readonly signals: Signals,
    private readonly plans: Plans,
  ) {
    super();
  }

  onModuleInit(): void {
    this.signals.on(TENANT_CHANGED, (id) => this.forget(id));
  }

  byHost(host: string): Promise<Tenant | null> {
    const suffix = `.${this.config.baseUrl.hostname}`;
    const slug = host.endsWith(suffix) ? host.slice(0, -suffix.length) : null;
    return this.find(
      `host ${host}`,
      slug
        ? ['t.slug = ?', slug]
        : ['t.id = (select tenant_id from platform.domain where host = ? and verified_at is not null)', host],
    );
  }

  bySchema(schema: string): Promise<Tenant | null> {
    return this.find(`schema ${schema}`, ['t.schema_name = ?', schema]);
  }

  bySlug(slug: string): Promise<Tenant | null> {
    return this.find(`slug ${slug}`, ['t.slug = ?', slug]);
  }

  /** Every tenant that operates, by age; read in pages, so that a long walk holds no connection. */
  async *operating(): AsyncGenerator<Tenant> {
    for (let after = '00000000-0000-0000-0000-000000000000'; ;) {
      const page = await this.platform.read((em) =>
        em.execute<Row[]>(`${SELECT} where t.status in (?) and t.id > ? order by t.id limit 200`, [
          [...OPERATING],
          after,
        ]),
      );
      for (const row of page) yield this.tenant(row);
      const last = page.at(-1);
      if (!last) return;
      after = last.id;
    }
  }

  /** Forgets one tenant, or all (null). */
  forget(id: string | null): void {
    this.unknown.clear();
    if (id === null) return this.known.clear();
    for (const cache of [this.known, this.last])
      for (const [key, tenant] of cache.entries()) if (tenant.id === id) cache.delete(key);
  }

  /** Where a tenant is without a domain of its own. */
  originOf(slug: string): string {
    const { protocol, host } = this.config.baseUrl;
    return `${protocol}//${slug}.${host}`;
  }

  private async find(key: string, [condition, value]: [string, string]): Promise<Tenant | null> {
    const cached = this.known.get(key);
    if (cached) return cached;
    if (this.unknown.has(key)) return null;
    const [row] = await apart(() =>
      this.platform.read((em) =>
        em.execute<Row[]>(`${SELECT} where ${condition} and t.status <> 'provisioning'`, [value]),
      ),
    ).catch((error: unknown) => {
      // While the database is away, whose host it was a while ago is the best there is: its portal says so in its own look.
      const last = error instanceof DatabaseUnreachable ? this.last.get(key) : undefined;
      if (last) return [last];
      throw error;
    });
    if (row && 'origin' in row) return row;
    if (!row) {
      this.unknown.set(key, true);
      return null;
    }
    const tenant = this.tenant(row);
    this.known.set(key, tenant);
    this.last.set(key, tenant);
    return tenant;
  }

  private tenant({
    id,
    slug,
    name,
    schema_name,
    status,
    status_reason,
    plan,
    trial_ends_at,
    allowance,
    host,
  }: Row): Tenant {
    return Object.freeze({
      ...{ id, slug, name, schema: schema_name, role: schema_name, status, plan },
      origin: host ? `${this.config.baseUrl.protocol}//${host}` : this.originOf(slug),
      standing: status_reason,
      trialEndsAt: trial_ends_at && new Date(trial_ends_at).toISOString(),
      entitled: this.plans.entitled(plan, allowance),
    });
  }
}
