import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { Mailer, MailRules } from '@foyer/mail';
import { Settings } from '@foyer/settings';
import { currentTenant } from '@foyer/tenancy';
import { mailAbout, TicketAudience, ticketNumber } from '@foyer/tickets';
import { surveyText, type Survey } from './survey.js';
import { scaleView, scoreWords, type SurveyKind } from './survey-kinds.js';

export interface Asked {
  answerId: string;
  token: string;
  name: string;
  address: string;
  locale: string | null;
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
  assignee: { id: string; name: string; address: string; locale: string | null };
}

/** The question by mail, one link a score; and to the assignee, that somebody is unhappy. */
@Injectable()
export class SurveyMails implements OnModuleInit {
  constructor(
    private readonly mailer: Mailer,
    private readonly settings: Settings,
    private readonly database: Database,
    private readonly audience: TicketAudience,
    private readonly rules: MailRules,
  ) {}

  onModuleInit(): void {
    this.rules.declare({
      'surveys/email/ask': ({ about, toAddress }) => this.mayBeAsked(about['answerId'], toAddress),
      'surveys/email/low': (mail) => this.audience.mayBeMailed(mail, 'colleague'),
    });
  }

  async ask(survey: Survey, { answerId, token, name, address, locale: wanted, ticket }: Asked): Promise<void> {
    const locale = await this.localeOf(wanted);
    const { origin } = currentTenant();
    const { options, ...scale } = scaleView(locale, survey.kind, null);
    const page = `${origin}/survey?token=${token}`;
    const unsubscribe = `${origin}/survey/unsubscribe/${token}`;
    await this.mailer.queue({
      to: { name, address },
      template: 'surveys/email/ask',
      about: { answerId },
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
      key: `surveys.ask:${answerId}`,
      locale,
      unsubscribe,
    });
  }

  async unhappy({ answerId, ticketId, kind, score, assignee, number, ...facts }: Unhappy): Promise<void> {
    const locale = await this.localeOf(assignee.locale);
    const known = ticketNumber(number);
    await this.mailer.queue({
      to: { name: assignee.name, address: assignee.address },
      template: 'surveys/email/low',
      about: mailAbout(ticketId, assignee.id),
      data: {
        ...facts,
        score: scoreWords(locale, kind, score),
        number: known,
        url: `${currentTenant().origin}/console/tickets/${known}`,
      },
      key: `surveys.low:${answerId}`,
      locale,
    });
  }

  /** The portal's own words, by which the team reads what customers said. */
  async teamLocale(): Promise<string> {
    return (await this.settings.get('general')).defaultLocale;
  }

  /** Still a customer who wants to be asked. */
  private async mayBeAsked(answerId: string | undefined, address: string): Promise<boolean> {
    const found = await this.database.read((em) =>
      rows(
        em,
        sql`select 1 from ${table('survey_answer')} a join ${table('person')} p on p.id = a.person_id
             where a.id = ${answerId ?? null}::uuid and p.email = ${address} and p.status = 'active' and p.team_role is null
               and not exists (select from ${table('survey_opt_out')} o where o.person_id = p.id)`,
      ),
    );
    return found.length > 0;
  }

  private async localeOf(wanted: string | null): Promise<string> {
    const { locales, defaultLocale } = await this.settings.get('general');
    return wanted && locales.includes(wanted) ? wanted : defaultLocale;
  }
}

/** Mail programs show pictures only when asked, but these always. */
const FACES: Record<number, string> = { 1: '😞', 2: '🙁', 3: '😐', 4: '🙂', 5: '😀' };
