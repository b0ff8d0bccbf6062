import { expect, test } from '@jest/globals';
import { type Visitor, World } from '@foyer/app-cli/testing';
import { Database, sql, table } from '@foyer/database';
import { historyOf } from '@foyer/service';
import { Merges, robot, Ticket, ticketNumber, TicketPageReader, Tickets } from '@foyer/tickets';
import { formsOf } from './page-forms.js';

const world = await World.startWithWorker();
const acme = await world.tenant('acme');

test('a customer registers, verifies by the mail, opens a ticket; an agent answers; the customer gets the mail and solves it', async () => {
  const browser = acme.visitor();
  const registered = await browser.post('/register', { name: 'Ana Sousa', email: 'ana@customers.example' });
  expect(registered.status).toBe(200);
  const link = new URL(await world.mails.linkTo('ana@customers.example', '/verify'));
  expect(link.host).toBe('acme.localhost:3000');
  expect((await browser.get(link.pathname + link.search)).status).toBe(200);
  const verified = await browser.post('/verify', {
    ...{ token: link.searchParams.get('token')!, name: 'Ana Sousa', password: 'orchard-lantern-42' },
  });
  expect([verified.status, verified.headers['location']]).toEqual([303, '/']);

  await browser.get('/tickets/new');
  const opened = await browser.upload(
    '/tickets',
    { subject: 'Printer is on fire', description: 'It burns.', priority: 'high', category: '' },
    [{ field: 'attachments', name: 'notes.txt', content: 'smoke\n' }],
  );
  expect([opened.status, opened.headers['location']]).toEqual([303, '/tickets/TKT-001']);
  await world.mails.mailTo('ana@customers.example', ({ subject }) => subject!.includes('TKT-001'));

  const agent = await (await acme.agent('Mara')).browser();
  expect((await agent.get('/console/tickets')).text).toContain('Printer is on fire');
  expect((await agent.get('/console/tickets/TKT-001')).text).toContain('It burns.');
  expect((await agent.post('/console/tickets/TKT-001/notes', { body: 'Secret thought' })).status).toBe(303);
  expect(
    (await agent.post('/console/tickets/TKT-001/replies', { body: 'Use the extinguisher.', status: 'pending' })).status,
  ).toBe(303);
  await world.mails.mailTo('ana@customers.example', ({ text }) => text!.includes('Use the extinguisher.'));

  const page = await browser.get('/tickets/TKT-001');
  expect(page.text).toContain('Use the extinguisher.');
  expect(page.text).not.toContain('Secret thought');
  const file = await browser.get(/href="(\/tickets\/TKT-001\/attachments\/[^"]+)"/.exec(page.text)![1]!);
  expect(file.headers['location']).toContain('http://files.localhost:3000/');
  expect((await browser.post('/tickets/TKT-001/solution')).status).toBe(303);
});

test('what an agent answered stays answered when they leave the team', async () => {
  const [nia, bo] = [await acme.agent('Nia'), await acme.customer('Bo')];
  const ticket = await bo.opens('Left behind');
  const agent = await nia.actor();
  await acme.inside(() => world.get(Tickets).reply(agent, ticket.id, { body: 'Here you are', fileIds: [] }));
  const history = () =>
    acme.inside(() =>
      world.get(Database).read(async (em) => historyOf(em, await em.findOneOrFail(Ticket, { id: ticket.id }))),
    );
  const before = await history();
  expect(before).toContainEqual(expect.objectContaining({ what: 'message', by: 'team' }));
  await acme.change(() => sql`update ${table('person')} set team_role = null where name = 'Nia' returning id`);
  expect(await history()).toEqual(before);
  const shown = await acme.inside(async () =>
    world.get(TicketPageReader).read(await acme.owner.actor(), ticket.number),
  );
  expect(shown.messages.find(({ body }) => body === 'Here you are')).toMatchObject({ byTeam: true });
});

test('a member of the team says no to the mail for each new ticket, and is told of what is theirs', async () => {
  const [pia, bo] = [await acme.agent('Pia'), await acme.customer('Bo')];
  const browser = await pia.browser();
  await browser.get('/console/account');
  expect((await browser.post('/console/account/mails', { ticket_mails: 'mine' })).status).toBe(303);
  const ticket = await bo.opens('No, thank you');
  await world.mails.mailTo(acme.owner.email, ({ subject }) => subject!.includes('No, thank you'));
  const toPia = () =>
    acme.query<{ template: string }>(() => sql`select template from ${table('mail')} where to_address = ${pia.email}`);
  expect(await toPia()).toEqual([]);
  const [owner, { id }] = [await acme.owner.actor(), await pia.actor()];
  await acme.inside(() => world.get(Tickets).update(owner, ticket.id, { assigneeId: id }));
  await world.mails.mailTo(pia.email);
  expect(await toPia()).toEqual([{ template: 'tickets/email/assigned' }]);
});

