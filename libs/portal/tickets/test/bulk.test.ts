import { beforeAll, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { Database, rows, sql, table } from '@foyer/database';
import { BulkChanges } from '@foyer/tickets';

const MANY = 60;
let world: World;
let acme: TestTenant;
let agent: Visitor;

beforeAll(async () => {
  world = await World.startWithWorker();
  acme = await world.tenant('acme');
  await acme.customer('Ana');
  agent = await (await acme.agent('Mara')).browser();
  await acme.inside(() =>
    world.get(Database).write((em) =>
      rows(
        em,
        sql`insert into ${table('ticket')} (id, subject, status, priority, requester_id)
            select gen_random_uuid(), 'Many ' || n, 'open', 'normal', p.id from ${table('person')} p cross join generate_series(1, ${MANY}::int) n where p.name = 'Ana'`,
      ),
    ),
  );
});

const count = async (where: ReturnType<typeof sql>) =>
  (
    await acme.query<{ count: number }>(() => sql`select count(*)::int as count from ${table('ticket')} where ${where}`)
  )[0]!.count;

/** Looks at the progress page as a browser without a script does, until it no longer asks to be looked at again. */
async function finished(path: string): Promise<string> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
    const page = await agent.get(path);
    if (page.headers['refresh'] === undefined) return page.text;
  }
  throw new Error('The change does not end');
}

test('all that a list finds is changed by the worker, with its progress shown, and taken back', async () => {
  await agent.get('/console/tickets?view=all');
  const answer = await agent.post('/console/tickets/bulk', {
    all: '1',
    priority: 'high',
    back: '/console/tickets?view=all',
  });
  const path = answer.headers['location']!;
  expect(path).toMatch(/^\/console\/tickets\/bulk\//);
  expect(await finished(path)).toContain(`${MANY} tickets changed.`);
  expect(await count(sql`priority = 'high'`)).toBe(MANY);
  expect((await agent.post(`${path}/undoing`)).status).toBe(303);
  await finished(path);
  expect(await count(sql`priority = 'normal'`)).toBe(MANY);
});

test('two workers on one change do each ticket once', async () => {
  const actor = await (await acme.agent('Nils')).actor();
  const bulk = world.get(BulkChanges);
  const all = await acme.inside(() => bulk.start(actor, {}, [{ do: 'tag', add: ['wave'], remove: [] }]));
  await Promise.all([1, 2, 3].map(() => acme.inside(() => bulk.run(actor, all.id))));
  const [done] = await acme.query<{ n: number }>(
    () =>
      sql`select count(*)::int as n from ${table('ticket_message')} where kind = 'event' and data->>'type' = 'tags'`,
  );
  expect(done!.n).toBe(MANY);
});
