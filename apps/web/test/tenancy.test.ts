import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Response } from 'supertest';
import { abilityOf } from '@foyer/access';
import {
  afterTests,
  type TestPerson,
  type TestTenant,
  unqualifiedTables,
  type Visitor,
  World,
} from '@foyer/app-cli/testing';
import { Tokens } from '@foyer/credentials';
import { Database, loginUrl, sql, table } from '@foyer/database';
import { Signals } from '@foyer/events';
import { Tenants } from '@foyer/tenants';
import pg from 'pg';
import { routesOf } from './routes.js';

let world: World;
let acme: TestTenant;
let bolt: TestTenant;
let ana: TestPerson;
let bob: TestPerson;

beforeAll(async () => {
  world = await World.start({ POOL_SIZE: '10' });
  [acme, bolt] = [await world.tenant('acme'), await world.tenant('bolt')];
  ana = await (await acme.customer('Ana')).of('Globex', 'company_admin');
  bob = await (await bolt.customer('Bob')).of('Initech', 'company_admin');
  await ana.opens('Acme only: the printer');
  for (const subject of ['Bolt only: the lamp', 'Bolt only: the door']) await bob.opens(subject);
});

describe('1: what is A’s is refused on B’s host', () => {
  test('a session cookie', async () => {
    const thief = bolt.visitor();
    thief.setCookie('session', (await ana.browser()).cookie('session')!);
    const response = await thief.get('/tickets');
    expect([response.status, response.headers['location']]).toEqual([303, '/sign-in?return_to=%2Ftickets']);
  });

  test('a one-time link', async () => {
    const token = await acme.inside(() =>
      world.get(Tokens).issue('reset', { email: ana.email, personId: null, hours: 1 }),
    );
    expect((await acme.visitor().get(`/reset?token=${token}`)).text).toContain('name="password"');
    expect((await bolt.visitor().get(`/reset?token=${token}`)).text).not.toContain('name="password"');
  });

  test('a file’s signed address changed to B’s', async () => {
    const browser = await ana.browser();
    const opened = await browser.upload(
      '/tickets',
      { subject: 'With a file', description: 'See there.', priority: 'normal' },
      [{ field: 'attachments', name: 'a.txt', content: 'of acme' }],
    );
    const page = await browser.get(opened.headers['location']!);
    const link = await browser.get(/href="(\/tickets\/[^"]+\/attachments\/[^"]+)"/.exec(page.text)![1]!);
    const signed = new URL(link.headers['location']!);
    const files = world.visitor(signed.host);
    const honest = await files.get(signed.pathname + signed.search);
    expect([honest.status, honest.headers['content-disposition']]).toEqual([
      200,
      expect.stringContaining('attachment'),
    ]);
    for (const id of [acme.tenant.id, acme.tenant.schema, acme.tenant.slug]) {
      const forged = signed.pathname.replace(
        id,
        id.startsWith('t_') ? bolt.tenant.schema : id === acme.tenant.id ? bolt.tenant.id : bolt.tenant.slug,
      );
      if (forged !== signed.pathname) expect((await files.get(forged + signed.search)).status).toBe(404);
    }
    expect((await bolt.visitor().get(signed.pathname + signed.search)).status).toBe(404);
  });
});

