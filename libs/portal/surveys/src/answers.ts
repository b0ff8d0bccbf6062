import { Injectable } from '@nestjs/common';
import { Conflict, InvalidField, NotFound } from '@foyer/access';
import { hashSecret, type Limit, Limits } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { robot, Tickets } from '@foyer/tickets';
import { SurveyAnswered, SurveysOptedOut } from './survey.events.js';
import { SurveyMails } from './survey-mails.js';
import { type Survey } from './survey.js';
import { isLow, isScore, scoreWords, type SurveyKind } from './survey-kinds.js';

export interface Answer {
  id: string;
  surveyId: string;
  kind: SurveyKind;
  personId: string;
  person: string;
  ticketId: string | null;
  assigneeId: string | null;
  number: number | null;
  subject: string | null;
  ticketStatus: string | null;
  score: number | null;
  comment: string;
  /** May still be given or changed. */
  open: boolean;
  optedOut: boolean;
}
export interface Said {
  score: number;
  comment: string;
}
const CHANGES: Limit = { name: 'survey-answer', points: 20, seconds: 3600 };
export const COMMENT_MAX = 2_000;

/** Takes answers. Whoever holds the link may answer, and change it until it expires. */
@Injectable()
export class Answers {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly limits: Limits,
    private readonly tickets: Tickets,
    private readonly mails: SurveyMails,
  ) {}

  /** What a link is about. @throws NotFound */
  async find(token: string): Promise<Answer> {
    const [found] = await this.database.read((em) =>
      rows<Answer>(em, ANSWER(sql`a.token_hash = ${hashSecret(token)}`)),
    );
    if (!found) throw new NotFound();
    return found;
  }

  /** @throws NotFound for a link that nobody sent, Conflict for one that has expired */
  async answer(survey: Survey | undefined, token: string, said: Said): Promise<void> {
    const { id } = await this.find(token);
    await this.limits.count(CHANGES, id);
    await this.record(survey, id, said);
  }

  /** Writes the answer down, and into the thread of the ticket it is about. */
  async record(survey: Survey | undefined, id: string, { score, comment }: Said): Promise<void> {
    await this.database.write(async (em) => {
      await rows(em, sql`select 1 from ${table('survey_answer')} where id = ${id} for update`);
      const [before] = await rows<Answer>(em, ANSWER(sql`a.id = ${id}`));
      if (!before) throw new NotFound();
      if (!before.open) throw new Conflict('surveys.expired');
      if (!isScore(before.kind, score)) throw new InvalidField('score', 'web.form.choice');
      await rows(
        em,
        sql`update ${table('survey_answer')} set score = ${score}, comment = ${comment}, answered_at = now() where id = ${id}`,
      );
      if (score === before.score) return;
      const answer = { ...before, comment };
      await this.tell(answer, score);
      if (survey && isLow(answer.kind, score) && !isLow(answer.kind, before.score))
        await this.react(survey, answer, score);
      const { surveyId, ticketId, personId, kind } = answer;
      await this.outbox.publish(new SurveyAnswered(surveyId, id, ticketId, score, before.score, kind, personId));
    });
  }

  async optOut(token: string, out: boolean): Promise<void> {
    const { personId } = await this.find(token);
    await this.database.write(async (em) => {
      await rows(
        em,
        out
          ? sql`insert into ${table('survey_opt_out')} (person_id) values (${personId}) on conflict do nothing`
          : sql`delete from ${table('survey_opt_out')} where person_id = ${personId}`,
      );
      await this.outbox.publish(new SurveysOptedOut(personId, out));
    });
  }

  private async tell({ ticketId, personId, person, kind }: Answer, score: number): Promise<void> {
    if (!ticketId) return;
    const toName = scoreWords(await this.mails.teamLocale(), kind, score);
    // The person's own doing, but no right of theirs is needed: they may have left the company meanwhile.
    const author = { ...robot(person), id: personId };
    await this.tickets.log(author, ticketId, { type: 'rated', from: null, to: String(score), toName });
  }

  private async react({ onLow }: Survey, answer: Answer, score: number): Promise<void> {
    const { ticketId, ticketStatus, assigneeId, number, subject } = answer;
    if (!ticketId) return;
    if (onLow.reopen && ticketStatus === 'solved')
      await this.tickets.reopen({ ...robot(answer.person), id: answer.personId }, ticketId).catch((error: unknown) => {
        if (!(error instanceof Conflict)) throw error; // somebody else was faster: it is open
      });
    if (!onLow.notify || !assigneeId) return;
    const { id: answerId, kind, comment, person: customer } = answer;
    await this.mails.unhappy({
      answerId,
      ticketId,
      kind,
      score,
      comment,
      customer,
      number: number!,
      subject: subject!,
      assigneeId,
    });
  }
}

const ANSWER = (where: ReturnType<typeof sql>) => sql`
  select a.id, a.survey_id as "surveyId", a.kind, a.person_id as "personId", p.name as person, a.ticket_id as "ticketId", t.number::int, t.subject,
         t.status as "ticketStatus", t.assignee_id as "assigneeId", a.score, a.comment, a.expires_at > now() as open,
         exists (select from ${table('survey_opt_out')} o where o.person_id = a.person_id) as "optedOut"
    from ${table('survey_answer')} a
    join ${table('person')} p on p.id = a.person_id
    left join ${table('ticket')} t on t.id = a.ticket_id
   where ${where}`;
