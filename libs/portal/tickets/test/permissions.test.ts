import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import { Abilities, accessible, allowed } from '@foyer/access';
import { condition, sql, table } from '@foyer/database';
import {
  companyCapabilities,
  COMPANY_ROLES,
  type RoleMeaning,
  type Scope,
  SCOPES,
  grantsOf,
  type StandardTeamRole,
  TEAM_ROLES,
  teamCapabilities,
  type TeamScope,
} from '@foyer/identity';

interface Row {
  id: string;
  requesterId: string;
  companyId: string | null;
  watcherIds: string[];
  assigneeId: string | null;
  groupId: string | null;
}
const CAPABILITY: Record<string, string> = {
  read: 'tickets.view',
  reply: 'tickets.reply',
  solve: 'tickets.close',
  reopen: 'tickets.close',
  share: 'tickets.share',
  export: 'tickets.export',
};
const TEAM_CAPABILITY: Record<string, string> = {
  ...CAPABILITY,
  note: 'tickets.note',
  update: 'tickets.update',
  assign: 'tickets.update',
  merge: 'tickets.merge',
};
const ACTIONS = [...Object.keys(TEAM_CAPABILITY), 'delete'];
/** Parts of the team: the first two are those that somebody of it can be in. */
const GROUPS = [1, 2, 3].map((n) => `00000000-0000-7000-8000-00000000000${n}`);
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
  // Every person × every company or none × watched by nobody or by one of the people × given to nobody, one of them or a group.
  await acme.change(
    () => sql`insert into ${table('ticket')} (id, subject, status, priority, requester_id, company_id, watcher_ids, assignee_id, group_id)
            select gen_random_uuid(), 'x', 'open', 'normal', p, c, array_remove(array[w], null), g.assignee, g.part
              from unnest(${people}::uuid[]) p cross join unnest(${[...companies, null]}::uuid[]) c cross join unnest(${[...people.slice(0, 2), null]}::uuid[]) w
             cross join unnest(${[null, people[0], null, people[1], null]}::uuid[], ${[null, null, GROUPS[0], GROUPS[2], GROUPS[1]]}::uuid[]) g (assignee, part)`,
  );
  tickets = await acme.query<Row>(
    () =>
      sql`select id, requester_id as "requesterId", company_id as "companyId", to_json(watcher_ids) as "watcherIds", assignee_id as "assigneeId", group_id as "groupId"
            from ${table('ticket')}`,
  );
});

/** Somebody of the team who has asked for nothing and belongs to no company. */
const NOBODY = '00000000-0000-7000-8000-000000000099';

type Role = RoleMeaning | null;
interface Seed {
  person: number;
  /** What their role in the team says, and how many of the first groups they are in; null: not of the team. */
  team: { scopes: Record<string, TeamScope>; groups: number } | null;
  /** One for each company; null: does not belong to it. */
  roles: Role[];
}
const standard = (role: (typeof COMPANY_ROLES)[number]): RoleMeaning => ({
  scopes: companyCapabilities.standard(role),
  manages: role === 'company_admin',
});
const composed: fc.Arbitrary<RoleMeaning> = fc.record({
  scopes: fc
    .tuple(...companyCapabilities.all().map(() => fc.constantFrom(...SCOPES)))
    .map((scopes) => Object.fromEntries(companyCapabilities.all().map(({ name }, index) => [name, scopes[index]!]))),
  manages: fc.boolean(),
});
const anyRole: fc.Arbitrary<Role> = fc.oneof(
  fc.constant(null),
  fc.constantFrom(...COMPANY_ROLES).map(standard),
  composed,
);
const inTeam = (role: StandardTeamRole, groups = 0) => ({ scopes: teamCapabilities.standard(role), groups });
const anyTeamRole = fc.oneof(
  fc.constant(null),
  fc.constantFrom(...TEAM_ROLES).map((role) => inTeam(role)),
  fc.record({
    groups: fc.integer({ min: 0, max: 2 }),
    scopes: fc
      .tuple(...teamCapabilities.all().map(({ scopes }) => fc.constantFrom(...scopes)))
      .map((scopes) => Object.fromEntries(teamCapabilities.all().map(({ name }, index) => [name, scopes[index]!]))),
  }),
);
const seeds: fc.Arbitrary<Seed> = fc.record({
  person: fc.integer({ min: 0, max: PEOPLE.length }),
  team: anyTeamRole,
  roles: fc.tuple(...COMPANIES.map(() => anyRole)),
});

function abilityOf({ person, team, roles }: Seed) {
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
  const partIds = GROUPS.slice(0, team?.groups ?? 0);
  const who = {
    id: people[person] ?? (team ? NOBODY : null),
    team: team && { role: 'any', scopes: teamCapabilities.allowed(team.scopes), partIds },
  };
  return world.get(Abilities).of(grantsOf(who, places, (place) => roles[Number(place.role)]!));
}

