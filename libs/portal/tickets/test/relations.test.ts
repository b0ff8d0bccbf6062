import { describe, expect, test } from '@jest/globals';
import { World } from '@foyer/app-cli/testing';
import { accessible } from '@foyer/access';
import { condition, sql, table } from '@foyer/database';
import { Merges, Tickets } from '@foyer/tickets';

const world = await World.start();
const acme = await world.tenant('acme');
const ana = await (await acme.customer('Ana')).of('Globex', 'company_user');
const mara = await acme.agent('Mara');
const agent = await mara.browser();

const number = (n: number) => `TKT-${String(n).padStart(3, '0')}`;
const texts = async (n: number) =>
  (
    await acme.query<{ body: string }>(
      () =>
        sql`select m.body from ${table('ticket_message')} m join ${table('ticket')} t on t.id = m.ticket_id where t.number = ${n} and m.kind <> 'event' order by m.created_at, m.id`,
    )
  ).map(({ body }) => body);
const ticketOf = async (n: number) =>
  (
    await acme.query<{ status: string; tags: string[]; watchers: string[]; assignee: string | null }>(
      () => sql`select status, to_json(tags) as tags, assignee_id as assignee, (select coalesce(json_agg(p.name order by p.name), '[]') from ${table('person')} p where p.id = any(watcher_ids)) as watchers
                  from ${table('ticket')} where number = ${n}`,
    )
  )[0]!;

