import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { holds, NotFound, Refused } from '@foyer/access';
import { Api, declareScope, instant } from '@foyer/api';
import { portalApi } from '@foyer/identity';
import { Collections } from '@foyer/settings';
import { ticketNumber } from '@foyer/tickets';
import { surveys } from '../survey.js';
import { EXPORTED, SurveyResults } from '../survey-results.js';

const surveysRead = declareScope({
  ...{ name: 'surveys:read', label: 'surveys.team-capability.results', order: 30, ofCompany: false },
  capabilities: ['surveys.results'],
});
const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;
const day = z.iso
  .date()
  .refine((date) => date >= '1970-01-01', 'web.form.wrong')
  .optional();
const answer = z
  .object({
    score: z.number().int(),
    comment: z.string(),
    person: z.string(),
    email: z.string().nullable(),
    agent: z.string().nullable(),
    ticket: z.string().nullable(),
    sent_at: instant,
    answered_at: instant,
  })
  .meta({ id: 'SurveyAnswer' });

/** What customers answered, for programs. */
@Injectable()
export class SurveyOperations implements OnModuleInit {
  constructor(
    private readonly api: Api,
    private readonly collections: Collections,
    private readonly results: SurveyResults,
  ) {}

  onModuleInit(): void {
    const { get } = portalApi;
    this.api.add(
      get(
        '/surveys/{id}/answers',
        {
          ...{ id: 'listSurveyAnswers', scope: surveysRead, feature: 'tickets', summary: 'What a survey was answered' },
          description: `The latest first, at most ${EXPORTED.toLocaleString('en')}, of those who were asked in a period.`,
          params: z.object({ id: z.uuid() }),
          query: z.object({
            from: day.describe(`A day in UTC; ${USUAL_DAYS} days ago, unless said otherwise.`),
            to: day.describe('Its last day; today, unless said otherwise.'),
          }),
          output: z.object({ data: z.array(answer) }),
        },
        async ({ actor, params: { id: surveyId }, query }) => {
          if (!holds(actor.ability, 'read', 'SurveyResults')) throw new Refused();
          if (!(await this.collections.find(surveys, surveyId))) throw new NotFound();
          const { from = ago(USUAL_DAYS), to = ago(0) } = query;
          const found = await this.results.answers(actor, { surveyId, from, to, timeZone: 'UTC' });
          return {
            data: found.map(({ number, sentAt, answeredAt, subject: _, ...rest }) => ({
              ...{ ...rest, ticket: number === null ? null : ticketNumber(number) },
              ...{ sent_at: sentAt, answered_at: answeredAt },
            })),
          };
        },
      ),
    );
  }
}

const ago = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);
