import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { z } from 'zod';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import { Database, rows, sql, table } from '@foyer/database';
import { inTenant, type Tenant } from '@foyer/tenancy';
import {
  Collections,
  declareCollection,
  declareItems,
  identified,
  type ItemList,
  Items,
  Settings,
} from '../src/index.js';
import { keepAside, keepUnknown, readItems } from '../src/other-versions.js';
import { sectionOf } from '../src/section.js';
import { admin } from './portal.js';

const place = z.object({ city: z.string(), code: z.string().optional() });
const rule = z.object({
  id: z.uuid(),
  name: z.string().min(1),
  ownerId: z.uuid().nullable().default(null),
  places: z.array(place).default([]),
});
const rules = declareCollection('other-versions-rules', rule);
const notes = declareItems('other-versions-notes', rule, { team: 5, own: 2 });
// The same lists as the next version knows them.
const nextRule = rule.extend({
  colour: z.string().default('grey'),
  places: z.array(place.extend({ floor: z.number().default(0) })).default([]),
});
const nextNotes: ItemList<z.output<typeof nextRule>> = { ...notes, item: nextRule as never };

let world: World;
let home: TestTenant;
let acme: Tenant;
beforeAll(async () => {
  world = await World.start();
  home = await world.tenant('acme');
  acme = home.tenant;
});
const inside = <T>(fn: () => Promise<T>) => inTenant(acme, fn);
const raw = (key: string) =>
  inside(() =>
    world.get(Database).read(async (em) => {
      const [row] = await rows<{ value: { items: unknown[] } }>(
        em,
        sql`select value from ${table('setting')} where key = ${key}`,
      );
      return row!.value;
    }),
  );

