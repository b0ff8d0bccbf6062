import { randomUUIDv7 } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { hashSecret, newSecret } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { Every, OnEvent, Outbox } from '@foyer/events';
import { isUnread } from '@foyer/inbound';
import { Collections, Features } from '@foyer/settings';
import { inTenant } from '@foyer/tenancy';
import { Directory } from '@foyer/tenants';
import { conditionsSql, TicketSolved } from '@foyer/tickets';
import { SurveyDue } from './survey.events.js';
import { SurveyMails } from './survey-mails.js';
import { isAboutTickets, type Survey, surveys } from './survey.js';

const HOUR = 3600;
/** Of each survey and tenant in one round; the next takes the rest. */
const ROUND = 200;

interface Candidate {
  personId: string;
  address: string;
  ticketId: string | null;
  agentId: string | null;
  number: number | null;
  subject: string | null;
}

/** Asks people, each seldom enough: one mail in a cool-down, whatever survey it is of, and none to those who want none. */
@Injectable()
export class Asking {
  private readonly log = new Logger('Surveys');

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly collections: Collections,
    private readonly features: Features,
    private readonly mails: SurveyMails,
    private readonly directory: Directory,
  ) {}

  @OnEvent(TicketSolved, 'surveys.solved')
  async solved({ ticketId }: TicketSolved): Promise<void> {
    const due = (await this.collections.all(surveys)).filter((one) => one.enabled && isAboutTickets(one));
    await this.database.write(async (em) => {
      const [ticket] = await rows<{ solvedAt: string | null }>(
        em,
        sql`select solved_at::text as "solvedAt" from ${table('ticket')} where id = ${ticketId}`,
      );
      if (!ticket?.solvedAt) return;
      for (const { id, delayHours } of due)
        await this.outbox.publish(new SurveyDue(id, ticketId, ticket.solvedAt), { afterSeconds: delayHours * HOUR });
    });
  }

  /** Looks again: the ticket is still solved by that solving, and its requester may be asked. */
  @OnEvent(SurveyDue, 'surveys.due')
  async due({ surveyId, ticketId, solvedAt }: SurveyDue): Promise<void> {
    const survey = await this.collections.find(surveys, surveyId);
    if (!survey?.enabled || !(await this.features.enabled('tickets'))) return;
    await this.database.write(async (em) => {
      const [candidate] = await rows<Candidate>(
        em,
        sql`select p.id as "personId", p.email as address, t.id as "ticketId", t.assignee_id as "agentId", t.number::int, t.subject
              from ${table('ticket')} t join ${table('person')} p on p.id = t.requester_id
             where t.id = ${ticketId} and t.status in ('solved', 'closed') and t.solved_at = ${solvedAt}::timestamptz and t.merged_into_id is null and not t.by_program
               and p.status = 'active' and p.team_role is null and ${conditionsSql(survey.conditions, 't')}
               for update of p`,
      );
      if (candidate) await this.ask(survey, candidate);
    });
  }

  @Every(HOUR, 'surveys.round')
  async round(): Promise<void> {
    for await (const tenant of this.directory.operating())
      await inTenant(tenant, () => this.sweep()).catch((error: Error) =>
        this.log.warn(`${tenant.id}: ${error.message}`),
      );
  }

  /** Surveys by time, in the ambient tenant; how many people were asked. */
  async sweep(): Promise<number> {
    if (!(await this.features.enabled('tickets'))) return 0;
    let asked = 0;
    for (const each of await this.collections.all(surveys)) {
      if (!each.enabled || isAboutTickets(each)) continue;
      for (const id of await this.waiting(each)) if (await this.askPerson(each, id)) asked++;
    }
    return asked;
  }

  private async waiting({ id, everyDays, coolDownDays, conditions }: Survey): Promise<string[]> {
    const found = await this.database.read((em) =>
      rows<{ id: string }>(
        em,
        sql`select p.id from ${table('person')} p
             where p.status = 'active' and p.team_role is null
               and exists (select from ${table('ticket')} t
                            where t.requester_id = p.id and not t.by_program and t.team_replied_at is not null and ${conditionsSql(conditions, 't')})
               and not exists (select from ${table('survey_opt_out')} o where o.person_id = p.id)
               and not exists (select from ${table('survey_answer')} a where a.person_id = p.id
                                  and (a.sent_at > now() - ${coolDownDays}::int * interval '1 day'
                                    or (a.survey_id = ${id} and a.sent_at > now() - ${everyDays}::int * interval '1 day')))
             order by p.created_at limit ${ROUND}`,
      ),
    );
    return found.map((row) => row.id);
  }

  private askPerson(survey: Survey, personId: string): Promise<boolean> {
    return this.database.write(async (em) => {
      const [person] = await rows<Candidate>(
        em,
        sql`select id as "personId", email as address, null as "ticketId", null as "agentId", null as number, null as subject
              from ${table('person')} where id = ${personId} and status = 'active' for update`,
      );
      return person ? this.ask(survey, person) : false;
    });
  }

  /** The person's row is locked, so that two at once do not both find that nobody has asked. */
  private async ask(survey: Survey, { personId, address, ticketId, agentId, number, subject }: Candidate) {
    if (isUnread(address)) return false;
    return this.database.write(async (em) => {
      const [reason] = await rows(
        em,
        sql`select 1 from ${table('survey_opt_out')} where person_id = ${personId}
            union all select 1 from ${table('survey_answer')}
             where person_id = ${personId} and sent_at > now() - ${survey.coolDownDays}::int * interval '1 day'`,
      );
      if (reason) return false;
      const [answerId, token] = [randomUUIDv7(), newSecret()];
      await rows(
        em,
        sql`insert into ${table('survey_answer')} (id, survey_id, kind, ticket_id, person_id, agent_id, token_hash, expires_at)
            values (${answerId}, ${survey.id}, ${survey.kind}, ${ticketId}, ${personId}, ${agentId}, ${hashSecret(token)},
                    now() + ${survey.expiryDays}::int * interval '1 day')`,
      );
      const ticket = number === null ? null : { number, subject: subject ?? '' };
      await this.mails.ask(survey, { answerId, token, personId, ticket });
      return true;
    });
  }
}
