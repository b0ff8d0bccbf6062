import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { World } from '@foyer/app-cli/testing';
import { Database, rows, sql } from '@foyer/database';

const BUDGET = 64;
const readme = readFileSync(new URL('../../../../migrations/README.md', import.meta.url), 'utf8');

test(`a tenant has the tables that migrations/README.md names, and no more than ${BUDGET}`, async () => {
  const world = await World.start();
  const acme = await world.tenant('acme');
  const tables = await acme.inside(() =>
    world
      .get(Database)
      .read((em) =>
        rows<{ name: string }>(
          em,
          sql`select tablename as name from pg_catalog.pg_tables where schemaname = ${acme.tenant.schema} order by 1`,
        ),
      ),
  );
  const named = [...readme.split('| module |')[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort();
  expect(tables.map(({ name }) => name)).toEqual(named);
  expect(readme).toContain(`Tables of a tenant: ${tables.length} of ${BUDGET}`);
  expect(tables.length).toBeLessThanOrEqual(BUDGET);
});
