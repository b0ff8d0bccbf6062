import { expect, test } from '@jest/globals';
import { World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { Companies, Deactivations } from '@foyer/identity';
import { Tickets } from '@foyer/tickets';

const world = await World.startWithWorker();
const acme = await world.tenant('acme');
const ana = await acme.customer('Ana');
const owner = await acme.owner.browser();

const assignee = async (id: string) =>
  (
    await acme.query<{ who: string | null }>(
      () => sql`select assignee_id as who from ${table('ticket')} where id = ${id}`,
    )
  )[0]!.who;
async function freed(id: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) if ((await assignee(id)) === null) return;
  throw new Error('Somebody who is gone still has the ticket');
}

const ways: [string, (actor: never, personId: string) => Promise<void>][] = [
  ['leaves the team', (actor, personId) => world.get(Companies).changeTeamRole(actor, personId, null)],
  ['only looks on from now on', (actor, personId) => world.get(Companies).changeTeamRole(actor, personId, 'viewer')],
  ['is shut out', (actor, personId) => world.get(Deactivations).deactivate(actor, personId)],
];

test.each(ways)('the tickets of somebody who %s are nobody’s, except those that are done', async (how, leave) => {
  const agent = await (await acme.agent(`Mara who ${how}`)).actor();
  const [open, solved] = [await ana.opens('Lift'), await ana.opens('Stairs')];
  const tickets = world.get(Tickets);
  await acme.inside(async () => {
    for (const { id } of [open, solved]) await tickets.update(agent, id, { assigneeId: agent.id });
    await tickets.solve(agent, solved.id);
    await leave((await acme.owner.actor()) as never, agent.id!);
  });
  await freed(open.id);
  const { text } = await owner.get(`/console/tickets/TKT-00${open.number}`);
  expect(text.replace(/\s+/g, ' ')).toContain('A change in the team');
  expect(await assignee(solved.id)).toBe(agent.id);
  // Who had it is still said, and saving something else changes nothing about it.
  const at = `/console/tickets/TKT-00${solved.number}`;
  expect((await owner.get(at)).text).toMatch(/<option value="[^"]+" selected>Mara who [^<]*\(removed\)/);
  // Nor does it come back to them.
  await acme.inside(async () => tickets.reopen(await ana.actor(), solved.id));
  expect(await assignee(solved.id)).toBeNull();
});

test('somebody who gets another role that works on tickets keeps theirs', async () => {
  const agent = await (await acme.agent('Nils')).actor();
  const ticket = await ana.opens('Door');
  await acme.inside(async () => {
    await world.get(Tickets).update(agent, ticket.id, { assigneeId: agent.id });
    await world.get(Companies).changeTeamRole((await acme.owner.actor()) as never, agent.id!, 'admin');
  });
  // What is done after it in the same queue has been done: another's are free.
  const other = await (await acme.agent('Olaf')).actor();
  const theirs = await ana.opens('Gate');
  await acme.inside(async () => {
    await world.get(Tickets).update(other, theirs.id, { assigneeId: other.id });
    await world.get(Companies).changeTeamRole((await acme.owner.actor()) as never, other.id!, null);
  });
  await freed(theirs.id);
  expect(await assignee(ticket.id)).toBe(agent.id);
});
