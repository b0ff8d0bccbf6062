import { randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import { Database, sql, table } from '@foyer/database';
import { Outbox, Signals } from '@foyer/events';
import {
  Collections,
  declareCollection,
  declareItems,
  identified,
  type ItemList,
  Items,
  Settings,
} from '../src/index.js';
import { sectionOf } from '../src/section.js';
import { type VersionBefore, versionBefore } from './version-before/compiled.js';

/** A thing as the version before knows it, and as this one does. */
const before = z.object({ id: z.uuid(), ownerId: z.uuid().nullable().default(null), name: z.string().min(1) });
const now = before.extend({ colour: z.string().default('grey') });
type Before = z.output<typeof before>;
type Now = z.output<typeof now>;
const ROUNDS = 15;

const notes = declareItems('beside-notes', now, { team: 200, own: 200 });
const notesBefore = { ...notes, item: before } as unknown as ItemList<Before>;
const rules = declareCollection('beside-rules', now);
const fields = sectionOf('beside-fields', z.object({ tone: z.string().default(''), count: z.number().default(0) }));

let world: World;
let acme: TestTenant;
let old: VersionBefore;
let oldItems: Items;
let oldSettings: Settings;
let ownerId: string;

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  ownerId = (await acme.owner.actor()).id!;
  old = await versionBefore();
  // A process of the version before, with connections and memory of its own.
  const process = await World.beside(world);
  const [database, outbox, signals] = [process.get(Database), process.get(Outbox), process.get(Signals)];
  oldItems = new old.Items(database, outbox, signals);
  const memory = new old.SettingsMemory(database, signals);
  oldSettings = new old.Settings(database, outbox, memory);
  oldItems.onModuleInit();
  memory.onModuleInit();
});

/** As long as both versions take turns and overtake each other. */
const both = (older: (round: number) => Promise<unknown>, newer: (round: number) => Promise<unknown>) =>
  acme.inside(() => Promise.all(Array.from({ length: ROUNDS }, (_, round) => [older(round), newer(round)]).flat()));
async function eventually<T>(read: () => Promise<T>, isThere: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const value = await acme.inside(read);
    if (isThere(value) || tries === 600) return value;
    await new Promise((later) => setTimeout(later, 50));
  }
}
const names = (of: string) => Array.from({ length: ROUNDS }, (_, round) => `${of} ${round}`);

test('rows: the team’s and a person’s own, added, renamed and put in order by both versions at the same time', async () => {
  const store = world.get(Items);
  const [first] = (
    await acme.inside(() =>
      store.update(notes, ownerId, () => [identified({ name: 'First', ownerId: null, colour: 'red' })]),
    )
  ).after;
  await both(
    (round) =>
      oldItems.update(notesBefore, ownerId, (all) => [
        identified({ name: `Old ${round}`, ownerId: round % 2 ? ownerId : null }),
        ...all.map((one) => (one.id === first!.id ? { ...one, name: `Called ${round}` } : one)),
      ]),
    (round) =>
      store.update(notes, ownerId, (all) => [
        ...all,
        identified({ name: `New ${round}`, ownerId: round % 2 ? ownerId : null, colour: 'blue' }),
      ]),
  );
  const kept: Now[] = await acme.inside(() => store.stored(notes, ownerId));
  expect(kept.map(({ name }) => name).filter((name) => !name.startsWith('Called'))).toEqual(
    expect.arrayContaining([...names('Old'), ...names('New')]),
  );
  expect(kept).toHaveLength(2 * ROUNDS + 1);
  expect(kept.find(({ id }) => id === first!.id)).toMatchObject({
    name: expect.stringMatching(/^Called/),
    colour: 'red',
  });
  expect(kept.filter(({ colour }) => colour === 'blue')).toHaveLength(ROUNDS);
  // Each hears of what the other did.
  await acme.inside(() => store.update(notes, ownerId, (all) => all.filter(({ id }) => id !== first!.id)));
  const seen = await eventually(
    () => oldItems.all(notesBefore, ownerId),
    (all) => all.every(({ id }) => id !== first!.id),
  );
  expect(seen).toHaveLength(2 * ROUNDS);
  await acme.inside(() =>
    oldItems.update(notesBefore, ownerId, (all) => all.filter(({ name }) => name.startsWith('New'))),
  );
  expect(
    await eventually(
      () => store.all(notes, ownerId),
      (all) => all.length === ROUNDS,
    ),
  ).toHaveLength(ROUNDS);
});

test('lists and fields of the settings, by both versions at the same time', async () => {
  const [settings, collections] = [world.get(Settings), world.get(Collections)];
  const oldRules = old.declareCollection('beside-rules', before);
  const oldFields = old.sectionOf('beside-fields', z.object({ count: z.number().default(0) }));
  await acme.inside(() =>
    collections.apply(rules, [{ id: randomUUID(), ownerId: null, name: 'First', colour: 'red' }]),
  );
  await acme.inside(() => settings.apply(fields, { tone: 'calm' }));
  await both(
    async (round) => {
      const added = { id: randomUUID(), ownerId: null, name: `Old ${round}` };
      await oldSettings.update(oldRules.section, ({ items }) => ({ items: [added, ...items] }), null);
      await oldSettings.update(oldFields, ({ count }) => ({ count: count + 1 }), null);
    },
    async (round) => {
      const added = { id: randomUUID(), ownerId: null, name: `New ${round}`, colour: 'blue' };
      await settings.update(rules.section, ({ items }) => ({ items: [...items, added] }), null);
      await settings.update(fields, ({ count, tone }) => ({ count: count + 1, tone: `${tone}!` }), null);
    },
  );
  const kept = await acme.inside(() => collections.stored(rules));
  expect(kept.map(({ name }) => name).sort()).toEqual(['First', ...names('Old'), ...names('New')].sort());
  expect(kept.find(({ name }) => name === 'First')).toMatchObject({ colour: 'red' });
  expect(kept.filter(({ colour }) => colour === 'blue')).toHaveLength(ROUNDS);
  expect(await acme.inside(() => settings.stored(fields))).toEqual({
    tone: `calm${'!'.repeat(ROUNDS)}`,
    count: 2 * ROUNDS,
  });
  const seen = await eventually(
    () => oldSettings.get(oldFields),
    ({ count }) => count === 2 * ROUNDS,
  );
  expect(seen).toEqual({ count: 2 * ROUNDS });
});

test('what only this version can read, the version before sets aside, and keeps where it stands', async () => {
  const strange = { id: randomUUID(), name: '', colour: 'of tomorrow' };
  await acme.change(
    () =>
      sql`insert into ${table('item')} (kind, id, position, data) values ('beside-notes', ${strange.id}, 1000, ${JSON.stringify({ name: '', colour: strange.colour })}::jsonb)`,
  );
  await acme.inside(() => oldItems.update(notesBefore, ownerId, (all) => [...all].reverse()));
  const later = { ...notes, item: now.extend({ name: z.string() }) } as unknown as ItemList<Now>;
  const kept = await acme.inside(() => world.get(Items).stored(later, ownerId));
  expect(kept.find(({ id }) => id === strange.id)).toMatchObject({ colour: 'of tomorrow' });
});
