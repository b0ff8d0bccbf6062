import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import { Abilities, accessible, allowed } from '@foyer/access';
import { condition, Database, rows, sql, table } from '@foyer/database';
import { COMPANY_ROLES, type CompanyRole, TEAM_ROLES } from '@foyer/identity';

interface Row {
  id: string;
  requesterId: string;
  companyId: string | null;
}
const ACTIONS = ['read', 'reply', 'note', 'update', 'assign', 'solve', 'reopen'] as const;
const COMPANIES = ['Globex', 'Initech', 'Umbrella'];
const PEOPLE = ['Ana', 'Bob', 'Cleo', 'Dan'];

let world: World;
let acme: TestTenant;
let tickets: Row[];
let people: string[];
let companies: string[];

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  for (const name of PEOPLE) for (const company of COMPANIES) await (await acme.customer(name)).of(company);
  people = (
    await acme.query<{ id: string }>(() => sql`select id from ${table('person')} where team_role is null order by name`)
  ).map(({ id }) => id);
  companies = (await acme.query<{ id: string }>(() => sql`select id from ${table('company')} order by name`)).map(
    ({ id }) => id,
  );
  await acme.inside(() =>
    world.get(Database).write((em) =>
      rows(
        em,
        sql`insert into ${table('ticket')} (id, subject, status, priority, requester_id, company_id)
            select gen_random_uuid(), 'x', 'open', 'normal', p, c from unnest(${people}::uuid[]) p cross join unnest(${[...companies, null]}::uuid[]) c`,
      ),
    ),
  );
  tickets = await acme.query<Row>(
    () => sql`select id, requester_id as "requesterId", company_id as "companyId" from ${table('ticket')}`,
  );
});

/** Any standing a person can have: a team role or none, and a role in some of the companies. */
const standings = () =>
  fc.record({
    person: fc.integer({ min: 0, max: PEOPLE.length }),
    teamRole: fc.option(fc.constantFrom(...TEAM_ROLES)),
    roles: fc.array(fc.option(fc.constantFrom<CompanyRole>(...COMPANY_ROLES)), {
      minLength: COMPANIES.length,
      maxLength: COMPANIES.length,
    }),
  });
type StandingSeed = { person: number; teamRole: (typeof TEAM_ROLES)[number] | null; roles: (CompanyRole | null)[] };

const abilityOfSeed = ({ person, teamRole, roles }: StandingSeed) => {
  const groups = roles.flatMap((role, index) => (role ? [{ id: companies[index]!, role }] : []));
  return world.get(Abilities).of({ id: people[person] ?? null, teamRole, groups });
};

test('rows chosen by SQL are the rows chosen in memory, for any person and action', async () => {
  await fc.assert(
    fc.asyncProperty(standings(), fc.constantFrom(...ACTIONS), async (seed, action) => {
      const ability = abilityOfSeed(seed);
      const bySql = await acme.query<{ id: string }>(
        () => sql`select t.id from ${table('ticket')} t where ${condition(accessible(ability, action, 'Ticket', 't'))}`,
      );
      const inMemory = tickets.filter((ticket) => allowed(ability, action, 'Ticket', ticket));
      expect(bySql.map(({ id }) => id).sort()).toEqual(inMemory.map(({ id }) => id).sort());
    }),
    { numRuns: 150 },
  );
}, 60_000);

describe('who sees what', () => {
  const seen = (seed: StandingSeed, action = 'read') =>
    tickets.filter((ticket) => allowed(abilityOfSeed(seed), action, 'Ticket', ticket));

  test('a guest nothing', () => {
    expect(seen({ person: PEOPLE.length, teamRole: null, roles: [null, null, null] })).toEqual([]);
  });

  test('a user only their own, and of a company they have left not even those', () => {
    const mine = seen({ person: 0, teamRole: null, roles: ['user', null, null] });
    expect(
      mine.every(({ requesterId, companyId }) => requesterId === people[0] && [companies[0], null].includes(companyId)),
    ).toBe(true);
    expect(mine).toHaveLength(2);
  });

  test.each<CompanyRole>(['company_user', 'company_admin'])(
    'a %s the company’s, and nobody another company’s',
    (role) => {
      const all = seen({ person: 0, teamRole: null, roles: [role, null, null] });
      expect(all.filter(({ companyId }) => companyId === companies[0])).toHaveLength(PEOPLE.length);
      expect(all.filter(({ companyId }) => companyId === companies[1] || companyId === companies[2])).toEqual([]);
    },
  );

  test('the team all; only agents and above write', () => {
    for (const teamRole of TEAM_ROLES) {
      expect(seen({ person: PEOPLE.length, teamRole, roles: [null, null, null] })).toHaveLength(tickets.length);
      const writes = ['owner', 'admin', 'agent'].includes(teamRole);
      expect(seen({ person: PEOPLE.length, teamRole, roles: [null, null, null] }, 'note')).toHaveLength(
        writes ? tickets.length : 0,
      );
    }
  });
});
