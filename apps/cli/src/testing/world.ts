import type { Server } from 'node:http';
import type { INestApplicationContext, Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { InvalidField } from '@foyer/access';
import type { Config } from '@foyer/config';
import { hashPassword, Sessions } from '@foyer/credentials';
import { Database, PlatformDatabase, rows, runAsOwner, sql, table } from '@foyer/database';
import { type Feature, FEATURES, type Limit, LIMITS } from '@foyer/entitlements';
import { Signals } from '@foyer/events';
import { type CompanyRole, type PortalActor, PortalPrincipals, type TeamRole } from '@foyer/identity';
import { Staff, type StaffRole } from '@foyer/staff';
import { inTenant, type Tenant, type TenantStatus } from '@foyer/tenancy';
import { Directory, Packs, TENANT_CHANGED, Tenants } from '@foyer/tenants';
import { type Ticket, Tickets } from '@foyer/tickets';
import { createApplication } from '@foyer/app-web';
import { startWorker } from '@foyer/app-worker';
import { Faucet } from './faucet.js';
import { SqlWatch } from './sql-watch.js';
import { Postbox } from './postbox.js';
import { afterTests, freshDatabase } from './test-database.js';
import { Visitor } from './visitor.js';

export const PASSWORD = 'orchard-lantern-42';
let hashed: Promise<string> | undefined;

/** An installation for tests: the real application on a real database, filled by sentences. */
export class World {
  private constructor(
    readonly config: Config,
    readonly app: NestExpressApplication,
    readonly postbox: Postbox | null,
    readonly sqlWatch: SqlWatch,
  ) {}

  /** The web application alone: events wait in the outbox. It is gone after the last test of the file. */
  static async start(variables: NodeJS.ProcessEnv = {}): Promise<World> {
    return World.open(await freshDatabase({ LOG_LEVEL: process.env['TEST_LOG'], ...variables }), null);
  }

  /** With a worker and a mail server, so that events have consequences; with `more` modules of the test's own. */
  static async startWithWorker(variables: NodeJS.ProcessEnv = {}, more: Type[] = []): Promise<World> {
    const postbox = await Postbox.open();
    const config = await freshDatabase({ LOG_LEVEL: process.env['TEST_LOG'], ...variables, SMTP_URL: postbox.url });
    afterTests(() => postbox.close());
    const world = await World.open(config, postbox, more, Number(variables['PORT'] ?? 0));
    const worker = await startWorker(config, more);
    afterTests(() => worker.close());
    return world;
  }

  /** The web application alone, with a database that can be taken away. */
  static async startBehindFaucet(): Promise<{ world: World; database: Faucet }> {
    const config = await freshDatabase();
    const database = await Faucet.to(config.databaseUrl);
    return { world: await World.open({ ...config, databaseUrl: database.url }, null), database };
  }

  /** A second web process on the same database. */
  static beside(world: World): Promise<World> {
    return World.open(world.config, world.postbox);
  }

  private static async open(config: Config, postbox: Postbox | null, more: Type[] = [], port = 0): Promise<World> {
    const watch = new SqlWatch();
    afterTests(async () => {
      watch.stop();
      if (watch.complaints.size > 0) throw new Error([...watch.complaints].join('\n'));
    });
    const app = await createApplication(config, more);
    afterTests(() => app.close());
    // Once: supertest would listen, and stop, for each request, which costs a millisecond and a half.
    await app.listen(port);
    return new World(config, app, postbox, watch);
  }

  /** What the worker sent. */
  get mails(): Postbox {
    if (!this.postbox) throw new Error('This world has no worker: World.startWithWorker()');
    return this.postbox;
  }

  /** Until the worker has relayed all that is due, and for a while nothing followed from it. */
  async calm(): Promise<void> {
    await runAsOwner(this.config, async (client) => {
      const due = `select 1 from platform.outbox where relayed_at is null and available_at <= now() limit 1`;
      for (let still = 0; still < 8; still = (await client.query(due)).rowCount === 0 ? still + 1 : 0)
        await new Promise((done) => setTimeout(done, 120));
    });
  }

  get<T>(type: Type<T> | (abstract new (...args: never[]) => T)): T {
    return (this.app as INestApplicationContext).get(type as Type<T>);
  }

  visitor(host: string): Visitor {
    return new Visitor(this.app.getHttpServer() as Server, host);
  }

  /** A business with its portal; `<slug>@<slug>.example` owns it. */
  async tenant(slug: string, name = slug[0]!.toUpperCase() + slug.slice(1)): Promise<TestTenant> {
    const email = `owner@${slug}.example`;
    hashed ??= hashPassword(PASSWORD);
    const people = {
      team: [{ name: `${name} Owner`, email, role: 'owner', passwordHash: await hashed, verified: true }],
      companies: [],
      customers: [],
    };
    const tenant = await this.get(Tenants).provision({
      slug,
      name,
      plan: 'team',
      blueprint: null,
      ownerEmail: email,
      own: { people },
    });
    return new TestTenant(this, tenant, await hashed);
  }

  /** A business that has signed up by itself. */
  async signedUp(slug: string): Promise<TestTenant> {
    hashed ??= hashPassword(PASSWORD);
    return new TestTenant(this, (await this.get(Directory).bySlug(slug))!, await hashed);
  }

  /** A member of staff, signed in on the admin host. */
  async staff(role: StaffRole = 'owner', email = `${role}@staff.example`): Promise<Visitor> {
    const member = { email, name: `Staff ${role}`, role, password: PASSWORD };
    // Whoever asks for the same one twice means the same one.
    await this.get(Staff)
      .create(member)
      .catch((error: unknown) => {
        if (!(error instanceof InvalidField)) throw error;
      });
    const visitor = this.visitor(`admin.${this.config.baseUrl.host}`);
    await visitor.signIn(email, PASSWORD);
    return visitor;
  }
}

interface Entitlement {
  limits: Partial<Record<Limit, number>>;
  features: readonly Feature[];
  metered: readonly Limit[];
}

export class TestTenant {
  private heard = '0';
  private known: Tenant;

  constructor(
    readonly world: World,
    tenant: Tenant,
    private readonly passwordHash: string,
  ) {
    this.known = tenant;
  }

  get tenant(): Tenant {
    return this.known;
  }

  /** As if its plan held just this: what is not named has no limit. `await acme.isEntitledTo({ limits: { agents: 3 }, features: [] })` */
  async isEntitledTo({ limits = {}, features = FEATURES, metered = [] }: Partial<Entitlement>): Promise<void> {
    const none = Object.fromEntries(LIMITS.map((limit) => [limit, null]));
    const has = Object.fromEntries(FEATURES.map((feature) => [feature, features.includes(feature)]));
    const allowance = JSON.stringify({ limits: { ...none, ...limits }, features: has, metered });
    await this.becomes('allowance = ?', allowance);
  }

  /** Its bill is open, or its trial over. */
  isRestricted(status: TenantStatus = 'restricted'): Promise<void> {
    return this.becomes('status = ?', status);
  }

  isActive(): Promise<void> {
    return this.isRestricted('active');
  }

  private async becomes(what: string, value: string): Promise<void> {
    const { world, tenant } = this;
    await world.get(PlatformDatabase).write(async (em) => {
      await em.execute(`update platform.tenant set ${what} where id = ?`, [value, tenant.id], 'run');
      await world.get(Signals).send(em, TENANT_CHANGED, tenant.id);
    });
    const directory = world.get(Directory);
    directory.forget(tenant.id);
    this.known = (await directory.bySlug(tenant.slug))!;
  }

  get host(): string {
    return new URL(this.tenant.origin).host;
  }

  inside<T>(fn: () => Promise<T>): Promise<T> {
    return inTenant(this.tenant, fn);
  }

  get owner(): TestPerson {
    return new TestPerson(this, 'Owner', `owner@${this.tenant.slug}.example`);
  }

  visitor(): Visitor {
    return this.world.visitor(this.host);
  }

  /** Rows of the tenant's own tables, e.g. ``acme.rows(sql`select … from ${…}`)`` inside the tenant. */
  query<Row>(statement: () => ReturnType<typeof sql>): Promise<Row[]> {
    return this.inside(() => this.world.get(Database).read((em) => rows<Row>(em, statement())));
  }

  /** The same for what changes them, behind the back of every verb. */
  change(statement: () => ReturnType<typeof sql>): Promise<void> {
    return this.inside(() => this.world.get(Database).write(async (em) => void (await rows(em, statement()))));
  }

  async companyId(name: string): Promise<string> {
    const [found] = await this.query<{ id: string }>(
      () => sql`select id from ${table('company')} where name = ${name}`,
    );
    return found!.id;
  }

  /** A domain of the operator's, or of a company's, as if its record had been seen. */
  owns(domain: string, companyId: string | null = null): Promise<void> {
    return this.change(
      () => sql`insert into ${table('claimed_domain')} (id, domain, company_id, token, verified_at, checked_at)
                values (gen_random_uuid(), ${domain}, ${companyId}, 'token', now(), now()) returning id`,
    );
  }

  /** Events published since this was last asked, in a world without a worker, where they wait: name, facts, and whose doing it was. */
  async published(): Promise<{ name: string; facts: Record<string, unknown>; by: string | null }[]> {
    const lines = await this.world.get(PlatformDatabase).read((em) =>
      rows<{ id: string; name: string; facts: Record<string, unknown>; by: string | null }>(
        em,
        sql`select id, name, payload as facts, cause->'actor'->>'name' as by from platform.outbox
             where realm = ${this.tenant.schema} and id > ${this.heard}::bigint order by id`,
      ),
    );
    this.heard = lines.at(-1)?.id ?? this.heard;
    return lines.map(({ name, facts, by }) => ({ name, facts, by }));
  }

  async customer(name: string): Promise<TestPerson> {
    const email = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '.')}@customers.example`;
    await this.apply({ customers: [this.declared(name, email)] });
    return new TestPerson(this, name, email);
  }

  async agent(name: string, role: TeamRole = 'agent'): Promise<TestPerson> {
    const email = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '.')}@${this.tenant.slug}.example`;
    await this.apply({ team: [{ ...this.declared(name, email), role }] });
    return new TestPerson(this, name, email);
  }

  /** @internal */
  async join(person: TestPerson, company: string, role: CompanyRole): Promise<void> {
    await this.apply({
      companies: [{ name: company, members: [{ ...this.declared(person.name, person.email), role }] }],
    });
  }

  private declared(name: string, email: string) {
    return { name, email, passwordHash: this.passwordHash, verified: true };
  }

  private async apply(people: object): Promise<void> {
    const content = { team: [], companies: [], customers: [], ...people };
    await this.inside(() => this.world.get(Packs).apply([{ id: 'test', folder: null, sections: { people: content } }]));
  }
}

