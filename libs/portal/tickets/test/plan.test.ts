import { writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestPerson, type TestTenant, World } from '@foyer/app-cli/testing';
import { loginUrl, sql, table } from '@foyer/database';
import pg from 'pg';
import { LimitReached, Usage } from '@foyer/entitlements';
import { Files } from '@foyer/files';
import { type TicketDraft, Tickets } from '@foyer/tickets';

const DRAFT: TicketDraft = {
  ...{ subject: 'Lamp', description: 'Is out', priority: 'normal', categoryId: null, companyId: null, fileIds: [] },
};
let world: World;

beforeAll(async () => {
  world = await World.start();
});

async function outcomes(doing: Promise<unknown>[]): Promise<{ done: number; reached: number; other: unknown[] }> {
  const all = await Promise.allSettled(doing);
  const failed = all.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const other = failed.filter((error) => !(error instanceof LimitReached));
  return { done: all.length - failed.length, reached: failed.length - other.length, other };
}
const used = async (acme: TestTenant, limit: string) =>
  (await acme.inside(() => world.get(Usage).all())).find((one) => one.limit === limit)!.used;

describe('tickets of a month', () => {
  let acme: TestTenant;
  let ana: TestPerson;
  const opens = async (more: Partial<TicketDraft> = {}) => {
    const actor = await ana.actor();
    return () => acme.inside(() => world.get(Tickets).open(actor, { ...DRAFT, ...more }));
  };

  beforeAll(async () => {
    acme = await world.tenant('acme');
    ana = await acme.customer('Ana');
    await ana.opens('Long ago');
    // The month is that of UTC.
    await acme.change(
      () =>
        sql`update ${table('ticket')} set created_at = (date_trunc('month', now() at time zone 'UTC') at time zone 'UTC') - interval '1 second' returning id`,
    );
  });

  test('41: 50 parallel creates at quota N leave exactly N', async () => {
    await acme.isEntitledTo({ limits: { tickets: 5 } });
    const open = await opens();
    expect(await outcomes(Array.from({ length: 50 }, open))).toEqual({ done: 5, reached: 45, other: [] });
    expect(await used(acme, 'tickets')).toBe(5);
  });

  test('beyond them a customer reads neutral words, and nothing that was written is lost', async () => {
    const browser = await ana.browser();
    await browser.get('/tickets/new');
    const sent = await browser.upload('/tickets', { subject: 'Lift', description: 'Is stuck', priority: 'normal' }, []);
    expect(sent.status).toBe(422);
    expect(sent.text.includes('This portal cannot take new tickets at the moment.')).toBe(true);
    expect(sent.text.includes('Is stuck')).toBe(true);
    expect(sent.text.includes('Your plan')).toBe(false);
  });

  test('a mail gets in all the same, and counts', async () => {
    await (
      await opens({ source: 'email' })
    )();
    expect(await used(acme, 'tickets')).toBe(6);
  });

  test('where they are metered nobody waits', async () => {
    await acme.isEntitledTo({ limits: { tickets: 5 }, metered: ['tickets'] });
    await (
      await opens()
    )();
    expect(await used(acme, 'tickets')).toBe(7);
  });

  test('counting costs the same however many there were before', async () => {
    const owner = new pg.Client({ connectionString: loginUrl(world.config, 'owner') });
    await owner.connect();
    const { schema } = acme.tenant;
    await owner.query(
      `insert into ${schema}.ticket (id, subject, status, priority, requester_id, created_at)
       select gen_random_uuid(), 'Old', 'closed', 'normal', (select id from ${schema}.person limit 1), now() - interval '40 days'
         from generate_series(1, 10000)`,
    );
    await owner.query(`analyze ${schema}.ticket`);
    const { rows } = await owner.query<{ 'QUERY PLAN': string }>(
      `explain select 1 from ${schema}.ticket
        where created_at >= date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' limit 6`,
    );
    await owner.end();
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('ticket_opened');
  });
});

describe('space for files', () => {
  const stores = (acme: TestTenant, bytes: number) => () => {
    const path = join(tmpdir(), `${randomUUID()}.txt`);
    writeFileSync(path, 'x'.repeat(bytes));
    return acme.inside(() => world.get(Files).store({ path, name: 'log.txt' }, {}));
  };

  test('41: 50 parallel uploads at quota N leave exactly N; mails have a space of their own', async () => {
    const acme = await world.tenant('space');
    await acme.isEntitledTo({ limits: { storage: 1000 } });
    const all = await outcomes(Array.from({ length: 50 }, stores(acme, 100)));
    expect(all).toEqual({ done: 10, reached: 40, other: [] });
    expect(await used(acme, 'storage')).toBe(1000);
    const path = join(tmpdir(), `${randomUUID()}.txt`);
    writeFileSync(path, 'by mail');
    await acme.inside(() => world.get(Files).store({ path, name: 'log.txt' }, { byMail: true }));
    expect(await used(acme, 'storage')).toBe(1000);
  });
});
