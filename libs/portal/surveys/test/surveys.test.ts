import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type TestPerson, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { Collections, Settings } from '@foyer/settings';
import { Asking, FIRST_SURVEY, netPromoters, type Survey, SurveyDue, surveys } from '@foyer/surveys';
import { Packs } from '@foyer/tenants';
import { type Ticket, ticketNumber, Tickets } from '@foyer/tickets';

let world: World;
let acme: TestTenant;
let bolt: TestTenant;
let mara: TestPerson;
let count = 0;

interface Row {
  id: string;
  score: number | null;
  comment: string;
  ticketId: string | null;
}
const inside = <T>(fn: () => Promise<T>): Promise<T> => acme.inside(fn);
const numberOf = (ticket: Ticket) => ticketNumber(Number(ticket.number));
const setUp = (...all: Survey[]) => inside(() => world.get(Collections).apply(surveys, all));
const answersOf = (person: Pick<TestPerson, 'email'>) =>
  acme.query<Row>(
    () => sql`select a.id, a.score, a.comment, a.ticket_id as "ticketId" from ${table('survey_answer')} a join ${table('person')} p on p.id = a.person_id
               where p.email = ${person.email} order by a.sent_at`,
  );
const somebody = async (): Promise<TestPerson> => acme.customer(`Person ${(count += 1)}`);
const solve = async (ticket: Ticket) => {
  const actor = await mara.actor();
  await inside(() => world.get(Tickets).solve(actor, ticket.id));
};
/** A ticket that was solved, and the question about it. */
const asked = async (person: TestPerson, survey: Survey = FIRST_SURVEY): Promise<Ticket> => {
  const ticket = await person.opens('A question');
  const actor = await mara.actor();
  await inside(() => world.get(Tickets).update(actor, ticket.id, { assigneeId: actor.id }));
  await solve(ticket);
  await due(ticket, survey);
  return ticket;
};
const due = async (ticket: Ticket, survey: Survey = FIRST_SURVEY) => {
  const [{ at }] = (await acme.query<{ at: string }>(
    () => sql`select coalesce(solved_at, now())::text as at from ${table('ticket')} where id = ${ticket.id}`,
  )) as [{ at: string }];
  await inside(() => world.get(Asking).due(new SurveyDue(survey.id, ticket.id, at)));
};
const mailOf = (person: TestPerson) =>
  world.mails.mailTo(person.email, ({ text }) => /\/survey\?token=/.test(text ?? ''));
/** The path of the link in the mail, with its token. */
const linkTo = async (person: TestPerson): Promise<string> =>
  `/survey?token=${/\/survey\?token=([\w-]+)/.exec((await mailOf(person)).text!)![1]!}`;
const tokenIn = (link: string) => new URLSearchParams(link.split('?')[1]).get('token')!;
const answer = async (visitor: Visitor, link: string, score: number | string, comment = '') => {
  await visitor.get(link);
  return visitor.post('/survey', { token: tokenIn(link), score: String(score), comment });
};
const ratings = async (ticket: Ticket) =>
  (
    await acme.query<{ name: string }>(
      () =>
        sql`select data->>'toName' as name from ${table('ticket_message')} where ticket_id = ${ticket.id} and data->>'type' = 'rated' order by created_at`,
    )
  ).map(({ name }) => name);

beforeAll(async () => {
  world = await World.startWithWorker();
  [acme, bolt] = [await world.tenant('acme'), await world.tenant('bolt')];
  mara = await acme.agent('Mara');
  await inside(() => world.get(Settings).apply('general', { locales: ['en', 'de'] }));
});
beforeEach(() => setUp(FIRST_SURVEY));

