import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestPerson, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { Approvals, type Question } from '@foyer/approvals';
import { sql, table } from '@foyer/database';
import { requestTypes } from '@foyer/requests';
import { Collections } from '@foyer/settings';
import { Merges, type Ticket, ticketNumber, Tickets, Watching } from '@foyer/tickets';

let world: World;
let acme: TestTenant;
let bolt: TestTenant;
let una: TestPerson;
let boss: TestPerson;
let chief: TestPerson;
let agent: TestPerson;
let stranger: TestPerson;
let count = 0;

interface Row {
  id: string;
  approver: string;
  status: string;
}
const inside = <T>(fn: () => Promise<T>): Promise<T> => acme.inside(fn);
const idOf = async (person: TestPerson): Promise<string> => (await person.actor()).id!;
const numberOf = (ticket: Ticket) => ticketNumber(Number(ticket.number));
const approvalsOf = (ticket: Ticket) =>
  acme.query<Row>(
    () => sql`select v.id, p.name as approver, v.status from ${table('ticket_approval')} v join ${table('person')} p on p.id = v.approver_id
               where v.ticket_id = ${ticket.id} order by p.name`,
  );
const stateOf = async (ticket: Ticket) => {
  const [found] = await acme.query<{ status: string; watchers: string[] }>(
    () => sql`select status, to_json(watcher_ids) as watchers from ${table('ticket')} where id = ${ticket.id}`,
  );
  return found!;
};
const happenings = async (ticket: Ticket) =>
  (
    await acme.query<{ type: string }>(
      () =>
        sql`select data->>'type' as type from ${table('ticket_message')} where ticket_id = ${ticket.id} and kind = 'event' order by created_at, id`,
    )
  ).map(({ type }) => type);
const ask = async (ticket: Ticket, approvers: TestPerson[] | 'company-admins', more: Partial<Question> = {}) => {
  const ids = approvers === 'company-admins' ? approvers : await Promise.all(approvers.map(idOf));
  const actor = await agent.actor();
  await inside(() =>
    world.get(Approvals).ask(actor, ticket.id, { approvers: ids, question: 'It costs 900.', ...more }),
  );
};
const decide = async (person: TestPerson, id: string, decision: 'approved' | 'rejected', comment = '') => {
  const actor = await person.actor();
  return inside(() => world.get(Approvals).decide(actor, id, decision, comment));
};
const asks = (person: TestPerson) => person.opens(`A new screen ${(count += 1)}`);
const role = (person: TestPerson, to: string) =>
  acme.change(
    () =>
      sql`update ${table('membership')} set role = ${to} where person_id = (select id from ${table('person')} where email = ${person.email})`,
  );

beforeAll(async () => {
  world = await World.startWithWorker();
  [acme, bolt] = [await world.tenant('acme'), await world.tenant('bolt')];
  una = await (await acme.customer('Una')).of('Globex');
  boss = await (await acme.customer('Boss')).of('Globex', 'company_admin');
  chief = await (await acme.customer('Chief')).of('Globex', 'company_admin');
  stranger = await (await acme.customer('Stranger')).of('Initech', 'company_admin');
  agent = await acme.agent('Mara');
});

describe('asking', () => {
  test('holds the ticket, tells the approver by mail, and lets them follow it', async () => {
    const ticket = await asks(una);
    await ask(ticket, [boss]);
    expect(await stateOf(ticket)).toEqual({ status: 'on_hold', watchers: [await idOf(boss)] });
    expect((await happenings(ticket)).sort()).toEqual(['approval-asked', 'status']);
    const mail = await world.mails.mailTo(boss.email, ({ subject }) => subject!.includes(numberOf(ticket)));
    expect(mail.text).toContain('It costs 900.');
    expect(mail.text).toContain(`${acme.tenant.origin}/tickets/${numberOf(ticket)}`);
  });

  test('company admins are those who administer it, without the requester', async () => {
    const ticket = await asks(boss);
    await ask(ticket, 'company-admins');
    expect(await approvalsOf(ticket)).toEqual([expect.objectContaining({ approver: 'Chief', status: 'waiting' })]);
  });

  test.each([
    ['the requester', () => [boss]],
    ['somebody without the right', () => [una]],
    ['somebody of another company', () => [stranger]],
    ['a team member', () => [agent]],
  ])('%s cannot be asked', async (_, people) => {
    const ticket = await asks(boss);
    await expect(ask(ticket, people())).rejects.toMatchObject({ field: 'approver' });
    expect((await stateOf(ticket)).status).toBe('open');
  });

  test('only agents ask, once at a time, and not about what is solved', async () => {
    const ticket = await asks(una);
    const customer = await boss.actor();
    const approvers = [await idOf(boss)];
    await expect(
      inside(() => world.get(Approvals).ask(customer, ticket.id, { approvers, question: '' })),
    ).rejects.toThrow('access.refused');
    await ask(ticket, [boss]);
    await expect(ask(ticket, [chief])).rejects.toThrow('approvals.waiting-already');
    const browser = await agent.browser();
    await browser.get('/console/tickets');
    await browser.post(`/console/tickets/${numberOf(ticket)}/solution`);
    await expect(ask(ticket, [chief])).rejects.toThrow('approvals.over');
  });
});

