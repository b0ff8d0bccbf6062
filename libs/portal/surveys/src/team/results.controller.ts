import { Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import { NotFound, holds } from '@foyer/access';
import { type Limit, Limits } from '@foyer/credentials';
import type { PortalActor } from '@foyer/identity';
import { Collections } from '@foyer/settings';
import { ticketNumber } from '@foyer/tickets';
import {
  Ask,
  type Asked,
  ConsoleController,
  field,
  id,
  sendSpreadsheet,
  spreadsheet,
  View,
  type Visit,
} from '@foyer/web';
import { type Survey, surveys, surveyText } from '../survey.js';
import { SCALES, scoreWords } from '../survey-kinds.js';
import { type Period, SurveyResults } from '../survey-results.js';
import { resultsView } from './results-view.js';

const PATH = '/console/surveys';
const DAYS = 90;
const DAY = 86_400_000;
const CSV: Limit = { name: 'survey-export', points: 20, seconds: 3600 };
const day = field.day.nullable().catch(null);
const filters = z.object({ from: day, to: day });
type Within = z.output<typeof filters>;
const looking = { query: filters };
const onSurvey = { params: { survey: id }, query: filters };

/** What customers say, for the team. */
@ConsoleController('surveys', { feature: 'tickets', can: ['read', 'SurveyResults'] })
export class ResultsController {
  constructor(
    private readonly collections: Collections,
    private readonly results: SurveyResults,
    private readonly limits: Limits,
  ) {}

  @Get()
  @View('surveys/team/results')
  async first(@Ask(looking) { visit, actor, query: asked }: Asked<typeof looking, PortalActor>) {
    const all = await this.collections.all(surveys);
    const survey = all.find(({ enabled }) => enabled) ?? all[0];
    return survey ? this.view(visit, actor, survey, asked) : { survey: null, manage: this.manage(actor) };
  }

  @Get(':survey')
  @View('surveys/team/results')
  async show(@Ask(onSurvey) { visit, actor, survey: id, query: asked }: Asked<typeof onSurvey, PortalActor>) {
    return this.view(visit, actor, await this.known(id), asked);
  }

  @Get(':survey/export')
  async csv(
    @Ask(onSurvey) { visit, actor, survey: id, query: asked }: Asked<typeof onSurvey, PortalActor>,
    @Res() res: Response,
  ): Promise<void> {
    const survey = await this.known(id);
    await this.limits.count(CSV, actor.id!);
    const found = await this.results.answers(actor, periodOf(visit, survey, asked));
    const headings = ['score', 'words', 'comment', 'person', 'email', 'agent', 'ticket', 'subject', 'sent', 'answered'];
    const columns = headings.map((name) => ({
      heading: visit.t(`surveys.column.${name}`),
      times: name === 'sent' || name === 'answered',
    }));
    const lines = found.map(({ score, comment, person, email, agent, number, subject, sentAt, answeredAt }) => [
      ...[score, scoreWords(visit.locale, survey.kind, score), comment, person, email, agent],
      ...[number === null ? null : ticketNumber(number), subject, new Date(sentAt), new Date(answeredAt)],
    ]);
    sendSpreadsheet(res, 'survey', spreadsheet(visit, columns, lines));
  }

  private async view(visit: Visit, actor: PortalActor, survey: Survey, asked: Within) {
    const period = periodOf(visit, survey, asked);
    const { from, to } = period;
    const at = `${PATH}/${survey.id}`;
    const results = await this.results.of(actor, period, SCALES[survey.kind]);
    const query = new URLSearchParams({ from, to }).toString();
    return {
      survey: {
        name: surveyText(survey, 'name', visit.locale),
        question: surveyText(survey, 'question', visit.locale),
        ...{ kind: survey.kind, enabled: survey.enabled, at },
      },
      tabs: (await this.collections.all(surveys)).map((one) => ({
        label: surveyText(one, 'name', visit.locale),
        href: `${PATH}/${one.id}?${query}`,
        ...{ current: one.id === survey.id, count: null },
      })),
      ...{ from, to, export: `${at}/export?${query}` },
      manage: this.manage(actor),
      ...resultsView(visit, survey, results),
    };
  }

  private manage({ ability }: PortalActor): string | null {
    return holds(ability, 'manage', 'Settings') ? '/console/settings/surveys' : null;
  }

  private async known(id: string): Promise<Survey> {
    const survey = await this.collections.find(surveys, id);
    if (!survey) throw new NotFound();
    return survey;
  }
}

/** The last ninety days unless something else is asked; a period that ends before it begins is turned round. */
function periodOf({ timeZone }: Pick<Visit, 'timeZone'>, { id }: Survey, { from, to }: Within): Period {
  const on = (at: number) => new Intl.DateTimeFormat('en-CA', { timeZone }).format(at);
  const last = to ?? on(Date.now());
  const first = from ?? on(new Date(`${last}T12:00:00Z`).getTime() - DAYS * DAY);
  const [begin, end] = first <= last ? [first, last] : [last, first];
  return { surveyId: id, from: begin, to: end, timeZone };
}
