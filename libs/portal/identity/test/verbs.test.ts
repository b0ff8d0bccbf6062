import { beforeAll, expect, test } from '@jest/globals';
import { type TestPerson, type TestTenant, World } from '@foyer/app-cli/testing';
import { DomainError } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import { Companies, companyRoles, Deactivations, Invitations, type PortalActor } from '@foyer/identity';
import { Collections } from '@foyer/settings';

const MANAGER = '0190f000-0000-7000-8000-0000000000d1';
const FAR = '0190f000-0000-7000-8000-0000000000d2';
const ROLES: Record<string, string> = {
  user: 'user',
  'company user': 'company_user',
  'company admin': 'company_admin',
  manager: MANAGER,
  'head office': FAR,
};
const COMPANIES = ['Globex', 'Hooli'] as const;

let world: World;
let acme: TestTenant;
const people: Record<string, TestPerson> = {};
const idOf: Record<string, string> = {};

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  await acme.inside(() =>
    world.get(Collections).apply(companyRoles, [
      // Manages people, and sees no more than what they asked themselves.
      {
        id: MANAGER,
        name: 'Manager',
        manages: true,
        grantable: true,
        scopes: { 'tickets.view': 'own', 'tickets.reply': 'own' },
      },
      { id: FAR, name: 'Head office', manages: false, grantable: true, scopes: { 'tickets.view': 'branches' } },
    ]),
  );
  const customer = async (name: string, places: Record<string, string>) => {
    people[name] = await acme.customer(name);
    for (const [company, role] of Object.entries(places))
      await people[name].of(company, role === 'manager' ? 'user' : role);
  };
  await customer('Ada, admin of Globex and user of Hooli', { Globex: 'company_admin', Hooli: 'user' });
  await customer('Max, manager of Globex', { Globex: 'manager' });
  await customer('Uma, user of Globex', { Globex: 'user' });
  await customer('Wes, of no company', {});
  await customer('Vic, viewer of the team and admin of Globex', { Globex: 'company_admin' });
  people['Mara, agent'] = await acme.agent('Mara');
  people['Otto, owner'] = acme.owner;
  // Those to whom it is done: an admin and a user of each company, and somebody of none.
  for (const company of COMPANIES)
    for (const [name, role] of [
      ['Head', 'company_admin'],
      ['Hand', 'user'],
    ] as const)
      await (await acme.customer(`${name} of ${company}`)).of(company, role);
  await acme.customer('Stranger');
  await acme.inside(() =>
    world.get(Database).write(async (em) => {
      await rows(
        em,
        sql`update ${table('membership')} m set role = ${MANAGER} from ${table('person')} p where p.id = m.person_id and p.name like 'Max%' returning 1`,
      );
      await rows(em, sql`update ${table('person')} set team_role = 'viewer' where name like 'Vic%' returning 1`);
      for (const name of ['person', 'company'])
        for (const one of await rows<{ id: string; name: string }>(em, sql`select id, name from ${table(name)}`))
          idOf[one.name] = one.id;
    }),
  );
  const owner = await acme.owner.actor();
  for (const name of ['Mara, agent', 'Otto, owner']) idOf[name] = (await people[name]!.actor()).id!;
  for (const company of COMPANIES)
    await acme.inside(() =>
      world
        .get(Invitations)
        .invite(
          owner,
          { name: '', email: `open@${company}.example`.toLowerCase() },
          { companyId: idOf[company]!, companyRole: 'user' },
          'en',
        ),
    );
});