describe('deciding', () => {
  test('an approval opens the ticket again and tells requester and assignee', async () => {
    const ticket = await asks(una);
    const browser = await agent.browser();
    await browser.get('/console/tickets');
    await browser.post(`/console/tickets/${numberOf(ticket)}/taking`);
    await ask(ticket, [boss]);
    const [asked] = await approvalsOf(ticket);
    await decide(boss, asked!.id, 'approved', 'Go ahead');
    expect(await stateOf(ticket)).toEqual({ status: 'open', watchers: [] });
    expect((await happenings(ticket)).slice(-2).sort()).toEqual(['approved', 'status']);
    for (const person of [una, agent]) {
      const mail = await world.mails.mailTo(person.email, ({ subject }) =>
        subject!.startsWith(`Approved: [${numberOf(ticket)}]`),
      );
      expect(mail.text).toContain('Go ahead');
      expect(mail.text).toContain(person === agent ? '/console/tickets/' : `${acme.tenant.origin}/tickets/`);
    }
    await expect(decide(boss, asked!.id, 'rejected', 'On second thoughts')).rejects.toThrow(
      'approvals.already.approved',
    );
  });

  test('a rejection needs a reason', async () => {
    const ticket = await asks(una);
    await ask(ticket, [boss]);
    const [asked] = await approvalsOf(ticket);
    await expect(decide(boss, asked!.id, 'rejected')).rejects.toMatchObject({ field: 'comment' });
    await decide(boss, asked!.id, 'rejected', 'Too dear');
    expect((await stateOf(ticket)).status).toBe('open');
  });

  test('of two, the first decides; where all must, the last', async () => {
    const first = await asks(una);
    await ask(first, [boss, chief]);
    const [ofBoss, ofChief] = await approvalsOf(first);
    await decide(boss, ofBoss!.id, 'approved');
    expect((await approvalsOf(first)).map(({ status }) => status)).toEqual(['approved', 'settled']);
    await expect(decide(chief, ofChief!.id, 'rejected', 'No')).rejects.toThrow('approvals.already.settled');

    const second = await asks(una);
    await ask(second, [boss, chief], { all: true });
    const [one, other] = await approvalsOf(second);
    await decide(boss, one!.id, 'approved');
    expect((await stateOf(second)).status).toBe('on_hold');
    await decide(chief, other!.id, 'approved');
    expect((await stateOf(second)).status).toBe('open');
  });

  test('at the same moment, one wins and the other is told', async () => {
    const ticket = await asks(una);
    await ask(ticket, [boss, chief]);
    const [ofBoss, ofChief] = await approvalsOf(ticket);
    const results = await Promise.allSettled([
      decide(boss, ofBoss!.id, 'approved'),
      decide(chief, ofChief!.id, 'rejected', 'No'),
    ]);
    const lost = results.filter((one): one is PromiseRejectedResult => one.status === 'rejected');
    expect(lost.map(({ reason }) => (reason as Error).message)).toEqual(['approvals.already.settled']);
    expect((await happenings(ticket)).filter((type) => type === 'approved' || type === 'rejected')).toHaveLength(1);
  });

  test('nobody decides for others, or once they have left or lost the role', async () => {
    const ticket = await asks(una);
    await ask(ticket, [boss]);
    const [asked] = await approvalsOf(ticket);
    for (const other of [chief, stranger, agent, una])
      await expect(decide(other, asked!.id, 'approved')).rejects.toThrow(/access.(?:not-found|refused)/);
    await role(boss, 'user');
    await expect(decide(boss, asked!.id, 'approved')).rejects.toThrow('access.refused');
    const browser = await boss.browser();
    expect((await browser.get('/approvals')).text).not.toContain(ticket.subject);
    expect((await browser.get(`/tickets/${numberOf(ticket)}`)).text).not.toContain('name="decision"');
    expect((await browser.post(`/approvals/${asked!.id}`, { decision: 'approved', comment: '' })).status).toBe(404);
    expect((await (await agent.browser()).get(`/console/tickets/${numberOf(ticket)}`)).text).toContain(
      'Can no longer decide',
    );
    await role(boss, 'company_admin');
    await decide(boss, asked!.id, 'approved');
  });

  test('nor once they have left the company', async () => {
    const leaver = await (await acme.customer('Leaver')).of('Globex', 'company_admin');
    const ticket = await asks(una);
    await ask(ticket, [leaver]);
    const [asked] = await approvalsOf(ticket);
    const [company] = await acme.query<{ id: string }>(
      () => sql`select id from ${table('company')} where name = 'Globex'`,
    );
    const owner = await acme.owner.browser();
    await owner.get(`/console/companies/${company!.id}`);
    const left = await owner.post(`/console/companies/${company!.id}/members/${await idOf(leaver)}/removal`);
    expect(left.status).toBe(303);
    await expect(decide(leaver, asked!.id, 'approved')).rejects.toThrow(/access.(?:not-found|refused)/);
    expect((await (await leaver.browser()).get(`/tickets/${numberOf(ticket)}`)).status).toBe(404);
    expect((await stateOf(ticket)).status).toBe('on_hold');
  });

  test('what was closed meanwhile cannot be decided', async () => {
    const [ticket, other] = [await asks(una), await asks(una)];
    await ask(ticket, [boss]);
    const [asked] = await approvalsOf(ticket);
    const actor = await agent.actor();
    await inside(() => world.get(Merges).merge(actor, Number(ticket.number), Number(other.number)));
    await expect(decide(boss, asked!.id, 'approved')).rejects.toThrow('tickets.closed');
  });
});

