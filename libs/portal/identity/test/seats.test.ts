import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestPerson, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { Conflict } from '@foyer/access';
import { sql, table } from '@foyer/database';
import { Frozen, LimitReached, Usage } from '@foyer/entitlements';
import {
  Companies,
  Deactivations,
  type Destination,
  Invitations,
  Newcomers,
  PortalPrincipals,
  Registrations,
  Seats,
  Vouched,
} from '@foyer/identity';
import { Agents } from '@foyer/requests';
import { Tokens } from '@foyer/credentials';

const AGENT: Destination = { teamRole: 'agent' };
const A_PASSWORD = 'orchard-lantern-42';
let world: World;

beforeAll(async () => {
  world = await World.start();
});

/** A tenant whose owner has shown that the address is theirs, so that inviting has its usual limits. */
async function business(slug: string): Promise<{ acme: TestTenant; owner: TestPerson; browser: Visitor }> {
  const acme = await world.tenant(slug);
  return { acme, owner: acme.owner, browser: await acme.owner.browser() };
}
const invited = (email: string) => ({ name: email.split('@')[0]!, email });
async function outcomes(doing: Promise<unknown>[]): Promise<{ done: number; reached: number; other: unknown[] }> {
  const all = await Promise.allSettled(doing);
  const failed = all.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  const other = failed.filter((error) => !(error instanceof LimitReached));
  return { done: all.length - failed.length, reached: failed.length - other.length, other };
}
const counted = async (acme: TestTenant, limit: string) =>
  (await acme.inside(() => world.get(Usage).all())).find((one) => one.limit === limit)?.used;
const idOf = async (acme: TestTenant, name: string) =>
  (await acme.query<{ id: string }>(() => sql`select id from ${table('person')} where name = ${name}`))[0]!.id;
const frozenIn = async (acme: TestTenant) =>
  (await acme.inside(() => world.get(Frozen).of('agents')!.items()))
    .filter((one) => one.isFrozen)
    .map((one) => one.label);

describe('50 parallel creates at quota N leave exactly N (security 41)', () => {
  test('invitations to the team', async () => {
    const { acme, owner } = await business('parallel');
    await acme.isEntitledTo({ limits: { agents: 7 } });
    const actor = await owner.actor();
    const invitations = world.get(Invitations);
    const doing = Array.from({ length: 50 }, (_, index) =>
      acme.inside(() => invitations.invite(actor, invited(`new${index}@people.example`), AGENT, 'en')),
    );
    expect(await outcomes(doing)).toEqual({ done: 6, reached: 44, other: [] });
    expect(await counted(acme, 'agents')).toBe(7);
  });

  test('people whom a directory puts into the team', async () => {
    const { acme } = await business('parallel-directory');
    await acme.isEntitledTo({ limits: { agents: 5 } });
    const vouched = world.get(Vouched);
    const doing = Array.from({ length: 50 }, (_, index) =>
      acme.inside(async () => {
        const details = { ...invited(`d${index}@people.example`), locale: 'en' };
        const { id } = await vouched.welcome(details, 'directory', 'team');
        await vouched.placeInTeam(id, 'agent');
      }),
    );
    expect(await outcomes(doing)).toEqual({ done: 4, reached: 46, other: [] });
    expect(await counted(acme, 'agents')).toBe(5);
  });

  test('customers, by whichever door', async () => {
    const { acme, owner } = await business('parallel-customers');
    await acme.isEntitledTo({ limits: { customers: 9 } });
    const actor = await owner.actor();
    const links = await acme.inside(async () => {
      const tokens = world.get(Tokens);
      const secrets: string[] = [];
      for (let index = 0; index < 20; index += 1) {
        const about = {
          email: `r${index}@people.example`,
          personId: null,
          hours: 1,
          data: { name: 'R', locale: 'en' },
        };
        secrets.push(await tokens.issue('verify', about));
      }
      return secrets;
    });
    const doing = Array.from({ length: 50 }, (_, index) =>
      acme.inside(async () => {
        if (index < 20) {
          const account = { name: 'R', phone: null, password: A_PASSWORD };
          return world.get(Registrations).verify(links[index]!, account);
        }
        const details = { ...invited(`c${index}@people.example`), locale: 'en' };
        if (index < 35) return world.get(Vouched).welcome(details);
        return world.get(Newcomers).add(actor, details, null, false);
      }),
    );
    expect(await outcomes(doing)).toEqual({ done: 9, reached: 41, other: [] });
    expect(await counted(acme, 'customers')).toBe(9);
  });
});

