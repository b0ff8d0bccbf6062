import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { NotFound } from '@foyer/access';
import { Collections } from '@foyer/settings';
import {
  Ask,
  type Asked,
  type FormState,
  Guest,
  PortalController,
  Repeatable,
  seeOther,
  show,
  View,
  type Visit,
} from '@foyer/web';
import { ticketNumber } from '@foyer/tickets';
import { type Answer, Answers } from '../answers.js';
import { FIRST_SURVEY, type Survey, surveys } from '../survey.js';
import { isScore } from '../survey-kinds.js';
import { answerForm, ratingView } from './rating-view.js';

const GONE = 410;
const wish = z.object({ again: z.string().optional() });
const opening = { given: ['token', 'score'] } as const;
const answering = { form: answerForm };
const following = { given: ['token'] } as const;
const onLink = { params: { token: String } };
const leaving = { form: wish };

/**
 * Where the links of survey mails lead, signed in or not. Opening one records nothing: mail scanners open every link. It
 * takes the press of a button.
 */
@PortalController('survey')
export class SurveyController {
  constructor(
    private readonly answers: Answers,
    private readonly collections: Collections,
  ) {}

  @Get()
  @Guest()
  @View('surveys/customer/ask')
  async open(@Ask(opening) { visit, token, score }: Asked<typeof opening>) {
    const answer = await this.answers.find(text(token));
    if (!answer.open) return show('surveys/customer/gone', {}, GONE);
    const chosen = typeof score === 'string' && /^\d{1,2}$/.test(score) ? Number(score) : null;
    const wanted = chosen !== null && isScore(answer.kind, chosen) ? chosen : answer.score;
    const { comment } = answer;
    const form = visit.form({ comment, score: wanted === null ? null : String(wanted) });
    return this.view(visit, answer, text(token), form, wanted);
  }

  @Post()
  @Guest()
  @Repeatable()
  @View('surveys/customer/ask')
  async answer(@Ask(answering) { visit, form }: Asked<typeof answering>) {
    const token = form.secret('token');
    const answer = await this.answers.find(token);
    if (!answer.open) return show('surveys/customer/gone', {}, GONE);
    const survey = await this.collections.find(surveys, answer.surveyId);
    await form.attempt((said) => this.answers.answer(survey, token, said));
    return form.failed
      ? this.view(visit, answer, token, form, answer.score)
      : seeOther(`/survey/thanks?token=${encodeURIComponent(token)}`);
  }

  @Get('thanks')
  @Guest()
  @View('surveys/customer/thanks')
  async thanks(@Ask(following) { token }: Asked<typeof following>) {
    const { open } = await this.answers.find(text(token));
    return { change: open ? `/survey?token=${encodeURIComponent(text(token))}` : null };
  }

  @Get('unsubscribe/:token')
  @Guest()
  @View('surveys/customer/unsubscribe')
  async leave(@Ask(onLink) { token }: Asked<typeof onLink>) {
    const { optedOut } = await this.answers.find(token);
    return { token, optedOut };
  }

  @Get('unsubscribe')
  @Guest()
  back(@Ask(following) { token }: Asked<typeof following>) {
    return seeOther(`/survey/unsubscribe/${encodeURIComponent(text(token))}`);
  }

  @Post('unsubscribe')
  @Guest()
  @Repeatable()
  async left(@Ask(leaving) { form }: Asked<typeof leaving>) {
    const token = form.secret('token');
    await this.answers.optOut(token, form.values['again'] === undefined);
    return seeOther(`/survey/unsubscribe/${encodeURIComponent(token)}`);
  }

  private async view(visit: Visit, answer: Answer, token: string, form: FormState<unknown>, score: number | null) {
    const { kind, open, number, subject } = answer;
    const survey = (await this.collections.find(surveys, answer.surveyId)) ?? usual(kind);
    return {
      ...ratingView(visit, { survey, kind, score, open }, `/survey?token=${encodeURIComponent(token)}`),
      ...{ form, token, given: answer.score !== null },
      ticket: number === null ? null : { number: ticketNumber(number), subject },
    };
  }
}

/** A survey that the team has removed since still takes the answers it asked for. */
const usual = (kind: Answer['kind']): Survey => ({ ...FIRST_SURVEY, kind });

function text(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new NotFound();
  return value;
}