describe('a kind of request that needs approval', () => {
  const typeId = '0190f000-0000-7000-8000-0000000000d1';
  const opens = async (person: TestPerson) => {
    const actor = await person.actor();
    const draft = {
      subject: 'A laptop',
      description: 'Please',
      priority: 'normal' as const,
      categoryId: null,
      fileIds: [],
    };
    const company = { companyId: actor.companies[0]!.id, typeId };
    return inside(() => world.get(Tickets).open(actor, { ...draft, ...company }));
  };
  const until = async (done: () => Promise<boolean>) => {
    for (let tries = 0; tries < 100 && !(await done()); tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
  };
  beforeAll(async () => {
    const [general] = await inside(() => world.get(Collections).all(requestTypes));
    const type = { ...general!, id: typeId, name: 'Laptop', slug: 'laptop', approval: 'company-admins' as const };
    await inside(() => world.get(Collections).apply(requestTypes, [general!, type]));
  });

  test('asks the company’s admins by itself', async () => {
    const ticket = await opens(una);
    await until(async () => (await approvalsOf(ticket)).length > 0);
    expect((await approvalsOf(ticket)).map(({ approver }) => approver)).toEqual(['Boss', 'Chief']);
    expect((await stateOf(ticket)).status).toBe('on_hold');
  });

  test('leaves a note where there is nobody to ask', async () => {
    const ticket = await opens(stranger);
    const notes = () =>
      acme.query(() => sql`select 1 from ${table('ticket_message')} where ticket_id = ${ticket.id} and kind = 'note'`);
    await until(async () => (await notes()).length > 0);
    expect(await notes()).toHaveLength(1);
    expect((await stateOf(ticket)).status).toBe('open');
  });
});

describe('withdrawing', () => {
  test('ends it, and with it the following, unless there was one before', async () => {
    for (const followed of [false, true]) {
      const ticket = await asks(una);
      const actor = await agent.actor();
      if (followed) await inside(() => world.get(Watching).share(actor, Number(ticket.number), boss.email));
      await ask(ticket, [boss]);
      const [asked] = await approvalsOf(ticket);
      await inside(() => world.get(Approvals).withdraw(actor, Number(ticket.number), asked!.id));
      expect(await stateOf(ticket)).toEqual({ status: 'open', watchers: followed ? [await idOf(boss)] : [] });
      await expect(decide(boss, asked!.id, 'approved')).rejects.toThrow('approvals.already.withdrawn');
    }
  });

  test('of an approval of another ticket does nothing', async () => {
    const [ticket, other] = [await asks(una), await asks(una)];
    await ask(ticket, [boss]);
    const [asked] = await approvalsOf(ticket);
    const actor = await agent.actor();
    await expect(inside(() => world.get(Approvals).withdraw(actor, Number(other.number), asked!.id))).rejects.toThrow(
      'access.not-found',
    );
  });
});

describe('through HTTP', () => {
  let team: Visitor;
  let approver: Visitor;
  beforeAll(async () => {
    [team, approver] = [await agent.browser(), await boss.browser()];
  });

  test('an agent asks on a page, the approver decides on the ticket’s', async () => {
    const ticket = await asks(una);
    const at = `/console/tickets/${numberOf(ticket)}`;
    expect((await team.get(at)).text).toContain(`href="${at}/approvals"`);
    const page = await team.get(`${at}/approvals`);
    expect(page.text).toContain('Boss');
    expect(page.text).not.toContain('Stranger');
    expect((await team.post(`${at}/approvals`, { question: 'May we?' })).status).toBe(422);
    const sent = await team.post(`${at}/approvals`, {
      approver: [await idOf(boss), await idOf(chief)],
      question: 'May we?',
    });
    expect([sent.status, sent.headers['location']]).toEqual([303, at]);

    expect((await approver.get('/approvals')).text).toContain(ticket.subject);
    const [asked] = await approvalsOf(ticket);
    expect((await team.get(at)).text).toContain(`action="${at}/approvals/${asked!.id}/withdrawal"`);
    const shown = await approver.get(`/tickets/${numberOf(ticket)}`);
    const action = /action="(\/approvals\/[0-9a-f-]{36})"/.exec(shown.text)![1]!;
    // A link in a mail, however it is opened, decides nothing.
    expect((await approver.get(`${action}?decision=approved`)).get('Location')).toBe('/approvals');
    expect((await stateOf(ticket)).status).toBe('on_hold');
    const refused = await approver.post(action, { decision: 'rejected', comment: '' });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('Write why you reject the request.');
    expect((await approver.post(action, { comment: 'x' })).status).toBe(422);
    const decided = await approver.post(action, { decision: 'rejected', comment: 'Not this year' });
    expect([decided.status, decided.headers['location']]).toEqual([303, '/approvals']);
    expect((await approver.get('/approvals')).text).not.toContain(ticket.subject);
    expect((await approver.get('/approvals?show=decided')).text).toContain('Not this year');
    expect((await (await una.browser()).get(`/tickets/${numberOf(ticket)}`)).text).toContain('Not this year');
  });

  test('the way there is shown only to those who may approve', async () => {
    expect((await approver.get('/')).text).toContain('href="/approvals"');
    expect((await (await una.browser()).get('/')).text).not.toContain('href="/approvals"');
  });

  test('an approval of another business is nowhere', async () => {
    const bob = await (await bolt.customer('Bob')).of('Initech');
    await (await bolt.customer('Bea')).of('Initech', 'company_admin');
    const theirs = await bob.opens('Bolt only');
    const owner = await bolt.owner.actor();
    await bolt.inside(() => world.get(Approvals).ask(owner, theirs.id, { approvers: 'company-admins', question: '' }));
    const [asked] = await bolt.query<{ id: string }>(() => sql`select id from ${table('ticket_approval')}`);
    const answer = await approver.post(`/approvals/${asked!.id}`, { decision: 'approved', comment: '' });
    expect(answer.status).toBe(404);
    const mine = await asks(una);
    expect((await team.post(`/console/tickets/${numberOf(mine)}/approvals/${asked!.id}/withdrawal`)).status).toBe(404);
  });
});