test('what is sent to a ticket that was merged or closed meanwhile is not lost: it can go where the ticket went', async () => {
  const zoë = await acme.customer('Zoë');
  const owner = await acme.owner.browser();
  const customer = await zoë.browser();
  const other = await zoë.opens('The same again');
  const into = ticketNumber(other.number);
  for (const [visitor, base, verb] of [
    [customer, '', 'replies'],
    [owner, '/console', 'replies'],
    [owner, '/console', 'notes'],
  ] as const) {
    const { number } = await zoë.opens(`Sent too late ${base}${verb}`);
    const at = `${base}/tickets/${ticketNumber(number)}`;
    await visitor.get(at);
    await acme.inside(async () =>
      world.get(Merges).merge(await acme.owner.actor(), Number(number), Number(other.number)),
    );
    const body = `I had written this before (${base}${verb})`;
    const late = await visitor.post(`${at}/${verb}`, { body });
    expect([late.status, late.text.includes(`merged into`)]).toEqual([422, true]);
    const form = formsOf(late.text).find(({ action }) => action === `${base}/tickets/${into}/${verb}`)!;
    expect(form.controls.find(({ name }) => name === 'body')!.value).toBe(body);
    expect((await visitor.post(form.action, { body })).status).toBe(303);
    expect((await owner.get(`/console/tickets/${into}`)).text).toContain(body);
    expect(
      (
        await owner.post(`/console/tickets/${ticketNumber(number)}/properties`, {
          priority: 'high',
          was_priority: 'normal',
        })
      ).status,
    ).toBe(422);
  }
  const closed = await zoë.opens('Closed while it was answered');
  await acme.inside(async () => world.get(Tickets).update(await acme.owner.actor(), closed.id, { status: 'closed' }));
  const late = await owner.post(`/console/tickets/${ticketNumber(closed.number)}/replies`, { body: 'Nearly sent' });
  expect([late.status, late.text.includes('Nearly sent'), late.text.includes('Your text was not sent')]).toEqual([
    422,
    true,
    true,
  ]);
});

test('of each property, whoever chooses what a colleague has just changed is told, and may insist; all else follows', async () => {
  const at = `/console/tickets/${ticketNumber((await (await acme.customer('Paula')).opens('Two at one panel')).number)}`;
  const [owner, agent] = [await acme.owner.browser(), await (await acme.agent('Olga')).browser()];
  const form = async (visitor: Visitor, page?: string) => {
    const html = page ?? (await visitor.get(at)).text;
    const { controls } = formsOf(html).find(({ action }) => action === `${at}/properties`)!;
    return { controls, typed: Object.fromEntries(controls.map(({ name, value }) => [name, value])) };
  };
  const send = (visitor: Visitor, typed: Record<string, string>) => visitor.post(`${at}/properties`, typed);
  const now = async () => (await form(owner)).typed;
  const { controls } = await form(agent);
  const names = controls.map(({ name }) => name).filter((name) => controls.some((one) => one.name === `was_${name}`));
  expect(names).toEqual(expect.arrayContaining(['status', 'assignee', 'priority', 'tags', 'subject']));
  for (const name of names.filter((one) => one !== 'tags')) {
    const [theirs, mine] = [await now(), (await form(agent)).typed];
    const options = controls.find((one) => one.name === name)!.options ?? ['Theirs', 'Mine'];
    const [one, other] = options.filter((value) => value !== mine[name]) as [string, string?];
    if (other === undefined) continue; // nothing that two could want
    expect((await send(owner, { ...theirs, [name]: one })).status).toBe(303);
    const tags = `${mine['tags']}, ${name}`;
    const refused = await send(agent, { ...mine, [name]: other, tags });
    expect([name, refused.status]).toEqual([name, 422]);
    expect(refused.text).toContain(`id="properties-${name}-error"`);
    expect((await now())[name]).toBe(one);
    const again = (await form(agent, refused.text)).typed;
    expect(again).toMatchObject({ [name]: other, [`was_${name}`]: one, tags });
    expect((await send(agent, again)).status).toBe(303);
    expect((await now())[name]).toBe(other);
  }
  // Two that want the same have no quarrel, and tags come and go one by one.
  const [theirs, mine] = [await now(), (await form(agent)).typed];
  for (const [who, typed, tag] of [
    [owner, theirs, 'hers'],
    [agent, mine, 'his'],
  ] as const)
    expect((await send(who, { ...typed, priority: 'low', tags: `${typed['tags']}, ${tag}` })).status).toBe(303);
  const after = await now();
  expect(after['priority']).toBe('low');
  for (const tag of ['hers', 'his']) expect(after['tags']).toContain(tag);
});

