import { Injectable } from '@nestjs/common';
import { Mailer } from '@foyer/mail';
import { Settings } from '@foyer/settings';
import { currentTenant } from '@foyer/tenancy';
import { ticketNumber } from '@foyer/tickets';
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
export class SurveyMails {
  constructor(
    private readonly mailer: Mailer,
    private readonly settings: Settings,
  ) {}

  async ask(survey: Survey, { answerId, token, name, address, locale: wanted, ticket }: Asked): Promise<void> {
    const locale = await this.localeOf(wanted);
    const { origin } = currentTenant();
    const { options, ...scale } = scaleView(locale, survey.kind, null);
    const page = `${origin}/survey?token=${token}`;
    const unsubscribe = `${origin}/survey/unsubscribe/${token}`;
    await this.mailer.queue({
      to: { name, address },
      template: 'surveys/email/ask',
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

  async unhappy({ answerId, kind, score, assignee, number, ...facts }: Unhappy): Promise<void> {
    const locale = await this.localeOf(assignee.locale);
    const known = ticketNumber(number);
    await this.mailer.queue({
      to: { name: assignee.name, address: assignee.address },
      template: 'surveys/email/low',
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

  private async localeOf(wanted: string | null): Promise<string> {
    const { locales, defaultLocale } = await this.settings.get('general');
    return wanted && locales.includes(wanted) ? wanted : defaultLocale;
  }
}

/** Mail programs show pictures only when asked, but these always. */
const FACES: Record<number, string> = { 1: '😞', 2: '🙁', 3: '😐', 4: '🙂', 5: '😀' };