describe('two versions over one database', () => {
  test('what a version does not know stays: in fields, in items, in what stands in items, wherever it is moved', async () => {
    const items = ['North', 'South'].map((name) => ({
      ...{ id: randomUUID(), name, colour: 'red', ownerId: null },
      places: [
        { city: 'Oslo', floor: 3 },
        { city: 'Rome', floor: 4 },
      ],
    }));
    const next = sectionOf(
      'other-versions-rules',
      z.object({ items: z.array(nextRule).default([]), paused: z.boolean().default(false) }),
    );
    await inside(() => world.get(Settings).apply(next, { items, paused: true }));
    const [north, south] = await inside(() => world.get(Collections).stored(rules));
    await inside(() => world.get(Collections).move(admin, rules, north!.id, 1));
    const places = [{ city: 'Paris' }, { city: 'Rome' }];
    await inside(() =>
      world.get(Collections).replace(admin, rules, south!.id, { ...south!, name: 'Far south', places }),
    );
    expect(await raw('other-versions-rules')).toEqual({
      items: [{ ...items[1], name: 'Far south', places: [{ city: 'Paris' }, { city: 'Rome', floor: 4 }] }, items[0]],
      paused: true,
    });
  });

  test('rows of items likewise, and each version sees at once what the other wrote', async () => {
    const store = world.get(Items);
    const [first] = (
      await inside(() =>
        store.update(nextNotes, null, () => [identified({ name: 'One', ownerId: null, colour: 'blue', places: [] })]),
      )
    ).after;
    expect(await inside(() => store.all(notes))).toMatchObject([{ name: 'One' }]);
    await inside(() =>
      store.update(notes, null, (all) => [
        ...all.map((one) => ({ ...one, name: 'Uno' })),
        identified({ name: 'Two', ownerId: null, places: [] }),
      ]),
    );
    expect(await inside(() => store.stored(nextNotes))).toMatchObject([
      { id: first!.id, name: 'Uno', colour: 'blue' },
      { name: 'Two', colour: 'grey' },
    ]);
    await inside(() => store.update(notes, null, () => []));
  });

  test('both write at the same time: nothing is lost', async () => {
    const store = world.get(Items);
    const { tenant } = await world.tenant('busy');
    const list = declareItems('other-versions-busy', rule, { own: 50 });
    const next = { ...list, item: nextRule as never } as ItemList<z.output<typeof nextRule>>;
    await inTenant(tenant, () =>
      Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          n % 2
            ? store.update(list, null, (all) => [...all, identified({ name: `Old ${n}`, ownerId: null, places: [] })])
            : store.update(next, null, (all) => [
                ...all,
                identified({ name: `New ${n}`, ownerId: null, places: [], colour: 'red' }),
              ]),
        ),
      ),
    );
    const kept = await inTenant(tenant, () => store.stored(next));
    expect(kept.filter(({ colour }) => colour === 'red')).toHaveLength(10);
    expect(new Set(kept.map(({ name }) => name)).size).toBe(20);
  });

  test('what cannot be read is set aside, told to the team, and stays where it was', async () => {
    const broken = { id: randomUUID(), name: '', kind: 'of tomorrow' };
    const [a, b, c] = ['A', 'B', 'C'].map((name) => ({ id: randomUUID(), name, ownerId: null, places: [] }));
    await inside(() =>
      world
        .get(Database)
        .write((em) =>
          rows(
            em,
            sql`update ${table('setting')} set value = ${JSON.stringify({ items: [a, broken, b, c] })}::jsonb where key = 'other-versions-rules'`,
          ),
        ),
    );
    expect((await inside(() => world.get(Collections).stored(rules))).map(({ name }) => name)).toEqual(['A', 'B', 'C']);
    await inside(() => world.get(Collections).move(admin, rules, c!.id, -2));
    const { items } = await raw('other-versions-rules');
    expect(items.map((one) => (one as { name: string }).name)).toEqual(['C', 'A', '', 'B']);
    expect(await inside(() => world.get(Collections).setAside(rules))).toBe(1);
    for (const [who, told] of [
      [home.owner, true],
      [await home.agent('Ada'), false],
    ] as const)
      expect((await (await who.browser()).get('/console/tickets')).text.includes('cannot be read')).toBe(told);
  });

  test('a section of fields is read without the field that does not fit, and keeps it', async () => {
    const now = sectionOf(
      'other-versions-fields',
      z.object({ limit: z.number().max(10).default(5), word: z.string().default('') }),
    );
    const { value, aside } = now.read({ limit: 'many', word: 'hello', more: true });
    expect([value, aside]).toEqual([{ limit: 5, word: 'hello' }, ['limit']]);
    expect(now.written({ limit: 'many', word: 'hello', more: true }, value, { ...value, word: 'bye' })).toEqual({
      ...{ limit: 'many', word: 'bye', more: true },
    });
    expect(now.written({ limit: 'many' }, value, { ...value, limit: 7 })).toMatchObject({ limit: 7 });
  });

  test('room is counted for each owner', async () => {
    const store = world.get(Items);
    const home = await world.tenant('roomy');
    const [ann, bob] = await Promise.all(
      ['Ann', 'Bob'].map(async (name) => (await (await home.agent(name)).actor()).id!),
    );
    const add = (ownerId: string | null) =>
      inTenant(home.tenant, () =>
        store.update(notes, ownerId, (all) => [...all, identified({ name: 'X', ownerId, places: [] })]),
      );
    for (const owner of [ann!, ann!, bob!, bob!]) await add(owner);
    await expect(add(ann!)).rejects.toMatchObject({ code: 'settings.collection.full', values: { max: 2 } });
    for (let n = 0; n < 5; n += 1) await add(null);
    await expect(add(null)).rejects.toMatchObject({ values: { max: 5 } });
    expect(await inTenant(home.tenant, () => store.all(notes, bob!))).toHaveLength(7);
    expect(await inTenant(home.tenant, () => store.stored(notes, 'everyone'))).toHaveLength(9);
  });
});

describe('as properties', () => {
  const json = fc.jsonValue({ maxDepth: 3 });

  test('who changes nothing writes what was there, whatever it is', () => {
    fc.assert(fc.property(json, (stored) => expect(keepUnknown(stored, stored, stored)).toEqual(stored)));
  });

  test('no item set aside is lost or doubled by any order or removal of the others', () => {
    const item = z.object({ id: z.string(), name: z.string() });
    const stored = fc.uniqueArray(fc.record({ id: fc.uuid(), name: fc.oneof(fc.string(), fc.integer()) }), {
      selector: ({ id }) => id,
    });
    fc.assert(
      fc.property(stored, fc.infiniteStream(fc.nat()), (all, dice) => {
        const { value, aside } = readItems(item, all);
        const after = value.filter(() => dice.next().value % 3 > 0).sort(() => (dice.next().value % 2) - 0.5);
        const kept = keepAside(all, value, after);
        expect(kept).toHaveLength(after.length + aside.length);
        expect(kept).toEqual(expect.arrayContaining([...aside]));
        expect(readItems(item, kept).value).toEqual(after);
      }),
    );
  });
});
