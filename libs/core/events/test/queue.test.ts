import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Global, Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import pg from 'pg';
import { type Config, ConfigModule } from '@foyer/config';
import { Database, DatabaseModule } from '@foyer/database';
import { currentTenant, inTenant, type Tenant, TenantDirectory } from '@foyer/tenancy';
import { afterTests, freshDatabase, freshTenant, TestDirectory } from '@foyer/app-cli/testing/database';
import {
  causedBy,
  Dispatcher,
  EventName,
  EventsModule,
  Every,
  OnEvent,
  Outbox,
  Queues,
  Relay,
  Schedules,
  type Stamp,
  withCause,
} from '../src/index.js';

@EventName('test.rang')
class Rang {
  constructor(readonly bell: string) {}
}

@EventName('test.counted', 2)
class Counted {
  constructor(readonly number: number) {}
}
/** How often each number was heard. */
const counted = new Map<number, number>();

/** What happened, in order: `<subscriber> <tenant> <bell>`. */
const heard: string[] = [];
const failures = new Map<string, number>();

const stamps: Stamp[] = [];

@Injectable()
class Ears {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  @OnEvent(Rang, 'test.left-ear')
  async left({ bell }: Rang, stamp: Stamp): Promise<void> {
    heard.push(`left ${currentTenant().slug} ${bell}`);
    if (bell !== 'stamped') return;
    stamps.push(stamp);
    await this.database.write(() => this.outbox.publish(new Counted(0)));
  }

  @OnEvent(Rang, 'test.right-ear')
  right({ bell }: Rang): Promise<void> {
    const failuresLeft = failures.get(bell) ?? 0;
    failures.set(bell, failuresLeft - 1);
    if (failuresLeft > 0) throw new Error('Not now');
    heard.push(`right ${currentTenant().slug} ${bell}`);
    return Promise.resolve();
  }

  @OnEvent(Counted, 'test.counter')
  count({ number }: Counted, stamp: Stamp): Promise<void> {
    if (number < 1) stamps.push(stamp);
    else counted.set(number, (counted.get(number) ?? 0) + 1);
    return Promise.resolve();
  }

  /** Somebody else's server, which does not answer until it is told to. */
  @OnEvent(Rang, 'test.stranger', { lane: 'outside' })
  async stranger({ bell }: Rang): Promise<void> {
    if (!bell.startsWith('stalled')) return;
    await stalled;
    heard.push(`stranger ${currentTenant().slug} ${bell}`);
  }

  @Every(1, 'test.tick')
  tick(): Promise<void> {
    heard.push('tick');
    return Promise.resolve();
  }
}

let answer: () => void;
const stalled = new Promise<void>((resolve) => (answer = resolve));

const directory = new TestDirectory();

@Global()
@Module({ providers: [{ provide: TenantDirectory, useValue: directory }], exports: [TenantDirectory] })
class Surroundings {}

let config: Config;
let worker: TestingModule;
let owner: pg.Client;
let acme: Tenant;
let globex: Tenant;

async function startWorker(): Promise<TestingModule> {
  const module = await Test.createTestingModule({
    imports: [ConfigModule.forRoot(config), DatabaseModule.forRoot([]), Surroundings, EventsModule],
    providers: [Ears],
  }).compile();
  await module.init();
  return module;
}

beforeAll(async () => {
  config = await freshDatabase();
  owner = new pg.Client({ connectionString: config.databaseUrl });
  await owner.connect();
  afterTests(() => owner.end());
  acme = await freshTenant(config, 'acme');
  globex = await freshTenant(config, 'globex');
  directory.tenants.push(acme, globex);
  worker = await startWorker();
  afterTests(() => worker.close());
  await worker.get(Dispatcher).start();
});

const ring = (tenant: Tenant, bell: string, after: () => Promise<void> = () => Promise.resolve(), afterSeconds = 0) =>
  inTenant(tenant, () =>
    worker.get(Database).write(async () => {
      await worker.get(Outbox).publish(new Rang(bell), { afterSeconds });
      await after();
    }),
  );
/** As if the line had been carried a while ago. */
const longAgo = (id: number) =>
  owner.query(`update platform.outbox set relayed_at = now() - interval '1 minute' where id = $1`, [id]);
/** Everyone has done with the line. */
async function gone(id: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await owner.query('select from platform.outbox where id = $1', [id])).rowCount === 0) return;
    await sleep(50);
  }
  throw new Error(`Line ${id} is still there`);
}
const about = (bell: string) => heard.filter((line) => line.endsWith(` ${bell}`)).sort();
async function until(condition: () => boolean, seconds = 10): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!condition() && Date.now() < end) await sleep(20);
}

