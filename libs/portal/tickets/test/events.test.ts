import { beforeAll, expect, test } from '@jest/globals';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import type { PortalActor } from '@foyer/identity';
import { Approvals } from '@foyer/approvals';
import { Categories, ticketGroups } from '@foyer/requests';
import { Absences } from '@foyer/service';
import { Collections } from '@foyer/settings';
import { BulkChanges, Merges, type Ticket, Tickets, Watching } from '@foyer/tickets';

const GROUP = '0190f000-0000-7000-8000-0000000000b1';
let world: World;
let acme: TestTenant;
let owner: PortalActor;
let asAna: PortalActor;
let asBec: PortalActor;
let ticket: Ticket;

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  const ana = await (await acme.customer('Ana')).of('Globex');
  const bec = await (await acme.customer('Bec')).of('Globex', 'company_admin');
  [owner, asAna, asBec] = [await acme.owner.actor(), await ana.actor(), await bec.actor()];
  ticket = await ana.opens('My lamp');
});

async function told(verb: () => Promise<unknown>) {
  await acme.published();
  await acme.inside(verb);
  return acme.published();
}
const lamp = () => ({
  requesterId: asAna.id,
  companyId: asAna.companies[0]!.id,
  number: ticket.number,
  source: 'portal',
});

test('what happens to a ticket is told with the ticket as it is then, and what it was', async () => {
  const tickets = world.get(Tickets);
  expect((await acme.published()).filter(({ name }) => name === 'ticket.opened')).toMatchObject([
    {
      facts: { ticketId: ticket.id, ticket: { ...lamp(), status: 'open', priority: 'normal', assigneeId: null } },
      by: 'Ana',
    },
  ]);
  await acme.inside(() =>
    world.get(Collections).apply(ticketGroups, [{ id: GROUP, name: 'Workshop', memberIds: [] }] as never),
  );
  const values = { priority: 'high' as const, groupId: GROUP, assigneeId: owner.id };
  const changed = await told(() => tickets.update(owner, ticket.id, values));
  expect(changed.map(({ name }) => name)).toEqual(['ticket.assigned', 'ticket.changed']);
  expect(changed[1]).toMatchObject({
    facts: {
      changes: expect.arrayContaining([
        { type: 'priority', from: 'normal', to: 'high' },
        { type: 'group', from: null, to: GROUP },
        { type: 'assignee', from: null, to: owner.id },
      ]),
      ticket: { ...lamp(), ...values },
    },
    by: 'Acme Owner',
  });
  expect(await told(() => tickets.tag(owner, ticket.id, ['vip'], []))).toMatchObject([
    { facts: { changes: [{ type: 'tags', from: null, to: 'vip' }] } },
  ]);
  const solved = await told(() => tickets.solve(owner, ticket.id));
  expect(solved).toMatchObject([
    { name: 'ticket.solved', facts: { ticket: { ...lamp(), status: 'solved' } } },
    { name: 'ticket.changed', facts: { changes: [{ type: 'status', from: 'open', to: 'solved' }] } },
  ]);
});

test('words that people wrote are in none of them', async () => {
  const tickets = world.get(Tickets);
  const lines = await told(async () => {
    await tickets.reply(asAna, ticket.id, { body: 'Planted words', fileIds: [] });
    await tickets.note(owner, ticket.id, { body: 'Planted note', fileIds: [] });
    await tickets.update(owner, ticket.id, {}, { subject: 'Planted subject' });
    await world.get(Approvals).ask(owner, ticket.id, { approvers: 'company-admins', question: 'Planted question' });
  });
  expect(lines.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['ticket.replied', 'ticket.noted', 'ticket.reopened']),
  );
  expect(lines.at(-1)).toMatchObject({
    name: 'ticket.approval-asked',
    facts: { approverIds: [asBec.id], ticket: lamp() },
  });
  expect(JSON.stringify(lines)).not.toContain('Planted');
});

