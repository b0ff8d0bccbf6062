import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import { Abilities, accessible, allowed } from '@foyer/access';
import { condition, Database, rows, sql, table } from '@foyer/database';
import {
  capabilities,
  COMPANY_ROLES,
  type RoleMeaning,
  type Scope,
  SCOPES,
  standardScopes,
  standingOf,
  TEAM_ROLES,
  type TeamRole,
} from '@foyer/identity';

interface Row {
  id: string;
  requesterId: string;
  companyId: string | null;
  watcherIds: string[];
}
const CAPABILITY: Record<string, string> = {
  read: 'tickets.view',
  reply: 'tickets.reply',
  solve: 'tickets.close',
  reopen: 'tickets.close',
  share: 'tickets.share',
  export: 'tickets.export',
};
const ACTIONS = [...Object.keys(CAPABILITY), 'note', 'update', 'assign', 'merge', 'delete'];
/** Initech is a branch of Globex, Hooli of Initech; Umbrella’s partner is Globex. */
const COMPANIES = ['Globex', 'Hooli', 'Initech', 'Umbrella'];
const BRANCHES: Record<string, string[]> = { Globex: ['Hooli', 'Initech'], Initech: ['Hooli'] };
const CLIENTS: Record<string, string[]> = { Globex: ['Umbrella'] };
const PEOPLE = ['Ana', 'Bob', 'Cleo'];

let world: World;
let acme: TestTenant;
let tickets: Row[];
let people: string[];
let companies: string[];

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  for (const name of PEOPLE) for (const company of COMPANIES) await (await acme.customer(name)).of(company);
  const names = async (statement: () => ReturnType<typeof sql>) =>
    (await acme.query<{ id: string }>(statement)).map(({ id }) => id);
  people = await names(() => sql`select id from ${table('person')} where team_role is null order by name`);
  companies = await names(() => sql`select id from ${table('company')} order by name`);
  // Every person × every company or none × watched by nobody or by one of the people.
  await acme.inside(() =>
    world.get(Database).write((em) =>
      rows(
        em,
        sql`insert into ${table('ticket')} (id, subject, status, priority, requester_id, company_id, watcher_ids)
            select gen_random_uuid(), 'x', 'open', 'normal', p, c, array_remove(array[w], null)
              from unnest(${people}::uuid[]) p cross join unnest(${[...companies, null]}::uuid[]) c cross join unnest(${[...people.slice(0, 2), null]}::uuid[]) w`,
      ),
    ),
  );
  tickets = await acme.query<Row>(
    () =>
      sql`select id, requester_id as "requesterId", company_id as "companyId", to_json(watcher_ids) as "watcherIds" from ${table('ticket')}`,
  );
});

type Role = RoleMeaning | null;
interface Seed {
  person: number;
  teamRole: TeamRole | null;
  /** One for each company; null: does not belong to it. */
  roles: Role[];
}
const standard = (role: (typeof COMPANY_ROLES)[number]): RoleMeaning => ({
  scopes: standardScopes(role),
  manages: role === 'company_admin',
});
const composed: fc.Arbitrary<RoleMeaning> = fc.record({
  scopes: fc
    .tuple(...capabilities().map(() => fc.constantFrom(...SCOPES)))
    .map((scopes) => Object.fromEntries(capabilities().map(({ name }, index) => [name, scopes[index]!]))),
  manages: fc.boolean(),
});
const anyRole: fc.Arbitrary<Role> = fc.oneof(
  fc.constant(null),
  fc.constantFrom(...COMPANY_ROLES).map(standard),
  composed,
);
const seeds: fc.Arbitrary<Seed> = fc.record({
  person: fc.integer({ min: 0, max: PEOPLE.length }),
  teamRole: fc.option(fc.constantFrom(...TEAM_ROLES)),
  roles: fc.tuple(...COMPANIES.map(() => anyRole)),
});

function abilityOf({ person, teamRole, roles }: Seed) {
  const idsOf = (names: string[] = []) => names.map((name) => companies[COMPANIES.indexOf(name)]!);
  const places = roles.flatMap((role, index) =>
    role
      ? [
          {
            id: companies[index]!,
            role: String(index),
            branches: idsOf(BRANCHES[COMPANIES[index]!]),
            clients: idsOf(CLIENTS[COMPANIES[index]!]),
          },
        ]
      : [],
  );
  const who = { id: people[person] ?? null, teamRole };
  return world.get(Abilities).of(standingOf(who, places, (place) => roles[Number(place.role)]!));
}

