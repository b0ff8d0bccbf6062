import { expect, test } from '@jest/globals';
import { World } from '@foyer/app-cli/testing';
import { Database, rows, sql, table } from '@foyer/database';
import { Maintenance } from '@foyer/tenants';

test('sessions and links that are over are forgotten in every tenant, the others stay', async () => {
  const world = await World.start();
  const tenants = [await world.tenant('acme'), await world.tenant('bolt')];
  for (const tenant of tenants) {
    await (await tenant.customer('Ana')).browser();
    await tenant.inside(() =>
      world.get(Database).write(async (em) => {
        await rows(
          em,
          sql`insert into ${table('session')} (id, token_hash, owner_id, expires_at) select gen_random_uuid(), 'over', id, now() - interval '1 day' from ${table('person')} limit 1`,
        );
        await rows(
          em,
          sql`insert into ${table('token')} (id, purpose, token_hash, email, expires_at) values
              (gen_random_uuid(), 'reset', 'long over', 'a@x.example', now() - interval '40 days'), (gen_random_uuid(), 'reset', 'open', 'b@x.example', now() + interval '1 hour')`,
        );
      }),
    );
  }
  await world.get(Maintenance).run();
  for (const tenant of tenants) {
    expect(await tenant.query(() => sql`select count(*)::int as left from ${table('session')}`)).toEqual([{ left: 1 }]);
    expect(await tenant.query(() => sql`select token_hash from ${table('token')}`)).toEqual([{ token_hash: 'open' }]);
  }
});