test('who follows, and which ticket became part of which', async () => {
  const watching = world.get(Watching);
  const [other] = [await acme.inside(() => world.get(Tickets).open(asAna, draft('My lift')))];
  const facts = { ticketId: other.id, personId: owner.id };
  expect(await told(() => watching.follow(owner, other.number, true))).toMatchObject([
    { name: 'ticket.followed', facts: { ...facts, follows: true } },
  ]);
  expect(await told(() => watching.follow(owner, other.number, true))).toEqual([]);
  expect(await told(() => watching.follow(owner, other.number, false))).toMatchObject([
    { facts: { ...facts, follows: false } },
  ]);
  const merged = await told(() => world.get(Merges).merge(owner, other.number, ticket.number));
  expect(merged.find(({ name }) => name === 'ticket.merged')).toMatchObject({
    facts: { ticketId: other.id, intoId: ticket.id, ticket: { status: 'closed' }, into: lamp() },
  });
  expect(merged.find(({ name }) => name === 'ticket.changed')).toMatchObject({
    facts: { changes: [{ type: 'merged', from: null, to: 'TKT-001' }] },
  });
});

test('what a list was set up to: which of its things, and what was done to it', async () => {
  const categories = world.get(Categories);
  const names = (name: string) => ({ name, translations: {} });
  const [added] = await told(() => categories.add(owner, names('Faults')));
  expect(added).toMatchObject({
    ...{ name: 'settings.changed', by: 'Acme Owner' },
    facts: { section: 'ticket-categories', items: [{ id: expect.any(String), verb: 'added' }] },
  });
  const [{ id }] = (added!.facts as { items: [{ id: string }] }).items;
  const verbOf = async (verb: () => Promise<unknown>) => (await told(verb)).map(({ facts }) => facts['items']);
  expect(await verbOf(() => categories.rename(owner, id, names('Fault')))).toEqual([[{ id, verb: 'changed' }]]);
  expect(await verbOf(() => categories.archive(owner, id))).toEqual([[{ id, verb: 'archived' }]]);
  expect(await verbOf(() => categories.restore(owner, id))).toEqual([[{ id, verb: 'restored' }]]);
  expect(await verbOf(() => categories.remove(owner, id, null))).toEqual([[{ id, verb: 'removed' }]]);
  const group = { name: 'Yard', memberIds: [] } as never;
  const [yard] = await told(() => world.get(Collections).add(owner, ticketGroups, group));
  expect(yard).toMatchObject({ facts: { section: 'ticket-groups', items: [{ verb: 'added' }] } });
  expect(await verbOf(() => world.get(Collections).move(owner, ticketGroups, GROUP, 1))).toEqual([[]]);
  const { id: yardId } = (yard!.facts['items'] as [{ id: string }])[0];
  expect(await verbOf(() => world.get(Collections).remove(owner, ticketGroups, yardId))).toEqual([
    [{ id: yardId, verb: 'removed' }],
  ]);
});

test('a change to many tickets, with how many', async () => {
  const numbers: number[] = [];
  for (let n = 0; n < 26; n += 1)
    numbers.push((await acme.inside(() => world.get(Tickets).open(asAna, draft(`Lot ${n}`)))).number);
  const changes = world.get(BulkChanges);
  const lines = await told(() => changes.start(owner, numbers, [{ do: 'priority', to: 'low' }]));
  expect(lines).toMatchObject([
    { name: 'ticket.bulk-change-asked', facts: { tickets: 26, verb: 'do' }, by: 'Acme Owner' },
  ]);
});

test('who takes no new tickets for now', async () => {
  const absences = world.get(Absences);
  expect(await told(() => absences.leave(owner, owner.id!, null))).toMatchObject([
    { name: 'service.absence-changed', facts: { personId: owner.id, away: true, until: null } },
  ]);
  expect(await told(() => absences.comeBack(owner, owner.id!))).toMatchObject([{ facts: { away: false } }]);
});

const draft = (subject: string) => ({
  ...{ subject, description: subject, priority: 'normal' as const, categoryId: null, fileIds: [] },
  companyId: asAna.companies[0]!.id,
});