describe('a team that is full', () => {
  let acme: TestTenant;
  let owner: TestPerson;
  let browser: Visitor;

  beforeAll(async () => {
    ({ acme, owner, browser } = await business('full'));
    await acme.agent('Priya');
    await acme.isEntitledTo({ limits: { agents: 2 } });
  });

  test('takes nobody more, and says so where the invitation was typed, with the way up', async () => {
    await browser.get('/console/team');
    const full = await browser.post('/console/team/invitations', {
      ...{ name: 'Noor', email: 'noor@full.example', role: 'agent' },
    });
    expect(full.status).toBe(422);
    expect(full.text).toContain('Your plan holds 2 team members.');
    expect(full.text).toContain('href="/console/settings/plan"');
    expect(full.text).toContain('value="noor@full.example"');
  });

  test('has no place for one who was shut out, until somebody else goes', async () => {
    const actor = await owner.actor();
    const [priya, deactivations] = [await idOf(acme, 'Priya'), world.get(Deactivations)];
    await acme.inside(() => deactivations.deactivate(actor, priya));
    await acme.inside(() => world.get(Invitations).invite(actor, invited('late@full.example'), AGENT, 'en'));
    await expect(acme.inside(() => deactivations.reactivate(actor, priya))).rejects.toThrow(LimitReached);
    const [open] = await acme.inside(() => world.get(Invitations).pending(actor, null));
    await acme.inside(() => world.get(Invitations).withdraw(actor, null, open!.id));
    await acme.inside(() => deactivations.reactivate(actor, priya));
    expect(await counted(acme, 'agents')).toBe(2);
  });

  test('keeps the place of whoever is invited already, also when they are invited anew', async () => {
    const actor = await owner.actor();
    await acme.isEntitledTo({ limits: { agents: 3 } });
    const invitations = world.get(Invitations);
    const again = () => acme.inside(() => invitations.invite(actor, invited('twice@full.example'), AGENT, 'en'));
    await again();
    await again();
    const other = acme.inside(() => invitations.invite(actor, invited('third@full.example'), AGENT, 'en'));
    await expect(other).rejects.toThrow(LimitReached);
  });

  test('whoever is invited is not let in once the plan holds fewer; the link is not used up', async () => {
    const { acme: small, owner: boss } = await business('shrunk');
    const actor = await boss.actor();
    const secret = await small.inside(() =>
      world.get(Tokens).issue('invitation', {
        ...{ email: 'sam@people.example', personId: null, hours: 1 },
        data: { name: 'Sam', inviter: actor.name, inviterId: actor.id, teamRole: 'agent' },
      }),
    );
    await small.isEntitledTo({ limits: { agents: 1 } });
    const guest = small.visitor();
    await guest.get(`/invitation?token=${secret}`);
    const sent = { token: secret, name: 'Sam', password: A_PASSWORD };
    const refused = await guest.post('/invitation', sent);
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('No one else can join the team of this portal at the moment.');
    expect(refused.text).not.toContain('larger plan');
    await small.isEntitledTo({ limits: { agents: 2 } });
    expect((await guest.post('/invitation', sent)).status).toBe(303);
  });
});

describe('customers beyond the plan', () => {
  test('read neutral words, and nothing they typed is lost', async () => {
    const { acme, browser } = await business('crowded');
    await acme.customer('Ana');
    await browser.get('/console/settings/general');
    await acme.isEntitledTo({ limits: { customers: 1 } });
    const guest = acme.visitor();
    await guest.get('/register');
    const full = await guest.post('/register', { name: 'Ben', email: 'ben@people.example' });
    expect(full.status).toBe(422);
    expect(full.text).toContain('This portal cannot take new accounts at the moment.');
    expect(full.text).not.toContain('larger plan');
    expect(full.text).toContain('value="ben@people.example"');
    // Whoever writes a mail is taken in all the same.
    await acme.inside(() => world.get(Newcomers).welcome({ name: 'Mail', email: 'm@people.example', locale: 'en' }));
    expect(await counted(acme, 'customers')).toBe(2);
  });

  test('leaving the team makes a customer in any case', async () => {
    const { acme, owner } = await business('leaving');
    await acme.agent('Priya');
    await acme.isEntitledTo({ limits: { customers: 0 } });
    const actor = await owner.actor();
    await acme.inside(async () => world.get(Companies).changeTeamRole(actor, await idOf(acme, 'Priya'), null));
    expect(await counted(acme, 'customers')).toBe(1);
  });
});

