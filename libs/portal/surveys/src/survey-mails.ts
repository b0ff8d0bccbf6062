import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { type Notice, Notices, type Reader } from '@foyer/notify';
import { Settings } from '@foyer/settings';
import { currentTenant } from '@foyer/tenancy';
import { type AboutTicket, TicketAudience, ticketNumber } from '@foyer/tickets';
import { surveyText, type Survey } from './survey.js';
import { scaleView, scoreWords, type SurveyKind } from './survey-kinds.js';

export interface Asked {
  answerId: string;
  token: string;
  personId: string;
  ticket: { number: number; subject: string } | null;
}
export interface Unhappy {
  answerId: string;
  ticketId: string;
  kind: SurveyKind;
  score: number;
  comment: string;
  customer: string;
  number: number;
  subject: string;
  assigneeId: string;
}

/** The question by mail, one link a score; and to the assignee, that somebody is unhappy. */
@Injectable()
export class SurveyMails {
  private readonly asking: Notice<{ answerId: string }, { survey: Survey; asked: Asked }>;
  private readonly low: Notice<AboutTicket, Unhappy>;

  constructor(
    private readonly port: Notices,
    private readonly settings: Settings,
    private readonly database: Database,
    private readonly audience: TicketAudience,
  ) {
    this.asking = port.declare({
      ...{ name: 'surveys.ask', template: 'surveys/email/ask', class: 'optional', one: 'occasion' },
      mayKnow: (readers, about) => this.mayBeAsked(readers, about.answerId),
      letter: question,
    });
    this.low = port.declare({
      ...{ name: 'surveys.low', template: 'surveys/email/low', class: 'service', one: 'occasion' },
      mayKnow: (readers, about) => this.audience.mayKnow(readers, about, 'colleague'),
      letter: unhappiness,
    });
  }

  async ask(survey: Survey, asked: Asked): Promise<void> {
    const { answerId, personId } = asked;
    await this.port.notify(this.asking, { answerId }, { id: answerId, to: [personId], facts: { survey, asked } });
  }

  async unhappy(facts: Unhappy): Promise<void> {
    const { answerId, ticketId, assigneeId } = facts;
    await this.port.notify(this.low, { ticketId }, { id: answerId, to: [assigneeId], facts });
  }

  /** The portal's own words, by which the team reads what customers said. */
  async teamLocale(): Promise<string> {
    return (await this.settings.get('general')).defaultLocale;
  }

  /** Still a customer who wants to be asked. */
  private async mayBeAsked(readers: Reader[], answerId: string): Promise<Reader[]> {
    const found = await this.database.read((em) =>
      rows<{ email: string }>(
        em,
        sql`select p.email from ${table('survey_answer')} a join ${table('person')} p on p.id = a.person_id
             where a.id = ${answerId}::uuid and p.status = 'active' and p.team_role is null
               and not exists (select from ${table('survey_opt_out')} o where o.person_id = p.id)`,
      ),
    );
    return readers.filter(({ address }) => found.some(({ email }) => email === address));
  }
}

function question({ name, locale }: Reader, { survey, asked: { token, ticket } }: { survey: Survey; asked: Asked }) {
  const { origin } = currentTenant();
  const { options, ...scale } = scaleView(locale, survey.kind, null);
  const page = `${origin}/survey?token=${token}`;
  const unsubscribe = `${origin}/survey/unsubscribe/${token}`;
  return {
    data: {
      ...scale,
      name,
      question: surveyText(survey, 'question', locale),
      options: options.map(({ value, label }) => ({
        ...{ value, label, url: `${page}&score=${value}` },
        mark: survey.kind === 'csat' ? FACES[Number(value)] : null,
      })),
      ticket: ticket && { number: ticketNumber(ticket.number), subject: ticket.subject },
      unsubscribe,
    },
    unsubscribe,
  };
}

function unhappiness({ locale }: Reader, { kind, score, comment, customer, subject, number: of }: Unhappy) {
  const number = ticketNumber(of);
  const url = `${currentTenant().origin}/console/tickets/${number}`;
  return { data: { score: scoreWords(locale, kind, score), comment, customer, subject, number, url } };
}

/** Mail programs show pictures only when asked, but these always. */
const FACES: Record<number, string> = { 1: '😞', 2: '🙁', 3: '😐', 4: '🙂', 5: '😀' };