describe('asking', () => {
  test('every portal does it from the start: a day after solving, of everybody, once in thirty days', async () => {
    const [first, ...others] = await bolt.inside(() => world.get(Collections).all(surveys));
    expect(others).toEqual([]);
    expect(first).toMatchObject({ enabled: true, kind: 'csat', delayHours: 24, coolDownDays: 30 });
  });

  test('what is solved is asked about by itself, in the person’s language, with a link for each score', async () => {
    await setUp({ ...FIRST_SURVEY, delayHours: 0 });
    const person = await somebody();
    await acme.change(() => sql`update ${table('person')} set locale = 'de' where email = ${person.email}`);
    await solve(await person.opens('Eine Frage'));
    const mail = await mailOf(person);
    expect(mail.subject).toBe('Acme: Wie war unsere Hilfe?');
    expect(mail.html).toContain('Sehr gut');
    expect([1, 2, 3, 4, 5].filter((score) => (mail.html as string).includes(`&amp;score&#x3D;${score}"`))).toHaveLength(
      5,
    );
    const [{ hash }] = (await acme.query<{ hash: string }>(
      () => sql`select token_hash as hash from ${table('survey_answer')} order by sent_at desc limit 1`,
    )) as [{ hash: string }];
    expect(mail.html).not.toContain(hash);
  });

  test('not when it is no longer solved, or solved anew', async () => {
    const person = await somebody();
    const ticket = await person.opens('Not yet');
    await solve(ticket);
    const [{ at }] = (await acme.query<{ at: string }>(
      () => sql`select solved_at::text as at from ${table('ticket')} where id = ${ticket.id}`,
    )) as [{ at: string }];
    const actor = await mara.actor();
    await inside(() => world.get(Tickets).reopen(actor, ticket.id));
    await inside(() => world.get(Asking).due(new SurveyDue(FIRST_SURVEY.id, ticket.id, at)));
    await solve(ticket);
    await inside(() => world.get(Asking).due(new SurveyDue(FIRST_SURVEY.id, ticket.id, at)));
    expect(await answersOf(person)).toEqual([]);
    await due(ticket);
    expect(await answersOf(person)).toHaveLength(1);
  });

  test('nobody twice within the pause, whatever survey it is and however many ask at once', async () => {
    const effort: Survey = { ...FIRST_SURVEY, id: '0190f000-0000-7000-8000-0000000000e1', kind: 'ces' };
    await setUp(FIRST_SURVEY, effort);
    const person = await somebody();
    const tickets = [await person.opens('One'), await person.opens('Two'), await person.opens('Three')];
    for (const ticket of tickets) await solve(ticket);
    await Promise.all(tickets.flatMap((ticket) => [due(ticket), due(ticket, effort), due(ticket)]));
    expect(await answersOf(person)).toHaveLength(1);
    await acme.change(() => sql`update ${table('survey_answer')} set sent_at = now() - interval '31 days'`);
    await due(tickets[1]!);
    expect(await answersOf(person)).toHaveLength(2);
  });

  test('not whom conditions leave out, who has left, works here, or where the section is off', async () => {
    const vip: Survey = {
      ...FIRST_SURVEY,
      conditions: { match: 'all', tests: [{ field: 'tags', operator: 'has', value: ['vip'] }] },
    };
    await setUp(vip);
    const person = await somebody();
    await asked(person, vip);
    expect(await answersOf(person)).toEqual([]);

    await setUp(FIRST_SURVEY);
    const gone = await somebody();
    const ticket = await gone.opens('Bye');
    await solve(ticket);
    await acme.change(() => sql`update ${table('person')} set status = 'deactivated' where email = ${gone.email}`);
    await due(ticket);
    expect(await answersOf(gone)).toEqual([]);

    const own = await mara.opens('My own');
    await solve(own);
    await due(own);
    expect(await answersOf(mara)).toEqual([]);

    const other = await somebody();
    const last = await other.opens('Off');
    await solve(last);
    await inside(() => world.get(Settings).apply('features', { tickets: false }));
    await due(last);
    await inside(() => world.get(Settings).apply('features', { tickets: true }));
    expect(await answersOf(other)).toEqual([]);
  });

  test('recommendation goes round by itself, each person once in its time', async () => {
    const nps: Survey = { ...FIRST_SURVEY, id: '0190f000-0000-7000-8000-0000000000f1', kind: 'nps', coolDownDays: 1 };
    const [person, idle] = [await somebody(), await somebody()];
    const [robot, daemon] = [await somebody(), await somebody()];
    const tickets = [await person.opens('Hello'), await robot.opens('Newsletter'), await daemon.opens('Returned mail')];
    const unread = { email: 'mailer-daemon@mx.example' };
    await acme.change(() => sql`update ${table('person')} set email = ${unread.email} where email = ${daemon.email}`);
    await setUp(nps);
    await inside(() => world.get(Asking).sweep());
    expect(await answersOf(person)).toEqual([]);
    await acme.change(() => sql`update ${table('ticket')} set by_program = true where id = ${tickets[1]!.id}`);
    for (const { id } of tickets)
      await inside(async () => world.get(Tickets).reply(await mara.actor(), id, { body: 'Here it is.', fileIds: [] }));
    await inside(() => world.get(Asking).sweep());
    await inside(() => world.get(Asking).sweep());
    for (const nobody of [robot, unread]) expect(await answersOf(nobody)).toEqual([]);
    await solve(tickets[1]!);
    await due(tickets[1]!);
    expect(await answersOf(robot)).toEqual([]);
    expect(await answersOf(person)).toEqual([expect.objectContaining({ ticketId: null, score: null })]);
    expect(await answersOf(idle)).toEqual([]);
    const mail = await mailOf(person);
    expect(mail.html).toContain('&amp;score&#x3D;10"');
    await acme.change(() => sql`update ${table('survey_answer')} set sent_at = now() - interval '2 days'`);
    await inside(() => world.get(Asking).sweep());
    expect(await answersOf(person)).toHaveLength(1);
    await acme.change(() => sql`update ${table('survey_answer')} set sent_at = now() - interval '91 days'`);
    await inside(() => world.get(Asking).sweep());
    expect(await answersOf(person)).toHaveLength(2);
  });
});