describe('a smaller plan', () => {
  let acme: TestTenant;
  let owner: TestPerson;
  const settle = () => acme.inside(() => world.get(Seats).planChanged());
  const isWorking = async (name: string) => world.get(Agents).includes(await idOf(acme, name));
  const kept = async (...names: string[]) => {
    const actor = await owner.actor();
    const ids = await Promise.all(names.map((name) => idOf(acme, name)));
    await acme.inside(() => world.get(Seats).keep(actor, ids));
  };

  beforeAll(async () => {
    ({ acme, owner } = await business('smaller'));
    for (const name of ['Ada', 'Bo', 'Cy']) await acme.agent(name);
    await acme.isEntitledTo({ limits: { agents: 2 } });
    await settle();
  });

  test('freezes who came last, and never the owner', async () => {
    expect(await frozenIn(acme)).toEqual(['Bo', 'Cy']);
  });

  test('a frozen member signs in, reads, and cannot act', async () => {
    const ana = await acme.customer('Ana');
    await ana.opens('Printer on fire');
    const cy = { name: 'Cy', email: 'cy@smaller.example' };
    const browser = acme.visitor();
    expect((await browser.signIn(cy.email, A_PASSWORD)).status).toBe(303);
    const page = await browser.get('/console/tickets/TKT-001');
    expect([page.status, page.text.includes('Printer on fire')]).toEqual([200, true]);
    expect(page.text).toContain('The plan has no place for you at the moment');
    const reply = () => browser.post('/console/tickets/TKT-001/replies', { body: 'Hello', status: 'pending' });
    await browser.get('/console/account');
    expect((await reply()).status).toBe(403);
    // Nor is anything given to them.
    const working = await acme.inside(async () => [await isWorking('Ada'), await isWorking('Cy')]);
    expect(working).toEqual([true, false]);
    const [{ count }] = (await acme.query<{ count: number }>(
      () => sql`select count(*)::int as count from ${table('ticket_message')}`,
    )) as [{ count: number }];
    expect(count).toBe(1);
    await acme.isEntitledTo({});
    await settle();
    expect((await reply()).status).toBe(303);
    await acme.isEntitledTo({ limits: { agents: 2 } });
    await settle();
  });

  test('one of them thaws when somebody else goes', async () => {
    const actor = await owner.actor();
    await acme.inside(async () => world.get(Deactivations).deactivate(actor, await idOf(acme, 'Ada')));
    expect(await frozenIn(acme)).toEqual(['Cy']);
  });

  test('the operator chooses who goes on; an owner is always among them', async () => {
    await kept('Smaller Owner', 'Cy');
    expect(await frozenIn(acme)).toEqual(['Bo']);
    await expect(kept('Bo', 'Cy')).rejects.toThrow(Conflict);
    await expect(kept('Smaller Owner', 'Bo', 'Cy')).rejects.toThrow(LimitReached);
    expect(await frozenIn(acme)).toEqual(['Bo']);
  });

  test('a frozen owner opens nothing that is for owners', async () => {
    await acme.change(() => sql`update ${table('person')} set team_role = 'owner' where name = 'Bo' returning id`);
    const bo = await idOf(acme, 'Bo');
    await settle();
    expect(await frozenIn(acme)).toEqual(['Bo']);
    const person = await acme.inside(() => world.get(PortalPrincipals).person(bo));
    expect(person!.teamRole).toBe('frozen');
    await expect(acme.inside(() => world.get(Seats).keep(person!, [bo]))).rejects.toThrow('access.refused');
  });

  test('a larger one thaws everybody', async () => {
    await acme.isEntitledTo({});
    await settle();
    expect(await frozenIn(acme)).toEqual([]);
  });
});