test('2: the session cookie is HttpOnly, SameSite=Lax, for this host alone; on https also Secure and __Host-', async () => {
  const visitor = acme.visitor();
  const cookies = (await visitor.signIn(ana.email, 'orchard-lantern-42')).get('Set-Cookie')!;
  const session = cookies.find((line) => line.startsWith('session='))!;
  expect(session).toMatch(/HttpOnly/i);
  expect(session).toMatch(/SameSite=Lax/i);
  expect(session).toMatch(/Path=\//);
  expect(session).not.toMatch(/Domain=/i);
});

describe('3: only the host says whose request it is', () => {
  test.each([
    ['X-Tenant-ID', 'bolt'],
    ['X-Forwarded-Host', 'bolt.localhost:3000'],
    ['Forwarded', 'host=bolt.localhost:3000'],
    ['X-Host', 'bolt.localhost:3000'],
  ])('%s changes nothing', async (header, value) => {
    const response = await acme.visitor().get('/sign-in', { [header]: value });
    expect(response.text).toContain('Acme');
    expect(response.text).not.toContain('Bolt');
  });

  test('tenant ids in a body change nothing', async () => {
    const response = await (
      await ana.browser()
    ).upload(
      '/tickets',
      { subject: 'Mine', description: 'x', priority: 'low', tenant: bolt.tenant.id, tenant_id: bolt.tenant.id },
      [],
    );
    expect(response.status).toBe(303);
    const [{ count }] = (await bolt.query<{ count: number }>(
      () => sql`select count(*)::int as count from ${table('ticket')} where subject = 'Mine'`,
    )) as [{ count: number }];
    expect(count).toBe(0);
  });

  test.each([
    'nobody.localhost:3000',
    'acme.localhost.evil.example',
    'evil.example',
    'x.acme.localhost:3000',
    'ACME.localhost.:3000',
  ])('host %s', async (host) => {
    const response = await world.visitor(host).get('/sign-in');
    expect(response.status).toBe(host.startsWith('ACME') ? 200 : 404);
  });
});

describe('4 and 5: no route gives away what belongs to others', () => {
  const plausible = {
    ...{
      role: 'user',
      body: 'Hello',
      reason: 'Because',
      confirmed: '1',
      status: 'open',
      priority: 'normal',
      name: 'Name',
      email: 'new@else.example',
    },
    ...{
      password: 'orchard-lantern-42',
      current_password: 'orchard-lantern-42',
      subject: 'Subject',
      description: 'Text',
      token: 'x'.repeat(43),
    },
  };

  /** Asks every route that names a thing for things the visitor must not know of. */
  async function blind(visitor: Visitor, prefix: string, ids: Record<string, string[]>): Promise<string[]> {
    const seen: string[] = [];
    for (const { method, path } of routesOf(world.app)) {
      if (!path.startsWith(prefix) || !path.includes(':') || /brand|theme|assets/.test(path)) continue;
      for (const filled of fill(path.slice('/_portal'.length), ids)) {
        const role = filled.startsWith('/console/team') ? 'agent' : 'user';
        const response: Response =
          method === 'get'
            ? await visitor.get(filled)
            : await visitor.post(filled, { ...plausible, role, company: ids['company']![0]! });
        if (response.status !== 404) seen.push(`${method} ${filled} → ${response.status}`);
      }
    }
    return seen;
  }

  function fill(path: string, ids: Record<string, string[]>): string[] {
    const name = /:(\w+)/.exec(path)?.[1];
    if (!name) return [path];
    return (ids[name] ?? ids['any']!).flatMap((id) => fill(path.replace(`:${name}`, id), ids));
  }

  const idsOf = async (tenant: TestTenant, number: string): Promise<Record<string, string[]>> => {
    const one = async (statement: () => ReturnType<typeof sql>) =>
      (await tenant.query<{ id: string }>(statement)).map(({ id }) => id);
    const people = await one(
      () => sql`select id from ${table('person')} where email = ${bob.email} or email like 'other%'`,
    );
    const companies = await one(() => sql`select id from ${table('company')} where name in ('Initech', 'Umbrella')`);
    const sessions = await one(
      () =>
        sql`select id from ${table('session')} where owner_id <> (select id from ${table('person')} where email = ${ana.email}) limit 1`,
    );
    const files = await one(() => sql`select id from ${table('file')} limit 1`);
    return {
      number: [number],
      company: companies,
      person: people,
      file: files.length > 0 ? files : [people[0]!],
      any: [...people, ...companies, ...sessions],
    };
  };

  test('4: every route × B’s ids with the session of A’s owner → 404', async () => {
    await bob.browser();
    const owner = await acme.owner.browser();
    expect(routesOf(world.app).length).toBeGreaterThan(60);
    expect(await blind(owner, '/_portal', await idsOf(bolt, 'TKT-999'))).toEqual([]);
  });

  test('5: every customer route × another company’s ids with the session of a company admin → 404', async () => {
    const other = await (await acme.customer('Other Person')).of('Umbrella', 'company_user');
    const ticket = await other.opens('Umbrella only: the merger');
    await other.browser();
    const browser = await ana.browser();
    const ids = await idsOf(acme, `TKT-${String(ticket.number).padStart(3, '0')}`);
    const mine = (await blind(browser, '/_portal', ids)).filter((line) => !line.includes('/console'));
    expect(mine).toEqual([]);
    expect((await blind(browser, '/_portal/console', ids)).filter((line) => !/40[34]$/.test(line))).toEqual([]);
    for (const path of [
      '/tickets?scope=company',
      '/tickets?q=merger',
      '/tickets?scope=company&q=Umbrella',
      '/',
      '/company',
    ]) {
      expect((await browser.get(path)).text).not.toContain('Umbrella only');
    }
  });

  test('5: internal notes never reach customers', async () => {
    const cleo = await acme.customer('Cleo');
    const ticket = await cleo.opens('A question');
    const number = `TKT-${String(ticket.number).padStart(3, '0')}`;
    const agent = await (await acme.agent('Nils')).browser();
    await agent.get(`/console/tickets/${number}`);
    const noted = await agent.upload(`/console/tickets/${number}/notes`, { body: 'whisper-4711' }, [
      { field: 'attachments', name: 'whisper.txt', content: 'whisper' },
    ]);
    expect(noted.status).toBe(303);
    expect((await agent.get(`/console/tickets/${number}`)).text).toContain('whisper-4711');
    const [file] = await acme.query<{ id: string }>(
      () => sql`select id from ${table('file')} where name = 'whisper.txt'`,
    );
    const browser = await cleo.browser();
    for (const path of [`/tickets/${number}`, `/tickets/${number}/print`, '/tickets', '/tickets?q=4711', '/'])
      expect((await browser.get(path)).text).not.toContain('whisper');
    expect((await browser.get(`/tickets/${number}/attachments/${file!.id}`)).status).toBe(404);
  });
});

test('6: 1,000 interleaved requests of A and B each show and touch only their own', async () => {
  const [a, b] = [await ana.browser(), await bob.browser()];
  const one = async (index: number) => {
    const [browser, own, other] = index % 2 === 0 ? [a, 'Acme only', 'Bolt only'] : [b, 'Bolt only', 'Acme only'];
    const { text } = await browser.get(index % 3 === 0 ? '/tickets/TKT-001' : '/tickets');
    return text.includes(own) && !text.includes(other);
  };
  for (let start = 0; start < 1000; start += 20) {
    const right = await Promise.all(Array.from({ length: 20 }, (_, index) => one(start + index)));
    expect(right).not.toContain(false);
  }
}, 120_000);

describe('7: no statement without its schema', () => {
  test('the watch over this suite’s SQL sees an unqualified name', () => {
    expect(unqualifiedTables('select * from ticket t join "t_1"."person" p on true')).toEqual(['ticket']);
    expect(
      unqualifiedTables(`select extract(year from now()), x is distinct from y from (select 1) a where b = 'from c'`),
    ).toEqual([]);
  });

  test('nothing of the product is in schema public, and the search path is empty', async () => {
    const client = await connect('app');
    expect((await client.query('show search_path')).rows).toEqual([{ search_path: '""' }]);
    expect(
      (
        await client.query(
          `select count(*)::int as count from pg_catalog.pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'S')`,
        )
      ).rows,
    ).toEqual([{ count: 0 }]);
  });
});

describe('8: a tenant’s role reaches nothing else, whatever SQL it runs', () => {
  const denied = /permission denied|must be|cannot|does not exist|not allowed|insert multiple commands/i;
  const attacks = (own: string, other: string): [string, string][] => [
    ['reading B', `select * from ${other}.person`],
    ['writing B', `delete from ${other}.ticket`],
    ['reading the register', 'select * from platform.tenant'],
    ['reading staff', 'select * from platform.staff'],
    ['reading the outbox', 'select * from platform.outbox'],
    ['becoming B', `set role ${other}`],
    ['becoming the platform', 'set local role foyer_platform'],
    ['creating a table', `create table ${own}.mine (x int)`],
    ['creating a schema', 'create schema mine'],
    ['creating in public', 'create table public.mine (x int)'],
    ['creating a temporary table', 'create temp table mine (x int)'],
    ['stacked statements', `select 1; set role ${other}; select * from ${other}.person`],
    ['set_config', `select pg_catalog.set_config('role', '${other}', false)`],
    ['a DO block', `do $$ begin execute 'set role ${other}'; end $$`],
    ['a function that runs queries', `select pg_catalog.query_to_xml('select * from ${other}.person', true, true, '')`],
    [
      'a forged outbox line',
      `insert into platform.outbox (realm, name, payload) values ('${other}', 'ticket.opened', '{}')`,
    ],
    ['changing its own rights', `grant all on schema ${other} to ${own}`],
    ['reading files', `select pg_catalog.pg_read_file('/etc/passwd')`],
    ['reading passwords', 'select * from pg_catalog.pg_authid'],
  ];

  test('injected into a tenant’s query', async () => {
    const { schema } = bolt.tenant;
    for (const [what, text] of attacks(acme.tenant.schema, schema)) {
      const attempt = world.sqlWatch.ignoring(() =>
        acme.inside(() => world.get(Database).read((em) => em.execute(text))),
      );
      await expect(attempt.then(() => `${what} went through`)).rejects.toThrow(denied);
      // The connection it happened on goes back clean: the next page works, as the right tenant.
      await expect(acme.query(() => sql`select current_user::text as me`)).resolves.toEqual([{ me: acme.tenant.role }]);
    }
  });

  test('nothing but the beginning of a transaction sets a role', async () => {
    await expect(acme.inside(() => world.get(Database).read((em) => em.execute('reset role')))).rejects.toThrow(
      /permission denied/,
    );
    await expect(acme.query(() => sql`select current_user::text as me`)).resolves.toEqual([{ me: acme.tenant.role }]);
  });
});

describe('9: what is signed in is kept by no cache', () => {
  test('pages say no-store, on every host', async () => {
    for (const browser of [await ana.browser(), acme.visitor(), world.visitor('localhost:3000')]) {
      expect((await browser.get('/')).headers['cache-control']).toBe('no-store');
    }
  });

  test('one path on two hosts is two things', async () => {
    const [a, b] = [await acme.visitor().get('/sign-in'), await bolt.visitor().get('/sign-in')];
    expect(a.text).toContain('Acme');
    expect(b.text).toContain('Bolt');
    expect(b.text).not.toContain('Acme');
  });
});

describe('10: a suspended tenant stops at once', () => {
  test('pages, sessions and posts stop and come back; other tenants do not notice', async () => {
    const cold = await world.tenant('cold');
    const browser = await (await cold.customer('Carl')).browser();
    expect((await browser.get('/tickets')).status).toBe(200);
    const staff = await world.staff();
    await staff.get(`/tenants/${cold.tenant.id}`);
    expect(
      (await staff.post(`/tenants/${cold.tenant.id}/suspension`, { reason: 'Abuse', confirmed: '1' })).status,
    ).toBe(303);
    expect((await browser.get('/tickets')).status).toBe(503);
    expect((await browser.upload('/tickets', { subject: 'x', description: 'x' }, [])).status).toBe(503);
    expect((await cold.visitor().get('/sign-in')).status).toBe(503);
    expect((await cold.visitor().get('/theme.css')).status).toBe(503);
    expect((await (await ana.browser()).get('/tickets')).status).toBe(200);
    await staff.get(`/tenants/${cold.tenant.id}`);
    expect((await staff.post(`/tenants/${cold.tenant.id}/resumption`, { reason: 'Settled' })).status).toBe(303);
    expect((await browser.get('/tickets')).status).toBe(200);
  });

  test('another process learns of it by a signal', async () => {
    const dusk = await world.tenant('dusk');
    const second = await World.beside(world);
    const elsewhere = second.visitor(dusk.host);
    expect((await elsewhere.get('/sign-in')).status).toBe(200);
    const heard = new Promise<void>((resolve) => second.get(Signals).on('tenant', () => resolve()));
    const actor = {
      kind: 'staff' as const,
      id: null,
      name: 'Test',
      ability: abilityOf(({ can }) => can('manage', 'Tenant')),
    };
    await world.get(Tenants).suspend(actor, dusk.tenant.id, 'Abuse');
    await heard;
    expect((await elsewhere.get('/sign-in')).status).toBe(503);
  });
});

async function connect(login: 'app'): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: loginUrl(world.config, login) });
  await client.connect();
  afterTests(() => client.end());
  return client;
}