let invited = 0;
/** Every verb about a company's people, by what it does. */
const VERBS: Record<string, (actor: PortalActor, company: string) => Promise<unknown>> = {
  ...Object.fromEntries(
    Object.entries(ROLES).flatMap(([name, role]) => [
      [
        `invites as ${name}`,
        (actor: PortalActor, company: string) =>
          world
            .get(Invitations)
            .invite(
              actor,
              { name: '', email: `guest${(invited += 1)}@x.example` },
              { companyId: idOf[company]!, companyRole: role },
              'en',
            ),
      ],
      [
        `makes its user ${name}`,
        (actor: PortalActor, company: string) =>
          world.get(Companies).changeRole(actor, idOf[company]!, idOf[`Hand of ${company}`]!, role),
      ],
      [
        `puts a stranger into it as ${name}`,
        (actor: PortalActor, company: string) =>
          world.get(Companies).link(actor, idOf[company]!, idOf['Stranger']!, role),
      ],
    ]),
  ),
  // Nobody may do these, by whatever right: who is there keeps their role, and the team puts none of its own into a company.
  ...Object.fromEntries(
    Object.values(ROLES).flatMap((role) =>
      ['Hand', 'Mara, agent', 'Otto, owner'].map((whom) => [
        `wrongly puts ${whom} into it as ${role}`,
        (actor: PortalActor, company: string) =>
          world.get(Companies).link(actor, idOf[company]!, idOf[whom] ?? idOf[`${whom} of ${company}`]!, role),
      ]),
    ),
  ),
  'wrongly puts themselves into it': (actor, company) =>
    world.get(Companies).link(actor, idOf[company]!, actor.id!, 'user'),
  'makes its admin a user': (actor, company) =>
    world.get(Companies).changeRole(actor, idOf[company]!, idOf[`Head of ${company}`]!, 'user'),
  'removes its user': (actor, company) =>
    world.get(Companies).remove(actor, idOf[company]!, idOf[`Hand of ${company}`]!),
  'removes its admin': (actor, company) =>
    world.get(Companies).remove(actor, idOf[company]!, idOf[`Head of ${company}`]!),
  'withdraws its invitation': async (actor, company) => {
    const [open] = await world
      .get(Database)
      .read((em) =>
        rows<{ id: string }>(
          em,
          sql`select id from ${table('token')} where email = ${`open@${company}.example`.toLowerCase()}`,
        ),
      );
    return world.get(Invitations).withdraw(actor, idOf[company]!, open!.id);
  },
  'reads its invitations': (actor, company) => world.get(Invitations).pending(actor, idOf[company]!),
  'renames it': (actor, company) => world.get(Companies).update(actor, idOf[company]!, { name: company, domain: null }),
  'shuts its user out': (actor, company) => world.get(Deactivations).deactivate(actor, idOf[`Hand of ${company}`]!),
};
const each = (verb: string, ...names: string[]) => names.map((name) => verb.replace('…', name));
const ALL = Object.keys(VERBS).filter((verb) => !verb.startsWith('wrongly'));
const OWN = [
  ...each('invites as …', 'user', 'company user', 'company admin', 'manager'),
  ...each('makes its user …', 'user', 'company user', 'company admin', 'manager'),
  ...['makes its admin a user', 'removes its user', 'removes its admin'],
  ...['withdraws its invitation', 'reads its invitations'],
];

/** Who may do what, where. What is not written here is refused. */
const MAY: Record<string, Partial<Record<(typeof COMPANIES)[number], string[]>>> = {
  'Ada, admin of Globex and user of Hooli': { Globex: OWN },
  // Sees and answers their own: nobody gets more from them, and who has more is not theirs to touch.
  'Max, manager of Globex': {
    Globex: [...each('invites as …', 'manager'), ...['withdraws its invitation', 'reads its invitations']],
  },
  'Uma, user of Globex': {},
  'Wes, of no company': {},
  'Vic, viewer of the team and admin of Globex': { Globex: OWN },
  'Mara, agent': Object.fromEntries(
    COMPANIES.map((company) => [company, ALL.filter((verb) => /^(invites|puts|withdraws|reads|renames)/.test(verb))]),
  ),
  'Otto, owner': { Globex: ALL, Hooli: ALL },
};
class Undone extends Error {}

test.each(Object.keys(MAY))('60: %s may do in each company what the table says, and nothing else', async (name) => {
  const actor = await people[name]!.actor();
  for (const company of COMPANIES) {
    const done: string[] = [];
    for (const [verb, act] of Object.entries(VERBS)) {
      await acme
        .inside(() =>
          world.get(Database).write(async () => {
            await act(actor, company);
            throw new Undone();
          }),
        )
        .catch((error: unknown) => {
          if (error instanceof Undone) done.push(verb);
          else if (!(error instanceof DomainError)) throw error;
        });
    }
    expect([company, done.sort()]).toEqual([company, [...(MAY[name]![company] ?? [])].sort()]);
  }
});
