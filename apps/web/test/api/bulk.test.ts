import { beforeAll, expect, test } from '@jest/globals';
import { startWorker } from '@foyer/app-worker';
import { afterTests } from '@foyer/app-cli/testing';
import { Database, rows, sql, table } from '@foyer/database';
import { Keys } from '@foyer/keys';
import { acme, companyId, everything, keyFor, personId, program, UNKNOWN, world } from './programs.js';

beforeAll(async () => {
  const worker = await startWorker(world.config);
  afterTests(() => worker.close());
});

/** So many tickets of somebody's with a tag of their own, by their numbers. */
async function opened(tag: string, many: number): Promise<number[]> {
  await acme.change(
    () => sql`insert into ${table('ticket')} (id, subject, status, priority, requester_id, company_id, tags)
       select gen_random_uuid(), ${tag} || n, 'open', 'normal', p.id, m.company_id, array[${tag}]
         from generate_series(1, ${many}::int) n, ${table('person')} p join ${table('membership')} m on m.person_id = p.id
        where p.name = 'Ana'`,
  );
  return (await withPriority(tag, 'normal')).map(({ number }) => number);
}
const withPriority = async (tag: string, priority: string) =>
  acme.query<{ number: number }>(
    () =>
      sql`select number::int from ${table('ticket')} where tags @> array[${tag}] and priority = ${priority} order by number`,
  );

type Change = Record<'id' | 'status', string> & { total: number; done: number; changed: number; left: object[] };
async function until(id: string, holds: (change: Change) => boolean): Promise<Change> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
    const { body } = (await everything.get(`bulk-changes/${id}`)) as { body: Change };
    if (holds(body)) return body;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('It does not come to that');
}

test('a program changes all that a filter finds, reads how far it is and what was left, and takes it back', async () => {
  const numbers = await opened('wave', 40);
  await acme.change(
    () =>
      sql`update ${table('ticket')} set tags = tags || array(select 'word-' || n from generate_series(1, 49) n) where number = ${numbers[0]!}`,
  );
  const change = { priority: 'high', assignee_id: await personId(acme.owner), add_tags: ['New one'] };
  const { status, body } = await everything.post('bulk-changes', { filters: { tag: 'wave' }, change });
  expect([status, body]).toMatchObject([202, { status: 'waiting', total: 40, done: 0, changed: 0 }]);
  const done = await until(body.id, (one) => one.status === 'done');
  expect(done).toMatchObject({ total: 40, done: 40, changed: 39 });
  expect(done.left).toMatchObject([{ number: `TKT-${String(numbers[0]).padStart(3, '0')}`, message: /50 tags/ }]);
  expect(await withPriority('wave', 'high')).toHaveLength(39);
  await everything.patch(`tickets/${numbers[1]!}`, { priority: 'urgent' }, '*');
  const undoing = await everything.post(`bulk-changes/${body.id as string}/undo`);
  expect([undoing.status, undoing.body.status]).toEqual([202, 'undoing']);
  const undone = await until(body.id, (one) => one.status === 'undone');
  expect(undone.left).toMatchObject([{ code: 'tickets.bulk.changed-since' }]);
  expect(await withPriority('wave', 'normal')).toHaveLength(39);
  expect((await everything.post(`bulk-changes/${body.id as string}/undo`)).status).toBe(409);
});

test('what is asked for wrongly is said at its place, and another program’s change is not there', async () => {
  const [number] = await opened('wrong', 1);
  const change = { priority: 'low' };
  const pointer = async (sent: object) => {
    const { status, body } = await everything.post('bulk-changes', sent);
    return [status, body.errors?.[0]?.pointer];
  };
  expect(await pointer({ numbers: [String(number)], change: {} })).toEqual([422, '/change']);
  expect(await pointer({ change })).toEqual([422, '/numbers']);
  expect(await pointer({ numbers: ['TKT-99999'], change })).toEqual([422, '/numbers']);
  expect(await pointer({ numbers: [String(number)], filters: {}, change })).toEqual([422, '/filters']);
  expect(await pointer({ filters: { view_id: UNKNOWN }, change })).toEqual([422, '/filters/view_id']);
  expect(await pointer({ numbers: [String(number)], change: { status_id: UNKNOWN } })).toEqual([
    422,
    '/change/status_id',
  ]);
  const { body } = await everything.post('bulk-changes', { numbers: [String(number), 'TKT-99999'], change });
  expect(body.left).toMatchObject([{ number: 'TKT-99999', code: 'tickets.bulk.out-of-reach' }]);
  const other = program(acme, (await keyFor(['tickets:write'])).key);
  expect((await other.get(`bulk-changes/${body.id as string}`)).status).toBe(404);
  expect((await other.post(`bulk-changes/${body.id as string}/undo`)).status).toBe(404);
});

test('a key of a company changes nobody’s tickets, nor does one that may only read', async () => {
  const [number] = await opened('theirs', 1);
  const sent = { numbers: [String(number)], change: { priority: 'urgent' } };
  expect(await companyId('Globex')).toBeTruthy();
  for (const [scopes, company] of [
    [['tickets:write'], 'Globex'],
    [['tickets:write'], 'Umbrella'],
    [['tickets:read'], null],
  ] as const) {
    const { key } = await keyFor([...scopes], company);
    expect((await program(acme, key).post('bulk-changes', sent)).status).toBe(403);
  }
  expect(await withPriority('theirs', 'urgent')).toEqual([]);
});

test('the change of a key that is revoked midway stops', async () => {
  const numbers = await opened('midway', 30);
  const { id: keyId, key } = await keyFor(['tickets:write']);
  const sent = { filters: { tag: 'midway' }, change: { priority: 'urgent' } };
  const owner = await acme.owner.actor();
  // Somebody holds the fifth until the key is gone; the four before it have had their turn by then.
  const held = Promise.withResolvers<void>();
  const free = Promise.withResolvers<void>();
  const holding = acme.inside(() =>
    world.get(Database).write(async (em) => {
      await rows(em, sql`select 1 from ${table('ticket')} where number = ${numbers[4]!} for update`);
      held.resolve();
      await free.promise;
    }),
  );
  await held.promise;
  const { body } = await program(acme, key).post('bulk-changes', sent);
  const at = () =>
    acme.query<{ done: number }>(() => sql`select done from ${table('bulk_change')} where id = ${body.id}`);
  while ((await at())[0]!.done < 4) await new Promise((done) => setTimeout(done, 50));
  await acme.inside(() => world.get(Keys).revoke(owner, keyId));
  free.resolve();
  await holding;
  await world.calm();
  const changed = (await withPriority('midway', 'urgent')).map(({ number }) => number);
  expect([numbers.slice(0, 4), numbers.slice(0, 5)]).toContainEqual(changed);
});