export class TestPerson {
  constructor(
    readonly tenant: TestTenant,
    readonly name: string,
    readonly email: string,
  ) {}

  /** Puts the person into a company. `await (await acme.customer('Ana')).of('Globex', 'company_user')` */
  async of(company: string, role: CompanyRole = 'user'): Promise<this> {
    await this.tenant.join(this, company, role);
    return this;
  }

  /** The person as verbs take them, with what they may do right now. */
  actor(): Promise<PortalActor> {
    return this.tenant.inside(async () => {
      const database = this.tenant.world.get(Database);
      const [{ id }] = (await database.read((em) =>
        rows<{ id: string }>(em, sql`select id from ${table('person')} where email = ${this.email}`),
      )) as [{ id: string }];
      const secret = await new Sessions(database).start(id, { ip: null, userAgent: 'test' });
      const { actor } = await this.tenant.world.get(PortalPrincipals).find(secret);
      return actor as PortalActor;
    });
  }

  /** A browser in which the person is signed in. */
  async browser(): Promise<Visitor> {
    const visitor = this.tenant.visitor();
    const response = await visitor.signIn(this.email, PASSWORD);
    if (response.status !== 303) throw new Error(`${this.name} cannot sign in: ${response.status}`);
    return visitor;
  }

  async opens(subject: string, description = `About: ${subject}`): Promise<Ticket> {
    const actor = await this.actor();
    const companyId = actor.companies[0]?.id ?? null;
    const draft = { subject, description, priority: 'normal' as const, categoryId: null, companyId, fileIds: [] };
    return this.tenant.inside(() => this.tenant.world.get(Tickets).open(actor, draft));
  }
}
