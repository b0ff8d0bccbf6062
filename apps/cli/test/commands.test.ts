import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import pg from 'pg';
import type { Config } from '@foyer/config';
import { afterTests, freshDatabase } from '../src/testing/database.js';
import { run } from '../src/commands/run.js';

let config: Config;
let env: NodeJS.ProcessEnv;
let client: pg.Client;

beforeAll(async () => {
  config = await freshDatabase();
  // As production: no demo businesses, which have their own tests.
  env = {
    NODE_ENV: 'production',
    DATABASE_URL: config.databaseUrl,
    DATA_DIR: config.dataDir,
    SECRET_KEY: config.secretKey,
    BASE_URL: 'https://foyer.test',
    SMTP_URL: 'smtp://127.0.0.1:1',
    LOG_LEVEL: 'silent',
  };
  client = new pg.Client({ connectionString: config.databaseUrl });
  await client.connect();
  afterTests(() => client.end());
});

async function foyer(...args: string[]): Promise<{ code: number; output: string }> {
  let output = '';
  const keep = (chunk: string | Uint8Array) => {
    output += String(chunk);
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    jest.spyOn(stream, 'write').mockImplementation(keep as never),
  );
  try {
    return { code: await run(args, env), output };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

describe('foyer', () => {
  test('explains itself', async () => {
    const { code, output } = await foyer('help');
    expect([code, output.includes('tenant suspend <slug> --reason REASON')]).toEqual([0, true]);
    for (const name of ['tenants', 'constructor', 'toString', '__proto__']) expect((await foyer(name)).code).toBe(2);
  });

  test('setup makes the first staff account once, and may be repeated', async () => {
    const first = await foyer('setup');
    expect(first.output).toMatch(/First staff account: staff@foyer\.example {2}\S{16}/);
    expect((await foyer('setup')).output).toBe('');
    const { rows } = await client.query('select email, role from platform.staff');
    expect(rows).toEqual([{ email: 'staff@foyer.example', role: 'owner' }]);
  });

  test('staff create tells the password once and refuses a second account of the same address', async () => {
    expect((await foyer('staff', 'create', 'bo@foyer.test', '--name', 'Bo', '--role', 'support')).output).toMatch(
      /created: \S+ {2}\S{16}\n/,
    );
    await expect(foyer('staff', 'create', 'bo@foyer.test', '--name', 'Bo')).rejects.toThrow(
      'There is already an account',
    );
    await expect(foyer('staff', 'create', 'cy@foyer.test', '--name', 'Cy', '--role', 'king')).rejects.toThrow(
      'must be one of owner, support',
    );
    await expect(foyer('staff', 'create', 'cy@foyer.test')).rejects.toThrow('needs --name');
  });

  test('a tenant is created, listed, suspended and resumed', async () => {
    for (const slug of ['localhost', 'default', 'constructor', 'toString', 'undefined'])
      await expect(foyer('tenant', 'create', slug, '--name', 'G', '--owner', 'ana@globex.test')).rejects.toThrow();
    const made = await foyer('tenant', 'create', 'globex', '--name', 'Globex Ltd', '--owner', 'ana@globex.test');
    expect(made.output).toMatch(/https:\/\/globex\.foyer\.test[\s\S]*token=/);
    expect((await foyer('tenant', 'list')).output).toMatch(/globex +trialing +starter +version \d+ +Globex Ltd/);
    expect((await foyer('tenant', 'list', 'nobody')).output).toContain('No tenant found');
    await foyer('tenant', 'suspend', 'globex', '--reason', 'Unpaid');
    expect((await foyer('tenant', 'list', 'globex')).output).toContain('suspended');
    await foyer('tenant', 'resume', 'globex');
    expect((await foyer('tenant', 'list', 'globex')).output).not.toContain('suspended');
    expect((await foyer('tenant', 'reset-addresses', 'globex')).output).toContain('from any address again');
    await expect(foyer('tenant', 'reset-addresses', 'nobody')).rejects.toThrow('There is no tenant');
    await expect(foyer('tenant', 'resume', 'globex')).rejects.toThrow(/\w/);
    await expect(foyer('tenant', 'suspend', 'nobody', '--reason', 'x')).rejects.toThrow('There is no tenant nobody.');
    await expect(foyer('tenant', 'create', 'globex', '--name', 'G', '--owner', 'x@y.test')).rejects.toThrow(/\w/);
    await expect(foyer('tenant', 'create', 'Not a slug', '--name', 'G', '--owner', 'x@y.test')).rejects.toThrow(
      'cannot be part of an address',
    );
  });

  test('tenant apply makes the tenant of a pack, and leaves an unchanged one alone', async () => {
    expect((await foyer('tenant', 'apply', 'fellside')).output).toContain('created');
    expect((await foyer('tenant', 'apply', 'fellside')).output).toContain('already up to date');
    await client.query('update platform.tenant set pack_checksum = null');
    expect((await foyer('tenant', 'apply', 'fellside')).output).toContain('updated');
    await expect(foyer('tenant', 'apply', 'default')).rejects.toThrow('does not declare a tenant');
    await expect(foyer('tenant', 'apply', '../secret')).rejects.toThrow('does not declare a tenant');
  });

  test('migrate brings a tenant that is behind up to date and names one that fails', async () => {
    expect((await foyer('migrate')).output).toContain('Tenants: 0 migrated, 0 failed');
    // What 0023 adds is there already.
    await client.query(`update platform.tenant set schema_version = 22 where slug = 'globex'`);
    const failing = await foyer('migrate', '--tenants');
    expect([failing.code, /globex +at version \d+ +.*already exists/.test(failing.output)]).toEqual([1, true]);
    expect((await foyer('doctor')).output).toMatch(
      /Tenants to migrate +1 \(globex\)[\s\S]*Failed migrations +globex: /,
    );
    await client.query(
      `update platform.tenant set schema_version = (select max(schema_version) from platform.tenant), migration_error = null where slug = 'globex'`,
    );
  });

  test('a database that is away or not set up is said in a sentence, without its password', async () => {
    const away = { ...env, DATABASE_URL: 'postgres://foyer:hunter2@127.0.0.1:1/foyer' };
    await expect(run(['doctor'], away)).rejects.toThrow('Cannot reach the database at 127.0.0.1:1.');
    await expect(run(['doctor'], { ...env, SECRET_KEY: 'x'.repeat(40) })).rejects.toThrow(
      /is not set up for Foyer, or was set up with another SECRET_KEY/,
    );
  });

  test('doctor names the layers of isolation, and complains when one is gone', async () => {
    const well = await foyer('doctor');
    expect(well.code).toBe(0);
    expect(well.output).toMatch(/yes +a role per tenant schema/);
    expect(well.output).toMatch(/PostgreSQL +\d+/);
    await client.query('grant temporary on database "' + new URL(config.databaseUrl).pathname.slice(1) + '" to public');
    expect((await foyer('doctor')).output).toMatch(/no +no temporary tables/);
  });
});