describe('answering', () => {
  test('opening a link records nothing, as mail scanners open every one; the button does, signed out', async () => {
    const person = await somebody();
    const ticket = await asked(person);
    const link = await linkTo(person);
    const visitor = acme.visitor();
    for (const score of [1, 2, 3, 4, 5]) {
      const page = await visitor.get(`${link}&score=${score}`);
      expect(page.status).toBe(200);
      expect(page.text).toMatch(new RegExp(`value="${score}" required checked`));
      expect((await visitor.head(`${link}&score=${score}`)).status).toBe(200);
    }
    expect(await answersOf(person)).toEqual([expect.objectContaining({ score: null })]);
    const sent = await answer(visitor, `${link}&score=4`, 4, 'Quick');
    expect([sent.status, sent.headers['location']]).toEqual([303, `/survey/thanks?token=${tokenIn(link)}`]);
    expect((await visitor.get(sent.headers['location']!)).text).toContain('Thank you');
    expect(await answersOf(person)).toEqual([expect.objectContaining({ score: 4, comment: 'Quick' })]);
    expect(await ratings(ticket)).toEqual(['Good (4 of 5)']);
  });

  test('may be changed until it expires; the same again leaves one line in the thread', async () => {
    const person = await somebody();
    const ticket = await asked(person);
    const [visitor, link] = [acme.visitor(), await linkTo(person)];
    await answer(visitor, link, 5);
    await answer(visitor, link, 5, 'And a comment');
    await answer(visitor, link, 3, 'After all');
    expect(await ratings(ticket)).toEqual(['Very good (5 of 5)', 'All right (3 of 5)']);
    await acme.change(() => sql`update ${table('survey_answer')} set expires_at = now() - interval '1 second'`);
    expect((await visitor.get(link)).status).toBe(410);
    expect((await answer(visitor, link, 1)).status).toBe(410);
    expect(await answersOf(person)).toEqual([expect.objectContaining({ score: 3, comment: 'After all' })]);
  });

  test('of two at once, both are heard and the last stays', async () => {
    const person = await somebody();
    await asked(person);
    const link = await linkTo(person);
    const visitors = [acme.visitor(), acme.visitor()];
    for (const visitor of visitors) await visitor.get(link);
    const sent = await Promise.all(
      visitors.map((visitor, index) =>
        visitor.post('/survey', { token: tokenIn(link), score: String(index + 4), comment: '' }),
      ),
    );
    expect(sent.map(({ status }) => status)).toEqual([303, 303]);
    expect(await answersOf(person)).toHaveLength(1);
  });

  test.each(['0', '6', '-1', '4.5', 'x', '', ' '])('a score of “%s” is none', async (score) => {
    const person = await somebody();
    await asked(person);
    const sent = await answer(acme.visitor(), await linkTo(person), score);
    expect(sent.status).toBe(422);
    expect(sent.text).toContain('id="score-error"');
    expect(await answersOf(person)).toEqual([expect.objectContaining({ score: null })]);
  });

  test('forged links, and those of another business, lead nowhere', async () => {
    const person = await somebody();
    await asked(person);
    const link = await linkTo(person);
    const visitor = acme.visitor();
    const changed = `${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`;
    for (const path of [changed, '/survey', '/survey?token=', '/survey?token=a&token=b', '/survey/thanks?token=x'])
      expect((await visitor.get(path)).status).toBe(404);
    expect((await answer(visitor, changed, 5)).status).toBe(404);
    const elsewhere = bolt.visitor();
    expect((await elsewhere.get(link)).status).toBe(404);
    expect((await answer(elsewhere, link, 5)).status).toBe(404);
    expect((await elsewhere.get(`/survey/unsubscribe/${tokenIn(link)}`)).status).toBe(404);
    expect((await elsewhere.post(`/survey/unsubscribe/${tokenIn(link)}`)).status).toBe(404);
    expect(await answersOf(person)).toEqual([expect.objectContaining({ score: null })]);
  });

  test('the link shows no other page of its person', async () => {
    const person = await somebody();
    const ticket = await asked(person);
    const visitor = acme.visitor();
    await answer(visitor, await linkTo(person), 5);
    expect((await visitor.get(`/tickets/${numberOf(ticket)}`)).headers['location']).toMatch(/^\/sign-in/);
  });
});