test('a file alone is an answer, of a customer and of the team, and a note; nothing at all is none', async () => {
  const paula = await acme.customer('Petra');
  const number = ticketNumber((await paula.opens('What does it look like?')).number);
  const [customer, agent] = [await paula.browser(), await (await acme.agent('Oskar')).browser()];
  const picture = { field: 'attachments', name: 'smoke.txt', content: 'grey\n' };
  for (const [who, at, part] of [
    [customer, `/tickets/${number}`, 'replies'],
    [agent, `/console/tickets/${number}`, 'replies'],
    [agent, `/console/tickets/${number}`, 'notes'],
  ] as const) {
    const before = (await who.get(at)).text.split('smoke.txt').length;
    expect((await who.upload(`${at}/${part}`, { body: ' ' }, [])).status).toBe(422);
    expect((await who.upload(`${at}/${part}`, { body: '' }, [picture])).status).toBe(303);
    expect((await who.get(at)).text.split('smoke.txt').length).toBeGreaterThan(before);
  }
  const mail = await world.mails.mailTo(paula.email, ({ text }) => text!.includes('only files'));
  expect(mail.text).toContain(number);
});

test('a long thread shows how it began and what came last, and the rest on demand', async () => {
  const [bo, nia] = [await acme.customer('Bo Long'), await acme.agent('Nia Long')];
  const ticket = await bo.opens('A long story');
  await acme.change(
    () => sql`insert into ${table('ticket_message')} (id, ticket_id, author_id, kind, body, created_at)
      select gen_random_uuid(), t.id, case when n % 2 = 0 then t.requester_id else p.id end, case when n % 10 = 5 then 'note' else 'reply' end, 'Line ' || n || '.', now() + n * interval '1 minute'
        from ${table('ticket')} t, generate_series(1, 80) n, ${table('person')} p
       where t.id = ${ticket.id} and p.email = ${nia.email} returning 1`,
  );
  const number = ticketNumber(ticket.number);
  const lines = (html: string) => [...html.matchAll(/>Line (\d+)\.</g)].map(([, n]) => Number(n));
  const fold = (html: string) => /<a[^>]*href="([^"]+)" data-fold>.*?<span>([^<]+)<\/span>/s.exec(html)?.slice(1);
  const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

  for (const [visitor, address, all] of [
    [await bo.browser(), `/tickets/${number}`, upTo(1, 80).filter((n) => n % 10 !== 5)],
    [await nia.browser(), `/console/tickets/${number}`, upTo(1, 80)],
  ] as const) {
    const page = (await visitor.get(address)).text;
    const shown = lines(page);
    expect(shown).toEqual(all.filter((n) => shown.includes(n)));
    expect(shown.slice(-30)).toEqual(all.slice(-30));
    expect(shown.length).toBeLessThan(36);
    const [href, words] = fold(page)!;
    expect(words).toBe(`Show ${all.length - shown.length} more messages`);
    // It leads to where the gap was.
    const [path, anchor] = href!.replace('&#x3D;', '=').split('#') as [string, string];
    expect(page).toContain(`id="${anchor}"`);
    const whole = (await visitor.get(path)).text;
    expect([lines(whole), fold(whole)]).toEqual([all, undefined]);
    expect(whole).toContain(`id="${anchor}"`);
    const paper = (await visitor.get(`${address}/print?notes=yes`)).text;
    expect(lines(paper)).toEqual(all);
    expect(paper).not.toContain('data-fold');
  }
  // People in the conversation are those of all of it.
  const quiet = (await (await bo.browser()).get(`/tickets/${number}`)).text;
  expect(quiet).toContain('<bdi>Nia Long</bdi>');
});

test('on paper without notes a rule speaks as the business, as customers know it, and with notes by its name', async () => {
  const uma = await acme.customer('Uma');
  const ticket = await uma.opens('Paper');
  await acme.inside(() => world.get(Tickets).act(robot('Rule 4711'), ticket.id, [{ do: 'reply', text: 'We have it' }]));
  const owner = await acme.owner.browser();
  const authors = async (query = '') =>
    [
      ...(await owner.get(`/console/tickets/${ticketNumber(ticket.number)}/print${query}`)).text.matchAll(
        /<header><strong><bdi>([^<]+)/g,
      ),
    ].map(([, name]) => name);
  expect(await authors()).toEqual(['Uma', 'Acme']);
  expect(await authors('?notes=yes')).toEqual(['Uma', 'Rule 4711']);
});
