import type { NestExpressApplication } from '@nestjs/platform-express';
import { hashPassword, Sessions } from '@foyer/credentials';
import { Database, rows, searchableSql, sql, table } from '@foyer/database';
import { type PortalActor, PortalPrincipals } from '@foyer/identity';
import { inTenant, type Tenant } from '@foyer/tenancy';
import { Tenants } from '@foyer/tenants';
import { TicketViews } from '@foyer/tickets';
import pg from 'pg';
import type { Config } from '@foyer/config';
import { once } from 'node:events';
import { capture, type Statement } from './capture.js';
import { load } from './load.js';
import { startWeb } from './processes.js';
import { type Result, rounded } from './report.js';

/** What an agent has open all day, at a size at which a wrong plan shows. */
const MESSAGES = 5;
const AGENTS = 20;
const CUSTOMERS = 2000;
const COMPANIES = 200;

export async function measureDesk(
  application: NestExpressApplication,
  config: Config,
  { tickets, seconds }: { tickets: number; seconds: number },
): Promise<Result[]> {
  const { databaseUrl } = config;
  const tenant = await business(application, tickets);
  const { cookie, view, byDue } = await inTenant(tenant, () => agent(application));
  await fill(application, databaseUrl, tenant, tickets);
  const pages = {
    inbox: '/console/tickets',
    'saved-view': `/console/tickets?view=${view}`,
    'view-by-due': `/console/tickets?view=${byDue}`,
    'ticket-search': '/console/tickets?view=all&q=paper+turbine',
    'ticket-page': `/console/tickets/TKT-${Math.floor(tickets / 2)}`,
  };
  const results: Result[] = [];
  const host = new URL(tenant.origin).host;
  const web = await startWeb(config);
  for (const [name, path] of Object.entries(pages)) {
    const { statements } = await capture(application, host, path, cookie);
    const target = { url: `http://127.0.0.1:${config.port}${path}`, headers: { Host: host, Cookie: cookie } };
    const { cpuMs } = await load({ ...target, pid: web.pid }, seconds);
    // Who is asking is found out by one statement that every page has; it is counted, and timed with the rest.
    // One after the other: three at once on two cores would measure each other.
    const times: number[] = [];
    for (const statement of statements) times.push(await timed(databaseUrl, statement));
    results.push({
      name,
      tickets,
      cpuMs: cpuMs && rounded(cpuMs),
      statements: statements.length,
      databaseMs: rounded(
        times.reduce((sum, time) => sum + time, 0),
        1,
      ),
      slowestMs: rounded(Math.max(...times), 1),
    });
  }
  web.kill();
  await once(web, 'exit');
  return results;
}

async function business(application: NestExpressApplication, tickets: number): Promise<Tenant> {
  const passwordHash = await hashPassword('orchard-lantern-42');
  const slug = `desk-${tickets}`;
  const people = {
    team: [{ name: 'Olga Owner', email: `owner@${slug}.example`, role: 'owner', passwordHash, verified: true }],
    companies: [],
    customers: [],
  };
  return application.get(Tenants).provision({
    ...{ slug, name: 'Desk', plan: 'team', blueprint: 'managed-it', ownerEmail: `owner@${slug}.example` },
    own: { people },
  });
}

/** The owner at work, with a view of their own among ten of the team's. */
async function agent(application: NestExpressApplication): Promise<{ cookie: string; view: string; byDue: string }> {
  const database = application.get(Database);
  const [{ id }] = (await database.read((em) =>
    rows<{ id: string }>(em, sql`select id from ${table('person')} where team_role = 'owner'`),
  )) as [{ id: string }];
  const secret = await new Sessions(database).start(id, { ip: null, userAgent: 'bench' });
  const actor = (await application.get(PortalPrincipals).find(secret)).actor as PortalActor;
  let view = '';
  for (const [index, priority] of ['low', 'normal', 'high', 'urgent', 'high'].entries()) {
    const kept = await application.get(TicketViews).keep(actor, {
      name: `View ${index}`,
      share: index < 4 ? 'team' : 'nobody',
      conditions: {
        match: 'all',
        tests: [
          { field: 'status', operator: 'is', value: ['open', 'pending', 'on_hold'] },
          { field: 'priority', operator: 'is', value: [priority] },
          ...(index === 4 ? [{ field: 'tags', operator: 'has', value: ['vip'] }] : []),
        ],
      },
    });
    view = kept.id;
  }
  const { id: byDue } = await application.get(TicketViews).keep(actor, {
    ...{ name: 'What is due first', share: 'nobody', order: 'due' },
    conditions: { match: 'all', tests: [{ field: 'status', operator: 'is', value: ['open', 'pending', 'on_hold'] }] },
  });
  return { cookie: `session=${secret}`, view, byDue };
}