describe('an unhappy answer', () => {
  test('tells the assignee, and opens the ticket again where that is wished, once', async () => {
    await setUp({ ...FIRST_SURVEY, onLow: { notify: true, reopen: true } });
    const person = await somebody();
    const ticket = await asked(person);
    const [visitor, link] = [acme.visitor(), await linkTo(person)];
    await answer(visitor, link, 2, 'It still burns');
    const mail = await world.mails.mailTo(mara.email, ({ subject }) =>
      subject!.startsWith(`[${numberOf(ticket)}] Unhappy`),
    );
    expect(mail.text).toContain('It still burns');
    const status = () =>
      acme.query<{ status: string }>(() => sql`select status from ${table('ticket')} where id = ${ticket.id}`);
    expect(await status()).toEqual([{ status: 'open' }]);
    await solve(ticket);
    await answer(visitor, link, 1, 'Worse');
    expect(await status()).toEqual([{ status: 'solved' }]);
  });

  test('does neither where it is not wished', async () => {
    await setUp({ ...FIRST_SURVEY, onLow: { notify: false, reopen: false } });
    const person = await somebody();
    const ticket = await asked(person);
    await answer(acme.visitor(), await linkTo(person), 1);
    const mails = await acme.query(
      () =>
        sql`select 1 from ${table('mail')} where template = 'surveys/email/low' and data->>'number' = ${numberOf(ticket)}`,
    );
    expect(mails).toEqual([]);
  });
});