describe('merging', () => {
  test('loses nothing, tells both threads, finds the words in the other ticket, and can be taken back', async () => {
    const bob = await (await acme.customer('Bob')).of('Globex', 'user');
    const [into, from] = [
      await ana.opens('Lift is stuck', 'On the third floor'),
      await bob.opens('Elevator', 'It moans terribly'),
    ];
    await agent.get(`/console/tickets/${number(from.number)}`);
    await agent.post(`/console/tickets/${number(from.number)}/notes`, { body: 'Same building' });
    await agent.get(`/console/tickets/${number(from.number)}/merge`);
    // Bob sees his own tickets only: the words of a colleague are not his to read because somebody merged.
    const refused = await agent.post(`/console/tickets/${number(from.number)}/merge`, { into: number(into.number) });
    expect([refused.status, refused.text.includes('cannot see the other')]).toEqual([422, true]);
    await agent.get(`/console/tickets/${number(into.number)}/access`);
    await agent.post(`/console/tickets/${number(into.number)}/followers`, { email: bob.email });
    await agent.get(`/console/tickets/${number(from.number)}/merge`);
    const answer = await agent.post(`/console/tickets/${number(from.number)}/merge`, { into: number(into.number) });
    expect([answer.status, answer.headers['location']]).toEqual([303, `/console/tickets/${number(into.number)}`]);
    expect(await texts(into.number)).toEqual(['On the third floor', 'It moans terribly', 'Same building']);
    expect(await ticketOf(from.number)).toMatchObject({ status: 'closed' });
    expect((await ticketOf(into.number)).watchers).toEqual(['Bob']);
    expect((await agent.get('/console/tickets?view=all&q=moans')).text).toContain('Lift is stuck');
    // Bob sees where it went, and reads on there; the note stays the team's.
    const bobs = (await (await bob.browser()).get(`/tickets/${number(into.number)}`)).text;
    expect([bobs.includes('It moans terribly'), bobs.includes('Same building')]).toEqual([true, false]);

    await agent.get(`/console/tickets/${number(from.number)}`);
    expect((await agent.post(`/console/tickets/${number(from.number)}/merge/removal`)).status).toBe(303);
    expect(await texts(from.number)).toEqual(['It moans terribly', 'Same building']);
    expect(await texts(into.number)).toEqual(['On the third floor']);
    expect(await ticketOf(from.number)).toMatchObject({ status: 'open' });
    expect((await agent.get('/console/tickets?view=all&q=moans')).text).not.toContain('Lift is stuck');
  });

  test('63: whoever follows the other ticket because of a merge no longer does once it is taken back', async () => {
    const cleo = await (await acme.customer('Cleo')).of('Globex', 'company_user');
    const [into, from] = [await ana.opens('Tap drips'), await cleo.opens('Tap leaks')];
    const actor = await mara.actor();
    await acme.inside(() => world.get(Merges).merge(actor, from.number, into.number));
    expect((await ticketOf(into.number)).watchers).toEqual(['Cleo']);
    await acme.inside(() => world.get(Merges).unmerge(actor, from.number));
    expect((await ticketOf(into.number)).watchers).toEqual([]);
  });

  test('63: no merge lets anybody read what they could not read before', async () => {
    const people = [
      ana,
      await (await acme.customer('Dan')).of('Globex'),
      await acme.customer('Eli'),
      await acme.customer('Flo'),
    ];
    await (await acme.customer('Flo')).of('Initech');
    const both = await (await (await acme.customer('Gus')).of('Globex')).of('Initech', 'company_user');
    const opened = [];
    for (const person of [...people, both])
      opened.push(await person.opens(`Of ${person.name}`), await person.opens(`Second of ${person.name}`));
    const actor = await mara.actor();
    const gus = await both.actor();
    const initech = gus.companies.find(({ name }) => name === 'Initech')!.id;
    const draft = {
      subject: 'Of Gus at Initech',
      description: 'x',
      priority: 'normal' as const,
      categoryId: null,
      fileIds: [],
    };
    opened.push(await acme.inside(() => world.get(Tickets).open(gus, { ...draft, companyId: initech })));
    const seen = async () => {
      const pairs = [];
      for (const person of [...people, both]) {
        const may = condition(accessible((await person.actor()).ability, 'read', 'Ticket', 't'));
        const bodies = await acme.query<{ id: string }>(
          () =>
            sql`select m.id from ${table('ticket')} t join ${table('ticket_message')} m on m.ticket_id = t.id where m.kind = 'reply' and ${may}`,
        );
        pairs.push(...bodies.map(({ id }) => `${person.name} ${id}`));
      }
      return new Set(pairs);
    };
    const before = await seen();
    let merged = 0;
    for (const one of opened)
      for (const other of opened) {
        const done = await acme
          .inside(() => world.get(Merges).merge(actor, one.number, other.number))
          .then(
            () => true,
            () => false,
          );
        if (!done) continue;
        merged += 1;
        expect([...(await seen())].filter((pair) => !before.has(pair))).toEqual([]);
        await acme.inside(() => world.get(Merges).unmerge(actor, one.number));
        expect(await seen()).toEqual(before);
      }
    expect(merged).toBeGreaterThanOrEqual(people.length);
  });

  test('a chain of merges is taken back link by link', async () => {
    const [a, b, c] = [await ana.opens('A', 'first'), await ana.opens('B', 'second'), await ana.opens('C', 'third')];
    const actor = await mara.actor();
    const merges = world.get(Merges);
    await acme.inside(() => merges.merge(actor, a.number, b.number));
    await acme.inside(() => merges.merge(actor, b.number, c.number));
    expect(await texts(c.number)).toEqual(['first', 'second', 'third']);
    await acme.inside(() => merges.unmerge(actor, b.number));
    expect([await texts(b.number), await texts(c.number)]).toEqual([['first', 'second'], ['third']]);
    await acme.inside(() => merges.unmerge(actor, a.number));
    expect([await texts(a.number), await texts(b.number)]).toEqual([['first'], ['second']]);
  });

  test('customers of different companies are never put into one thread; unknown numbers and itself are refused by the field', async () => {
    const other = await (await acme.customer('Otto')).of('Initech');
    const [one, two] = [await ana.opens('One'), await other.opens('Two')];
    for (const [into, message] of [
      [number(two.number), 'different customers'],
      [number(one.number), 'into itself'],
      ['TKT-9999', 'no ticket with this number'],
      ['nonsense', 'no ticket with this number'],
    ] as const) {
      await agent.get(`/console/tickets/${number(one.number)}/merge`);
      const answer = await agent.post(`/console/tickets/${number(one.number)}/merge`, { into });
      expect([answer.status, answer.text.includes(message)]).toEqual([422, true]);
    }
    const customer = await ana.browser();
    expect((await customer.get(`/console/tickets/${number(one.number)}/merge`)).status).toBe(403);
  });

  test('two merges of the same two tickets the other way round at once: one wins, nobody waits for ever', async () => {
    const [one, two] = [await ana.opens('This way', 'x1'), await ana.opens('That way', 'x2')];
    const actor = await mara.actor();
    const results = await Promise.allSettled([
      acme.inside(() => world.get(Merges).merge(actor, one.number, two.number)),
      acme.inside(() => world.get(Merges).merge(actor, two.number, one.number)),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect([...(await texts(one.number)), ...(await texts(two.number))]).toHaveLength(2);
  });
});

test('splitting moves the chosen messages into a ticket of the same customer; one reply must stay', async () => {
  const ticket = await ana.opens('Two things', 'The lift');
  const page = `/console/tickets/${number(ticket.number)}`;
  const customer = await ana.browser();
  await customer.get(`/tickets/${number(ticket.number)}`);
  await customer.post(`/tickets/${number(ticket.number)}/replies`, { body: 'And the door, too' });
  const ids = [...(await agent.get(`${page}/split`)).text.matchAll(/name="message" value="([^"]+)"/g)].map(
    ([, id]) => id!,
  );
  expect(ids).toHaveLength(2);
  expect((await agent.post(`${page}/split`, { subject: 'All', message: ids })).text).toContain(
    'At least one reply must stay',
  );
  const answer = await agent.post(`${page}/split`, { subject: 'The door', message: ids[1]! });
  const made = Number(/TKT-0*(\d+)$/.exec(answer.headers['location']!)![1]);
  expect([await texts(ticket.number), await texts(made)]).toEqual([['The lift'], ['And the door, too']]);
  expect((await customer.get(`/tickets/${number(made)}`)).text).toContain('And the door, too');
});

describe('sharing and following', () => {
  test('a colleague sees what was shared, and no longer when they leave the company', async () => {
    const ulf = await (await acme.customer('Ulf')).of('Globex', 'user');
    const ticket = await ana.opens('Shared with Ulf');
    const [browser, path] = [await ulf.browser(), `/tickets/${number(ticket.number)}`];
    expect((await browser.get(path)).status).toBe(404);
    const anas = await ana.browser();
    await anas.get(`${path}/access`);
    expect((await anas.post(`${path}/followers`, { email: ulf.email })).status).toBe(303);
    expect((await browser.get(path)).status).toBe(200);
    expect((await anas.get(`${path}/access`)).text).toContain('The ticket was shared with this person.');

    const owner = await acme.owner.browser();
    const [company] = await acme.query<{ id: string }>(
      () => sql`select id from ${table('company')} where name = 'Globex'`,
    );
    const [person] = await acme.query<{ id: string }>(
      () => sql`select id from ${table('person')} where email = ${ulf.email}`,
    );
    await owner.get(`/console/companies/${company!.id}`);
    await owner.post(`/console/companies/${company!.id}/members/${person!.id}/removal`);
    expect((await browser.get(path)).status).toBe(404);
  });

  test('customers send away those whom they see following, and nobody of the team', async () => {
    const ticket = await ana.opens('Followed by the team');
    const agent = await (await acme.agent('Fay')).browser();
    await agent.post(`/console/tickets/${number(ticket.number)}/following`, { follow: '1' });
    const followers = async () =>
      (
        await acme.query<{ ids: string[] }>(
          () => sql`select to_json(watcher_ids) as ids from ${table('ticket')} where id = ${ticket.id}`,
        )
      )[0]!.ids;
    const [fay] = await followers();
    const anas = await ana.browser();
    const path = `/tickets/${number(ticket.number)}`;
    await anas.get(`${path}/access`);
    expect((await anas.post(`${path}/followers/${fay}/removal`)).status).toBe(404);
    expect(await followers()).toEqual([fay]);
    const console_ = await acme.owner.browser();
    await console_.get(`/console${path}/access`);
    expect((await console_.post(`/console${path}/followers/${fay}/removal`)).status).toBe(303);
    expect(await followers()).toEqual([]);
  });

  test('nothing is shared outside the company, and the answer does not tell who exists', async () => {
    const ticket = await ana.opens('Not for everybody');
    await (await acme.customer('Stranger')).of('Umbrella');
    const anas = await ana.browser();
    const path = `/tickets/${number(ticket.number)}`;
    const said: string[] = [];
    for (const email of ['stranger@customers.example', 'nobody@nowhere.example']) {
      await anas.get(`${path}/access`);
      const answer = await anas.post(`${path}/followers`, { email });
      said.push(`${answer.status} ${/id="email-error">.*?<span>(.*?)<\/span>/s.exec(answer.text)?.[1]}`);
    }
    expect(new Set(said).size).toBe(1);
    expect(said[0]).toContain('422 No one in this company');
  });

  test('who is called by name in a note follows the ticket; who only looks like it does not', async () => {
    await acme.agent('Nora');
    await acme.agent('Maral');
    const ticket = await ana.opens('Who knows this?');
    await acme.inside(async () =>
      world.get(Tickets).note(await mara.actor(), ticket.number, {
        body: 'mail me@nora.example, @Nora: your thing. @Maralina?',
        fileIds: [],
      }),
    );
    expect((await ticketOf(ticket.number)).watchers).toEqual(['Nora']);
  });
});

describe('changes to many', () => {
  test('ticked ones change, can be undone, and tell what could not change', async () => {
    const made = [await ana.opens('Bulk 1'), await ana.opens('Bulk 2'), await ana.opens('Bulk 3')].map((one) =>
      number(one.number),
    );
    await acme.inside(async () => world.get(Tickets).tag(await mara.actor(), Number(made[0]!.slice(4)), ['old'], []));
    await agent.get('/console/tickets?view=all');
    const answer = await agent.post('/console/tickets/bulk', {
      ticket: made,
      priority: 'urgent',
      status: 'on_hold',
      tag: 'Wave',
      back: '/console/tickets?view=all',
    });
    expect(answer.status).toBe(303);
    const page = await agent.get(answer.headers['location']!);
    expect(page.text).toContain('3 tickets changed.');
    for (const one of made) expect(await ticketOf(Number(one.slice(4)))).toMatchObject({ status: 'on_hold' });
    expect((await ticketOf(Number(made[0]!.slice(4)))).tags).toEqual(['old', 'wave']);
    const undo = /action="(\/console\/tickets\/bulk\/[^"]+\/undoing)"/.exec(page.text)![1]!;
    expect((await agent.post(undo)).status).toBe(303);
    expect(await ticketOf(Number(made[0]!.slice(4)))).toMatchObject({ status: 'open', tags: ['old'] });
    // A second time there is nothing to take back.
    const { status, text } = await agent.post(undo);
    expect(status).toBe(409);
    expect(text).toContain('<h1>This change can no longer be undone</h1>');
    expect(text).toMatch(/<title>This change can no longer be undone\b/);
    expect(text).not.toContain('Someone else changed this first');
  });

  test('somebody else’s change is nobody’s business, and a foreign address to come back to is not followed', async () => {
    const ticket = number((await ana.opens('Bulk 4')).number);
    await agent.get('/console/tickets?view=all');
    const answer = await agent.post('/console/tickets/bulk', { ticket, priority: 'low', back: '//evil.example' });
    expect(answer.headers['location']).toMatch(/^\/console\/tickets\?bulk=/);
    const id = /bulk=(.+)$/.exec(answer.headers['location']!)![1]!;
    const owner = await acme.owner.browser();
    expect((await owner.get(`/console/tickets/bulk/${id}`)).status).toBe(404);
  });
});

