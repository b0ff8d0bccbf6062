import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import { Database, rows, sql, table } from '@foyer/database';
import { Keys, KeyWarnings } from '@foyer/keys';
import { Mail, MailRules } from '@foyer/mail';

let world: World;
let acme: TestTenant;
beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  await acme.agent('Ada', 'admin');
  await acme.agent('Nils');
});
const run = (statement: () => ReturnType<typeof sql>) =>
  acme.inside(() => world.get(Database).write((em) => rows(em, statement())));
beforeEach(async () => {
  await run(() => sql`delete from ${table('api_key')}`);
  await run(() => sql`delete from ${table('mail')}`);
});

/** A key that was made long ago. */
async function ending(name: string, days: number, made = 400): Promise<string> {
  const draft = { name, scopes: ['tickets:read'], companyId: null, addresses: [], days: 365 };
  const { id } = await acme.inside(async () => world.get(Keys).create(await acme.owner.actor(), draft));
  const at = new Date(new Date().setUTCHours(23, 59, 59) + days * 86_400_000);
  await run(
    () =>
      sql`update ${table('api_key')} set expires_at = ${at}, created_at = now() - ${made} * interval '1 day' where id = ${id}`,
  );
  return id;
}
const warn = () => acme.inside(() => world.get(KeyWarnings).warn());
const mails = () => acme.inside(() => world.get(Database).read((em) => em.find(Mail, {}, { orderBy: { id: 'asc' } })));
const namesIn = ({ data }: Mail) => (data!['keys'] as { name: string }[]).map(({ name }) => name);

test('those who manage settings get one mail for all keys of a day, however often it is looked', async () => {
  for (const [name, days] of [
    ['Thirty', 30],
    ['Seven', 7],
    ['One', 1],
    ['Two', 2],
    ['Forty', 40],
  ] as const)
    await ending(name, days);
  for (let time = 0; time < 3; time += 1) await warn();
  const sent = await mails();
  expect(sent.map(({ toName }) => toName).sort()).toEqual(['Acme Owner', 'Ada']);
  expect(sent.map(namesIn)).toEqual(sent.map(() => ['One', 'Seven', 'Thirty']));
});

test('nobody hears of keys that are over, or made today, and nobody who no longer may', async () => {
  await ending('New', 30, 0);
  const revoked = await ending('Revoked', 7);
  await acme.inside(async () => world.get(Keys).revoke(await acme.owner.actor(), revoked));
  await warn();
  expect(await mails()).toEqual([]);
  const id = await ending('Seven', 7);
  await warn();
  const [mail] = await mails();
  const isMeant = () => acme.inside(() => world.get(MailRules).stillMeant(mail!));
  expect(await isMeant()).toBe(true);
  await acme.inside(async () => world.get(Keys).revoke(await acme.owner.actor(), id));
  expect(await isMeant()).toBe(false);
});
