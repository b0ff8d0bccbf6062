import { beforeAll, expect, test } from '@jest/globals';
import { Revenue } from '@foyer/billing';
import { World } from '@foyer/app-cli/testing';
import { PlatformDatabase, rows, sql } from '@foyer/database';

let world: World;

const subscription = (amount: number, interval: 'month' | 'year') => ({
  ...{ id: 'sub_1', status: 'active', plan: 'team', interval, currency: 'eur', amount },
});
/** As if Stripe had said so. */
async function pays(slug: string, state: string, amount: number, interval: 'month' | 'year', due = 0) {
  const acme = await world.tenant(slug);
  const open =
    due > 0 ? [{ id: 'in_1', due, currency: 'eur', attempts: 2, createdAt: '2026-11-02T10:00:00.000Z' }] : [];
  const mirror = { subscription: subscription(amount, interval), open, card: null };
  const bill = { state, since: new Date().toISOString() };
  await world.get(PlatformDatabase).write(async (em) => {
    await rows(
      em,
      sql`insert into platform.billing_account (tenant_id, customer_id, currency, mirror)
          values (${acme.tenant.id}, ${`cus_${slug}`}, 'eur', ${JSON.stringify(mirror)})`,
    );
    await rows(em, sql`update platform.tenant set bill = ${JSON.stringify(bill)} where id = ${acme.tenant.id}`);
  });
}

beforeAll(async () => {
  world = await World.start({ STRIPE_SECRET_KEY: 'sk_test_0123456789', STRIPE_WEBHOOK_SECRET: 'whsec_0123456789' });
  await pays('monthly', 'paying', 5_900, 'month');
  await pays('yearly', 'paying', 59_000, 'year');
  await pays('late', 'late', 1_900, 'month', 1_900);
  await pays('ended', 'ended', 1_900, 'month');
  for (let times = 0; times < 2; times += 1) await world.get(Revenue).note();
});

test('a month of all that is subscribed to, a year by its twelfth, and who ended or owes', async () => {
  const [day, ...others] = await world
    .get(PlatformDatabase)
    .read((em) =>
      rows<object>(
        em,
        sql`select currency, monthly::int, paying, late, ended, ended_monthly::int from platform.revenue_day`,
      ),
    );
  expect(others).toEqual([]);
  const monthly = 5_900 + Math.round(59_000 / 12) + 1_900;
  expect(day).toEqual({ currency: 'eur', monthly, paying: 3, late: 1, ended: 1, ended_monthly: 1_900 });
});

test('staff who see to bills see it, with whoever owes; support does not', async () => {
  const { status, text } = await (await world.staff('billing')).get('/revenue');
  expect(status).toBe(200);
  expect(text).toContain('€127.17');
  expect(text).toMatch(/Late[\s\S]*2 attempts[\s\S]*€19/);
  const support = await world.staff('support');
  expect((await support.get('/revenue')).status).toBe(403);
  expect((await support.get('/tenants')).text).not.toContain('href="/revenue"');
});
