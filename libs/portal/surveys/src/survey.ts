import { z } from 'zod';
import { translate } from '@foyer/i18n';
import { declareCollection, localized, translations } from '@foyer/settings';
import { ticketConditions } from '@foyer/tickets';
import { SURVEY_KINDS } from './survey-kinds.js';

export const MAX_DELAY_HOURS = 720;
export const MAX_DAYS = 730;

/** What is asked of whom, and when. */
export const survey = z.object({
  id: z.uuid(),
  enabled: z.boolean().default(true),
  kind: z.enum(SURVEY_KINDS),
  /** Empty texts are the usual ones of the kind, in every language. */
  name: z.string().trim().max(80).default(''),
  question: z.string().trim().max(200).default(''),
  followUp: z.string().trim().max(200).default(''),
  translations: translations({
    name: z.string().max(80),
    question: z.string().max(200),
    followUp: z.string().max(200),
  }),
  /** After a ticket was solved: CSAT and CES. */
  delayHours: z.number().min(0).max(MAX_DELAY_HOURS).default(24),
  /** Of each person: NPS. */
  everyDays: z.int().min(7).max(MAX_DAYS).default(90),
  /** The ticket that was solved; for NPS, any ticket that somebody has had. */
  conditions: ticketConditions.prefault({}),
  /** Whoever was asked anything within these days is left alone. */
  coolDownDays: z.int().min(1).max(MAX_DAYS).default(30),
  /** How long an answer may be given and changed. */
  expiryDays: z.int().min(1).max(MAX_DAYS).default(30),
  /** What a low score brings about. */
  onLow: z.object({ notify: z.boolean().default(true), reopen: z.boolean().default(false) }).prefault({}),
});
export type Survey = z.output<typeof survey>;

/** Every portal asks its customers from the start, without anybody setting it up. */
export const FIRST_SURVEY: Survey = survey.parse({ id: '00000000-0000-4000-8000-0000000000c1', kind: 'csat' });
export const surveys = declareCollection<Survey>('surveys', survey, [FIRST_SURVEY]);

type Text = 'name' | 'question' | 'followUp';
export function surveyText(survey: Survey, text: Text, locale: string): string {
  return localized(survey, text, locale) || translate(locale, `surveys.${survey.kind}.${text}`);
}
/** Whether it is asked about a ticket that was solved. */
export const isAboutTickets = ({ kind }: Pick<Survey, 'kind'>): boolean => kind !== 'nps';
