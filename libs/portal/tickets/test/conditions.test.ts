import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import { Database, rows, sql, table } from '@foyer/database';
import {
  CONDITION_FIELDS,
  type ConditionKind,
  conditionsSql,
  kindOf,
  matches,
  OPERATORS,
  Ticket,
  ticketConditions,
  type TicketFacts,
} from '@foyer/tickets';
import fc from 'fast-check';

let acme: TestTenant;
let world: World;
let facts: (TicketFacts & { id: string })[];
let ids: string[];
const FIELD = '0195a7d0-0000-7000-8000-000000000001';

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  const ana = await acme.customer('Ana');
  const actor = await ana.actor();
  ids = [actor.id!, FIELD, '0195a7d0-0000-7000-8000-000000000002'];
  facts = await acme.inside(() =>
    world.get(Database).write(async (em) => {
      const tickets = [...Array(40).keys()].map((n) => {
        const hoursAgo = (hours: number) => new Date(Date.now() - (hours + 0.5) * 3_600_000);
        return Object.assign(new Ticket(), {
          subject: ['Printer on FIRE', 'Lift 100% stuck', 'nothing_special', 'U\u0308mlaut Straße الإدارة Drucker'][
            n % 4
          ],
          status: ['open', 'pending', 'on_hold', 'solved', 'closed'][n % 5],
          statusId: n % 3 === 1 ? FIELD : null,
          priority: ['low', 'normal', 'high', 'urgent'][n % 4],
          requesterId: actor.id,
          assigneeId: n % 3 === 0 ? actor.id : null,
          groupId: n % 4 === 1 ? FIELD : null,
          tags: [[], ['vip'], ['vip', 'lift'], ['print']][n % 4],
          fields: [{}, { [FIELD]: 'Å' }, { [FIELD]: ['a', 'b'] }, { [FIELD]: '' }, { [FIELD]: 3 }, { [FIELD]: true }][
            n % 6
          ],
          source: n % 2 ? 'portal' : 'email',
          approval: ['none', 'waiting', 'approved', 'rejected'][n % 4],
          createdAt: hoursAgo(n),
          updatedAt: hoursAgo(n / 2),
          dueAt: n % 3 ? new Date(Date.now() + (n - 10.5) * 3_600_000) : null,
        });
      });
      for (const ticket of tickets) em.persist(ticket);
      await em.flush();
      return tickets as never;
    }),
  );
});

const value: Record<ConditionKind, fc.Arbitrary<string[]>> = {
  choice: fc.constant([]),
  id: fc.array(fc.constantFrom('me', FIELD, '0195a7d0-0000-7000-8000-000000000002'), { minLength: 1, maxLength: 2 }),
  text: fc.array(
    fc.constantFrom('fire', '100%', 'e_s', 'drucker', 'Ümlaut', 'STRASSE', 'الاداره', 'fi\u200bre', '\u0640', 'x'),
    { minLength: 1, maxLength: 2 },
  ),
  tags: fc.array(fc.constantFrom('vip', 'LIFT', 'none'), { minLength: 1, maxLength: 2 }),
  age: fc.array(fc.constantFrom('0', '3', '7.25', '30'), { minLength: 1, maxLength: 1 }),
  ahead: fc.array(fc.constantFrom('0', '3', '7.25', '30'), { minLength: 1, maxLength: 1 }),
  answer: fc.array(fc.constantFrom('a', 'b', '3', 'true', 'z', 'a\u030a'), { minLength: 1, maxLength: 2 }),
};
const anyTest = fc.constantFrom(...Object.keys(CONDITION_FIELDS), `field:${FIELD}`).chain((field) => {
  const kind = kindOf(field)!;
  const choices = (CONDITION_FIELDS as Record<string, { choices?: readonly string[] }>)[field]?.choices;
  const own = field === 'status' ? [`on_hold:${FIELD}`, `open:${FIELD}`] : [];
  const values = choices ? fc.array(fc.constantFrom(...choices, ...own), { minLength: 1, maxLength: 2 }) : value[kind];
  return fc.record({ field: fc.constant(field), operator: fc.constantFrom(...OPERATORS[kind]), value: values });
});
const anyConditions = fc.record({
  match: fc.constantFrom('all' as const, 'any' as const),
  tests: fc.array(anyTest, { maxLength: 4 }),
});

test('what SQL selects is what memory matches', async () => {
  await fc.assert(
    fc.asyncProperty(anyConditions, async (given) => {
      const conditions = ticketConditions.parse(given);
      const me = ids[0]!;
      const found = await acme.inside(() =>
        world
          .get(Database)
          .read((em) =>
            rows<{ id: string }>(
              em,
              sql`select t.id from ${table('ticket')} t where ${conditionsSql(conditions, 't', me)} order by t.id`,
            ),
          ),
      );
      const expected = facts.filter((ticket) => matches(conditions, ticket, me)).map(({ id }) => id);
      expect(found.map(({ id }) => id)).toEqual(expected.sort());
    }),
    { numRuns: 150 },
  );
});

describe('what is no condition is refused', () => {
  test.each([
    [{ field: 'password', operator: 'is', value: ['x'] }],
    [{ field: 'status', operator: 'is', value: ['burning'] }],
    [{ field: 'status', operator: 'is', value: ['burning:0195a7d0-0000-7000-8000-000000000001'] }],
    [{ field: 'priority', operator: 'is', value: ['open:0195a7d0-0000-7000-8000-000000000001'] }],
    [{ field: 'status', operator: 'contains', value: ['open'] }],
    [{ field: 'assigneeId', operator: 'is', value: ["' or 1=1 --"] }],
    [{ field: 'createdAt', operator: 'more-than', value: ['soon'] }],
    [{ field: 'constructor', operator: 'is', value: ['x'] }],
    [{ field: 'tags', operator: 'has', value: [] }],
  ])('%j', (given) => {
    expect(ticketConditions.safeParse({ match: 'all', tests: [given] }).success).toBe(false);
  });
});