describe(`events, on ${process.env.REDIS_URL ? 'Redis' : 'PostgreSQL'}`, () => {
  test('each subscriber hears an event once, inside the tenant that published it', async () => {
    await Promise.all([ring(acme, 'noon'), ring(globex, 'noon')]);
    await until(() => about('noon').length === 4);
    await sleep(300);
    expect(about('noon')).toEqual(['left acme noon', 'left globex noon', 'right acme noon', 'right globex noon']);
  });

  test('what is rolled back was never said', async () => {
    const failing = ring(acme, 'never', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    await ring(acme, 'after never');
    await until(() => about('after never').length === 2);
    expect(about('never').filter((line) => !line.endsWith('after never'))).toEqual([]);
  });

  test('a line carried twice, as after a crash between outbox and queue, makes one job', async () => {
    const again = `insert into platform.outbox (id, realm, name, payload) overriding system value values (900001, $1, 'test.rang', '{"bell":"twice"}')`;
    await owner.query(again, [acme.schema]);
    await until(() => about('twice').length === 2);
    await owner.query('update platform.outbox set relayed_at = null where id = 900001');
    await worker.get(Relay).carry();
    await sleep(500);
    expect(about('twice')).toEqual(['left acme twice', 'right acme twice']);
    await longAgo(900001);
    await worker.get(Relay).catchUp();
    expect((await owner.query('select from platform.outbox where id = 900001')).rowCount).toBe(0);
  });

  test('what is done is not done again when the queue has forgotten its job', async () => {
    await ring(acme, 'done');
    await until(() => about('done').length === 2);
    await owner.query(
      `insert into platform.outbox (id, realm, name, payload, relayed_at, done) overriding system value values (900003, $1, 'test.rang', '{"bell":"half"}', now(), '{test.left-ear,test.stranger}')`,
      [acme.schema],
    );
    await longAgo(900003);
    await worker.get(Relay).catchUp();
    await until(() => about('half').length === 1);
    expect(about('half')).toEqual(['right acme half']);
    await gone(900003);
  });

  test('an event says who set it off, in which request and after which event', async () => {
    const anna = { kind: 'person', id: randomUUID(), name: 'Anna' } as const;
    const rule = { kind: 'job', id: null, name: 'Rule of Anna' } as const;
    stamps.length = 0;
    await withCause({ request: 'r-1' }, async () => {
      causedBy(anna);
      await ring(acme, 'stamped');
    });
    await until(() => stamps.length === 2);
    const [first, second] = stamps;
    expect(first).toMatchObject({ actor: anna, request: 'r-1', after: null, version: 1 });
    expect(Date.now() - Date.parse(first!.at)).toBeLessThan(60_000);
    const actor = { kind: 'job', id: null, name: 'test.left-ear' };
    expect(second).toMatchObject({ actor, request: 'r-1', after: first!.id, version: 2 });
    await withCause({ request: 'r-2', actor: anna }, () =>
      inTenant(acme, () => worker.get(Database).write(() => worker.get(Outbox).publish(new Counted(-1), { by: rule }))),
    );
    await until(() => stamps.length === 3);
    expect(stamps[2]).toMatchObject({ actor: rule, request: 'r-2' });
  });

  test('a queue that forgot everything, as a flushed Redis, is told again by the outbox', async () => {
    await owner.query(
      `insert into platform.outbox (id, realm, name, payload, relayed_at) overriding system value values (900002, $1, 'test.rang', '{"bell":"flushed"}', now())`,
      [acme.schema],
    );
    await longAgo(900002);
    await worker.get(Relay).catchUp();
    await until(() => about('flushed').length === 2);
    expect(about('flushed')).toEqual(['left acme flushed', 'right acme flushed']);
    await gone(900002);
  });

  // A bulk change of 10,000 tickets. Redis takes it in seconds; PostgreSQL shows the same with fewer.
  const LINES = process.env.REDIS_URL ? 20_000 : 2_000;
  test(`${LINES} lines at once: each is heard once and gone, though the queue keeps few of its finished jobs`, async () => {
    await owner.query(
      `insert into platform.outbox (realm, name, payload) select $1, 'test.counted', jsonb_build_object('number', n) from generate_series(1, ${LINES}) n`,
      [acme.schema],
    );
    const rest = async () => {
      const found = await owner.query<{ count: number }>(
        `select count(*)::int as count from platform.outbox where name = 'test.counted'`,
      );
      return found.rows[0]!.count;
    };
    const halfDone = () => counted.size > LINES / 2;
    await until(halfDone, 120);
    // As if much time had gone by: whoever looks after the lines asks for each that is left.
    await owner.query(
      `update platform.outbox set relayed_at = now() - interval '1 hour', available_at = now() - interval '1 hour' where name = 'test.counted' and relayed_at is not null`,
    );
    await worker.get(Relay).catchUp();
    await until(() => counted.size === LINES, 120);
    let left = await rest();
    for (let tries = 0; left > 0 && tries < 100; tries += 1) {
      await sleep(100);
      left = await rest();
    }
    expect([left, counted.size, [...counted.values()].filter((times) => times !== 1)]).toEqual([0, LINES, []]);
  }, 300_000);

  test('a subscriber that fails is asked again later, the others are not', async () => {
    failures.set('flaky', 1);
    await ring(acme, 'flaky');
    await until(() => about('flaky').length === 2);
    expect(about('flaky')).toEqual(['left acme flaky', 'right acme flaky']);
  });

  test('an event with a delay waits in the outbox', async () => {
    const rung = Date.now();
    await ring(acme, 'later', undefined, 2);
    await sleep(800);
    expect(about('later')).toEqual([]);
    await until(() => about('later').length === 2);
    expect(Date.now() - rung).toBeGreaterThan(1_900);
    expect(about('later')).toHaveLength(2);
  });

  test('a stranger’s server that stalls keeps nobody else waiting', async () => {
    const bells = Array.from({ length: 3 * config.workerConcurrency }, (_, n) => `stalled ${n}`);
    await Promise.all(bells.map((bell) => ring(acme, bell)));
    const of = (ear: string) => heard.filter((line) => line.startsWith(`${ear} acme stalled`)).length;
    await until(() => of('left') === bells.length && of('right') === bells.length, 30);
    expect([of('left'), of('right'), of('stranger')]).toEqual([bells.length, bells.length, 0]);
    answer();
    await until(() => of('stranger') === bells.length, 30);
    expect(of('stranger')).toBe(bells.length);
  });

  test('a queue that forgot its schedules, as a flushed Redis, is told them again', async () => {
    const queue = worker.get(Queues).of('inside');
    await queue.removeJobScheduler('test.tick');
    expect(await queue.getJobScheduler('test.tick')).toBeUndefined();
    await worker.get(Schedules).check();
    heard.length = 0;
    await until(() => heard.filter((line) => line === 'tick').length >= 2, 30);
    expect(heard.filter((line) => line === 'tick').length).toBeGreaterThanOrEqual(2);
    // What the queue knows is left alone, however often it is looked at.
    const before = await queue.getJobScheduler('test.tick');
    await worker.get(Schedules).check();
    expect((await queue.getJobScheduler('test.tick'))!.iterationCount).toBeGreaterThanOrEqual(before!.iterationCount!);
  });

  test('a suspended tenant’s events wait until it goes on (security 10)', async () => {
    const become = (status: string) =>
      owner.query('update platform.tenant set status = $1 where id = $2', [status, globex.id]);
    await become('suspended');
    await ring(globex, 'suspended');
    await ring(acme, 'meanwhile');
    await until(() => about('meanwhile').length === 2);
    await sleep(1_300);
    expect(about('suspended')).toEqual([]);
    await become('active');
    await until(() => about('suspended').length === 2);
    expect(about('suspended')).toHaveLength(2);
  });

  test('two workers: one run of each schedule, and of each job', async () => {
    const second = await startWorker();
    await second.get(Dispatcher).start();
    heard.length = 0;
    const begun = Date.now();
    await Promise.all(Array.from({ length: 20 }, (_, n) => ring(acme, `crowd-${n}`)));
    await sleep(4_000);
    await second.close();
    const ticks = heard.filter((line) => line === 'tick').length;
    expect(ticks).toBeGreaterThanOrEqual(2);
    // One each second, however slow the machine was; two workers that each ran it would have run twice as many.
    expect(ticks).toBeLessThanOrEqual((Date.now() - begun) / 1000 + 1);
    expect(heard.filter((line) => line.includes('crowd-'))).toHaveLength(40);
  });

  test('a subscriber that keeps failing ends among the failed jobs, where somebody can see it', async () => {
    const events = worker.get(Queues).of('inside');
    await events.add('test.unknown', { realm: acme.schema, payload: {} }, { attempts: 1 });
    for (let tries = 0; tries < 100 && (await events.getFailedCount()) === 0; tries++) await sleep(50);
    const [failed] = await events.getFailed();
    expect(failed).toMatchObject({ name: 'test.unknown', failedReason: 'No subscriber is called test.unknown' });
  });
});
