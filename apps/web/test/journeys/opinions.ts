import type { TestPerson, TestTenant, World } from '@foyer/app-cli/testing';
import { Approvals } from '@foyer/approvals';
import { sql, table } from '@foyer/database';
import { Collections } from '@foyer/settings';
import { Answers, Asking, FIRST_SURVEY, type Survey, SurveyDue, surveys } from '@foyer/surveys';
import { ticketNumber, Tickets } from '@foyer/tickets';

const NPS: Survey = { ...FIRST_SURVEY, id: '0190f000-0000-7000-8000-0000000000f1', kind: 'nps' };
const SAID: [name: string, score: number | null, comment: string][] = [
  ['Noor', 5, 'Quick and friendly, and the fire is out.'],
  ['Omar', 4, ''],
  [
    'Pia',
    3,
    'It took a while until somebody understood what I meant, but then it went fast and everything was explained well.',
  ],
  ['Quin', 1, 'لم يُحل شيء حتى الآن'],
  ['Rui', 5, ''],
  ['Sam', null, ''],
];

/** Requests that wait for the customer's own people, and what customers said when they were asked. */
export async function opinions(world: World, acme: TestTenant, ana: TestPerson) {
  await acme.inside(() => world.get(Collections).apply(surveys, [FIRST_SURVEY, NPS]));
  const owner = await acme.owner.actor();
  const jan = await (await acme.customer('Jan')).of('Globex');
  await (await acme.customer('Vera')).of('Globex', 'company_admin');
  const number = async (subject: string) => ticketNumber(Number((await jan.opens(subject)).number));
  const [held, done, free] = [await number('A new screen'), await number('A new desk'), await number('A new chair')];
  const ask = async (of: string, question: string) => {
    const which = Number(of.slice(4));
    await acme.inside(() => world.get(Approvals).ask(owner, which, { approvers: 'company-admins', question }));
  };
  await ask(held, 'It costs 900, and takes two weeks. May we order it?');
  await ask(done, 'It costs 300.');
  const [asked] = await acme.query<{ id: string }>(
    () => sql`select v.id from ${table('ticket_approval')} v join ${table('person')} p on p.id = v.approver_id
               where v.question = 'It costs 300.' and p.email = ${ana.email}`,
  );
  const boss = await ana.actor();
  await acme.inside(() => world.get(Approvals).decide(boss, asked!.id, 'rejected', 'Not before next year.'));

  let token = '';
  for (const [name, score, comment] of SAID) {
    const person = await acme.customer(name);
    const { id } = await person.opens('How do I reset it?');
    await acme.inside(() => world.get(Tickets).update(owner, id, { assigneeId: owner.id, status: 'solved' }));
    const [solved] = await acme.query<{ at: string }>(
      () => sql`select solved_at::text as at from ${table('ticket')} where id = ${id}`,
    );
    await acme.inside(() => world.get(Asking).due(new SurveyDue(FIRST_SURVEY.id, id, solved!.at)));
    const link = await world.mails.linkTo(person.email, '/survey');
    token = new URL(link).searchParams.get('token')!;
    if (score) await acme.inside(() => world.get(Answers).answer(FIRST_SURVEY, token, { score, comment }));
  }
  return { held, done, free, token, survey: FIRST_SURVEY.id, nps: NPS.id };
}
