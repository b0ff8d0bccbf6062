import { Injectable } from '@nestjs/common';
import { accessible } from '@foyer/access';
import { ALPHABETICAL, condition, Database, rows, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';

/** Of those who were asked from the first day to the last, in the reader's time zone; dates as `2026-11-21`. */
export interface Period {
  surveyId: string;
  from: string;
  to: string;
  timeZone: string;
}
export interface AgentResult {
  name: string | null;
  answered: number;
  average: number;
  high: number;
  low: number;
}
export interface Remark {
  score: number;
  comment: string;
  answeredAt: string;
  person: string;
  agent: string | null;
  number: number | null;
  subject: string | null;
}
/** As a file shows it: the address of those whom the reader may look up, or whose ticket they may see. */
export interface Answer extends Remark {
  email: string | null;
  sentAt: string;
}
export interface Results {
  sent: number;
  answered: number;
  average: number | null;
  /** How often each score was given. */
  counts: Record<string, number>;
  agents: AgentResult[];
  remarks: Remark[];
}
const REMARKS = 25;
const AGENTS = 50;
export const EXPORTED = 10_000;

/** What came of a survey, each time in one statement. */
@Injectable()
export class SurveyResults {
  constructor(private readonly database: Database) {}

  async of(actor: PortalActor, period: Period, { high, low }: { high: number; low: number }): Promise<Results> {
    const may = condition(accessible(actor.ability, 'read', 'Ticket', 't'));
    const [found] = await this.database.read((em) =>
      rows<Results>(
        em,
        sql`with a as (select a.* from ${table('survey_answer')} a where ${within(period)})
            select (select count(*)::int from a) as sent, (select count(score)::int from a) as answered, (select avg(score)::float from a) as average,
                   (select coalesce(json_object_agg(d.score, d.n), '{}') from (select score, count(*) as n from a where score is not null group by score) d) as counts,
                   (select coalesce(json_agg(g order by g.answered desc, g.name ${ALPHABETICAL}), '[]') from (
                      select p.name, count(a.score)::int as answered, avg(a.score)::float as average,
                             (count(*) filter (where a.score >= ${high}))::int as high, (count(*) filter (where a.score <= ${low}))::int as low
                        from a left join ${table('person')} p on p.id = a.agent_id
                       where a.score is not null and a.ticket_id is not null group by p.id, p.name order by 2 desc limit ${AGENTS}) g) as agents,
                   (select coalesce(json_agg(r order by r."answeredAt" desc), '[]') from (
                      select a.score, a.comment, a.answered_at as "answeredAt", p.name as person, g.name as agent, t.number, t.subject
                        from a join ${table('person')} p on p.id = a.person_id
                        left join ${table('person')} g on g.id = a.agent_id
                        left join ${table('ticket')} t on t.id = a.ticket_id and ${may}
                       where a.comment <> '' and a.score is not null order by a.answered_at desc limit ${REMARKS}) r) as remarks`,
      ),
    );
    return found!;
  }

  /** Every answer, the latest first. */
  async answers(actor: PortalActor, period: Period): Promise<Answer[]> {
    const may = condition(accessible(actor.ability, 'read', 'Ticket', 't'));
    const known = condition(accessible(actor.ability, 'browse', 'Person', 'p'));
    return this.database.read((em) =>
      rows<Answer>(
        em,
        sql`select a.score, a.comment, a.sent_at as "sentAt", a.answered_at as "answeredAt", p.name as person,
                   case when t.id is not null or ${known} then p.email end as email, g.name as agent, t.number::int, t.subject
              from ${table('survey_answer')} a
              join ${table('person')} p on p.id = a.person_id
              left join ${table('person')} g on g.id = a.agent_id
              left join ${table('ticket')} t on t.id = a.ticket_id and ${may}
             where ${within(period)} and a.score is not null order by a.answered_at desc limit ${EXPORTED}`,
      ),
    );
  }
}

const within = ({ surveyId, from, to, timeZone }: Period) => sql`
  a.survey_id = ${surveyId} and a.sent_at >= ${from}::date::timestamp at time zone ${timeZone}
  and a.sent_at < (${to}::date + 1)::timestamp at time zone ${timeZone}`;
