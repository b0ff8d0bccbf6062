import { beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import { Abilities, accessible, allowed, holds } from '@foyer/access';
import { condition, sql, table } from '@foyer/database';
import { type RoleMeaning, grantsOf, TEAM_ROLES, teamCapabilities, type TeamScope } from '@foyer/identity';

type Subject = 'Person' | 'Company' | 'Membership';
interface Seed {
  person: number;
  /** What their role in the team says; null: not of the team. */
  team: Record<string, TeamScope> | null;
  /** For each company whether they are in it and manage it; null: not in it. */
  places: ({ manages: boolean } | null)[];
}
const ACTIONS = ['read', 'browse', 'create', 'update', 'invite', 'manage', 'administer', 'delete'];
const TABLES = { Person: 'person', Company: 'company', Membership: 'membership' } as const;

let world: World;
let acme: TestTenant;
let found: Record<Subject, Record<string, string | null>[]>;

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  await (await acme.customer('Ana')).of('Globex');
  await (await (await acme.customer('Bob')).of('Globex', 'company_admin')).of('Hooli');
  for (const name of ['Mara', 'Vic']) await acme.agent(name, name === 'Vic' ? 'viewer' : 'agent');
  found = {
    Person: await acme.query(() => sql`select id, team_role as "teamRole" from ${table('person')} order by id`),
    Company: await acme.query(() => sql`select id from ${table('company')} order by name`),
    Membership: await acme.query(
      () => sql`select person_id as "personId", company_id as "companyId" from ${table('membership')} order by 1, 2`,
    ),
  };
});

const composed = fc
  .tuple(...teamCapabilities.all().map(({ scopes }) => fc.constantFrom(...scopes)))
  .map((scopes) => Object.fromEntries(teamCapabilities.all().map(({ name }, index) => [name, scopes[index]!])));
const place = fc.option(fc.record({ manages: fc.boolean() }));
const seeds: fc.Arbitrary<Seed> = fc.record({
  person: fc.integer({ min: 0, max: 4 }),
  team: fc.oneof(
    fc.constant(null),
    fc.constantFrom(...TEAM_ROLES).map((role) => teamCapabilities.standard(role)),
    composed,
  ),
  places: fc.tuple(place, place),
});

function abilityOf({ person, team, places }: Seed) {
  const at = places.flatMap((one, index) =>
    one ? [{ id: found.Company[index]!['id']!, role: String(index), branches: [], clients: [] }] : [],
  );
  const meaning = ({ role }: { role: string }): RoleMeaning => ({ scopes: {}, manages: places[Number(role)]!.manages });
  const who = {
    id: found.Person[person]!['id']!,
    team: team && { role: 'any', scopes: teamCapabilities.allowed(team), partIds: [] },
  };
  return world.get(Abilities).of(grantsOf(who, at, meaning));
}

/** In plain words. */
function expected(
  { person, team, places }: Seed,
  subject: Subject,
  action: string,
  row: Record<string, string | null>,
) {
  const says = (capability: string) => (team?.[capability] ?? 'none') !== 'none';
  const sees = says('people.view');
  const reading = ['read', 'browse'].includes(action);
  if (sees && reading) return true;
  if (sees && says('people.manage')) return true; // to manage is to do everything
  if (sees && says('people.edit') && action === 'create') return true;
  if (sees && says('people.edit') && subject !== 'Person' && action === 'update') return true;
  if (sees && says('people.invite') && subject === 'Membership' && action === 'invite') return true;
  const company = (id: string | null | undefined) => places[found.Company.findIndex((one) => one['id'] === id)];
  if (subject === 'Company' && action === 'read') return Boolean(company(row['id']));
  if (subject === 'Company' && action === 'administer') return company(row['id'])?.manages === true;
  if (subject === 'Membership')
    return ['read', 'invite', 'administer'].includes(action) && company(row['companyId'])?.manages === true;
  if (subject !== 'Person' || !['read', 'update'].includes(action)) return false;
  const isColleague = row['teamRole'] !== null && Object.keys(teamCapabilities.allowed(team ?? {})).length > 0;
  return row['id'] === found.Person[person]!['id'] || (action === 'read' && isColleague);
}

test.each(Object.keys(TABLES) as Subject[])(
  '%s × role × company × action: the rules say what plain words say, and SQL selects what they allow',
  async (subject) => {
    await fc.assert(
      fc.asyncProperty(seeds, fc.constantFrom(...ACTIONS), async (seed, action) => {
        const ability = abilityOf(seed);
        const key = subject === 'Membership' ? sql`t.person_id || ':' || t.company_id` : sql`t.id::text`;
        const keyOf = (row: Record<string, string | null>) =>
          subject === 'Membership' ? `${row['personId']}:${row['companyId']}` : row['id'];
        const inMemory = found[subject].filter((row) => allowed(ability, action, subject, row));
        expect(inMemory).toEqual(found[subject].filter((row) => expected(seed, subject, action, row)));
        const bySql = await acme.query<{ key: string }>(
          () =>
            sql`select ${key} as key from ${table(TABLES[subject])} t where ${condition(accessible(ability, action, subject, 't'))}`,
        );
        expect(bySql.map((row) => row.key).sort()).toEqual(inMemory.map(keyOf).sort());
      }),
      { numRuns: 200 },
    );
  },
  60_000,
);

test('team, settings and what is composed: each by its own capability', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const ability = abilityOf(seed);
      const says = (capability: string) => (seed.team?.[capability] ?? 'none') !== 'none';
      expect(holds(ability, 'manage', 'Team')).toBe(says('team.manage'));
      expect(holds(ability, 'manage', 'Settings')).toBe(says('settings.manage'));
      expect(holds(ability, 'compose', 'TeamRole')).toBe(says('team.manage') && says('settings.manage'));
      expect(holds(ability, 'read', 'SurveyResults')).toBe(says('surveys.results'));
      expect(holds(ability, 'read', 'Desk')).toBe(says('tickets.view'));
      expect(holds(ability, 'open-for', 'Desk')).toBe(says('tickets.open-for') && says('people.view'));
      for (const verb of ['reply', 'note', 'update', 'merge', 'share', 'export'])
        expect(holds(ability, verb, 'Desk')).toBe(says(`tickets.${verb}`) && says('tickets.view'));
    }),
    { numRuns: 400 },
  );
});
