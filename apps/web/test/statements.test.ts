import { beforeAll, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { observeSql } from '@foyer/database';
import { signInSettings } from '@foyer/identity';
import { Settings } from '@foyer/settings';

let world: World;
let acme: TestTenant;
let customer: Visitor;
let owner: Visitor;

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  const ana = await (await acme.customer('Ana')).of('Globex', 'company_admin');
  await ana.opens('The first one');
  customer = await ana.browser();
  owner = await acme.owner.browser();
});

/** Statements of one page, without those that begin and end its transaction. */
async function statements(visitor: Visitor, path: string): Promise<number> {
  await visitor.get(path); // settings and directory are in memory from here on
  let count = 0;
  const stop = observeSql(
    (text) => void (/^(?:start transaction|begin|commit|rollback|set local role)/.test(text) || (count += 1)),
  );
  const { status } = await visitor.get(path);
  stop();
  expect(status).toBe(200);
  return count;
}

// One statement finds out who is asking; the rest is the page's.
const pages: [string, () => Visitor, string, number][] = [
  // … and one looks for what they began to write and have not sent.
  ['a customer’s tickets', () => customer, '/tickets', 3],
  ['a company’s tickets', () => customer, '/tickets?scope=company', 3],
  ['a customer’s ticket', () => customer, '/tickets/TKT-001', 2],
  ['a new ticket', () => customer, '/tickets/new', 2],
  ['the portal’s home', () => customer, '/', 2],
  ['the company', () => customer, '/company', 3],
  ['approvals', () => customer, '/approvals', 2],
  ['what customers say', () => owner, '/console/surveys', 2],
  ['the inbox', () => owner, '/console/tickets', 3],
  ['a ticket for the team', () => owner, '/console/tickets/TKT-001', 3],
  ['people', () => owner, '/console/people', 3],
  ['companies', () => owner, '/console/companies', 3],
  ['the team', () => owner, '/console/team', 3],
  ['the first hour', () => owner, '/console/start', 2],
];

test.each(pages)('%s needs no more statements than it should', async (_, visitor, path, most) => {
  const before = await statements(visitor(), path);
  expect(before).toBeLessThanOrEqual(most);
});

test('more rows do not mean more statements', async () => {
  const counts = async () => {
    const all: number[] = [];
    for (const [, visitor, path] of pages) all.push(await statements(visitor(), path));
    return all;
  };
  const few = await counts();
  for (let n = 0; n < 12; n += 1) {
    const person = await (
      await acme.customer(`Person ${n}`)
    ).of(n % 2 === 0 ? 'Globex' : `Company ${n}`, 'company_user');
    await person.opens(`Ticket ${n}`);
  }
  expect(await counts()).toEqual(few);
});

test.each([
  ['sign-in', '/sign-in', { password: 'not-the-password-1' }],
  ['registration', '/register', { name: 'Somebody' }],
  ['recovery', '/forgot', {}],
  ['a link to the mailbox', '/sign-in/link', {}],
])('21: %s takes the same steps for a known and an unknown address', async (_, path, fields) => {
  await acme.inside(() =>
    world.get(Settings).apply(signInSettings, {
      customers: { methods: ['password', 'email-link'], idleHours: 72, absoluteDays: 30 },
    }),
  );
  const { email: known } = await acme.customer(`Known at ${path.slice(1)}`);
  const steps: string[][] = [];
  for (const email of [
    'warm.up@customers.example',
    known,
    `unknown.${path.slice(1).replace('/', '.')}@customers.example`,
  ]) {
    const visitor = acme.visitor();
    await visitor.get(path);
    const taken: string[] = [];
    const stop = observeSql((text) => void taken.push(text.replaceAll(/\s+/g, ' ').slice(0, 80)));
    await visitor.post(path, { ...fields, email });
    stop();
    steps.push(taken);
  }
  expect(steps[1]!.length).toBeGreaterThan(0);
  expect(steps[1]).toEqual(steps[2]);
});