test('whoever writes while a colleague answers is told before it is sent, and loses nothing', async () => {
  const ticket = await ana.opens('Two at once');
  const path = `/console/tickets/${number(ticket.number)}`;
  const seen = /name="seen" value="([^"]+)"/.exec((await agent.get(path)).text)![1]!;
  const owner = await acme.owner.browser();
  await owner.get(path);
  await owner.post(`${path}/replies`, { body: 'I was quicker', status: 'pending', seen });
  const answer = await agent.post(`${path}/replies`, { body: 'My own words', status: 'pending', seen });
  expect(answer.status).toBe(422);
  for (const words of ['Acme Owner replied while you were writing', 'My own words', 'I was quicker'])
    expect(answer.text).toContain(words);
  const again = /name="seen" value="([^"]+)"/.exec(answer.text)![1]!;
  expect((await agent.post(`${path}/replies`, { body: 'My own words', status: 'pending', seen: again })).status).toBe(
    303,
  );
});

test('a file for spreadsheets holds what the list shows; formulas are text', async () => {
  await ana.opens('=HYPERLINK("http://evil.example")');
  const { text, headers } = await agent.get('/console/tickets/export?view=all');
  expect(headers['content-disposition']).toBe('attachment; filename="tickets.csv"');
  expect(text).toContain(`'=HYPERLINK`);
  expect((await (await ana.browser()).get('/console/tickets/export')).status).toBe(403);
});

