import { expect, test } from '@jest/globals';
import { World } from '@foyer/app-cli/testing';
import { Database, rows, sql, table } from '@foyer/database';
import { Mail } from '@foyer/mail';
import { Answers, Asking, FIRST_SURVEY, SurveyDue } from '@foyer/surveys';
import { Tickets } from '@foyer/tickets';

test('a score is told with the one before and whose it is, and never what was written; so is who wants no more', async () => {
  const world = await World.start();
  const acme = await world.tenant('acme');
  const ana = await acme.customer('Ana');
  const [personId, owner] = [(await ana.actor()).id!, await acme.owner.actor()];
  const ticket = await ana.opens('My lamp');
  await acme.inside(() => world.get(Tickets).solve(owner, ticket.id));
  const [solved] = await acme.query<{ at: string }>(
    () => sql`select solved_at::text as at from ${table('ticket')} where id = ${ticket.id}`,
  );
  await acme.inside(() => world.get(Asking).due(new SurveyDue(FIRST_SURVEY.id, ticket.id, solved!.at)));
  const [answer] = await acme.query<{ id: string }>(() => sql`select id from ${table('survey_answer')}`);
  const mail = await acme.inside(() =>
    world.get(Database).read((em) => em.findOneOrFail(Mail, { template: 'surveys/email/ask' })),
  );
  const told = async (name: string) => (await acme.published()).filter((one) => one.name === name);
  await told('');
  const facts = {
    surveyId: FIRST_SURVEY.id,
    answerId: answer!.id,
    ticketId: ticket.id,
    personId,
    kind: FIRST_SURVEY.kind,
  };
  const answers = world.get(Answers);
  for (const [formerScore, score] of [
    [null, 4],
    [4, 5],
  ]) {
    await acme.inside(() => answers.record(FIRST_SURVEY, answer!.id, { score: score!, comment: 'Planted' }));
    const lines = await told('surveys.answered');
    expect(lines).toMatchObject([{ facts: { ...facts, formerScore, score } }]);
    expect(JSON.stringify(lines)).not.toContain('Planted');
  }
  const token = mail.unsubscribe!.split('/').at(-1)!;
  for (const out of [true, false]) {
    await acme.inside(() => answers.optOut(token, out));
    expect(await told('surveys.opted-out')).toMatchObject([{ facts: { personId, out } }]);
  }
  expect(
    await acme.inside(() => world.get(Database).read((em) => rows(em, sql`select 1 from ${table('survey_opt_out')}`))),
  ).toEqual([]);
});