/** The same in the plainest words we know, ticket by ticket. */
function expected({ person, teamRole, roles }: Seed, ticket: Row, action: string): boolean {
  const works = ['owner', 'admin', 'agent'].includes(teamRole ?? '');
  if (teamRole && ['read', 'export'].includes(action)) return true;
  if (works && ACTIONS.includes(action) && action !== 'delete') return true;
  const me = people[person];
  if (!me || !CAPABILITY[action]) return false;
  if (['read', 'reply'].includes(action) && ticket.watcherIds.includes(me)) return true;
  if (ticket.companyId === null) return ticket.requesterId === me;
  const company = COMPANIES[companies.indexOf(ticket.companyId)]!;
  return COMPANIES.some((mine, index) => {
    const role = roles[index];
    if (!role) return false;
    const goes = (capability: string, scope: Scope) =>
      SCOPES.indexOf(role.scopes[capability] ?? 'none') >= SCOPES.indexOf(scope);
    const both = (scope: Scope) => goes(CAPABILITY[action]!, scope) && goes('tickets.view', scope);
    return (
      (mine === company && both('company')) ||
      (mine === company && ticket.requesterId === me && both('own')) ||
      ((BRANCHES[mine] ?? []).includes(company) && both('branches')) ||
      ((CLIENTS[mine] ?? []).includes(company) && both('partners'))
    );
  });
}

test('person × company × role × ticket × action: the rules say what plain words say', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const ability = abilityOf(seed);
      for (const action of ACTIONS) {
        const may = tickets.filter((ticket) => allowed(ability, action, 'Ticket', ticket)).map(({ id }) => id);
        expect(may).toEqual(tickets.filter((ticket) => expected(seed, ticket, action)).map(({ id }) => id));
      }
    }),
    { numRuns: 400 },
  );
});

test.each(ACTIONS)(
  '%s: rows chosen by SQL are the rows chosen in memory',
  async (action) => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const ability = abilityOf(seed);
        const bySql = await acme.query<{ id: string }>(
          () =>
            sql`select t.id from ${table('ticket')} t where ${condition(accessible(ability, action, 'Ticket', 't'))}`,
        );
        const inMemory = tickets.filter((ticket) => allowed(ability, action, 'Ticket', ticket));
        expect(bySql.map(({ id }) => id).sort()).toEqual(inMemory.map(({ id }) => id).sort());
      }),
      { numRuns: 40 },
    );
  },
  60_000,
);

describe('who sees what', () => {
  const nowhere: Role[] = COMPANIES.map(() => null);
  const seen = (seed: Seed, action = 'read') =>
    tickets.filter((ticket) => allowed(abilityOf(seed), action, 'Ticket', ticket));
  const only = (role: Role): Role[] => [role, null, null, null];

  test('a guest nothing', () => {
    expect(seen({ person: PEOPLE.length, teamRole: null, roles: nowhere })).toEqual([]);
  });

  test('a user only their own, and of a company they have left not even those', () => {
    const mine = seen({ person: 2, teamRole: null, roles: only(standard('user')) });
    const places = new Set(mine.map(({ companyId }) => companyId));
    expect(places).toEqual(new Set([companies[0], null]));
    expect(new Set(mine.map(({ requesterId }) => requesterId))).toEqual(new Set([people[2]]));
  });

  test.each(['company_user', 'company_admin'] as const)('a %s the company’s, and nobody another company’s', (role) => {
    const all = seen({ person: 2, teamRole: null, roles: only(standard(role)) });
    expect(all.filter(({ companyId }) => companyId === companies[0])).toHaveLength(PEOPLE.length * 3);
    expect(all.filter(({ companyId }) => companyId && companyId !== companies[0])).toEqual([]);
  });

  test('a role that is gone nothing of the company', () => {
    const left = seen({ person: 2, teamRole: null, roles: only({ scopes: {}, manages: false }) });
    expect(left.filter(({ companyId }) => companyId)).toEqual([]);
  });

  test('the team all; only agents and above write', () => {
    for (const teamRole of TEAM_ROLES) {
      expect(seen({ person: PEOPLE.length, teamRole, roles: nowhere })).toHaveLength(tickets.length);
      const writes = ['owner', 'admin', 'agent'].includes(teamRole);
      expect(seen({ person: PEOPLE.length, teamRole, roles: nowhere }, 'note')).toHaveLength(
        writes ? tickets.length : 0,
      );
    }
  });
});
