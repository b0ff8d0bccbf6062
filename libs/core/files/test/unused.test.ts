import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestingModule } from '@nestjs/testing';
import type { Config } from '@foyer/config';
import { Database, rows, sql, table } from '@foyer/database';
import { inTenant, type Tenant } from '@foyer/tenancy';
import { freshDatabase } from '@foyer/app-cli/testing/database';
import { Files, FileUses } from '../src/index.js';
import { filing, upload } from './uploads.js';

let config: Config;
let module: TestingModule;
let files: Files;
let acme: Tenant;
let globex: Tenant;
const folder = mkdtempSync(join(tmpdir(), 'foyer-unused-'));

beforeAll(async () => {
  config = await freshDatabase();
  const made = await filing(config, 'acme', 'globex');
  module = made.module;
  [acme, globex] = made.tenants as [Tenant, Tenant];
  files = module.get(Files);
});
afterAll(async () => {
  await module.close();
  rmSync(folder, { recursive: true });
});

async function stored(tenant: Tenant, name: string, daysAgo: number): Promise<string> {
  return inTenant(tenant, async () => {
    const { id } = await files.store(upload(folder, name, `About ${name}`));
    await module
      .get(Database)
      .write((em) =>
        rows(
          em,
          sql`update ${table('file')} set created_at = now() - make_interval(days => ${daysAgo}) where id = ${id}`,
        ),
      );
    return id;
  });
}
const removed = (tenant: Tenant) => inTenant(tenant, () => files.removeUnused(14));
const names = (tenant: Tenant) =>
  inTenant(tenant, () =>
    module.get(Database).read((em) => rows<{ name: string }>(em, sql`select name from ${table('file')} order by name`)),
  ).then((found) => found.map(({ name }) => name));
const contents = (tenant: Tenant) => {
  const place = join(config.dataDir, 'files', tenant.schema);
  if (!existsSync(place)) return 0;
  return readdirSync(place, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
};

test('as long as anybody refers to files and has not said so, nothing is removed', async () => {
  await stored(acme, 'old.txt', 30);
  await expect(removed(acme)).rejects.toThrow('Nobody speaks for');
  const uses = module.get(FileUses);
  uses.column('ticket_attachment', 'file_id');
  await expect(removed(acme)).rejects.toThrow('Nobody speaks for inbound_mail.file_id');
  uses.column('inbound_mail', 'file_id');
  uses.json('nowhere', 'value');
  await expect(removed(acme)).rejects.toThrow();
  expect(await names(acme)).toEqual(['old.txt']);
  expect(contents(acme)).toBe(1);
});

test('a place has the name of a column and nothing else', () => {
  expect(() => module.get(FileUses).json('setting', 'value" or true --')).toThrow();
});

test('with every place known, what is old and unused goes, row and content, in this tenant alone', async () => {
  await module.close();
  const made = await filing(config, 'initech');
  module = made.module;
  files = module.get(Files);
  const uses = module.get(FileUses);
  uses.column('ticket_attachment', 'file_id');
  uses.column('inbound_mail', 'file_id');
  uses.json('setting', 'value');
  await stored(acme, 'older.txt', 15);
  await stored(acme, 'young.txt', 13);
  await stored(globex, 'theirs.txt', 30);
  const used = await stored(acme, 'used.txt', 30);
  const value = JSON.stringify({ deep: [{ id: used }] });
  await inTenant(acme, () =>
    module
      .get(Database)
      .write((em) => rows(em, sql`insert into ${table('setting')} (key, value) values ('it', ${value}::jsonb)`)),
  );
  expect(await removed(acme)).toBe(2);
  expect(await names(acme)).toEqual(['used.txt', 'young.txt']);
  expect(contents(acme)).toBe(2);
  expect(await names(globex)).toEqual(['theirs.txt']);
  expect(contents(globex)).toBe(1);
  expect(await removed(acme)).toBe(0);
});

test('what is rolled back removes nothing', async () => {
  await stored(acme, 'old.txt', 30);
  const before = contents(acme);
  await inTenant(acme, () =>
    module.get(Database).write(async () => {
      await files.removeUnused(14);
      throw new Error('no');
    }),
  ).catch(() => undefined);
  expect(await names(acme)).toContain('old.txt');
  expect(contents(acme)).toBe(before);
});
