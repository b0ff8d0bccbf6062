import { expect, test } from '@jest/globals';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterTests, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { Tickets } from '@foyer/tickets';

const world = await World.start();
const acme = await world.tenant('acme');
const ana = await acme.customer('Ana');
const { port } = (world.app.getHttpServer() as Server).address() as AddressInfo;

/** A stream as a browser has it open: waits for what is said, and knows when it was ended. */
class Stream {
  readonly said: string[] = [];
  status = 0;
  ended = false;
  private wake: () => void = () => undefined;

  constructor(visitor: Visitor, path: string) {
    const headers = { Host: visitor.host, Cookie: `session=${visitor.cookie('session')}`, Accept: 'text/event-stream' };
    const sent = request({ host: '127.0.0.1', port, path, headers }, (answer) => {
      this.status = answer.statusCode!;
      answer.setEncoding('utf8');
      answer.on('data', (text: string) => {
        this.said.push(...text.split('\n\n').filter(Boolean));
        this.wake();
      });
      answer.on('end', () => {
        this.ended = true;
        this.wake();
      });
      this.wake();
    });
    sent.on('error', () => undefined);
    sent.end();
    afterTests(() => Promise.resolve(void sent.destroy()));
  }

  async until(holds: (stream: Stream) => boolean): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (!holds(this)) {
      if (Date.now() > deadline) throw new Error(`Only: ${this.status} ${JSON.stringify(this.said)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        this.wake = () => (clearTimeout(timer), resolve());
      });
    }
  }

  changes = () => this.said.filter((one) => one.startsWith('event: changed')).length;
}

test('an open ticket hears of a reply, and who else is writing; what it hears holds no words of the ticket', async () => {
  const ticket = await ana.opens('Live');
  const path = `/console/tickets/TKT-00${ticket.number}`;
  const mara = await (await acme.agent('Mara')).browser();
  const stream = new Stream(mara, `${path}/live`);
  await stream.until(() => stream.changes() === 1);
  const customer = await ana.browser();
  await customer.get(`/tickets/TKT-00${ticket.number}`);
  await customer.post(`/tickets/TKT-00${ticket.number}/replies`, { body: 'secret words 4711' });
  await stream.until(() => stream.changes() === 2);
  const owner = await acme.owner.browser();
  await owner.get(path);
  expect((await owner.post(`${path}/presence`, { typing: '1' })).status).toBe(204);
  await stream.until(({ said }) => said.some((one) => one.includes('Acme Owner is replying')));
  expect(stream.said.join()).not.toContain('4711');
  // Without a script the page itself tells.
  expect((await mara.get(path)).text).toContain('Acme Owner is replying');
});

test('65: what the team does among itself is no change on the customer’s side', async () => {
  const ticket = await ana.opens('Quiet');
  const number = `TKT-00${ticket.number}`;
  const customer = await ana.browser();
  const updated = async () =>
    (await customer.get('/tickets/export?scope=mine')).text.split('\r\n').find((line) => line.includes('Quiet'));
  const [agent, actor] = [await (await acme.agent('Nora')).browser(), await acme.owner.actor()];
  const stream = new Stream(customer, `/tickets/${number}/live`);
  const console = new Stream(agent, `/console/tickets/${number}/live`);
  for (const one of [stream, console]) await one.until(() => one.changes() === 1);
  const before = await updated();
  await agent.get(`/console/tickets/${number}`);
  await agent.post(`/console/tickets/${number}/notes`, { body: 'Among us' });
  await acme.inside(() => world.get(Tickets).tag(actor, ticket.id, ['vip'], []));
  await acme.inside(() => world.get(Tickets).update(actor, ticket.id, { priority: 'urgent' }));
  await agent.post(`/console/tickets/${number}/presence`, { typing: '1' });
  await console.until(({ said }) => console.changes() >= 2 && said.length > 2);
  // A reply is the next thing they hear of: nothing came before it.
  expect(await updated()).toBe(before!.replace('Normal', 'Urgent'));
  await acme.inside(() => world.get(Tickets).reply(actor, ticket.id, { body: 'To you', fileIds: [] }));
  await stream.until(() => stream.changes() > 1);
  expect(stream.changes()).toBe(2);
  expect(await updated()).not.toBe(before);
});

test('a customer hears of a promise that is made or moves, and not of one that stays', async () => {
  const ticket = await ana.opens('Promised');
  const stream = new Stream(await ana.browser(), `/tickets/TKT-00${ticket.number}/live`);
  await stream.until(() => stream.changes() === 1);
  const due = (at: string | null) =>
    acme.inside(() => world.get(Tickets).due(ticket.id, at === null ? null : new Date(at)));
  await due('2031-05-05T09:00:00Z');
  await stream.until(() => stream.changes() === 2);
  await due('2031-05-05T09:00:00Z');
  await due(null);
  await stream.until(() => stream.changes() > 2);
  await acme.inside(async () =>
    world.get(Tickets).reply(await acme.owner.actor(), ticket.id, { body: 'To you', fileIds: [] }),
  );
  await stream.until(() => stream.changes() > 3);
  expect(stream.changes()).toBe(4);
});

test('a customer hears of their own tickets only, guests of none', async () => {
  const other = await acme.customer('Other');
  const ticket = await ana.opens('Mine alone');
  const path = `/tickets/TKT-00${ticket.number}/live`;
  const strange = new Stream(await other.browser(), path);
  await strange.until(({ status }) => status !== 0);
  expect(strange.status).toBe(404);
  const hers = new Stream(await ana.browser(), path);
  await hers.until(() => hers.changes() === 1);
  expect((await acme.visitor().get(path)).status).toBe(303);
  expect((await (await other.browser()).get('/console/tickets/live')).status).toBe(403);
});

test('18: a stream ends with its session, before it tells anything more', async () => {
  const agent = await acme.agent('Gone');
  const stream = new Stream(await agent.browser(), '/console/tickets/live');
  await stream.until(() => stream.changes() === 1);
  const [person] = await acme.query<{ id: string }>(
    () => sql`select id from ${table('person')} where email = ${agent.email}`,
  );
  const owner = await acme.owner.browser();
  await owner.get(`/console/people/${person!.id}`);
  expect((await owner.post(`/console/people/${person!.id}/deactivation`, { confirmed: '1' })).status).toBe(303);
  await ana.opens('After they left');
  await stream.until(({ ended }) => ended);
  expect(stream.changes()).toBe(1);
  // With nothing to tell, it ends no later.
  const leaver = await ana.browser();
  const quiet = new Stream(leaver, `/tickets/TKT-00${(await ana.opens('Open meanwhile')).number}/live`);
  await quiet.until(() => quiet.changes() === 1);
  const since = Date.now();
  await leaver.post('/sign-out');
  await quiet.until(({ ended }) => ended);
  expect(Date.now() - since).toBeLessThan(5_000);
});

test('a stream ends when its reader may no longer see what it is about', async () => {
  const ticket = await ana.opens('Soon out of reach');
  const nia = await (await acme.agent('Nia')).browser();
  const [one, all] = [`/console/tickets/TKT-00${ticket.number}/live`, '/console/tickets/live'].map(
    (path) => new Stream(nia, path),
  ) as [Stream, Stream];
  for (const stream of [one, all]) await stream.until(() => stream.changes() === 1);
  await acme.change(() => sql`update ${table('person')} set team_role = 'nothing any more' where name = 'Nia'`);
  const customer = await ana.browser();
  await customer.get(`/tickets/TKT-00${ticket.number}`);
  await customer.post(`/tickets/TKT-00${ticket.number}/replies`, { body: 'Anybody there?' });
  for (const stream of [one, all]) {
    await stream.until(({ ended }) => ended);
    expect(stream.changes()).toBe(1);
  }
});