test('a closed ticket takes nothing; writing again makes a ticket that knows what it follows', async () => {
  const ticket = await ana.opens('Long ago', 'The lift');
  const path = `/tickets/${number(ticket.number)}`;
  await acme.inside(async () => world.get(Tickets).update(await mara.actor(), ticket.number, { status: 'closed' }));
  const customer = await ana.browser();
  await customer.get(path);
  expect((await customer.post(`${path}/replies`, { body: 'Hello?' })).text).toContain('closed');
  const answer = await customer.post(`${path}/follow-ups`, { body: 'It is stuck again' });
  expect(answer.status).toBe(303);
  const made = Number(/TKT-0*(\d+)$/.exec(answer.headers['location']!)![1]);
  expect(await texts(made)).toEqual(['It is stuck again']);
  expect((await customer.get(answer.headers['location']!)).text).toContain(
    `This ticket follows up on ${number(ticket.number)}`,
  );
  const stranger = await (await (await acme.customer('Nobody')).of('Hooli')).browser();
  expect((await stranger.post(`${path}/follow-ups`, { body: 'x' })).status).toBe(404);
});

test('customers export what their role lets them, and nothing else', async () => {
  const lea = await (await acme.customer('Lea')).of('Initech', 'user');
  await lea.opens('Of Lea alone');
  await (await (await acme.customer('Lou')).of('Initech', 'company_user')).opens('Of Lou alone');
  const own = (await (await lea.browser()).get('/tickets/export')).text;
  expect([own.includes('Of Lea alone'), own.includes('Of Lou alone')]).toEqual([true, false]);
  expect((await acme.visitor().get('/tickets/export')).status).toBe(303);
  // Filtered as the list is, and told as there when a filter is none.
  const browser = await lea.browser();
  expect((await browser.get('/tickets/export?q=no-such-word-anywhere')).text.trim().split('\r\n')).toHaveLength(1);
  expect((await browser.get('/tickets/export?status=closed')).text).not.toContain(',Open,');
  for (const path of ['/tickets/export', '/tickets'])
    expect((await browser.get(`${path}?status=nonsense`)).status).toBe(400);
});