describe('leaving', () => {
  test('by a page, where looking changes nothing, and back again', async () => {
    const person = await somebody();
    const ticket = await asked(person);
    const [visitor, token] = [acme.visitor(), tokenIn(await linkTo(person))];
    const out = () => acme.query(() => sql`select 1 from ${table('survey_opt_out')}`);
    await visitor.get(`/survey/unsubscribe/${token}`);
    expect(await out()).toHaveLength(0);
    expect((await visitor.post('/survey/unsubscribe', { token })).status).toBe(303);
    expect(await out()).toHaveLength(1);
    await acme.change(() => sql`update ${table('survey_answer')} set sent_at = now() - interval '99 days'`);
    await due(ticket);
    expect(await answersOf(person)).toHaveLength(1);
    await visitor.post('/survey/unsubscribe', { token, again: '1' });
    await due(ticket);
    expect(await answersOf(person)).toHaveLength(2);
  });

  test('by the mail program’s own button (RFC 8058): a post without cookies', async () => {
    const person = await somebody();
    await asked(person);
    const mail = await mailOf(person);
    const list = mail.headers.get('list') as unknown as { unsubscribe: { url: string } };
    expect(mail.headerLines.find(({ key }) => key === 'list-unsubscribe-post')!.line).toContain('One-Click');
    const url = new URL(list.unsubscribe.url);
    expect(url.origin).toBe(acme.tenant.origin);
    const machine = acme.visitor();
    const sent = await machine.post(url.pathname, { 'List-Unsubscribe': 'One-Click' }, { Origin: 'null' });
    expect([sent.status, sent.get('Set-Cookie')]).toEqual([200, undefined]);
    const found = await acme.query(
      () =>
        sql`select 1 from ${table('survey_opt_out')} o join ${table('person')} p on p.id = o.person_id where p.email = ${person.email}`,
    );
    expect(found).toHaveLength(1);
  });
});

describe('on the ticket’s page', () => {
  test('the requester rates what is solved, without a mail, and changes it', async () => {
    const person = await somebody();
    const ticket = await person.opens('Available');
    const browser = await person.browser();
    const at = `/tickets/${numberOf(ticket)}`;
    expect((await browser.get(at)).text).not.toContain(`${at}/rating`);
    expect((await browser.post(`${at}/rating`, { score: '5', comment: '' })).status).toBe(404);
    await solve(ticket);
    expect((await browser.get(at)).text).toContain(`action="${at}/rating"`);
    expect((await browser.post(`${at}/rating`, { comment: 'x' })).status).toBe(422);
    expect((await browser.post(`${at}/rating`, { score: '5', comment: 'Fine' })).status).toBe(303);
    expect((await browser.get(at)).text).toContain('Very good (5 of 5)');
    await browser.post(`${at}/rating`, { score: '4', comment: 'Fine' });
    expect(await ratings(ticket)).toEqual(['Very good (5 of 5)', 'Good (4 of 5)']);
    await due(ticket);
    expect(await answersOf(person)).toHaveLength(1);
  });

  test('a colleague who sees it does not rate it', async () => {
    const person = await (await somebody()).of('Globex');
    const boss = await (await acme.customer('Boss')).of('Globex', 'company_admin');
    const ticket = await person.opens('Shared');
    await solve(ticket);
    const browser = await boss.browser();
    const at = `/tickets/${numberOf(ticket)}`;
    expect((await browser.get(at)).text).not.toContain(`${at}/rating`);
    expect((await browser.post(`${at}/rating`, { score: '1', comment: '' })).status).toBe(404);
  });
});

describe('results', () => {
  test('show what came of it, and as a file; of another business nothing', async () => {
    await acme.change(() => sql`delete from ${table('survey_answer')}`);
    for (const score of [5, 4, 1]) {
      const person = await somebody();
      await asked(person);
      await answer(acme.visitor(), await linkTo(person), score, score === 1 ? '=HYPERLINK("x") <b>bad</b>' : '');
    }
    await asked(await somebody());
    const team = await mara.browser();
    const page = await team.get(`/console/surveys/${FIRST_SURVEY.id}`);
    expect(page.text).toContain('3.3 of 5');
    expect(page.text).toContain('75 % of 4 sent');
    expect(page.text).toContain('67 %');
    expect(page.text).toContain('&lt;b&gt;bad&lt;/b&gt;');
    expect(page.text).toContain('Mara');
    const csv = await team.get(`/console/surveys/${FIRST_SURVEY.id}/export`);
    expect(csv.headers['content-type']).toContain('text/csv');
    expect(csv.text).toContain(`'=HYPERLINK`);
    expect(csv.text).toMatch(
      /,Customer,Email,Team member,.+,Sent \(UTC\),Answered \(UTC\)\r\n1,.+@.+,\d{4}-\d\d-\d\d \d\d:\d\d\r\n/,
    );
    const before = await team.get(`/console/surveys/${FIRST_SURVEY.id}?from=2020-01-01&to=2020-02-01`);
    expect(before.text).toContain('No surveys sent in this period');
    expect((await team.get(`/console/surveys/${FIRST_SURVEY.id}?from=x&to=9999999`)).status).toBe(400);
    expect((await team.get('/console/surveys/0190f000-0000-7000-8000-0000000000ff')).status).toBe(404);
    const customer = await (await somebody()).browser();
    expect((await customer.get(`/console/surveys/${FIRST_SURVEY.id}`)).status).toBe(403);
    const theirs = await (await bolt.agent('Nils')).browser();
    expect((await theirs.get(`/console/surveys/${FIRST_SURVEY.id}`)).text).toContain('No surveys sent in this period');
  });

  test('promoters less detractors', () => {
    expect(netPromoters({})).toBeNull();
    expect(netPromoters({ 10: 3, 9: 1, 8: 2, 7: 1, 6: 1, 0: 2 })).toBe(10);
    expect(netPromoters({ 6: 4 })).toBe(-100);
  });
});

