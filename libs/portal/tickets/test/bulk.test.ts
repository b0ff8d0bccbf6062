import { beforeAll, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { BulkChanges, Tickets } from '@foyer/tickets';
import { type BulkState, wayBack } from '../src/bulk/bulk-steps.js';

const MANY = 60;
let world: World;
let acme: TestTenant;
let agent: Visitor;

beforeAll(async () => {
  world = await World.startWithWorker();
  acme = await world.tenant('acme');
  await acme.customer('Ana');
  agent = await (await acme.agent('Mara')).browser();
  await acme.change(
    () => sql`insert into ${table('ticket')} (id, subject, status, priority, requester_id)
            select gen_random_uuid(), 'Many ' || n, 'open', 'normal', p.id from ${table('person')} p cross join generate_series(1, ${MANY}::int) n where p.name = 'Ana'`,
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
  const undone = await agent.post(path.replace('?', '/undoing?'), { back: '/console/tickets?view=all' });
  expect(undone.headers['location']).toBe(path);
  expect(await finished(path)).toContain('href="/console/tickets?view&#x3D;all"');
  expect(await count(sql`priority = 'normal'`)).toBe(MANY);
});

test('two workers on one change do each ticket once', async () => {
  const actor = await (await acme.agent('Nils')).actor();
  const bulk = world.get(BulkChanges);
  const all = await acme.inside(() => bulk.start(actor, {}, [{ do: 'tag', add: ['wave'], remove: [] }]));
  await Promise.all([1, 2, 3].map(() => acme.inside(() => bulk.run(() => Promise.resolve(actor), all.id))));
  const [done] = await acme.query<{ n: number }>(
    () =>
      sql`select count(*)::int as n from ${table('ticket_message')} where kind = 'event' and data->>'type' = 'tags'`,
  );
  expect(done!.n).toBe(MANY);
});

/** Opens so many tickets of Ana's, with the numbers people know them by. */
async function opened(count: number): Promise<string[]> {
  const ana = await acme.customer('Ana');
  const numbers: string[] = [];
  for (let n = 0; n < count; n++)
    numbers.push(`TKT-${String((await ana.opens(`Several ${n}`)).number).padStart(3, '0')}`);
  return numbers;
}
const LIST = '/console/tickets?view=all&q=Several';

test('a ticket that cannot take all of a change takes none of it, and is named with the reason', async () => {
  const [full, fine] = (await opened(2)) as [string, string];
  await acme.change(
    () =>
      sql`update ${table('ticket')} set tags = array(select 'word-' || n from generate_series(1, 50) n) where number = ${Number(full.slice(4))}`,
  );
  await agent.get('/console/tickets');
  const wanted = { priority: 'urgent', status: 'on_hold', tag: 'one more', back: LIST };
  const answer = await agent.post('/console/tickets/bulk', { ...wanted, ticket: [full, fine, 'TKT-99999'] });
  const page = await agent.get(answer.headers['location']!);
  expect(answer.headers['location']).toMatch(/^\/console\/tickets\?view=all&q=Several&bulk=/);
  expect(page.text).toContain('1 ticket changed.');
  expect(page.text).toMatch(new RegExp(`${full}</bdi></a>: [^<]*50 tags`));
  expect(page.text).toMatch(/TKT-99999<\/bdi><\/a>: You no longer have access\./);
  const untouched = sql`number = ${Number(full.slice(4))} and priority = 'normal' and status = 'open'`;
  expect(await count(untouched)).toBe(1);
  expect(await count(sql`number = ${Number(fine.slice(4))} and priority = 'urgent' and tags = '{one-more}'`)).toBe(1);
  const events = await acme.query(
    () =>
      sql`select 1 from ${table('ticket_message')} m join ${table('ticket')} t on t.id = m.ticket_id where t.number = ${Number(full.slice(4))} and m.kind = 'event'`,
  );
  expect(events).toEqual([]);
});

test('taking it back spares what a colleague has changed since, says so, and leads to the list it came from', async () => {
  const [theirs, mine] = (await opened(2)) as [string, string];
  await agent.get('/console/tickets');
  const wanted = { priority: 'high', status: 'pending', tag: 'wave-2', back: LIST };
  const changed = await agent.post('/console/tickets/bulk', { ...wanted, ticket: [theirs, mine] });
  const actor = await acme.owner.actor();
  await acme.inside(() => world.get(Tickets).update(actor, Number(theirs.slice(4)), { priority: 'urgent' }));
  const page = await agent.get(changed.headers['location']!);
  const undo = /action="([^"]+\/undoing)"><[^>]+>(?:<[^>]+name="back" value="([^"]+)")/.exec(page.text)!;
  const undone = await agent.post(undo[1]!, { back: undo[2]!.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=') });
  expect(undone.headers['location']).toMatch(/^\/console\/tickets\?view=all&q=Several&bulk=/);
  const after = await agent.get(undone.headers['location']!);
  expect(after.text).toMatch(new RegExp(`${theirs}</bdi></a>: Not put back[^<]*Priority\\.`));
  expect(after.text).not.toMatch(new RegExp(`${mine}</bdi></a>: Not`));
  const state = async (number: string, priority: string) =>
    count(sql`number = ${Number(number.slice(4))} and priority = ${priority} and status = 'open' and tags = '{}'`);
  expect([await state(theirs, 'urgent'), await state(mine, 'normal')]).toEqual([1, 1]);
});

test('whatever has happened since, the way back sets only what still stands as the change left it', () => {
  const pick = <T>(...choices: T[]): T => choices[Math.floor(Math.random() * choices.length)]!;
  const some = (): BulkState => ({
    ...{ status: pick('open', 'pending', 'solved'), statusId: pick(null, 'a'), priority: pick('low', 'high') },
    ...{ categoryId: pick(null, 'c'), typeId: pick(null, 't'), assigneeId: pick(null, 'p', 'q'), groupId: null },
    tags: ['x', 'y', 'z'].filter(() => Math.random() < 0.5),
  });
  const parts = ['status', 'priority', 'categoryId', 'typeId', 'assigneeId', 'groupId'] as const;
  for (let round = 0; round < 2_000; round++) {
    const [before, after, now] = [some(), some(), some()];
    const { values, tags, since } = wayBack(before, after, now);
    const then = { ...now, ...values };
    for (const part of parts) {
      const whole = (state: BulkState) => (part === 'status' ? `${state.status}.${state.statusId}` : state[part]);
      const restored = whole(now) === whole(after) ? whole(before) : whole(now);
      expect(whole(then)).toBe(restored);
      const name = part.replace(/Id$/, '') as (typeof since)[number];
      const stays = whole(before) !== whole(after) && whole(then) !== whole(before);
      expect(since.includes(name)).toBe(stays);
    }
    const left = [...now.tags.filter((tag) => !tags.remove.includes(tag)), ...tags.add].sort();
    for (const tag of ['x', 'y', 'z']) {
      const touched = before.tags.includes(tag) !== after.tags.includes(tag);
      expect(left.includes(tag)).toBe(touched ? before.tags.includes(tag) : now.tags.includes(tag));
    }
  }
});