/** Years of work: one ticket in twenty is not done yet, a tenth is tagged, words are those of tickets. */
async function fill(
  application: NestExpressApplication,
  databaseUrl: string,
  tenant: Tenant,
  tickets: number,
): Promise<void> {
  await inTenant(tenant, () =>
    application.get(Database).write(async (em) => {
      const run = (statement: ReturnType<typeof sql>) => rows(em, statement);
      await run(sql`insert into ${table('person')} (id, email, name, team_role, email_verified_at)
                    select gen_random_uuid(), 'agent' || n || '@desk.example', 'Agent ' || n, 'agent', now() from generate_series(1, ${AGENTS}::int) n`);
      await run(
        sql`insert into ${table('company')} (id, name) select gen_random_uuid(), 'Company ' || n from generate_series(1, ${COMPANIES}::int) n`,
      );
      await run(sql`insert into ${table('person')} (id, email, name, email_verified_at)
                    select gen_random_uuid(), 'customer' || n || '@desk.example', 'Customer ' || n, now() from generate_series(1, ${CUSTOMERS}::int) n`);
      await run(sql`with people as (select array_agg(id) as ids from ${table('person')} where team_role is null),
                         companies as (select array_agg(id) as ids from ${table('company')}),
                         agents as (select array_agg(id) as ids from ${table('person')} where team_role = 'agent')
                    insert into ${table('ticket')} (id, subject, status, priority, requester_id, company_id, assignee_id, tags, created_at, updated_at, words)
                    select gen_random_uuid(), s.subject, (array['open', 'pending', 'on_hold', 'solved', 'closed'])[case when n % 20 = 0 then 1 + n / 20 % 3 else 4 + n % 2 end],
                           (array['low', 'normal', 'normal', 'normal', 'high', 'urgent'])[1 + n % 6], people.ids[1 + n % ${CUSTOMERS}::int], companies.ids[1 + n % ${COMPANIES}::int],
                           case when n % 7 = 0 then null else agents.ids[1 + n % ${AGENTS}::int] end, case when n % 10 = 0 then array['vip'] else '{}' end,
                           now() - n * interval '10 minutes' - interval '1 day', now() - n * interval '10 minutes',
                           to_tsvector('simple', ${searchableSql(sql`s.subject || ' It has been like this since Monday morning ' || case when n % 500 = 0 then 'turbine' else 'fan' end`)})
                      from people, companies, agents, generate_series(1, ${tickets}::int) n
                     cross join lateral (select 'The printer on floor ' || n % 40 || ' is out of paper ' || n as subject) s`);
      await run(sql`insert into ${table('ticket_message')} (id, ticket_id, author_id, kind, body, created_at)
                    select gen_random_uuid(), t.id, t.requester_id, case k when 3 then 'note' else 'reply' end, repeat('It has been like this since Monday morning. ', 6), t.created_at + k * interval '1 minute'
                      from ${table('ticket')} t, generate_series(1, ${MESSAGES}::int) k`);
    }),
  );
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(`vacuum analyze ${tenant.schema}.ticket`);
  await client.query(`vacuum analyze ${tenant.schema}.ticket_message`);
  await client.query(`vacuum analyze ${tenant.schema}.person`);
  await client.end();
}

/** In the database alone, planning and running, warm: the median of seven. */
async function timed(databaseUrl: string, { text, values }: Statement): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const times: number[] = [];
  for (let run = 0; run < 7; run += 1) {
    const { rows: plan } = await client.query<{
      'QUERY PLAN': [{ 'Execution Time': number; 'Planning Time': number; Plan: object }];
    }>(`explain (analyze, format json) ${text}`, values);
    const { 'Execution Time': execution, 'Planning Time': planning } = plan[0]!['QUERY PLAN'][0];
    times.push(execution + planning);
  }
  if (process.env['BENCH_PLANS']) {
    const { rows: lines } = await client.query<{ 'QUERY PLAN': string }>(`explain (analyze, buffers) ${text}`, values);
    process.stderr.write(`${text.slice(0, 120)}\n${lines.map((line) => line['QUERY PLAN']).join('\n')}\n\n`);
  }
  await client.end();
  return times.sort((a, b) => a - b)[3]!;
}