/** What the team's role says, ticket by ticket: the lesser of what it shows and what it lets one do. */
function byTeam({ scopes, groups }: NonNullable<Seed['team']>, me: string, ticket: Row, action: string): boolean {
  const isMine = ticket.assigneeId === me;
  const isOfMyGroups = ticket.groupId !== null && GROUPS.slice(0, groups).includes(ticket.groupId);
  const drawsMeIn = ticket.watcherIds.includes(me);
  const goes = (scope: TeamScope, following: boolean) =>
    scope === 'all' ||
    (scope === 'groups' && (isMine || isOfMyGroups || (following && drawsMeIn))) ||
    (scope === 'assigned' && (isMine || (following && drawsMeIn)));
  const sees = scopes['tickets.view'] ?? 'none';
  const does = scopes[TEAM_CAPABILITY[action] ?? ''] ?? 'none';
  const lesser = (['none', 'assigned', 'groups', 'all'] as const).find((scope) => scope === sees || scope === does)!;
  return goes(lesser, ['read', 'note'].includes(action));
}

/** The same in the plainest words we know, ticket by ticket. */
function expected({ person, team, roles }: Seed, ticket: Row, action: string): boolean {
  const me = people[person] ?? NOBODY;
  if (team && byTeam(team, me, ticket, action)) return true;
  const isGuest = !team && !people[person];
  if (isGuest || !CAPABILITY[action]) return false;
  if (!team && ['read', 'reply'].includes(action) && ticket.watcherIds.includes(me)) return true;
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
    expect(seen({ person: PEOPLE.length, team: null, roles: nowhere })).toEqual([]);
  });

  test('a user only their own, and of a company they have left not even those', () => {
    const mine = seen({ person: 2, team: null, roles: only(standard('user')) });
    const places = new Set(mine.map(({ companyId }) => companyId));
    expect(places).toEqual(new Set([companies[0], null]));
    expect(new Set(mine.map(({ requesterId }) => requesterId))).toEqual(new Set([people[2]]));
  });

  test.each(['company_user', 'company_admin'] as const)('a %s the company’s, and nobody another company’s', (role) => {
    const all = seen({ person: 2, team: null, roles: only(standard(role)) });
    expect(all.filter(({ companyId }) => companyId === companies[0])).toHaveLength(PEOPLE.length * 3 * 5);
    expect(all.filter(({ companyId }) => companyId && companyId !== companies[0])).toEqual([]);
  });

  test('a role that is gone nothing of the company', () => {
    const left = seen({ person: 2, team: null, roles: only({ scopes: {}, manages: false }) });
    expect(left.filter(({ companyId }) => companyId)).toEqual([]);
  });

  const inTheTeam = (team: Seed['team'], action = 'read') => seen({ person: 0, team, roles: nowhere }, action);
  const composedOf = (scopes: Record<string, TeamScope>, groups = 0) => ({ scopes, groups });
  /** Of their own, as customers of their own portal. */
  const own = ({ requesterId, companyId }: Row) => requesterId === people[0] && companyId === null;
  const others = (found: Row[]) => found.filter((ticket) => !own(ticket));

  test('the team all; only owners, admins and agents write', () => {
    for (const role of TEAM_ROLES) {
      expect(inTheTeam(inTeam(role))).toHaveLength(tickets.length);
      expect(inTheTeam(inTeam(role), 'export')).toHaveLength(tickets.length);
      const writes = ['owner', 'admin', 'agent'].includes(role);
      for (const action of ['reply', 'note', 'update', 'assign', 'solve', 'reopen', 'share', 'merge'])
        expect(others(inTheTeam(inTeam(role), action))).toHaveLength(
          writes ? tickets.filter((t) => !own(t)).length : 0,
        );
    }
  });

  test('somebody of one group its tickets, those assigned to them and those they follow, and nothing else', () => {
    const seenThere = others(inTheTeam(composedOf({ 'tickets.view': 'groups', 'tickets.reply': 'groups' }, 1)));
    expect(seenThere.length).toBeGreaterThan(0);
    for (const { groupId, assigneeId, watcherIds } of seenThere)
      expect([groupId === GROUPS[0], assigneeId === people[0], watcherIds.includes(people[0]!)]).toContain(true);
    const nobodys = tickets.filter(
      (one) => !one.groupId && !one.assigneeId && one.watcherIds.length === 0 && !own(one),
    );
    expect(seenThere.filter((one) => nobodys.includes(one))).toEqual([]);
  });

  test('following shows a ticket and lets one talk to colleagues, but not answer or change it', () => {
    const everything = Object.fromEntries(teamCapabilities.all().map(({ name }) => [name, 'assigned' as const]));
    const followed = tickets.filter((one) => one.watcherIds.includes(people[0]!) && one.assigneeId !== people[0]);
    const may = (action: string) =>
      others(inTheTeam(composedOf(everything), action)).filter((one) => followed.includes(one));
    expect(may('read')).toHaveLength(others(followed).length);
    expect(may('note')).toHaveLength(others(followed).length);
    for (const action of ['reply', 'update', 'solve', 'merge', 'share', 'export']) expect(may(action)).toEqual([]);
  });

  test('a role of the team that is gone, or says nothing, nothing: not even what they follow or have assigned', () => {
    for (const action of ACTIONS) expect(others(inTheTeam(composedOf({}, 2), action))).toEqual([]);
  });

  test('no verb goes further than seeing', () => {
    const blind = Object.fromEntries(teamCapabilities.all().map(({ name }) => [name, 'all' as TeamScope]));
    for (const action of ACTIONS)
      expect(others(inTheTeam(composedOf({ ...blind, 'tickets.view': 'none' }, 2), action))).toEqual([]);
  });
});