test('a pack brings surveys once, and leaves the others', async () => {
  const { id: _, ...first } = FIRST_SURVEY;
  const given = [{ ...first, kind: 'nps', everyDays: 180 }];
  const pack = { id: 'test', folder: null, sections: { surveys: { surveys: given } } };
  for (let times = 0; times < 2; times++) await inside(() => world.get(Packs).apply([pack]));
  const all = await inside(() => world.get(Collections).all(surveys));
  expect(all.map(({ kind, everyDays }) => [kind, everyDays])).toEqual([
    ['csat', 90],
    ['nps', 180],
  ]);
});

test('a survey is set up, changed and switched off on its pages', async () => {
  const owner = await acme.owner.browser();
  const path = '/console/settings/surveys';
  await owner.get(path);
  const typed = {
    delayHours: '2',
    everyDays: '90',
    coolDownDays: '14',
    expiryDays: '30',
  };
  expect((await owner.post(path, { ...typed, kind: 'nps', coolDownDays: '0' })).status).toBe(422);
  const number = async () => (await inside(() => world.get(Collections).all(surveys))).length;
  const before = await number();
  expect((await owner.post(path, { ...typed, kind: 'csat' })).text).toContain('id="name-error"');
  expect(await number()).toBe(before);
  const made = await owner.post(path, {
    ...typed,
    kind: 'nps',
    name: 'Recommend us',
    question: 'Likely?',
    'question-de': 'Eher ja?',
    ...{ match: 'any', 'tests-0-field': 'tags', 'tests-0-operator': 'has', 'tests-0-value': 'VIP' },
    ...{ 'tests-1-field': 'priority', 'tests-1-operator': 'is-not', 'tests-1-value': 'low' },
  });
  expect(made.status).toBe(303);
  const again = await owner.post(path, { ...typed, kind: 'nps', more: 'tests', 'tests-new': 'groupId' });
  expect([again.status, again.text.includes('name="tests-0-operator"')]).toEqual([200, true]);
  const added = (await inside(() => world.get(Collections).all(surveys))).at(-1)!;
  expect(added).toMatchObject({
    kind: 'nps',
    coolDownDays: 14,
    translations: { de: { question: 'Eher ja?' } },
    conditions: {
      match: 'any',
      tests: [
        { field: 'tags', operator: 'has', value: ['VIP'] },
        { field: 'priority', operator: 'is-not', value: ['low'] },
      ],
    },
    onLow: { notify: false, reopen: false },
  });
  await owner.post(`${path}/${FIRST_SURVEY.id}`, { ...typed, 'onLow-notify': '1', 'onLow-reopen': '1', name: 'Ours' });
  await owner.post(`${path}/${FIRST_SURVEY.id}/switch`);
  const [first] = await inside(() => world.get(Collections).all(surveys));
  expect(first).toMatchObject({ kind: 'csat', enabled: false, name: 'Ours', delayHours: 2, onLow: { reopen: true } });
  expect((await (await mara.browser()).get(path)).status).toBe(403);
});
