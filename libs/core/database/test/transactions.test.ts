import { Socket } from 'node:net';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import {
  apart,
  closeReadingPage,
  Database,
  loginUrl,
  observeSql,
  readingPage,
  rows,
  sql,
  table,
  WriteInsideRead,
} from '@foyer/database';
import { Person } from '@foyer/identity';
import { currentTenant, inTenant, NoTenant, TenantAlreadyEntered } from '@foyer/tenancy';
import { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';

let world: World;
let acme: TestTenant;
let bolt: TestTenant;
let database: Database;

beforeAll(async () => {
  world = await World.start();
  [acme, bolt] = [await world.tenant('acme'), await world.tenant('bolt')];
  database = world.get(Database);
});

describe('a tenant is entered, never assumed', () => {
  test('outside of one there is none', async () => {
    expect(() => currentTenant()).toThrow(NoTenant);
    await expect(database.read(() => Promise.resolve())).rejects.toThrow(NoTenant);
  });

  test('another one cannot be entered from inside', () => {
    expect(() => inTenant(acme.tenant, () => inTenant(bolt.tenant, () => 'in'))).toThrow(TenantAlreadyEntered);
    expect(inTenant(acme.tenant, () => inTenant(acme.tenant, () => 'in'))).toBe('in');
  });

  test('an entity manager made without a tenant finds nothing', async () => {
    const { em } = world.get(MikroORM);
    await expect(em.fork().find(Person, {})).rejects.toThrow(/permission denied|does not exist/);
    await world.sqlWatch.ignoring(() =>
      expect(em.fork({ schema: acme.tenant.schema }).find(Person, {})).rejects.toThrow(/permission denied/),
    );
  });

  test('the application’s login alone sees no tenant', async () => {
    const client = new pg.Client({ connectionString: loginUrl(world.config, 'app') });
    await client.connect();
    await expect(client.query(`select * from ${acme.tenant.schema}.person`)).rejects.toThrow(/permission denied/);
    await client.end();
  });
});

describe('transactions', () => {
  test('a write that throws leaves nothing', async () => {
    const attempt = acme.inside(() =>
      database.write(async (em) => {
        await rows(em, sql`insert into ${table('ticket_category')} (id, name) values (gen_random_uuid(), 'Never')`);
        throw new Error('on purpose');
      }),
    );
    await expect(attempt).rejects.toThrow('on purpose');
    expect(await acme.query(() => sql`select 1 from ${table('ticket_category')} where name = 'Never'`)).toEqual([]);
  });

  test('what is to happen after a commit does not happen without one', async () => {
    const happened: string[] = [];
    const write = (fail: boolean) =>
      acme.inside(() =>
        database.write(() => {
          database.afterCommit(() => happened.push(fail ? 'failed' : 'done'));
          return fail ? Promise.reject(new Error('no')) : Promise.resolve();
        }),
      );
    await write(true).catch(() => undefined);
    await write(false);
    expect(happened).toEqual(['done']);
  });

  test('a reading page shares one transaction and refuses to write', async () => {
    const seen: string[] = [];
    const stop = observeSql((text) => seen.push(text));
    await acme.inside(() =>
      readingPage(async () => {
        for (let i = 0; i < 3; i += 1) await database.read((em) => rows(em, sql`select ${i}::int`));
        await expect(database.write(() => Promise.resolve())).rejects.toThrow(WriteInsideRead);
        await expect(apart(() => database.write((em) => rows(em, sql`select 1`)))).resolves.toHaveLength(1);
        closeReadingPage();
      }),
    );
    stop();
    expect(seen.filter((text) => text.startsWith('start transaction read only'))).toHaveLength(1);
  });

  test('a transaction is opened in the packet of its first statement', async () => {
    const written = jest.spyOn(Socket.prototype as unknown as { _writev: () => void; _write: () => void }, '_writev');
    const plain = jest.spyOn(Socket.prototype as unknown as { _writev: () => void; _write: () => void }, '_write');
    await acme.inside(() =>
      database.read(async (em) => {
        expect(await rows(em, sql`select current_user as role`)).toEqual([{ role: acme.tenant.role }]);
      }),
    );
    const packets = written.mock.calls.length + plain.mock.calls.length;
    for (const spy of [written, plain]) spy.mockRestore();
    expect(packets).toBe(2); // the second commits
  });

  test('a statement does nothing when the role of its transaction is refused', async () => {
    const seen: string[] = [];
    const stop = observeSql((text) => seen.push(text));
    const stranger = { ...acme.tenant, role: 't_nobody' };
    const attempt = inTenant(stranger, () =>
      database.write(async (em) => {
        const say = () => rows(em, sql`select pg_catalog.pg_notify('foyer_bench', 'x')`);
        await say().catch((error: Error) => seen.push(error.message));
        await say(); // whoever goes on after that finds the transaction closed
      }),
    );
    await expect(attempt).rejects.toThrow(/current transaction is aborted/);
    stop();
    expect(seen.join('\n')).toContain('role "t_nobody" does not exist');
    expect(await acme.query(() => sql`select current_user as role`)).toEqual([{ role: acme.tenant.role }]);
  });

  test('a transaction in which nothing was said says nothing to the server either', async () => {
    const written = jest.spyOn(Socket.prototype as unknown as { _write: () => void }, '_write');
    await acme.inside(() => database.read(() => Promise.resolve()));
    expect(written).not.toHaveBeenCalled();
    written.mockRestore();
  });

  test('connections that break in the middle of a transaction leave room for new ones', async () => {
    const owner = new pg.Client({ connectionString: world.config.databaseUrl });
    await owner.connect();
    const breaks = () =>
      database.read(async (em) => {
        const [row] = await rows<{ pid: number }>(em, sql`select pg_catalog.pg_backend_pid() as pid`);
        await owner.query('select pg_terminate_backend($1)', [row!.pid]);
        return rows(em, sql`select 1`);
      });
    for (let n = 0; n <= world.config.poolSize; n += 1) await expect(acme.inside(breaks)).rejects.toThrow();
    await owner.end();
    expect(await acme.query(() => sql`select 1 as works`)).toEqual([{ works: 1 }]);
  });

  test('values are bound, never written into the text', async () => {
    const hostile = `'; drop table ${acme.tenant.schema}.person; --`;
    const seen: string[] = [];
    const stop = observeSql((text) => seen.push(text));
    expect(await acme.query(() => sql`select ${hostile}::text as said`)).toEqual([{ said: hostile }]);
    stop();
    expect(seen.join('\n')).not.toContain('drop table');
  });
});
