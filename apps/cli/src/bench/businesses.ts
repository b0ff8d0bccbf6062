import type { NestExpressApplication } from '@nestjs/platform-express';
import { Sessions } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { Person, type PortalActor, PortalPrincipals } from '@foyer/identity';
import { inTenant, type Tenant } from '@foyer/tenancy';
import { Tenants } from '@foyer/tenants';
import pg from 'pg';

export async function provision(
  application: NestExpressApplication,
  slug: string,
  passwordHash: string,
  times: number[],
): Promise<Tenant> {
  const people = {
    team: [{ name: 'Olga Owner', email: `owner@${slug}.example`, role: 'owner', passwordHash, verified: true }],
    companies: [
      {
        name: 'Globex',
        members: [
          { name: 'Ana Sousa', email: `ana@${slug}.example`, role: 'company_user', passwordHash, verified: true },
        ],
      },
    ],
    customers: [],
  };
  const start = performance.now();
  const tenant = await application.get(Tenants).provision({
    slug,
    name: `Tenant ${slug}`,
    plan: 'team',
    blueprint: 'saas',
    ownerEmail: `owner@${slug}.example`,
    own: { people },
  });
  times.push(performance.now() - start);
  return tenant;
}

export async function customer(
  application: NestExpressApplication,
  tenant: Tenant,
): Promise<{ actor: PortalActor; cookie: string }> {
  return inTenant(tenant, async () => {
    const database = application.get(Database);
    const { id } = await database.read((em) => em.findOneOrFail(Person, { email: `ana@${tenant.slug}.example` }));
    const secret = await new Sessions(database).start(id, { ip: null, userAgent: 'bench' });
    const { actor } = await application.get(PortalPrincipals).find(secret);
    return { actor: actor as PortalActor, cookie: `session=${secret}` };
  });
}

/** Tickets with a thread of three messages each, set-based: how they came about is not what is measured. */
export async function fill(
  application: NestExpressApplication,
  tenant: Tenant,
  actor: PortalActor,
  tickets: number,
  databaseUrl: string,
): Promise<void> {
  await inTenant(tenant, () =>
    application.get(Database).write(async (em) => {
      await rows(
        em,
        sql`insert into ${table('ticket')} (id, subject, status, priority, requester_id, company_id, created_at, updated_at)
            select gen_random_uuid(), 'The printer on floor ' || n || ' is out of paper', (array['open', 'pending', 'on_hold', 'solved', 'closed'])[1 + n % 5],
                   (array['low', 'normal', 'high', 'urgent'])[1 + n % 4], ${actor.id}::uuid, ${actor.companies[0]!.id}::uuid, now() - n * interval '1 hour', now() - n * interval '1 minute'
              from generate_series(1, ${tickets}::int) n`,
      );
      await rows(
        em,
        sql`insert into ${table('ticket_message')} (id, ticket_id, author_id, kind, body, created_at)
            select gen_random_uuid(), t.id, ${actor.id}::uuid, 'reply', repeat('It has been like this since Monday morning. ', 6), t.created_at + k * interval '1 minute'
              from ${table('ticket')} t, generate_series(1, 3) k`,
      );
    }),
  );
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`analyze ${tenant.schema}.ticket; analyze ${tenant.schema}.ticket_message`);
  await client.end();
}
