import { beforeAll, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { PlatformDatabase, rows, sql } from '@foyer/database';

const DAY = 86_400_000;
let world: World;
let acme: TestTenant;
let page: string;
let billing: Visitor;

beforeAll(async () => {
  world = await World.start({ STRIPE_SECRET_KEY: 'sk_test_0123456789', STRIPE_WEBHOOK_SECRET: 'whsec_0123456789' });
  acme = await world.tenant('acme');
  page = `/tenants/${acme.tenant.id}`;
  billing = await world.staff('billing');
  await billing.get(page);
});

const register = async () => {
  const [row] = await world
    .get(PlatformDatabase)
    .read((em) =>
      rows<{ plan: string; status: string; ends: string }>(
        em,
        sql`select plan, status, trial_ends_at as ends from platform.tenant where id = ${acme.tenant.id}`,
      ),
    );
  return row!;
};
const change = (statement: ReturnType<typeof sql>) =>
  world.get(PlatformDatabase).write(async (em) => void (await rows(em, statement)));

test('a plan is changed with a reason, which the history keeps, and counts at once', async () => {
  expect((await billing.post(`${page}/plan`, { plan: 'business', reason: '' })).status).toBe(422);
  expect((await billing.post(`${page}/plan`, { plan: 'platinum', reason: 'Asked' })).status).toBe(422);
  const same = await billing.post(`${page}/plan`, { plan: 'team', reason: 'Asked' });
  expect([same.status, same.text.includes('It has this plan already.')]).toEqual([422, true]);
  expect((await register()).plan).toBe('team');
  expect((await billing.post(`${page}/plan`, { plan: 'business', reason: 'Promised by Kim' })).status).toBe(303);
  expect((await register()).plan).toBe('business');
  expect((await billing.get(page)).text).toContain('Plan Business: Promised by Kim');
});

test('a trial is extended with a reason, from its end on, or from now on where it is over', async () => {
  const { ends } = await register();
  for (const days of ['0', '91', '1.5', 'ten'])
    expect([days, (await billing.post(`${page}/trial`, { days, reason: 'Asked' })).status]).toEqual([days, 422]);
  expect((await billing.post(`${page}/trial`, { days: '10', reason: 'Was ill' })).status).toBe(303);
  expect(new Date((await register()).ends).getTime()).toBe(new Date(ends).getTime() + 10 * DAY);
  await change(
    sql`update platform.tenant set status = 'restricted', trial_ends_at = now() - interval '3 days' where id = ${acme.tenant.id} returning id`,
  );
  expect((await billing.post(`${page}/trial`, { days: '5', reason: 'A second look' })).status).toBe(303);
  const { status, ends: later } = await register();
  expect(status).toBe('trialing');
  expect(Math.abs(new Date(later).getTime() - Date.now() - 5 * DAY)).toBeLessThan(60_000);
  const { text } = await billing.get(page);
  expect(text).toContain('Trial extended by 10 days: Was ill');
  expect(text).toContain('Trial extended by 5 days: A second look');
});

test('what is paid for is changed where it is paid', async () => {
  const bill = { state: 'paying', since: new Date().toISOString() };
  await change(
    sql`update platform.tenant set bill = ${JSON.stringify(bill)} where id = ${acme.tenant.id} returning id as tenant_id`,
  );
  for (const [what, fields] of [
    ['plan', { plan: 'starter' }],
    ['trial', { days: '5' }],
  ] as const) {
    const refused = await billing.post(`${page}/${what}`, { ...fields, reason: 'Asked' });
    expect([what, refused.status, refused.text.includes('It pays for its plan.')]).toEqual([what, 422, true]);
  }
  await change(sql`update platform.tenant set bill = null where id = ${acme.tenant.id} returning id as tenant_id`);
});

test.each(['support', 'auditor'] as const)('%s sees neither form, and is refused', async (role) => {
  const other = await world.staff(role);
  const { text } = await other.get(page);
  expect(text).not.toMatch(/action="[^"]*\/(?:plan|trial)"/);
  const before = await register();
  expect((await other.post(`${page}/plan`, { plan: 'starter', reason: 'Asked' })).status).toBe(403);
  expect((await other.post(`${page}/trial`, { days: '5', reason: 'Asked' })).status).toBe(403);
  expect(await register()).toEqual(before);
});

test('billing does not suspend', async () => {
  expect((await billing.get(page)).text).not.toContain('/suspension"');
  expect((await billing.post(`${page}/suspension`, { reason: 'Asked', confirmed: '1' })).status).toBe(403);
});
