import { randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { NotFound } from '@foyer/access';
import { hashSecret, newSecret } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import { Collections } from '@foyer/settings';
import { matches, TicketPageReader, type TicketView } from '@foyer/tickets';
import { Answers, type Said } from './answers.js';
import { isAboutTickets, type Survey, surveys } from './survey.js';
import type { SurveyKind } from './survey-kinds.js';

export interface Rating {
  survey: Survey;
  /** Null: not asked yet. */
  id: string | null;
  kind: SurveyKind;
  score: number | null;
  comment: string;
  open: boolean;
}
const DAY = 86_400_000;

/** What a ticket's requester says of it in the portal, with or without having been asked by mail. */
@Injectable()
export class TicketRatings {
  constructor(
    private readonly database: Database,
    private readonly collections: Collections,
    private readonly page: TicketPageReader,
    private readonly answers: Answers,
  ) {}

  /** Null: this ticket is not asked about, or not by this person. One statement, and only for what is solved. */
  async of(actor: PortalActor, ticket: TicketView): Promise<Rating | null> {
    const over = ticket.status === 'solved' || (ticket.status === 'closed' && ticket.mergedInto === null);
    if (!over || ticket.solvedAt === null || ticket.requesterId !== actor.id || actor.teamRole !== null) return null;
    const all = (await this.collections.all(surveys)).filter(isAboutTickets);
    if (all.length === 0) return null;
    const [given] = await this.database.read((em) =>
      rows<{ id: string; surveyId: string; kind: SurveyKind; score: number | null; comment: string; open: boolean }>(
        em,
        sql`select id, survey_id as "surveyId", kind, score, comment, expires_at > now() as open from ${table('survey_answer')}
             where ticket_id = ${ticket.id} and person_id = ${actor.id} order by sent_at desc limit 1`,
      ),
    );
    const asked = given && all.find(({ id }) => id === given.surveyId);
    if (asked) return given.open || given.score !== null ? { survey: asked, ...given } : null;
    const survey = all.find(({ enabled, conditions }) => enabled && matches(conditions, factsOf(ticket)));
    if (!survey || Date.now() - new Date(ticket.solvedAt).getTime() > survey.expiryDays * DAY) return null;
    return { survey, id: null, kind: survey.kind, score: null, comment: '', open: true };
  }

  /** @throws NotFound unless it is the actor's own solved ticket and there is something to say */
  async find(actor: PortalActor, number: number): Promise<{ ticket: TicketView; rating: Rating }> {
    const ticket = await this.page.read(actor, number, 'none');
    const rating = await this.of(actor, ticket);
    if (!rating) throw new NotFound();
    return { ticket, rating };
  }

  async rate(actor: PortalActor, number: number, said: Said): Promise<void> {
    await this.database.write(async (em) => {
      await rows(em, sql`select 1 from ${table('person')} where id = ${actor.id} for update`);
      const { ticket, rating } = await this.find(actor, number);
      await this.answers.record(rating.survey, rating.id ?? (await this.begin(actor, ticket, rating.survey)), said);
    });
  }

  private async begin(actor: PortalActor, ticket: TicketView, { id, kind, expiryDays }: Survey): Promise<string> {
    const answerId = randomUUIDv7();
    await this.database.write((em) =>
      rows(
        em,
        sql`insert into ${table('survey_answer')} (id, survey_id, kind, ticket_id, person_id, agent_id, token_hash, expires_at)
            values (${answerId}, ${id}, ${kind}, ${ticket.id}, ${actor.id}, ${ticket.assigneeId}, ${hashSecret(newSecret())},
                    now() + ${expiryDays}::int * interval '1 day')`,
      ),
    );
    return answerId;
  }
}

const moment = (at: string | null): Date | null => (at === null ? null : new Date(at));
const factsOf = (ticket: TicketView): Parameters<typeof matches>[1] => ({
  ...ticket,
  createdAt: new Date(ticket.createdAt),
  updatedAt: new Date(ticket.updatedAt),
  solvedAt: moment(ticket.solvedAt),
  dueAt: moment(ticket.dueAt),
  customerRepliedAt: moment(ticket.customerRepliedAt),
  teamRepliedAt: moment(ticket.teamRepliedAt),
});
